/**
 * Execute's end of the line to the guardian: a Unix socket that listens, sends execute's beats and hears the
 * guardian's. A socket file that a crash left behind is removed; a guardian that does not read gets no backlog.
 */
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import {
  BEAT_LINE_MAX,
  beatLine,
  type EngineBeat,
  type GuardianBeat,
  parseBeat,
} from "../../domain/guardian-beat.ts";

/** One guardian, and the one that is just taking its place. */
const CONNECTIONS_MAX = 2;

export class GuardianSocket {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #heard: (beat: GuardianBeat) => void;

  constructor(heard: (beat: GuardianBeat) => void) {
    this.#heard = heard;
    this.#server = createServer((socket) => this.#take(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Rejects when nobody can listen there. The caller holds the lease that makes it the only execute. */
  listen(path: string): Promise<void> {
    rmSync(path, { force: true });
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }

  /** To be called each 100 ms. */
  send(beat: EngineBeat): void {
    const line = beatLine(beat);
    for (const socket of this.#sockets)
      if (socket.writable && socket.writableLength < BEAT_LINE_MAX) socket.write(line);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #take(socket: Socket): void {
    let rest = "";
    this.#sockets.add(socket);
    socket.setEncoding("utf8");
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (piece: string) => {
      const lines = `${rest}${piece}`.split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > BEAT_LINE_MAX) rest = "";
      for (const line of lines) {
        const beat = parseBeat(line);
        if (beat?.kind === "guardian") this.#heard(beat);
      }
    });
  }
}
