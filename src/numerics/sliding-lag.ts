/** The value n steps ago, from a ring that starts as NaN, which is the warm-up. */

const SLOT = 0;
const RING = 1;

/** Doubles of state that a lag of `length` >= 1 steps needs. */
export const lagSize = (length: number): number => RING + length;

/** Empties every ring of the block. */
export function emptyLags(s: Float64Array, length: number): void {
  const size = lagSize(length);
  for (let k = 0; k < s.length; k++) s[k] = k % size < RING ? 0 : Number.NaN;
}

/** Puts `value` into the ring whose state begins at `base` and returns the one that stood there n steps ago. */
export function slideLag(s: Float64Array, base: number, length: number, value: number): number {
  const slot = s[base + SLOT]!;
  const at = base + RING + slot;
  const before = s[at]!;
  s[at] = value;
  s[base + SLOT] = slot + 1 === length ? 0 : slot + 1;
  return before;
}
