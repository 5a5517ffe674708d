/**
 * Mean and variance of the last n values, in constant time per value (QUANT a6).
 *
 *   d = new - old;  mean' = mean + d / n;  M2 += d * (new - mean' + old - mean)
 *
 * All of it about a reference near the values, the mean of the last exact recompute: a mean of 250 kept
 * whole would round at 3e-14 in each update, and M2 would gather that.
 *
 * Rounding gathers in M2, so the window is recomputed exactly, in two passes, every 256 updates, and at
 * once when M2 is small against what rounding may have left in it: against n * mean^2 (prices near 1e9
 * that move by cents), and against the largest M2 since the last exact one (an outlier that has just left
 * the window takes its M2 with it but not its rounding). A window of equal values has variance 0 exactly,
 * found by counting equals, not by arithmetic.
 *
 * NaN policy: a value that is not finite gives NaN for that step and leaves the state untouched; windows
 * count valid values. Until n have come the answers are NaN.
 */
import { invariant } from "../domain/assert.ts";

/** Updates between exact recomputes. */
const RECOMPUTE_EVERY = 256;
/** QUANT a6: M2 under this share of n * mean^2 is recomputed. */
const SMALL_AGAINST_MEAN = 1e-10;
/** M2 under this share of its recent largest is recomputed: keeps 1e-11 relative after an outlier. */
const SMALL_AGAINST_PEAK = 1e-4;

/** Where each number stands in the state; the window follows as a ring. */
const AT = {
  /** The mean is reference + offset. */
  reference: 0,
  offset: 1,
  m2: 2,
  peakM2: 3,
  count: 4,
  head: 5,
  updates: 6,
  /** Length of the run of equal values that ends with the last one. */
  equals: 7,
  last: 8,
  /** 1 after a value that was refused. */
  refused: 9,
} as const;
const HEADER = 10;

/**
 * Rolling moments of one series. All state is doubles in one array, so a caller may place many series in
 * one block by passing slices of `sizeOf(length)`; an array of zeros is an empty window.
 */
export class RollingMoments {
  readonly length: number;
  readonly #state: Float64Array;

  /** Window of `length` >= 1 values. Halts on another length or a state of another size (NU-4). */
  constructor(length: number, state: Float64Array = new Float64Array(RollingMoments.sizeOf(length))) {
    invariant(Number.isInteger(length) && length >= 1, "NU-4", `rolling window of ${length} values`);
    invariant(state.length === RollingMoments.sizeOf(length), "NU-4", `state of ${state.length} doubles`);
    this.length = length;
    this.#state = state;
  }

  /** Doubles of state that a window of `length` needs. */
  static sizeOf(length: number): number {
    return HEADER + length;
  }

  /** Valid values seen, at most `length`. */
  get count(): number {
    return this.#state[AT.count]!;
  }

  /** Of the last n valid values. NaN until there are n, and after a value that was refused. */
  get mean(): number {
    return this.#speaks() ? this.#state[AT.reference]! + this.#state[AT.offset]! : Number.NaN;
  }

  /** Divides by n. Never negative; exactly 0 for a flat window. */
  get populationVariance(): number {
    return this.#speaks() ? this.#state[AT.m2]! / this.length : Number.NaN;
  }

  /** Divides by n - 1; NaN for a window of one. */
  get sampleVariance(): number {
    return this.#speaks() && this.length > 1 ? this.#state[AT.m2]! / (this.length - 1) : Number.NaN;
  }

  push(value: number): void {
    const s = this.#state;
    s[AT.refused] = Number.isFinite(value) ? 0 : 1;
    if (s[AT.refused] === 1) return;

    s[AT.equals] = s[AT.count]! > 0 && value === s[AT.last] ? s[AT.equals]! + 1 : 1;
    s[AT.last] = value;
    const slot = HEADER + s[AT.head]!;
    const old = s[slot]!;
    // + 0 turns -0 into 0, which JSON cannot carry through a checkpoint.
    s[slot] = value + 0;
    s[AT.head] = s[AT.head]! + 1 === this.length ? 0 : s[AT.head]! + 1;

    if (s[AT.count]! < this.length) {
      s[AT.count]! += 1;
      if (s[AT.count] === this.length) this.#recompute();
      return;
    }
    this.#slide(value, old);
  }

  /** All state as plain numbers that survive JSON bit for bit. */
  save(): number[] {
    return Array.from(this.#state);
  }

  /** Continues where `saved` was taken. Halts when it belongs to a window of another length (NU-4). */
  restore(saved: readonly number[]): void {
    invariant(saved.length === this.#state.length, "NU-4", `saved state of ${saved.length} doubles`);
    this.#state.set(saved);
  }

  #speaks(): boolean {
    return this.#state[AT.count] === this.length && this.#state[AT.refused] === 0;
  }

  #slide(value: number, old: number): void {
    const s = this.#state;
    const reference = s[AT.reference]!;
    const before = s[AT.offset]!;
    const difference = value - old;
    const after = before + difference / this.length;
    const cross = value - reference - after + (old - reference - before);
    const m2 = Math.max(0, s[AT.m2]! + difference * cross);
    s[AT.offset] = after;
    s[AT.m2] = m2;
    s[AT.updates]! += 1;
    if (m2 > s[AT.peakM2]!) s[AT.peakM2] = m2;

    const isFlat = s[AT.equals]! >= this.length;
    const isSmall = m2 < SMALL_AGAINST_MEAN * this.length * (reference + after) ** 2;
    const isRemnant = m2 < SMALL_AGAINST_PEAK * s[AT.peakM2]!;
    if (isFlat || isSmall || isRemnant || s[AT.updates]! >= RECOMPUTE_EVERY) this.#recompute();
  }

  /** Two passes over the ring. */
  #recompute(): void {
    const s = this.#state;
    const n = this.length;
    s[AT.updates] = 0;
    if (s[AT.equals]! >= n) {
      s[AT.reference] = s[AT.last]! + 0;
      s[AT.offset] = 0;
      s[AT.m2] = 0;
      s[AT.peakM2] = 0;
      return;
    }
    let total = 0;
    for (let i = HEADER; i < HEADER + n; i++) total += s[i]!;
    const rough = total / n;
    let drift = 0;
    let m2 = 0;
    for (let i = HEADER; i < HEADER + n; i++) {
      const d = s[i]! - rough;
      drift += d;
      m2 += d * d;
    }
    s[AT.reference] = rough;
    s[AT.offset] = drift / n;
    // Takes out what the rounding of the rough mean put in.
    s[AT.m2] = Math.max(0, m2 - (drift * drift) / n);
    s[AT.peakM2] = s[AT.m2]!;
  }
}

/** Rolling mean of a whole series, by the same steps as the stream. Same length; NaN before n valid values. */
export function rollingMean(values: Float64Array, length: number): Float64Array {
  const window = new RollingMoments(length);
  return values.map((value) => {
    window.push(value);
    return window.mean;
  });
}

/** Rolling population variance (divides by n) of a whole series, by the same steps as the stream. */
export function rollingPopulationVariance(values: Float64Array, length: number): Float64Array {
  const window = new RollingMoments(length);
  return values.map((value) => {
    window.push(value);
    return window.populationVariance;
  });
}

/** Rolling sample variance (divides by n - 1) of a whole series, by the same steps as the stream. */
export function rollingSampleVariance(values: Float64Array, length: number): Float64Array {
  const window = new RollingMoments(length);
  return values.map((value) => {
    window.push(value);
    return window.sampleVariance;
  });
}
