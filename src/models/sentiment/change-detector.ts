/**
 * Tells an unusual sentiment reading of one symbol from its usual ones (RES-3, QUANT l).
 *
 *   z = (x - mean) / population sd  over the last 756 positions, the current one excluded
 *
 * A position is a reading that was due; one that did not come (no news) takes its place as missing and is skipped
 * in the sums. Under 60 values, for a missing reading, and where the sd is at most 1e-12, z is NaN: a jump after a
 * constant history is not infinitely unusual, it is unmeasured.
 *
 * The sums slide by Welford's update (Welford 1962, with its reverse for the value that leaves). Rounding gathers
 * in them, so they are taken anew every 256 positions, and at once when little is left of the largest recent
 * spread or against the mean. A window of equal values is told by counting, so that its sd is 0 exactly.
 */
import { InputError } from "../../domain/assert.ts";

export interface ChangeParams {
  /** Positions of the window, missing ones included. */
  readonly window: number;
  /** Values that the window must hold before anything is said. */
  readonly valuesMin: number;
  /** A change is at least this many deviations away... */
  readonly changeZ: number;
  /** ...and on the other side of the mean than the z before it, or this far from it. */
  readonly changeStep: number;
  /** Positions after a change that tell of none. */
  readonly coolDown: number;
  /** A reading whose z is below this is low. */
  readonly lowZ: number;
}

/** The figures of RES-3 and QUANT l. */
export const usualChangeParams: ChangeParams = {
  window: 756,
  valuesMin: 60,
  changeZ: 2.5,
  changeStep: 2,
  coolDown: 5,
  lowZ: -2,
};

/** What one position says. The figures are of the window before it. */
export interface ChangeReading {
  /** NaN under `valuesMin` values. */
  readonly mean: number;
  /** Population standard deviation, never negative; NaN as the mean is. */
  readonly deviation: number;
  readonly z: number;
  /** Not again within the cool-down. */
  readonly isChange: boolean;
  /** z < `lowZ`, cool-down or not. */
  readonly isLow: boolean;
}

/** All that a detector remembers, as plain data that survives JSON. */
export interface ChangeState {
  /** The ring of positions as it lies; null is a missing reading, or none yet. */
  readonly ring: readonly (number | null)[];
  readonly head: number;
  readonly count: number;
  readonly mean: number;
  readonly m2: number;
  readonly peakM2: number;
  readonly updates: number;
  readonly equals: number;
  readonly last: number;
  /** Null until a z was finite. */
  readonly zBefore: number | null;
  readonly quiet: number;
}

/** QUANT l: at or under this the window is constant. */
const DEVIATION_MIN = 1e-12;
const RECOMPUTE_EVERY = 256;
/** As in the rolling moments: M2 under these shares may be rounding alone. */
const SMALL_AGAINST_MEAN = 1e-10;
const SMALL_AGAINST_PEAK = 1e-4;

/** The baseline of one symbol. Constant time and no growth per reading. */
export class ChangeDetector {
  readonly #params: ChangeParams;
  readonly #ring: Float64Array;
  #head = 0;
  #count = 0;
  #mean = 0;
  #m2 = 0;
  #peakM2 = 0;
  #updates = 0;
  /** Length of the run of equal values that ends with the last one. */
  #equals = 0;
  #last = 0;
  #zBefore = Number.NaN;
  /** Positions of the cool-down still to come. */
  #quiet = 0;

  /** Refuses a window below 2 or fewer than 2 values in it. */
  constructor(params: ChangeParams = usualChangeParams) {
    const { window, valuesMin } = params;
    if (!Number.isSafeInteger(window) || window < 2) {
      throw new InputError(`sentiment window ${window} is not a whole number of at least 2 readings`);
    }
    if (!Number.isSafeInteger(valuesMin) || valuesMin < 2 || valuesMin > window) {
      throw new InputError(`sentiment valuesMin ${valuesMin} is not a whole number from 2 to ${window}`);
    }
    this.#params = params;
    this.#ring = new Float64Array(window).fill(Number.NaN);
  }

  /** Judges a score in [-1, 1] against the readings before it, then takes it in. NaN is a missing reading. */
  take(score: number): ChangeReading {
    if (score < -1 || score > 1) {
      throw new InputError(`sentiment score ${score} is not in [-1, 1]; pass NaN for a missing reading`);
    }
    const reading = this.#judge(score);
    this.#slide(score);
    return reading;
  }

