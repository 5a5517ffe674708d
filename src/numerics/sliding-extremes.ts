/**
 * The highest high and the lowest low of the last n bars, exactly, in amortised constant time.
 *
 * Ring and running extreme after van Herk 1992 and Gil, Werman 1993: when a lap of the ring is complete it is
 * turned in place into the extremes of its tails, so the window is always the tail not yet overwritten and the
 * extreme of the lap so far. Half the state of a monotonic deque. The ring starts as NaN, which is the warm-up.
 */

/** Where each number stands in the state of one series; the ring of highs follows, then that of lows. */
const SLOT = 0;
const LAP_HIGH = 1;
const LAP_LOW = 2;
const HIGHEST = 3;
const LOWEST = 4;
const RINGS = 5;

/** Doubles of state that a window of `length` >= 1 bars needs. */
export const extremesSize = (length: number): number => RINGS + 2 * length;

/** Empties every window of the block. */
export function emptyExtremes(s: Float64Array, length: number): void {
  const size = extremesSize(length);
  for (let k = 0; k < s.length; k++) s[k] = k % size < HIGHEST ? 0 : Number.NaN;
}

/** Takes one bar into the window whose state begins at `base`. */
export function slideExtremes(
  s: Float64Array,
  base: number,
  length: number,
  high: number,
  low: number,
): void {
  const slot = s[base + SLOT]!;
  const top = base + RINGS + slot;
  const bottom = top + length;
  const lapHigh = slot === 0 ? high : Math.max(s[base + LAP_HIGH]!, high);
  const lapLow = slot === 0 ? low : Math.min(s[base + LAP_LOW]!, low);
  s[top] = high;
  s[bottom] = low;
  s[base + LAP_HIGH] = lapHigh;
  s[base + LAP_LOW] = lapLow;
  if (slot + 1 < length) {
    s[base + SLOT] = slot + 1;
    s[base + HIGHEST] = Math.max(lapHigh, s[top + 1]!);
    s[base + LOWEST] = Math.min(lapLow, s[bottom + 1]!);
    return;
  }
  s[base + SLOT] = 0;
  s[base + HIGHEST] = lapHigh;
  s[base + LOWEST] = lapLow;
  // The tail from the first slot on is never read: its bar has left when the next lap begins.
  for (let k = top - 1; k > base + RINGS; k--) {
    s[k] = Math.max(s[k]!, s[k + 1]!);
    s[k + length] = Math.min(s[k + length]!, s[k + length + 1]!);
  }
}

/** Highest high of the window at `base`; NaN until n bars have come. */
export function windowHighest(s: Float64Array, base: number): number {
  return s[base + HIGHEST]!;
}

/** Lowest low of the window at `base`; NaN until n bars have come. */
export function windowLowest(s: Float64Array, base: number): number {
  return s[base + LOWEST]!;
}
