/**
 * The socket to execute: its beats come in, the guardian's go out. Whatever goes wrong on it is silence, and it is
 * tried again for ever.
 */
import { connect, type Socket } from "node:net";
import { BEAT_LINE_MAX, type Beat, beatLine, parseBeat } from "../domain/guardian-beat.ts";

const AGAIN_MS = 250;

export class EngineLine {
  readonly #path: string;
  readonly #heard: (beat: Beat) => void;
  #socket: Socket | undefined;
  #rest = "";
  #isOver = false;

  /** Execute listens at `path`. */
  constructor(path: string, heard: (beat: Beat) => void) {
    this.#path = path;
    this.#heard = heard;
    this.#open();
  }

  /** Dropped while nobody listens, or while the peer does not read: an old beat is worth nothing. */
  send(beat: Beat): void {
    const socket = this.#socket;
    if (socket?.writable === true && socket.writableLength < BEAT_LINE_MAX) socket.write(beatLine(beat));
  }

  close(): void {
    this.#isOver = true;
    this.#socket?.destroy();
  }

  #open(): void {
    if (this.#isOver) return;
    this.#rest = "";
    const socket = connect(this.#path);
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (piece: string) => this.#take(piece));
    // The close that follows is the one place where it is tried again.
    socket.on("error", () => undefined);
    socket.on("close", () => setTimeout(() => this.#open(), AGAIN_MS));
  }

  #take(piece: string): void {
    const lines = `${this.#rest}${piece}`.split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > BEAT_LINE_MAX) this.#rest = "";
    for (const line of lines) {
      const beat = parseBeat(line);
      if (beat !== undefined) this.#heard(beat);
    }
  }
}
