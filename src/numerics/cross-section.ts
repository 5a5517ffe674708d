/**
 * Where one value stands among all values of an instant: its rank and its standard score.
 *
 * Everything is worked out from the sorted values, so neither depends on the order they came in, not even
 * in the last bit. Source: QUANT a5 #51-52.
 */
import { invariant } from "../domain/assert.ts";

/** Fewer valid values than this are no cross-section: every answer is NaN. */
const LEAST_VALID = 5;
/** Median absolute deviation to standard deviation, for normal values. */
const MAD_TO_SD = 1.4826;

export class CrossSection {
  readonly #winsorAt: number;
  readonly #sorted: Float64Array;
  readonly #distances: Float64Array;
  #valid = 0;
  #floor = 0;
  #ceiling = 0;
  #mean = 0;
  #deviation = 0;

  /**
   * For at most `capacity` values. Scores are of values pulled in to the median +- `winsorAt` robust
   * standard deviations (5 by QUANT; Infinity for none).
   */
  constructor(capacity: number, winsorAt = 5) {
    this.#winsorAt = winsorAt;
    this.#sorted = new Float64Array(capacity);
    this.#distances = new Float64Array(capacity);
  }

  /** Takes values[0..count); NaN among them is skipped. Halts above the capacity (NU-4). */
  take(values: Float64Array, count: number): void {
    const sorted = this.#sorted;
    invariant(count <= sorted.length, "NU-4", `${count} values for a cross-section of ${sorted.length}`);
    let valid = 0;
    for (let k = 0; k < count; k++) {
      const value = values[k]!;
      if (!Number.isNaN(value)) sorted[valid++] = value;
    }
    this.#valid = valid;
    if (valid < LEAST_VALID) return;
    // Sorted as a whole because a part would be a new view; NaN goes to the end.
    sorted.fill(Number.NaN, valid);
    sorted.sort();
    this.#winsorise();
    this.#describe();
  }

  /** (average rank - 1) / (valid - 1), in [0, 1]; ties share their average. NaN stays NaN. */
  rank(value: number): number {
    if (this.#valid < LEAST_VALID || Number.isNaN(value)) return Number.NaN;
    // Of ties from `below` to `notAbove` the average rank is (below + 1 + notAbove) / 2.
    const below = this.#countBelow(value, false);
    const notAbove = this.#countBelow(value, true);
    return ((below + notAbove + 1) / 2 - 1) / (this.#valid - 1);
  }

  /** (x - mean) / population deviation of the winsorised values; NaN when they are all equal. */
  score(value: number): number {
    if (this.#valid < LEAST_VALID || Number.isNaN(value) || this.#deviation === 0) return Number.NaN;
    return (this.#within(value) - this.#mean) / this.#deviation;
  }

  #countBelow(value: number, orEqual: boolean): number {
    const sorted = this.#sorted;
    let low = 0;
    let high = this.#valid;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = sorted[middle]!;
      if (other < value || (orEqual && other === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #within(value: number): number {
    return Math.min(this.#ceiling, Math.max(this.#floor, value));
  }

  /** Where half of the values equal the median there is no robust scale to judge by, and nothing is pulled in. */
  #winsorise(): void {
    const distances = this.#distances;
    const valid = this.#valid;
    const centre = medianOf(this.#sorted, valid);
    for (let k = 0; k < valid; k++) distances[k] = Math.abs(this.#sorted[k]! - centre);
    distances.fill(Number.NaN, valid);
    distances.sort();
    const mad = medianOf(distances, valid);
    const reach = mad === 0 ? Infinity : this.#winsorAt * MAD_TO_SD * mad;
    this.#floor = centre - reach;
    this.#ceiling = centre + reach;
  }

  #describe(): void {
    const valid = this.#valid;
    const centre = this.#within(this.#sorted[valid >> 1]!);
    let sum = 0;
    for (let k = 0; k < valid; k++) sum += this.#within(this.#sorted[k]!) - centre;
    this.#mean = centre + sum / valid;
    let squares = 0;
    for (let k = 0; k < valid; k++) squares += (this.#within(this.#sorted[k]!) - this.#mean) ** 2;
    this.#deviation = Math.sqrt(squares / valid);
  }
}

function medianOf(sorted: Float64Array, count: number): number {
  return (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
}
