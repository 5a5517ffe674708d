/**
 * Moments and quantiles of a whole sample, exact to the last places: sums are compensated (Neumaier
 * 1974) and spreads are taken about a mean found first, never as sum of squares minus square of sum.
 *
 * Each function says whether it divides by n or n - 1. A NaN in the sample makes the answer NaN; so does
 * a sample too small for the question.
 */

/** Sum with the rounding of every addition carried along and added at the end. Infinite terms are not compensated. */
export function sum(values: Float64Array): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return Number.isFinite(total) ? total + lost : total;
}

/** Arithmetic mean. The mean of equal values is exactly that value. NaN when empty. */
export function mean(values: Float64Array): number {
  const { near, rest } = centreOf(values);
  return near + rest;
}

/** Divides by n. NaN when empty. */
export function populationVariance(values: Float64Array): number {
  return centralPowerSum(values, centreOf(values), 2) / values.length;
}

/** Divides by n - 1. NaN under two values. */
export function sampleVariance(values: Float64Array): number {
  return values.length < 2 ? Number.NaN : centralPowerSum(values, centreOf(values), 2) / (values.length - 1);
}

/** Square root of the sample variance (n - 1). */
export function sampleDeviation(values: Float64Array): number {
  return Math.sqrt(sampleVariance(values));
}

/** Biased skewness g3 = m3 / m2^1.5, moments divided by n. NaN when the values are all alike. */
export function skewness(values: Float64Array): number {
  return standardizedMoment(values, 3);
}

/** Biased Pearson kurtosis g4 = m4 / m2^2 (3 for a normal), moments divided by n. NaN when all alike. */
export function kurtosis(values: Float64Array): number {
  return standardizedMoment(values, 4);
}

/**
 * The q-quantile by linear interpolation between order statistics, type 7 of Hyndman and Fan (1996), as
 * numpy and R do by default. `q` in [0, 1]; NaN outside, when empty, or when a value is NaN.
 */
export function quantile(values: Float64Array, q: number): number {
  return quantileOfSorted(values.toSorted(), q);
}

/** The same over values already in ascending order, with NaN last as typed arrays sort it. */
export function quantileOfSorted(sorted: Float64Array, q: number): number {
  const last = sorted.length - 1;
  if (last < 0 || !(q >= 0 && q <= 1) || Number.isNaN(sorted[last]!)) return Number.NaN;
  const position = last * q;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const fraction = position - below;
  return fraction === 0 ? low : low + fraction * (sorted[below + 1]! - low);
}

/**
 * Autocorrelation at `lag` >= 0: products of deviations from the one full-sample mean over their sum of
 * squares (the biased form, whose sequence is positive semi-definite). NaN when the lag reaches the
 * sample's length or the values are all alike.
 */
export function autocorrelation(values: Float64Array, lag: number): number {
  if (lag >= values.length) return Number.NaN;
  const centre = centreOf(values);
  const deviations = values.map((value) => value - centre.near - centre.rest);
  let products = 0;
  for (let i = lag; i < values.length; i++) products += deviations[i]! * deviations[i - lag]!;
  const squares = centralPowerSum(values, centre, 2);
  return isSpread(squares / values.length, centre) ? products / squares : Number.NaN;
}

function standardizedMoment(values: Float64Array, power: 3 | 4): number {
  const n = values.length;
  const centre = centreOf(values);
  const variance = centralPowerSum(values, centre, 2) / n;
  if (!isSpread(variance, centre)) return Number.NaN;
  return centralPowerSum(values, centre, power) / n / variance ** (power / 2);
}

/** A mean in two parts: the double nearest to it, and what is left of it beyond a double's places. */
interface Centre {
  readonly near: number;
  readonly rest: number;
}

/** Two passes. Without `rest`, the deviations of values near 1e9 would all be off by up to 1e-7. */
function centreOf(values: Float64Array): Centre {
  const near = sum(values) / values.length;
  let drift = 0;
  for (let i = 0; i < values.length; i++) drift += values[i]! - near;
  return { near, rest: drift / values.length };
}

/** Compensated sum of (x - centre)^power. */
function centralPowerSum(values: Float64Array, { near, rest }: Centre, power: 2 | 3 | 4): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const d = values[i]! - near - rest;
    const term = power === 2 ? d * d : power === 3 ? d * d * d : d * d * (d * d);
    const next = total + term;
    lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
    total = next;
  }
  return total + lost;
}

/** False when the spread is no more than the rounding of the values themselves. */
function isSpread(variance: number, centre: Centre): boolean {
  return variance > (Number.EPSILON * centre.near) ** 2;
}
