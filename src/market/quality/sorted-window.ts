/**
 * The last n values of a stream, kept sorted, so that median, median deviation and quartiles cost little more
 * than one pass over half the window. Rolling a sort instead would take minutes over a million rows.
 */
import { invariant } from "../../domain/assert.ts";

export class SortedWindow {
  /** By arrival, a ring; and by size, ascending, in the first `#size` places. */
  readonly #arrived: Float64Array;
  readonly #sorted: Float64Array;
  #size = 0;
  #next = 0;

  constructor(capacity: number) {
    invariant(capacity > 0, "SW-1", `a window holds at least one value, asked for ${capacity}`);
    this.#arrived = new Float64Array(capacity);
    this.#sorted = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a finite value; a full window loses its oldest. */
  push(value: number): void {
    invariant(Number.isFinite(value), "SW-2", `a window holds finite values, was ${value}`);
    if (this.#size === this.#arrived.length) this.#remove(this.#arrived[this.#next]!);
    this.#arrived[this.#next] = value;
    this.#next = (this.#next + 1) % this.#arrived.length;
    const at = this.#firstAtLeast(value);
    this.#sorted.copyWithin(at + 1, at, this.#size);
    this.#sorted[at] = value;
    this.#size += 1;
  }

  /** Linear interpolation between order statistics (Hyndman and Fan, type 7); NaN while empty. */
  quantile(share: number): number {
    if (this.#size === 0) return Number.NaN;
    const place = share * (this.#size - 1);
    const below = Math.floor(place);
    const low = this.#sorted[below]!;
    const high = this.#sorted[Math.min(below + 1, this.#size - 1)]!;
    return low + (place - below) * (high - low);
  }

  median(): number {
    return this.quantile(0.5);
  }

  /**
   * Median absolute deviation from `center`; NaN while empty.
   *
   * Deviations below and above the centre are two sorted lists already; how many of the smaller half come from
   * below is found by bisection, so the cost is that of a look-up.
   */
  deviation(center: number): number {
    const size = this.#size;
    if (size === 0) return Number.NaN;
    const split = this.#firstAtLeast(center);
    const below = (i: number) =>
      i < 0 ? -Infinity : i < split ? center - this.#sorted[split - 1 - i]! : Infinity;
    const above = (i: number) =>
      i < 0 ? -Infinity : split + i < size ? this.#sorted[split + i]! - center : Infinity;
    const half = size >> 1;
    let low = Math.max(0, half - (size - split));
    let high = Math.min(half, split);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (below(middle) < above(half - middle - 1)) low = middle + 1;
      else high = middle;
    }
    const upper = Math.min(below(low), above(half - low));
    if (size % 2 === 1) return upper;
    return (Math.max(below(low - 1), above(half - low - 1)) + upper) / 2;
  }

  #remove(value: number): void {
    const at = this.#firstAtLeast(value);
    this.#sorted.copyWithin(at, at + 1, this.#size);
    this.#size -= 1;
  }

  /** First place whose value is not below `value`. */
  #firstAtLeast(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
