/**
 * Statistics of order: ranks, how two columns rise together, and how well a column tells two classes apart. They ask
 * nothing of the shape of a distribution, and one wild value moves them little.
 */
import { invariant } from "../domain/assert.ts";

/** Ranks from 1 for the smallest; equal values share the mean of theirs. NaN is not allowed (NU-7). */
export function averageRanks(values: Float64Array): Float64Array {
  const order = Int32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    const value = values[order[from]!]!;
    invariant(!Number.isNaN(value), "NU-7", "a value that is not a number has no rank");
    let to = from + 1;
    while (to < order.length && values[order[to]!] === value) to += 1;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson's correlation, in [-1, 1]. NaN when either column does not vary. Halts when lengths differ (NU-7). */
export function correlation(x: Float64Array, y: Float64Array): number {
  invariant(x.length === y.length, "NU-7", `columns of ${x.length} and ${y.length} values`);
  const n = x.length;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < n; i++) {
    meanX += x[i]! / n;
    meanY += y[i]! / n;
  }
  let products = 0;
  let squaresX = 0;
  let squaresY = 0;
  for (let i = 0; i < n; i++) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    products += dx * dy;
    squaresX += dx * dx;
    squaresY += dy * dy;
  }
  if (!(squaresX > 0 && squaresY > 0)) return Number.NaN;
  return Math.max(-1, Math.min(1, products / Math.sqrt(squaresX * squaresY)));
}

/** Spearman's correlation of ranks, the information coefficient when `y` is what came after `x`. */
export const rankCorrelation = (x: Float64Array, y: Float64Array): number =>
  correlation(averageRanks(x), averageRanks(y));

/**
 * Area under the ROC curve: the chance that a row of class 1 scores above one of class 0, ties half (Mann and Whitney
 * 1947). In [0, 1], a half for scores that know nothing; NaN with one class alone. Halts when lengths differ (NU-7).
 */
export function areaUnderCurve(score: Float64Array, outcome: Uint8Array): number {
  invariant(score.length === outcome.length, "NU-7", `${score.length} scores and ${outcome.length} outcomes`);
  const ranks = averageRanks(score);
  let positives = 0;
  let rankSum = 0;
  for (let i = 0; i < ranks.length; i++) {
    if (outcome[i] !== 1) continue;
    positives += 1;
    rankSum += ranks[i]!;
  }
  const negatives = score.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
