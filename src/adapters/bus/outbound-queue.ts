/**
 * What waits in front of a socket (ADR 0006): packed bytes in one buffer, in the order in which they leave. Lossless
 * frames stay; a conflated one dies when a newer one of its key is put behind, so time never runs backwards for the
 * consumer. Bounded in frames and bytes: a full queue says so, and its link is cut.
 *
 * A record is the key (u32, or `LOSSLESS`) and the frame as it goes out; kind 0 marks a dead one. Dead and sent records
 * are squeezed out when the buffer is full, so it holds at most twice what lives plus the smallest buffer.
 */
import { invariant } from "../../domain/assert.ts";
import type { QueueBounds } from "./bus-terms.ts";
import { FRAME_HEAD_BYTES, payloadBytes, writeFrame } from "./frame-codec.ts";

const KEY_BYTES = 4;
const RECORD_HEAD_BYTES = KEY_BYTES + FRAME_HEAD_BYTES;
const LOSSLESS = 0xffff_ffff;
const KIND_AT = KEY_BYTES + 4;
const DEAD = 0;
const SMALLEST_BYTES = 16 * 1024;

export class OutboundQueue {
  readonly #bounds: QueueBounds;
  #buffer = Buffer.allocUnsafe(SMALLEST_BYTES);
  #head = 0;
  #tail = 0;
  #frames = 0;
  #bytes = 0;
  #conflated = 0;
  /** Where the waiting frame of a key stands. */
  readonly #slots = new Map<number, number>();

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  /** Live frames. */
  get frames(): number {
    return this.#frames;
  }

  /** Live bytes as they go out. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Frames that a newer one took the place of, since the start. */
  get conflated(): number {
    return this.#conflated;
  }

  /** Bytes of memory held. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /** False when it would go over the bound: nothing was put in. Throws FrameError for a payload above the frame's bound. */
  put(kind: number, payload: Uint8Array | string): boolean {
    return this.#append(LOSSLESS, kind, payload);
  }

  /** The waiting frame of the same key dies first. `key` 0 to 4,294,967,294. */
  putNewest(key: number, kind: number, payload: Uint8Array | string): boolean {
    invariant(Number.isInteger(key) && key >= 0 && key < LOSSLESS, "BU-1", `key ${key} is no key`);
    const size = payloadBytes(payload);
    const old = this.#slots.get(key);
    if (old !== undefined) {
      this.#buffer[old + KIND_AT] = DEAD;
      this.#frames -= 1;
      this.#bytes -= FRAME_HEAD_BYTES + this.#buffer.readUInt32LE(old + KEY_BYTES);
      this.#slots.delete(key);
    }
    if (!this.#append(key, kind, payload, size)) return false;
    if (old !== undefined) this.#conflated += 1;
    return true;
  }

  /**
   * Takes whole frames from the front, at most `roomBytes` of them together; undefined when none fits. The first may be
   * larger than the room when `evenLarger`: a frame above the socket's bound has to leave some time.
   */
  take({
    roomBytes,
    evenLarger,
  }: {
    readonly roomBytes: number;
    readonly evenLarger: boolean;
  }): Buffer | undefined {
    this.#skipDead();
    const out = Buffer.allocUnsafe(this.#fittingBytes(roomBytes, evenLarger));
    for (let at = 0; at < out.length; this.#skipDead()) {
      const start = this.#head + KEY_BYTES;
      const end = start + FRAME_HEAD_BYTES + this.#buffer.readUInt32LE(start);
      const key = this.#buffer.readUInt32LE(this.#head);
      at += this.#buffer.copy(out, at, start, end);
      if (key !== LOSSLESS) this.#slots.delete(key);
      this.#frames -= 1;
      this.#bytes -= end - start;
      this.#head = end;
    }
    if (this.#frames === 0) this.#startOver();
    return out.length === 0 ? undefined : out;
  }

  #append(key: number, kind: number, payload: Uint8Array | string, size = payloadBytes(payload)): boolean {
    invariant(kind > DEAD && kind <= 255, "BU-1", `kind ${kind} is no kind of frame`);
    const { framesMax, bytesMax } = this.#bounds;
    if (this.#frames >= framesMax || this.#bytes + FRAME_HEAD_BYTES + size > bytesMax) return false;
    if (this.#tail + RECORD_HEAD_BYTES + size > this.#buffer.length) this.#makeRoom(RECORD_HEAD_BYTES + size);
    if (key !== LOSSLESS) this.#slots.set(key, this.#tail);
    this.#buffer.writeUInt32LE(key, this.#tail);
    this.#tail = writeFrame(this.#buffer, this.#tail + KEY_BYTES, kind, payload);
    this.#frames += 1;
    this.#bytes += FRAME_HEAD_BYTES + size;
    return true;
  }

  /** What `take` would take. Dead records in between cost no room. */
  #fittingBytes(roomBytes: number, evenLarger: boolean): number {
    let sum = 0;
    for (let at = this.#head; at < this.#tail; ) {
      const size = FRAME_HEAD_BYTES + this.#buffer.readUInt32LE(at + KEY_BYTES);
      if (this.#buffer[at + KIND_AT] !== DEAD) {
        if (sum + size > roomBytes && !(sum === 0 && evenLarger)) return sum;
        sum += size;
      }
      at += KEY_BYTES + size;
    }
    return sum;
  }

  #skipDead(): void {
    while (this.#head < this.#tail && this.#buffer[this.#head + KIND_AT] === DEAD) {
      this.#head += RECORD_HEAD_BYTES + this.#buffer.readUInt32LE(this.#head + KEY_BYTES);
    }
  }

  /** Squeezes into the same buffer while that frees half of it, into a larger one otherwise. */
  #makeRoom(needed: number): void {
    const live = this.#bytes + this.#frames * KEY_BYTES;
    let capacity = SMALLEST_BYTES;
    while (capacity < (live + needed) * 2) capacity *= 2;
    const to = capacity > this.#buffer.length ? Buffer.allocUnsafe(capacity) : this.#buffer;
    let filled = 0;
    for (let at = this.#head; at < this.#tail; ) {
      const end = at + RECORD_HEAD_BYTES + this.#buffer.readUInt32LE(at + KEY_BYTES);
      if (this.#buffer[at + KIND_AT] !== DEAD) {
        const key = this.#buffer.readUInt32LE(at);
        if (key !== LOSSLESS) this.#slots.set(key, filled);
        filled += this.#buffer.copy(to, filled, at, end);
      }
      at = end;
    }
    this.#buffer = to;
    this.#head = 0;
    this.#tail = filled;
  }

  /** An empty queue gives back what a long stop of the consumer made it hold. */
  #startOver(): void {
    this.#head = 0;
    this.#tail = 0;
    if (this.#buffer.length > SMALLEST_BYTES * 64) this.#buffer = Buffer.allocUnsafe(SMALLEST_BYTES);
  }
}
