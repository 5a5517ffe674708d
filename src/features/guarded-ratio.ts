/** Division that never yields an infinity, by the rule QUANT sets for every feature. */

/**
 * numerator / denominator, or `whenZero` where the denominator is as good as zero beside the numerator:
 * |d| <= 1e-12 * max(1, |n|). Source: QUANT, conventions, division guards.
 */
export function guardedRatio(numerator: number, denominator: number, whenZero: number): number {
  const isZero = Math.abs(denominator) <= 1e-12 * Math.max(1, Math.abs(numerator));
  return isZero ? whenZero : numerator / denominator;
}
