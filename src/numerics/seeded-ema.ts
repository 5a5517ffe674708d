/**
 * Exponential average with a = 2/(n+1), seeded at its n-th value by the mean of the first n; then E += a(x - E),
 * the form that does not drift. Source: Appel 1979; QUANT a1 #12.
 */

const SEEN = 0;
const SUM = 1;
const VALUE = 2;

/** Doubles of state per series; all zeros are an average that has seen nothing. */
export const EMA_SIZE = 3;

/** The share a of a new value; worked out once, since a division per value would cost as much as the rest. */
export const emaShare = (length: number): number => 2 / (length + 1);

/**
 * Takes `value` into the average whose state begins at `base` and returns it; NaN until `length` values have
 * come. `share` is that of `length`.
 */
export function slideEma(
  s: Float64Array,
  base: number,
  length: number,
  share: number,
  value: number,
): number {
  const seen = s[base + SEEN]!;
  if (seen >= length) {
    const before = s[base + VALUE]!;
    const after = before + share * (value - before);
    s[base + VALUE] = after;
    return after;
  }
  const sum = s[base + SUM]! + value;
  s[base + SEEN] = seen + 1;
  s[base + SUM] = sum;
  if (seen + 1 < length) return Number.NaN;
  s[base + VALUE] = sum / length;
  return sum / length;
}
