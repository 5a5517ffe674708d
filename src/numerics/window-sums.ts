/**
 * Sums of several quantities over the last n rows: the windows of `sliding-sum.ts` side by side, behind names.
 *
 * Nothing is ever subtracted, so a value leaves no rounding behind when it goes: the running sums that QUANT a6
 * wants re-summed now and then are re-summed there within every window.
 */
import { invariant } from "../domain/assert.ts";
import { emptySums, slideSum, sumSize } from "./sliding-sum.ts";

/** The windows of many series, all of `length` rows and `width` quantities. */
export class WindowSums {
  readonly length: number;
  readonly width: number;
  /** The caller writes a row here, one number per quantity, then adds it. Finite numbers only. */
  readonly entry: Float64Array;
  /** The sums after the last row added; NaN until that series has `length` rows. */
  readonly total: Float64Array;
  readonly #size: number;
  readonly #block: Float64Array;

  /**
   * `block` holds the state of all series one after another, `sizeOf` doubles each, and may be saved and
   * loaded as it is; it is emptied here. Halts when it is not a whole number of them (NU-4).
   */
  constructor(length: number, width: number, block: Float64Array) {
    const size = WindowSums.sizeOf(length, width);
    invariant(Number.isInteger(length) && length >= 1, "NU-4", `window of ${length} rows`);
    invariant(block.length % size === 0, "NU-4", `state of ${block.length} doubles for series of ${size}`);
    this.length = length;
    this.width = width;
    this.entry = new Float64Array(width);
    this.total = new Float64Array(width);
    this.#size = size;
    this.#block = block;
    emptySums(block, length);
  }

  /** Doubles of state per series. */
  static sizeOf(length: number, width: number): number {
    return width * sumSize(length);
  }

  /** Empties the window of one series. */
  clear(series: number): void {
    const base = series * this.#size;
    emptySums(this.#block.subarray(base, base + this.#size), this.length);
  }

  /** Adds `entry` to the window of one series and leaves its sums in `total`. */
  add(series: number): void {
    const { length, width, entry, total } = this;
    const step = sumSize(length);
    let base = series * this.#size;
    for (let k = 0; k < width; k++) {
      total[k] = slideSum(this.#block, base, length, entry[k]!);
      base += step;
    }
  }
}
