/**
 * Sums of several quantities over the last n rows, in amortised constant time per row and without drift.
 *
 * The window is what the ring still holds of its last full lap, plus the lap under way. When a lap is
 * complete its rows are turned, in place, into the sums of its tails; from then on a window is one tail
 * plus one running lap. Nothing is ever subtracted, so a value leaves no rounding behind when it goes: the
 * running sums that QUANT a6 wants re-summed now and then are re-summed here within every window. The method
 * is the two-stack queue of van Herk 1992 and Gil, Werman 1993, with a sum for the extreme.
 */
import { invariant } from "../domain/assert.ts";

/** Where each number stands in the state of one series: the slot, the lap's sums, then the ring. */
const SLOT = 0;
const HEADER = 1;

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
    for (let series = 0; series * size < block.length; series++) this.clear(series);
  }

  /** Doubles of state per series. */
  static sizeOf(length: number, width: number): number {
    return HEADER + width + length * width;
  }

  /** Empties the window of one series. */
  clear(series: number): void {
    const base = series * this.#size;
    this.#block.fill(0, base, base + HEADER + this.width);
    // No number, and so no sum, stands where no row has been: that is the warm-up.
    this.#block.fill(Number.NaN, base + HEADER + this.width, base + this.#size);
  }

  /** Adds `entry` to the window of one series and leaves its sums in `total`. */
  add(series: number): void {
    const { length, width, entry, total } = this;
    const block = this.#block;
    const base = series * this.#size;
    const lap = base + HEADER;
    const ring = lap + width;
    const slot = block[base + SLOT]!;
    const at = ring + slot * width;
    const isFirst = slot === 0;
    const isLast = slot + 1 === length;
    for (let k = 0; k < width; k++) {
      const value = entry[k]!;
      const sum = isFirst ? value : block[lap + k]! + value;
      block[lap + k] = sum;
      block[at + k] = value;
      total[k] = isLast ? sum : sum + block[at + width + k]!;
    }
    block[base + SLOT] = isLast ? 0 : slot + 1;
    if (!isLast) return;
    // The tail from the first slot on is never read: its row has left when the next lap begins.
    for (let k = at - 1; k >= ring + width; k--) block[k] = block[k]! + block[k + width]!;
  }
}
