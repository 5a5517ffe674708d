/**
 * Chance, made repeatable: the only source of random numbers in the pure rooms.
 *
 * Generator: sfc32 (C. Doty-Humphrey, PractRand), 128 bits of state with a counter, so no seed falls
 * into a short cycle. Seeding: the seed and the name are hashed to a key and splitmix32 (after Steele,
 * Lea and Flood, OOPSLA 2014) spreads the key over the state. The key has two 32-bit lanes, not one:
 * with one, a million streams (one per evolved individual) would hold about a hundred equal pairs.
 *
 * A component draws from its own fork. A fork's key depends on the names on the way to it and never on
 * what was drawn, so a draw added in one component moves no other.
 *
 * `uniform` and `integer` are exact everywhere. `normal`, `exponential` and `studentT` go through
 * Math.log, sin, cos, sqrt and pow, whose last bit may differ between engine versions; the runtime is
 * pinned for that reason, and a run's identity includes its version.
 */
import { InputError, InvariantError, invariant } from "../domain/assert.ts";

/** All a generator remembers, as plain data that survives JSON. Words are unsigned 32-bit. */
export interface RngState {
  /** What the stream is; forks derive from it. */
  readonly key: readonly [number, number];
  /** Where in the stream it stands. */
  readonly words: readonly [number, number, number, number];
  /** The second normal of a pair, waiting to be drawn; null when none waits. */
  readonly spareNormal: number | null;
}

export interface Rng {
  /** In [0, 1), a multiple of 2^-53. Two words. */
  uniform(): number;
  /** Standard normal, by Box and Muller (1958); every second call uses the spare. */
  normal(): number;
  /** Whole, in [0, n), without modulo bias. Halts unless n is whole and in 1..2^53-1 (NU-1). */
  integer(n: number): number;
  /** Mean 1, never negative, at most 36.8. */
  exponential(): number;
  /** Student's t with `df` > 0 degrees of freedom, by the polar method of Bailey (1994). */
  studentT(df: number): number;
  /** An independent stream. The same name gives the same stream again, however much was drawn. */
  fork(name: string): Rng;
  save(): RngState;
  /** Continues bit for bit where `state` was saved. Halts on words that are not uint32 (NU-1). */
  restore(state: RngState): void;
}

/**
 * The stream called `name` of a run. Refuses a seed that is not a whole number in 0..2^53-1, because
 * the seed comes from whoever started the run.
 */
export function createRng(seed: number, name: string): Rng {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError(
      `seed ${seed} is not a whole number from 0 to ${Number.MAX_SAFE_INTEGER}; pass one, as 42`,
    );
  }
  const low = seed >>> 0;
  const high = Math.floor(seed / WORD) >>> 0;
  return new Sfc32(keyOf(low, high, name));
}

const WORD = 2 ** 32;
const GOLDEN_GAMMA = 0x9e3779b9;
/** Words thrown away after seeding, as sfc32's author advises, so that near keys part company. */
const WARM_UP = 12;

class Sfc32 implements Rng {
  #key: readonly [number, number];
  #a: number;
  #b: number;
  #c: number;
  #counter: number;
  #spareNormal: number | null = null;

  constructor(key: readonly [number, number]) {
    this.#key = key;
    this.#a = scatter(key[0] + GOLDEN_GAMMA);
    this.#b = scatter(key[1] + GOLDEN_GAMMA);
    this.#c = scatter(key[0] + 2 * GOLDEN_GAMMA) ^ scatter(key[1] + 3 * GOLDEN_GAMMA);
    this.#counter = 1;
    for (let i = 0; i < WARM_UP; i++) this.#word();
  }

  uniform(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    // 1 - uniform is in (0, 1], so the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) throw new InvariantError(`NU-1: integer below ${n}`);
    if (n <= WORD) {
      const fair = WORD - (WORD % n);
      for (;;) {
        const word = this.#word() >>> 0;
        if (word < fair) return word % n;
      }
    }
    const fair = 2 ** 53 - (2 ** 53 % n);
    for (;;) {
      const wide = this.uniform() * 2 ** 53;
      if (wide < fair) return wide % n;
    }
  }

  exponential(): number {
    return -Math.log(1 - this.uniform()) + 0;
  }

  studentT(df: number): number {
    invariant(df > 0 && df < Infinity, "NU-1", `Student t with ${df} degrees of freedom`);
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const w = u * u + v * v;
      if (w > 0 && w < 1) return u * Math.sqrt((df * (w ** (-2 / df) - 1)) / w);
    }
  }

  fork(name: string): Rng {
    return new Sfc32(keyOf(this.#key[0], this.#key[1], name));
  }

  save(): RngState {
    return {
      key: this.#key,
      words: [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#counter >>> 0],
      spareNormal: this.#spareNormal,
    };
  }

  restore({ key, words, spareNormal }: RngState): void {
    for (const word of [...key, ...words]) {
      invariant(word === word >>> 0, "NU-1", `generator state holds ${word}, not an unsigned 32-bit word`);
    }
    this.#key = [key[0], key[1]];
    this.#a = words[0] | 0;
    this.#b = words[1] | 0;
    this.#c = words[2] | 0;
    this.#counter = words[3] | 0;
    this.#spareNormal = spareNormal;
  }

  /** The next 32 bits, signed. */
  #word(): number {
    const out = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + out) | 0;
    return out;
  }
}

/** Two words and a name to a key. Every code unit and the length enter both lanes. */
function keyOf(first: number, second: number, name: string): [number, number] {
  let left = scatter(first ^ 0x243f6a88);
  let right = scatter(second ^ 0x85a308d3);
  // Each lane sees both words: two seeds that differ in one word differ in both lanes.
  left = scatter(left ^ Math.imul(second, 0x9e3779b1));
  right = scatter(right ^ Math.imul(first, 0x85ebca77));
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    left = scatter(Math.imul(left, 31) ^ unit);
    right = scatter(Math.imul(right, 0x01000193) + unit);
  }
  return [scatter(left ^ name.length) >>> 0, scatter(right + name.length) >>> 0];
}

/** The finalizer of splitmix32: a bijection of 32-bit words in which every input bit moves half the output. */
function scatter(word: number): number {
  let z = word | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
