/**
 * One connection, the same at both ends: hello both ways, then frames through the own queue, then `down` once. A step
 * that sends many frames pays for one write: they leave together when the step is over.
 *
 * BU-1  A frame has a kind from 1 to 255, and a conflated one a key.
 * BU-2  The socket's buffer never holds more than 64 KiB, but for a single frame that is larger (ADR 0006).
 */
import { invariant } from "../../domain/assert.ts";
import type { TimerHandle } from "../net/ports.ts";
import {
  type Beat,
  FIRST_OWN_KIND,
  type Hello,
  LAST_KIND,
  type Link,
  type LinkSocket,
  type LinkTerms,
} from "./bus-terms.ts";
import { encodeFrame, FrameDecoder, FrameError } from "./frame-codec.ts";
import {
  BEAT_KIND,
  HELLO_KIND,
  helloText,
  mismatch,
  REFUSAL_KIND,
  readBeat,
  readHello,
  writeBeat,
} from "./link-frames.ts";
import { OutboundQueue } from "./outbound-queue.ts";

const SOCKET_BYTES_MAX = 64 * 1024;
const BEAT_EVERY_MS = 100;
/** A peer that connects and says nothing is none of ours. */
const HELLO_WITHIN_MS = 2000;
/** The key of beats in the queue: an old one that still waits is of no use to anybody. */
const BEAT_KEY = 0xffff_fffe;

export interface LinkEnd {
  /** The connection is over: told once, whether or not it ever was up. `isRefused`: it makes no sense to try again. */
  ended(reason: string, isRefused: boolean): void;
}

export class SocketLink implements Link {
  readonly #socket: LinkSocket;
  readonly #terms: LinkTerms;
  readonly #end: LinkEnd;
  readonly #own: Hello;
  readonly #queue: OutboundQueue;
  readonly #decoder: FrameDecoder;
  #peer: Hello | undefined;
  #beat: Beat | undefined;
  #beatHeardMs: number;
  #timer: TimerHandle;
  #state: "greeting" | "up" | "over" = "greeting";
  #isPumpDue = false;

  /** `socket` is connected. */
  constructor(socket: LinkSocket, terms: LinkTerms, end: LinkEnd) {
    this.#socket = socket;
    this.#terms = terms;
    this.#end = end;
    this.#own = terms.hello();
    this.#queue = new OutboundQueue(terms.bounds);
    this.#decoder = new FrameDecoder((kind, payload) => this.#take(kind, payload));
    this.#beatHeardMs = terms.clock.now();
    this.#timer = terms.clock.timer(HELLO_WITHIN_MS, () => this.cut("the peer did not say who it is"));
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#over(error.message, false));
    socket.on("close", () => this.#over("the peer closed the connection", false));
    socket.write(encodeFrame(HELLO_KIND, helloText(this.#own)));
  }

  get peer(): Hello {
    invariant(this.#peer !== undefined, "BU-3", "the peer was asked for before it had said who it is");
    return this.#peer;
  }

  get lastBeat(): Beat | undefined {
    return this.#beat;
  }

  beatAgeMs(): number {
    return this.#terms.clock.now() - this.#beatHeardMs;
  }

  get waiting(): { readonly frames: number; readonly bytes: number } {
    return { frames: this.#queue.frames, bytes: this.#queue.bytes };
  }

  /** Bytes handed to the socket that the system has not taken yet. */
  get inSocketBytes(): number {
    return this.#socket.writableLength;
  }

  send(kind: number, payload: Uint8Array | string): boolean {
    invariant(kind >= FIRST_OWN_KIND && kind <= LAST_KIND, "BU-1", `kind ${kind} is not the owner's`);
    return this.#state === "up" && this.#sent(this.#queue.put(kind, payload));
  }

  sendNewest(key: number, kind: number, payload: Uint8Array | string): boolean {
    invariant(kind >= FIRST_OWN_KIND && kind <= LAST_KIND, "BU-1", `kind ${kind} is not the owner's`);
    invariant(key < BEAT_KEY, "BU-1", `key ${key} is the beats'`);
    return this.#state === "up" && this.#sent(this.#queue.putNewest(key, kind, payload));
  }

  cut(reason: string): void {
    this.#over(reason, false);
  }

  #sent(isPut: boolean): boolean {
    if (!isPut) {
      const { frames, bytes } = this.waiting;
      // Not from within `send`: its caller is in the middle of a step.
      queueMicrotask(() =>
        this.#over(`the peer takes nothing: ${frames} frames, ${bytes} bytes wait`, false),
      );
      return false;
    }
    if (!this.#isPumpDue) {
      this.#isPumpDue = true;
      queueMicrotask(() => this.#pump());
    }
    return true;
  }

  #pump(): void {
    this.#isPumpDue = false;
    while (this.#state === "up" && this.#queue.frames > 0) {
      const inSocket = this.#socket.writableLength;
      const bytes = this.#queue.take({
        roomBytes: SOCKET_BYTES_MAX - inSocket,
        evenLarger: inSocket === 0,
      });
      if (bytes === undefined) return;
      this.#socket.write(bytes, () => this.#pump());
    }
  }

  #read(chunk: Buffer): void {
    if (this.#state === "over") return;
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#over(error.message, false);
    }
  }

  #take(kind: number, payload: Uint8Array): void {
    if (this.#state === "over") return;
    // The peer may know better who belongs here than we do, so this also comes after `up`.
    if (kind === REFUSAL_KIND) this.#over(Buffer.from(payload).toString("utf8"), true);
    else if (this.#state === "greeting") this.#greet(kind, payload);
    else if (kind >= FIRST_OWN_KIND) this.#terms.events.frame(kind, payload, this);
    else if (kind === BEAT_KIND) this.#hear(readBeat(payload));
    else this.#over(`a frame of kind ${kind} where none belongs`, false);
  }

  #hear(beat: Beat): void {
    this.#beat = beat;
    this.#beatHeardMs = this.#terms.clock.now();
  }

  #greet(kind: number, payload: Uint8Array): void {
    if (kind !== HELLO_KIND) throw new FrameError(`a frame of kind ${kind} before the hello`);
    const peer = readHello(payload);
    const why = mismatch(this.#own, peer, this.#terms.peers);
    if (why !== undefined) {
      this.#socket.write(encodeFrame(REFUSAL_KIND, why));
      this.#over(why, true);
      return;
    }
    this.#peer = peer;
    this.#state = "up";
    this.#beatHeardMs = this.#terms.clock.now();
    this.#timer.cancel();
    this.#armBeat();
    this.#terms.events.up(this);
  }

  #armBeat(): void {
    const { beat, clock } = this.#terms;
    if (beat === undefined) return;
    this.#timer = clock.timer(BEAT_EVERY_MS, () => {
      this.#sent(
        this.#queue.putNewest(BEAT_KEY, BEAT_KIND, writeBeat({ ...beat(), atNs: process.hrtime.bigint() })),
      );
      if (this.#state === "up") this.#armBeat();
    });
  }

  #over(reason: string, isRefused: boolean): void {
    if (this.#state === "over") return;
    const wasUp = this.#state === "up";
    this.#state = "over";
    this.#timer.cancel();
    // A refusal is on its way to the peer; it ends the connection by itself.
    if (!isRefused) this.#socket.destroy();
    else this.#socket.destroySoon();
    if (wasUp) this.#terms.events.down(reason, this);
    if (isRefused) this.#terms.events.refused(reason);
    this.#end.ended(reason, isRefused);
  }
}
