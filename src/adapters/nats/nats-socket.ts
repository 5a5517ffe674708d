/**
 * A byte stream between two processes over a message line, used by a link as a socket is. It promises what a socket
 * does, order and no loss until it ends, of messages that may get lost: pieces are numbered, a gap ends the stream, and
 * the link's owners begin anew from their journals. A window of bytes that the peer has not confirmed keeps what waits
 * in the link's own bounded queue, where quotes are conflated.
 *
 * Core NATS and not JetStream: what was not heard comes from the sender's journal, which is the truth. A stream in
 * between would be a second record to reconcile, a disk on the way of every frame, and old frames after every return.
 *
 * BN-1  What is read is what was written, whole and in order, up to where the stream ends.
 * BN-2  At most the window and one write are under way: what waits, waits at the sender.
 */
import { Duplex } from "node:stream";
import type { Clock, TimerHandle } from "../net/ports.ts";
import type { MessageLine } from "./message-line.ts";

const DATA = 1;
const TAKEN = 2;
const PING = 3;
const CLOSE = 4;
const ACCEPT = 5;
const HEAD_BYTES = 5;
/** A quarter of what a server takes by default. */
const PIECE_BYTES = 256 * 1024;
export const WINDOW_BYTES = 256 * 1024;
const PING_EVERY_MS = 500;
/** Looks without a word: by count and not by time, so that a process that stood still does not blame its peer. */
const SILENT_LOOKS_MAX = 10;
const ACCEPTED_WITHIN_MS = 1000;

export interface NatsSocketTerms {
  readonly line: MessageLine;
  readonly clock: Clock;
  /** Subject on which this end hears. */
  readonly inbox: string;
}

export class NatsSocket extends Duplex {
  readonly #line: MessageLine;
  readonly #clock: Clock;
  readonly #ends: (() => void)[];
  #outbox: string | undefined;
  /** Where both ends hear: nobody makes us write elsewhere. */
  readonly #place: string;
  /** Who accepted: another one that comes to that place ends the stream. */
  #server: string | undefined;
  #sent = 0;
  #taken = 0;
  readonly #underWay: number[] = [];
  #underWayBytes = 0;
  #written: ((error?: Error | null) => void) | undefined;
  #silentLooks = 0;
  #timer: TimerHandle | undefined;

  private constructor({ line, clock, inbox }: NatsSocketTerms) {
    super({ allowHalfOpen: false });
    this.#line = line;
    this.#clock = clock;
    this.#place = inbox.slice(0, inbox.lastIndexOf(".") + 1);
    this.#ends = [
      line.subscribe(inbox, (bytes) => this.#heard(bytes)),
      line.onState((isUp) => {
        if (!isUp) this.destroy(new Error("the bus is away"));
      }),
    ];
  }

  /** Asks for a stream at `door`; emits `connect`, or `error` when nobody accepts. `here`: who serves there tells. */
  static dial(
    terms: NatsSocketTerms,
    { door, here, role }: { readonly door: string; readonly here: string; readonly role: string },
  ): NatsSocket {
    const socket = new NatsSocket(terms);
    const { line, clock, inbox } = terms;
    const knock = () => line.publish(door, Buffer.from(JSON.stringify({ role, inbox })));
    socket.#ends.push(
      line.subscribe(here, (bytes) => {
        // It may not have been there yet when it was asked.
        if (socket.#server === undefined) knock();
        else if (socket.#server !== textOf(bytes))
          socket.destroy(new Error("another process has come to its place"));
      }),
    );
    socket.#timer = clock.timer(line.isUp ? ACCEPTED_WITHIN_MS : 0, () =>
      socket.destroy(new Error(line.isUp ? "nobody answers" : "the bus is away")),
    );
    knock();
    return socket;
  }

  /** The other end of one that was asked for. */
  static accept(
    terms: NatsSocketTerms,
    { outbox, server }: { readonly outbox: string; readonly server: string },
  ): NatsSocket {
    const socket = new NatsSocket(terms);
    socket.#outbox = outbox;
    socket.#say(ACCEPT, 0, Buffer.from(JSON.stringify({ server, inbox: terms.inbox })));
    socket.#look();
    return socket;
  }

