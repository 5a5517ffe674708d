/**
 * Frames on a byte stream: length of the payload (u32, little-endian), kind (u8), payload. The decoder takes chunks cut
 * anywhere; what cannot be a frame is an error, because after it nothing on the stream can be trusted.
 */

export const FRAME_HEAD_BYTES = 5;
/** Larger than any honest frame: a bound on what a broken peer can make us hold. */
export const FRAME_PAYLOAD_MAX_BYTES = 4 * 2 ** 20;

/** The stream is no stream of frames, or not of ours: the link that carried it is cut. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Throws FrameError for a payload that no peer would take. `kind` 1 to 255. */
export function encodeFrame(kind: number, payload: Uint8Array | string): Buffer {
  const bytes = payloadBytes(payload);
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + bytes);
  writeFrame(frame, 0, kind, payload);
  return frame;
}

/** Bytes of a payload on the wire. Throws FrameError above the bound. */
export function payloadBytes(payload: Uint8Array | string): number {
  const bytes = typeof payload === "string" ? Buffer.byteLength(payload) : payload.byteLength;
  if (bytes > FRAME_PAYLOAD_MAX_BYTES) {
    throw new FrameError(`a frame of ${bytes} bytes; at most ${FRAME_PAYLOAD_MAX_BYTES}`);
  }
  return bytes;
}

/** Writes a frame at `offset`, where there is room for it; returns the offset after it. */
export function writeFrame(into: Buffer, offset: number, kind: number, payload: Uint8Array | string): number {
  const start = offset + FRAME_HEAD_BYTES;
  let bytes: number;
  if (typeof payload === "string") {
    bytes = into.write(payload, start);
  } else {
    into.set(payload, start);
    bytes = payload.byteLength;
  }
  into.writeUInt32LE(bytes, offset);
  into[offset + 4] = kind;
  return start + bytes;
}

/** Takes a stream apart. After a FrameError it is used no more. */
export class FrameDecoder {
  readonly #onFrame: (kind: number, payload: Uint8Array) => void;
  /** Beginning of a frame whose rest has not come; its room is that of the whole frame once the head is known. */
  #partial = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
  #filled = 0;

  /** `onFrame` gets a view on the chunk, or on a buffer of its own where the frame came in pieces. */
  constructor(onFrame: (kind: number, payload: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** Throws FrameError where the stream is no stream of frames. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = this.#finishPartial(bytes);
    while (bytes.length - at >= FRAME_HEAD_BYTES) {
      const length = checkedLength(bytes, at);
      const end = at + FRAME_HEAD_BYTES + length;
      if (end > bytes.length) break;
      this.#onFrame(bytes[at + 4]!, bytes.subarray(at + FRAME_HEAD_BYTES, end));
      at = end;
    }
    if (at < bytes.length) this.#keep(bytes, at);
  }

  /** Bytes that wait for the rest of their frame. */
  get waitingBytes(): number {
    return this.#filled;
  }

  /** Completes what the last chunk began; returns where the next frame begins in this one. */
  #finishPartial(bytes: Buffer): number {
    let at = 0;
    while (this.#filled > 0 && at < bytes.length) {
      at += this.#fill(bytes, at);
      if (this.#filled < FRAME_HEAD_BYTES) return at;
      const whole = FRAME_HEAD_BYTES + checkedLength(this.#partial, 0);
      if (this.#partial.length < whole) this.#grow(whole);
      if (this.#filled < whole) continue;
      const frame = this.#partial;
      this.#partial = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
      this.#filled = 0;
      this.#onFrame(frame[4]!, frame.subarray(FRAME_HEAD_BYTES, whole));
    }
    return at;
  }

  #fill(bytes: Buffer, at: number): number {
    const copied = bytes.copy(this.#partial, this.#filled, at);
    this.#filled += copied;
    return copied;
  }

  #keep(bytes: Buffer, at: number): void {
    const left = bytes.length - at;
    if (left >= FRAME_HEAD_BYTES) this.#grow(FRAME_HEAD_BYTES + checkedLength(bytes, at));
    this.#fill(bytes, at);
  }

  #grow(whole: number): void {
    const room = Buffer.allocUnsafe(whole);
    this.#partial.copy(room, 0, 0, this.#filled);
    this.#partial = room;
  }
}

function checkedLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32LE(at);
  if (length > FRAME_PAYLOAD_MAX_BYTES) {
    throw new FrameError(`a frame of ${length} bytes was announced; at most ${FRAME_PAYLOAD_MAX_BYTES}`);
  }
  if (bytes[at + 4] === 0) throw new FrameError("a frame of kind 0: this is no stream of frames");
  return length;
}
