/**
 * Means, scatter and co-scatter of the last n pairs of many series, in amortised constant time per pair.
 *
 *   sxx = sum (x - mean x)^2    sxy = sum (x - mean x)(y - mean y)    syy = sum (y - mean y)^2
 *
 * Never as a sum of squares less n means squared (QUANT a6). The window is one tail of the ring's last full
 * lap and the lap under way; each part is gathered by Welford's update (1962) and the two are joined by the
 * rule of Chan, Golub, LeVeque (1983), where nothing is taken away. A pair that leaves takes its rounding
 * with it, so no exact recompute is due: every part is at most n pairs old. All of it about a reference, a
 * pair of the window itself, so that prices near 1e9 that move by cents keep their digits. A flat window has
 * scatter 0 exactly.
 */
import { invariant } from "../domain/assert.ts";

/** Where each number stands in the state of one series; the ring follows, five doubles a slot. */
const SLOT = 0;
const REFERENCE_X = 1;
const REFERENCE_Y = 2;
/** Mean x, mean y, sxx, sxy, syy of the lap under way, about the reference. */
const LAP = 3;
const RING = 8;
/** A slot of the lap under way holds x and y; one of the last lap holds the moments of its tail. */
const FIVE = 5;

/** The windows of many series, all of `length` pairs. */
export class WindowCoMoments {
  readonly length: number;
  /** The caller writes x and y here, then adds them: as arguments they would be put on the heap. */
  readonly pair = new Float64Array(2);
  readonly #size: number;
  readonly #block: Float64Array;
  /** 1 / k, because a product is several times faster than a division. */
  readonly #inverse: Float64Array;
  readonly #now = new Float64Array(FIVE);

  /**
   * `block` holds the state of all series one after another, `sizeOf` doubles each, and may be saved and
   * loaded as it is; it is emptied here. Halts when it is not a whole number of them (NU-4).
   */
  constructor(length: number, block: Float64Array) {
    const size = WindowCoMoments.sizeOf(length);
    invariant(Number.isInteger(length) && length >= 1, "NU-4", `window of ${length} pairs`);
    invariant(block.length % size === 0, "NU-4", `state of ${block.length} doubles for series of ${size}`);
    this.length = length;
    this.#size = size;
    this.#block = block;
    this.#inverse = Float64Array.from({ length: length + 1 }, (_, k) => 1 / k);
    block.fill(Number.NaN);
    for (let base = 0; base < block.length; base += size) block[base + SLOT] = 0;
  }

  /** Doubles of state per series. */
  static sizeOf(length: number): number {
    return RING + FIVE * length;
  }

  /** Of the window that was added to last, as are all below; NaN until it has `length` pairs. */
  get meanX(): number {
    return this.#now[0]!;
  }

  get meanY(): number {
    return this.#now[1]!;
  }

  /** Never negative; exactly 0 when all x are equal. */
  get sxx(): number {
    return this.#now[2]!;
  }

  get sxy(): number {
    return this.#now[3]!;
  }

  /** Never negative; exactly 0 when all y are equal. */
  get syy(): number {
    return this.#now[4]!;
  }

  /** Adds `pair`, two finite numbers, to the window of one series. */
  add(series: number): void {
    const block = this.#block;
    const x = this.pair[0]!;
    const y = this.pair[1]!;
    const base = series * this.#size;
    const slot = block[base + SLOT]!;
    if (Number.isNaN(block[base + REFERENCE_X]!)) {
      block[base + REFERENCE_X] = x;
      block[base + REFERENCE_Y] = y;
    }
    const at = base + RING + slot * FIVE;
    block[at] = x;
    block[at + 1] = y;
    if (slot + 1 === this.length) {
      block[base + SLOT] = 0;
      this.#turn(base);
      return;
    }
    block[base + SLOT] = slot + 1;
    const lap = base + LAP;
    const fromX = x - block[base + REFERENCE_X]!;
    const fromY = y - block[base + REFERENCE_Y]!;
    if (slot === 0) begin(block, lap, fromX, fromY);
    else extend(block, lap, lap, this.#inverse[slot + 1]!, fromX, fromY);
    this.#join(base, slot + 1);
  }

  /** The window as the lap of `count` pairs and the tail behind it. */
  #join(base: number, count: number): void {
    const block = this.#block;
    const now = this.#now;
    const lap = base + LAP;
    const tail = base + RING + count * FIVE;
    const rest = this.length - count;
    const gapX = block[tail]! - block[lap]!;
    const gapY = block[tail + 1]! - block[lap + 1]!;
    const share = rest * this.#inverse[this.length]!;
    const weight = share * count;
    now[0] = block[base + REFERENCE_X]! + (block[lap]! + gapX * share);
    now[1] = block[base + REFERENCE_Y]! + (block[lap + 1]! + gapY * share);
    now[2] = block[lap + 2]! + block[tail + 2]! + gapX * gapX * weight;
    now[3] = block[lap + 3]! + block[tail + 3]! + gapX * gapY * weight;
    now[4] = block[lap + 4]! + block[tail + 4]! + gapY * gapY * weight;
  }

  /**
   * A lap is complete: its slots become the moments of its tails, the first of them the window. The newest pair
   * is the new reference, because it stays in the window for as long as it is one: a shock that has left may
   * not be what the numbers are measured from.
   */
  #turn(base: number): void {
    const referenceX = this.pair[0]!;
    const referenceY = this.pair[1]!;
    const block = this.#block;
    const now = this.#now;
    const inverse = this.#inverse;
    block[base + REFERENCE_X] = referenceX;
    block[base + REFERENCE_Y] = referenceY;
    const first = base + RING;
    const last = first + (this.length - 1) * FIVE;
    for (let at = last, count = 1; at >= first; at -= FIVE, count++) {
      const x = block[at]! - referenceX;
      const y = block[at + 1]! - referenceY;
      if (count === 1) begin(block, at, x, y);
      else extend(block, at + FIVE, at, inverse[count]!, x, y);
    }
    now[0] = referenceX + block[first]!;
    now[1] = referenceY + block[first + 1]!;
    now[2] = block[first + 2]!;
    now[3] = block[first + 3]!;
    now[4] = block[first + 4]!;
  }
}

/** The moments of one pair, written to `to`. */
function begin(block: Float64Array, to: number, x: number, y: number): void {
  block[to] = x;
  block[to + 1] = y;
  block[to + 2] = 0;
  block[to + 3] = 0;
  block[to + 4] = 0;
}

/** The moments at `from` with one more pair, written to `to`; `inverse` is 1 over the pairs there are then. */
function extend(block: Float64Array, from: number, to: number, inverse: number, x: number, y: number): void {
  const x0 = x - block[from]!;
  const y0 = y - block[from + 1]!;
  const x1 = x0 * inverse;
  const y1 = y0 * inverse;
  block[to] = block[from]! + x1;
  block[to + 1] = block[from + 1]! + y1;
  // x0 * (x - new mean) = x0 * (x0 - x1), which is never negative.
  block[to + 2] = block[from + 2]! + x0 * (x0 - x1);
  block[to + 3] = block[from + 3]! + x0 * (y0 - y1);
  block[to + 4] = block[from + 4]! + y0 * (y0 - y1);
}