  override _read(): void {
    // Pieces come by themselves; the window bounds them.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      this.#underWay.push(piece.length);
      this.#underWayBytes += piece.length;
      this.#say(DATA, this.#sent, piece);
      this.#sent += 1;
    }
    this.#written = done;
    this.#release();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#timer?.cancel();
    this.#say(CLOSE, 0);
    for (const end of this.#ends.splice(0)) end();
    done(error);
  }

  /** As a socket does: what was written leaves first. */
  destroySoon(): void {
    this.end(() => this.destroy());
  }

  #say(type: number, number: number, bytes?: Uint8Array): void {
    if (this.#outbox === undefined) return;
    const message = Buffer.allocUnsafe(HEAD_BYTES + (bytes?.length ?? 0));
    message[0] = type;
    message.writeUInt32LE(number, 1);
    if (bytes !== undefined) message.set(bytes, HEAD_BYTES);
    this.#line.publish(this.#outbox, message);
  }

  #heard(bytes: Uint8Array): void {
    if (this.destroyed || bytes.length < HEAD_BYTES) return;
    const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [type, number, rest] = [message[0], message.readUInt32LE(1), message.subarray(HEAD_BYTES)];
    this.#silentLooks = 0;
    if (type === DATA) this.#data(number, rest);
    else if (type === TAKEN) this.#acknowledged(number);
    else if (type === PING && number > this.#taken) this.#lost(number);
    else if (type === ACCEPT) this.#accepted(rest);
    else if (type === CLOSE) this.#closed();
  }

  #data(number: number, piece: Buffer): void {
    if (number > this.#taken) this.#lost(number);
    if (number !== this.#taken || this.destroyed) return;
    this.#taken += 1;
    this.push(piece);
    this.#say(TAKEN, this.#taken);
  }

  #lost(number: number): void {
    this.destroy(new Error(`the bus lost pieces ${this.#taken} to ${number - 1}`));
  }

  #acknowledged(number: number): void {
    for (let first = this.#sent - this.#underWay.length; first < number; first++) {
      const bytes = this.#underWay.shift();
      if (bytes === undefined) break;
      this.#underWayBytes -= bytes;
    }
    this.#release();
  }

  #release(): void {
    if (this.#underWayBytes >= WINDOW_BYTES) return;
    const done = this.#written;
    this.#written = undefined;
    done?.();
  }

  #accepted(bytes: Buffer): void {
    if (this.#outbox !== undefined) return;
    const { server, inbox } = acceptedOf(bytes);
    if (server === undefined || inbox?.startsWith(this.#place) !== true) return;
    this.#timer?.cancel();
    this.#outbox = inbox;
    this.#server = server;
    this.#look();
    this.emit("connect");
  }

  #closed(): void {
    // What it said before is still read; who has not begun to read has nothing to lose.
    this.#written?.();
    this.#written = undefined;
    if (this.readableFlowing !== true) {
      this.destroy(new Error("the peer closed the connection"));
      return;
    }
    this.once("end", () => this.destroy());
    this.push(null);
  }

  /** Says that it lives and how far it has come, and looks whether the peer did. */
  #look(): void {
    this.#timer = this.#clock.timer(PING_EVERY_MS, () => {
      this.#silentLooks += 1;
      if (this.#silentLooks > SILENT_LOOKS_MAX) {
        this.destroy(new Error(`the peer was silent for ${(SILENT_LOOKS_MAX * PING_EVERY_MS) / 1000} s`));
        return;
      }
      this.#say(PING, this.#sent);
      this.#look();
    });
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

function acceptedOf(bytes: Buffer): { readonly server?: string; readonly inbox?: string } {
  try {
    const { server, inbox } = JSON.parse(textOf(bytes)) as {
      readonly server?: unknown;
      readonly inbox?: unknown;
    };
    return typeof server === "string" && typeof inbox === "string" ? { server, inbox } : {};
  } catch {
    return {};
  }
}
