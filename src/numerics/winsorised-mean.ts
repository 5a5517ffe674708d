/** A mean that no single value can carry away: the tails are pulled in to a quantile before adding up. */

/**
 * Mean of `values` after each was moved into [q(share), q(1 - share)], q by linear interpolation between order
 * statistics. `share` is a fraction in [0, 0.5). NaN without values. Source: Tukey 1962; QUANT e.
 */
export function winsorisedMean(values: Float64Array, share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted();
  const low = quantile(sorted, share);
  const high = quantile(sorted, 1 - share);
  let sum = 0;
  for (let n = 0; n < sorted.length; n++) sum += Math.min(high, Math.max(low, sorted[n]!));
  return sum / sorted.length;
}

function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}
