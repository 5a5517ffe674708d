/**
 * Sum of the last n values, in constant time per value and without a subtraction.
 *
 * A running sum that takes off what leaves keeps the rounding of everything that ever passed: after a large
 * value the small ones are lost, and a window of zeros is not zero. Here nothing is taken off. Values go round
 * a ring; when a lap is complete the ring is turned in place into the sums of its tails, and from then on the
 * window is the tail not yet overwritten plus the lap so far (the queue of two stacks). Each answer is a fresh
 * sum of the n values: its error is at most n roundings of it when all have one sign, zeros sum to exactly 0,
 * and what has left the window has left no trace. Turning costs n additions every n values. The method is that of
 * van Herk 1992 and Gil, Werman 1993, with a sum for the extreme.
 */

/** Where each number stands in the state of one series; the ring follows. */
const SLOT = 0;
const LAP = 1;
const RING = 2;

/** Doubles of state that a window of `length` >= 1 values needs. */
export const sumSize = (length: number): number => RING + length;

/** Empties every window of the block: the ring is NaN, which is the warm-up. */
export function emptySums(s: Float64Array, length: number): void {
  const size = sumSize(length);
  for (let k = 0; k < s.length; k++) s[k] = k % size < RING ? 0 : Number.NaN;
}

/**
 * Takes `value` into the window whose state begins at `base` and returns the new sum, NaN until n values have
 * come. The value must be a number: a NaN would stay for a lap.
 */
export function slideSum(s: Float64Array, base: number, length: number, value: number): number {
  const slot = s[base + SLOT]!;
  const at = base + RING + slot;
  const lap = slot === 0 ? value : s[base + LAP]! + value;
  s[at] = value;
  s[base + LAP] = lap;
  if (slot + 1 < length) {
    s[base + SLOT] = slot + 1;
    return lap + s[at + 1]!;
  }
  s[base + SLOT] = 0;
  // The tail from the first slot on is never read: its value has left when the next lap begins.
  for (let k = at - 1; k > base + RING; k--) s[k] = s[k]! + s[k + 1]!;
  return lap;
}
