/**
 * SHA-256 (FIPS 180-4) for rooms that know no platform: run digests, feature and model hashes, and the
 * journal's chain must come out the same in the core and in the shell.
 *
 * About 90 MB/s; a file is better hashed by the platform, outside the core.
 */
import { InvariantError } from "../domain/assert.ts";

const BLOCK_BYTES = 64;

/** First 32 bits of the fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const ROUND = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
);

/** First 32 bits of the fractions of the square roots of the first 8 primes (FIPS 180-4, 5.3.3). */
const START = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
] as const;

/** One digest in the making. Use once: after `digestHex` it refuses more input (NU-2). */
export class Sha256 {
  readonly #state = Int32Array.from(START);
  readonly #schedule = new Int32Array(64);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #pending = 0;
  #bytes = 0;
  #closed = false;

  update(bytes: Uint8Array): this {
    if (this.#closed) throw new InvariantError("NU-2: a digest was updated after it was read");
    this.#absorb(bytes);
    return this;
  }

  /** 64 lower-case hexadecimal digits. Halts when read twice (NU-2). */
  digestHex(): string {
    if (this.#closed) throw new InvariantError("NU-2: a digest was read twice");
    this.#closed = true;
    // Padding: one bit, zeros, then the length in bits as 64 big-endian bits, ending on a block.
    const zeros = (2 * BLOCK_BYTES - 9 - this.#pending) % BLOCK_BYTES;
    const padding = new Uint8Array(zeros + 9);
    const view = new DataView(padding.buffer);
    padding[0] = 0x80;
    view.setUint32(zeros + 1, Math.floor(this.#bytes / 2 ** 29));
    view.setUint32(zeros + 5, (this.#bytes * 8) % 2 ** 32);
    this.#absorb(padding);
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #absorb(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    let from = 0;
    if (this.#pending > 0) {
      from = Math.min(bytes.length, BLOCK_BYTES - this.#pending);
      this.#block.set(bytes.subarray(0, from), this.#pending);
      this.#pending += from;
      if (this.#pending < BLOCK_BYTES) return;
      compress(this.#state, this.#schedule, this.#block, 0);
    }
    for (; from + BLOCK_BYTES <= bytes.length; from += BLOCK_BYTES) {
      compress(this.#state, this.#schedule, bytes, from);
    }
    this.#block.set(bytes.subarray(from));
    this.#pending = bytes.length - from;
  }
}

/** Digest of a text's UTF-8 bytes, in lower-case hexadecimal. */
export function sha256Hex(text: string): string {
  return new Sha256().update(utf8Bytes(text)).digestHex();
}

/**
 * Digest of columns of numbers, in order. Each column enters as its length (32 bits) and then its
 * doubles, little-endian on every machine, so that moving a value from one column to the next changes
 * the digest. Every NaN counts as the same one; -0 and 0 differ, as their bits do.
 */
export function digestFloats(...columns: readonly Float64Array[]): string {
  const digest = new Sha256();
  const chunk = new DataView(new ArrayBuffer(CHUNK_DOUBLES * 8));
  for (const column of columns) {
    chunk.setUint32(0, column.length, true);
    digest.update(new Uint8Array(chunk.buffer, 0, 4));
    for (let from = 0; from < column.length; from += CHUNK_DOUBLES) {
      const count = Math.min(CHUNK_DOUBLES, column.length - from);
      for (let i = 0; i < count; i++) writeDouble(chunk, i * 8, column[from + i]!);
      digest.update(new Uint8Array(chunk.buffer, 0, count * 8));
    }
  }
  return digest.digestHex();
}

/**
 * UTF-8, as RFC 3629. Half a surrogate pair becomes U+FFFD, as the platform's encoder does, so that
 * both sides of the wall hash alike.
 */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let at = 0;
  const whole = text.toWellFormed();
  for (let i = 0; i < whole.length; i++) {
    const code = whole.codePointAt(i) ?? 0;
    // Beyond the basic plane a code point takes two units of the text.
    if (code >= 0x10000) i += 1;
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    const continuations = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    bytes[at++] = ((0xff00 >> (continuations + 1)) & 0xff) | (code >> (6 * continuations));
    for (let left = continuations - 1; left >= 0; left--) bytes[at++] = 0x80 | ((code >> (6 * left)) & 0x3f);
  }
  return bytes.subarray(0, at);
}

const CHUNK_DOUBLES = 1024;

/** A NaN has many bit patterns and an engine may write any of them; this writes the quiet one. */
function writeDouble(view: DataView, at: number, value: number): void {
  if (Number.isNaN(value)) {
    view.setUint32(at, 0, true);
    view.setUint32(at + 4, 0x7ff80000, true);
  } else {
    view.setFloat64(at, value, true);
  }
}

/** One block into the state: FIPS 180-4, 6.2.2. */
function compress(state: Int32Array, w: Int32Array, bytes: Uint8Array, from: number): void {
  for (let t = 0; t < 16; t++) {
    const i = from + t * 4;
    w[t] = (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
  }
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[t]! + w[t]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}