  save(): ChangeState {
    return {
      ring: Array.from(this.#ring, (value) => (Number.isNaN(value) ? null : value)),
      head: this.#head,
      count: this.#count,
      mean: this.#mean,
      m2: this.#m2,
      peakM2: this.#peakM2,
      updates: this.#updates,
      equals: this.#equals,
      last: this.#last,
      zBefore: Number.isNaN(this.#zBefore) ? null : this.#zBefore,
      quiet: this.#quiet,
    };
  }

  /** Continues bit for bit where `state` was saved. Refuses the state of another window. */
  load(state: ChangeState): void {
    if (state.ring.length !== this.#ring.length) {
      throw new InputError(
        `sentiment state holds a window of ${state.ring.length}, not of ${this.#ring.length} readings`,
      );
    }
    state.ring.forEach((value, k) => {
      this.#ring[k] = value ?? Number.NaN;
    });
    this.#head = state.head;
    this.#count = state.count;
    this.#mean = state.mean;
    this.#m2 = state.m2;
    this.#peakM2 = state.peakM2;
    this.#updates = state.updates;
    this.#equals = state.equals;
    this.#last = state.last;
    this.#zBefore = state.zBefore ?? Number.NaN;
    this.#quiet = state.quiet;
  }

  #judge(score: number): ChangeReading {
    const { valuesMin, changeZ, changeStep, coolDown, lowZ } = this.#params;
    const speaks = this.#count >= valuesMin;
    const mean = speaks ? this.#mean : Number.NaN;
    const deviation = speaks ? Math.sqrt(this.#m2 / this.#count) : Number.NaN;
    const z = deviation > DEVIATION_MIN ? (score - mean) / deviation : Number.NaN;

    const isElsewhere = z * this.#zBefore < 0 || Math.abs(z - this.#zBefore) >= changeStep;
    const isChange = this.#quiet === 0 && Math.abs(z) >= changeZ && isElsewhere;
    if (isChange) this.#quiet = coolDown;
    else if (this.#quiet > 0) this.#quiet -= 1;
    if (!Number.isNaN(z)) this.#zBefore = z + 0;
    return { mean, deviation, z, isChange, isLow: z < lowZ };
  }

  #slide(score: number): void {
    const old = this.#ring[this.#head]!;
    // + 0 turns -0 into 0, which JSON cannot carry through a checkpoint.
    this.#ring[this.#head] = score + 0;
    this.#head = this.#head + 1 === this.#ring.length ? 0 : this.#head + 1;
    if (!Number.isNaN(old)) this.#remove(old);
    if (!Number.isNaN(score)) this.#add(score + 0);

    this.#updates += 1;
    this.#peakM2 = Math.max(this.#peakM2, this.#m2);
    const isFlat = this.#equals >= this.#count;
    const isSmall = this.#m2 < SMALL_AGAINST_MEAN * this.#count * (this.#mean * this.#mean);
    const isRemnant = this.#m2 < SMALL_AGAINST_PEAK * this.#peakM2;
    if (isFlat || isSmall || isRemnant || this.#updates >= RECOMPUTE_EVERY) this.#recompute();
  }

  #remove(old: number): void {
    this.#count -= 1;
    if (this.#count === 0) {
      this.#mean = 0;
      this.#m2 = 0;
      return;
    }
    const after = this.#mean - (old - this.#mean) / this.#count;
    this.#m2 = Math.max(0, this.#m2 - (old - this.#mean) * (old - after));
    this.#mean = after;
  }

  #add(score: number): void {
    this.#equals = this.#equals > 0 && score === this.#last ? this.#equals + 1 : 1;
    this.#last = score;
    this.#count += 1;
    const after = this.#mean + (score - this.#mean) / this.#count;
    this.#m2 += (score - this.#mean) * (score - after);
    this.#mean = after;
  }

  /** Two passes over the ring, about its last value so that equal values leave no rounding. */
  #recompute(): void {
    this.#updates = 0;
    const reference = this.#last;
    let total = 0;
    let squares = 0;
    if (this.#count > 0 && this.#equals < this.#count) {
      for (const value of this.#ring) if (!Number.isNaN(value)) total += value - reference;
      const shift = total / this.#count;
      for (const value of this.#ring) if (!Number.isNaN(value)) squares += (value - reference - shift) ** 2;
    }
    this.#mean = this.#count > 0 ? reference + total / this.#count : 0;
    this.#m2 = squares;
    this.#peakM2 = squares;
  }
}
