/**
 * One WebSocket of a client as a stream sees it: a bounded queue in front of the socket, a deadline for logging in,
 * and the faults of frames. A client that reads too slowly is told so and cut; nobody else waits for it (ADR 0006).
 */
import { WebSocket } from "ws";
import type { EpochMicros } from "../domain/time.ts";
import type { FaultBook, Occasion } from "./faults.ts";

export type Frame = string | Uint8Array;

export interface StreamTerms {
  readonly faults: FaultBook;
  readonly now: () => EpochMicros;
  readonly stream: "data" | "trades" | "news";
  /** Text frames go out as binary ones when set. */
  readonly isBinary: boolean;
}

/** The socket's own buffer never holds more; the rest waits here. */
const SOCKET_BYTES = 64 * 1024;
/** Beyond it the client is too slow. */
const MOST_QUEUED_BYTES = 16 * 1024 * 1024;

export class StreamClient {
  readonly #socket: WebSocket;
  readonly #terms: StreamTerms;
  readonly #occasion: Occasion;
  #queue: Frame[] = [];
  #queuedBytes = 0;
  #heldBack: Frame | undefined;
  #isCut = false;

  constructor(socket: WebSocket, terms: StreamTerms) {
    this.#socket = socket;
    this.#terms = terms;
    this.#occasion = { stream: terms.stream };
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** False once the queue has overflowed: say goodbye with `end`. */
  send(frame: Frame): boolean {
    const { faults, stream, now } = this.#terms;
    if (this.#isCut || !this.isOpen) return true;
    if (faults.standing("stream-mute", { stream }, now()) !== undefined) return true;
    for (const written of this.#faulty(frame)) this.#enqueue(written);
    this.flush();
    return this.#queuedBytes <= MOST_QUEUED_BYTES;
  }

  /** Hands the socket what it can take. Called again as it drains. */
  flush(): void {
    let sent = 0;
    while (sent < this.#queue.length && this.#socket.bufferedAmount < SOCKET_BYTES) {
      const frame = this.#queue[sent] as Frame;
      sent += 1;
      this.#queuedBytes -= frame.length;
      const isBinary = typeof frame !== "string" || this.#terms.isBinary;
      this.#socket.send(frame, { binary: isBinary }, () => {
        if (this.#queue.length > 0) this.flush();
      });
    }
    if (sent > 0) this.#queue = this.#queue.slice(sent);
  }

  /** A last frame, past the queue, and the closing handshake. */
  end(frame: Frame | undefined, code = 1000): void {
    this.#isCut = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    if (frame !== undefined && this.isOpen)
      this.#socket.send(frame, { binary: typeof frame !== "string" || this.#terms.isBinary });
    this.#socket.close(code);
  }

  /** At once, as a cable that is pulled. */
  drop(): void {
    this.#isCut = true;
    this.#queue = [];
    this.#socket.terminate();
  }

  #enqueue(frame: Frame): void {
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
  }

  #faulty(frame: Frame): readonly Frame[] {
    const { faults, now } = this.#terms;
    const strikes = (kind: "frame-duplicate" | "frame-corrupt" | "frame-reorder") =>
      faults.strike([kind], this.#occasion, now()) !== undefined;
    if (faults.list().length === 0 && this.#heldBack === undefined) return [frame];
    if (this.#heldBack !== undefined) {
      const held = this.#heldBack;
      this.#heldBack = undefined;
      return [frame, held];
    }
    if (strikes("frame-duplicate")) return [frame, frame];
    if (strikes("frame-corrupt")) return [frame.slice(0, Math.ceil(frame.length / 2))];
    if (strikes("frame-reorder")) {
      this.#heldBack = frame;
      return [];
    }
    return [frame];
  }
}
