/**
 * The live pictures that are being looked at. A reader that takes nothing is skipped, then dropped: nothing is kept for
 * it, since the next picture says all that the last one said.
 */
import type { ServerResponse } from "node:http";

export interface StreamTerms {
  /** At once in one session: the oldest gives way. */
  readonly perSession: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

interface Reader {
  readonly session: string;
  readonly response: ServerResponse;
  /** Since when it takes nothing; undefined while it does. */
  slowSince: number | undefined;
}

/** Bytes that may wait for one reader: some pictures. */
const WAITING_MAX = 256 * 1024;
const SLOW_MS = 10_000;
const READERS_MAX = 32;

export class StreamHub {
  readonly #terms: StreamTerms;
  readonly #readers = new Set<Reader>();

  constructor(terms: StreamTerms) {
    this.#terms = terms;
  }

  get size(): number {
    return this.#readers.size;
  }

  /** Takes over a response whose head was sent. */
  add(session: string, response: ServerResponse): void {
    const reader: Reader = { session, response, slowSince: undefined };
    const own = [...this.#readers].filter((other) => other.session === session);
    const oldest = [...this.#readers];
    if (own.length >= this.#terms.perSession) this.#drop(own[0]);
    else if (oldest.length >= READERS_MAX) this.#drop(oldest[0]);
    this.#readers.add(reader);
    response.on("close", () => this.#readers.delete(reader));
    response.on("error", () => this.#readers.delete(reader));
    response.write("retry: 2000\n\n");
  }

  send(event: string, text: string): void {
    // One line: JSON has no bare line feed, and whatever else came has none either.
    const frame = `event: ${event}\ndata: ${text.replaceAll(/[\r\n]/g, " ")}\n\n`;
    for (const reader of this.#readers) this.#write(reader, frame);
  }

  /** A comment, so that nothing between takes the line for dead. */
  keepAlive(): void {
    for (const reader of this.#readers) this.#write(reader, ": \n\n");
  }

  /** Ends those of sessions that are over. */
  prune(isAlive: (session: string) => boolean): void {
    for (const reader of this.#readers) if (!isAlive(reader.session)) this.#drop(reader);
  }

  close(): void {
    for (const reader of this.#readers) this.#drop(reader);
  }

  #write(reader: Reader, frame: string): void {
    const { response } = reader;
    if (response.writableLength <= WAITING_MAX) {
      reader.slowSince = undefined;
      response.write(frame);
      return;
    }
    const now = this.#terms.now();
    reader.slowSince ??= now;
    if (now - reader.slowSince >= SLOW_MS) this.#drop(reader, true);
  }

  #drop(reader: Reader | undefined, isDeaf = false): void {
    if (reader === undefined) return;
    this.#readers.delete(reader);
    // Who takes nothing would keep an end waiting for ever.
    if (isDeaf) reader.response.destroy();
    else reader.response.end("event: end\ndata: {}\n\n");
  }
}
