/**
 * ln of a sum of exponentials that neither overflows nor loses the small terms. ln 0 = -Infinity is a value like
 * any other: where all terms are -Infinity so is the sum, and not NaN (QUANT c).
 */

/** ln(exp x_0 + ... ) over `count` numbers from `from` on; -Infinity when there are none. NaN if one of them is. */
export function logSumExp(values: Float64Array, from: number, count: number): number {
  let largest = -Infinity;
  for (let k = from; k < from + count; k++) {
    const value = values[k]!;
    if (Number.isNaN(value)) return Number.NaN;
    if (value > largest) largest = value;
  }
  // Infinity less itself is NaN: an empty, an impossible and an infinite sum are known already.
  if (!Number.isFinite(largest)) return largest;
  let total = 0;
  for (let k = from; k < from + count; k++) total += Math.exp(values[k]! - largest);
  return largest + Math.log(total);
}
