/**
 * Ratios of one series of simple per-period net returns (QUANT g). Rates are per period and fractions:
 * 4 % a year is 0.04 / 252 here. A ratio whose denominator is zero, or whose sample is too small, is NaN.
 *
 * Returns are those of the account at equal periods. From intraday profits aggregate to days first; from
 * trades never.
 */
import { autocorrelation, mean, quantileOfSorted, sampleDeviation, sum } from "./moments.ts";

/** A spread at or under this is rounding, not risk. */
const DEVIATION_MIN = 1e-12;

/** What a ratio is measured against, and how it becomes yearly. */
export interface RatioTerms {
  readonly periodsPerYear: number;
  /** Per period, a fraction. */
  readonly riskFree: number;
}

/** Mean excess return over its sample deviation, times sqrt(periods): Sharpe (1994). NaN under n = 2. */
export function sharpeRatio(returns: Float64Array, { periodsPerYear, riskFree }: RatioTerms): number {
  const deviation = sampleDeviation(returns);
  if (!(deviation > DEVIATION_MIN)) return Number.NaN;
  return ((mean(returns) - riskFree) / deviation) * Math.sqrt(periodsPerYear);
}

/**
 * Lo (2002), eta(q): what to multiply a per-period Sharpe ratio by to make it yearly when returns are
 * correlated in time. sqrt(q) when they are not.
 *
 *   eta = q / sqrt(q + 2 sum over k of (q - k) rho_k),  k = 1..min(lags, q - 1)
 *
 * `lags` cuts the sum: sample autocorrelations at all q - 1 lags always sum to about -1/2, so the full sum
 * says nothing. NaN when the radicand is not positive or the sample has no spread.
 */
export function lo2002Eta(returns: Float64Array, periodsPerYear: number, lags: number): number {
  const q = periodsPerYear;
  let radicand = q;
  for (let k = 1; k <= Math.min(lags, q - 1); k++) radicand += 2 * (q - k) * autocorrelation(returns, k);
  return radicand > 0 ? q / Math.sqrt(radicand) : Number.NaN;
}

/** Lags for `lo2002Eta`: floor(4 (n / 100)^(2/9)), the rule of Newey and West (1994). 5 for a year of days. */
export function loLags(observations: number): number {
  return Math.floor(4 * (observations / 100) ** (2 / 9));
}

/**
 * Sortino and Price (1994): mean return above the minimum acceptable, over the downside deviation, both
 * yearly. The minimum is the risk-free rate. NaN without a downside.
 */
export function sortinoRatio(returns: Float64Array, terms: RatioTerms): number {
  const downside = downsideDeviation(returns, terms);
  if (!(downside > DEVIATION_MIN)) return Number.NaN;
  return ((mean(returns) - terms.riskFree) * terms.periodsPerYear) / downside;
}

/** Root mean square of min(r - riskFree, 0) over all n observations, times sqrt(periods). */
export function downsideDeviation(returns: Float64Array, { periodsPerYear, riskFree }: RatioTerms): number {
  return Math.sqrt(mean(returns.map((r) => Math.min(r - riskFree, 0) ** 2))) * Math.sqrt(periodsPerYear);
}

/** Yearly volatility: sample deviation times sqrt(periods). */
export function annualVolatility(returns: Float64Array, periodsPerYear: number): number {
  return sampleDeviation(returns) * Math.sqrt(periodsPerYear);
}

/** Sum of returns above `threshold` over the sum below it. Infinity without a shortfall, NaN without either. */
export function omegaRatio(returns: Float64Array, threshold: number): number {
  const above = sum(returns.map((r) => Math.max(r - threshold, 0)));
  const below = sum(returns.map((r) => Math.max(threshold - r, 0)));
  return above / below;
}

/** Value at risk: the type 7 q-quantile of returns, a loss being negative. `sorted` ascends. */
export function valueAtRisk(sorted: Float64Array, q: number): number {
  return quantileOfSorted(sorted, q);
}

/**
 * Expected shortfall (Rockafellar and Uryasev 2000): mean of the floor((n - 1) q) + 1 smallest returns, a
 * loss being negative. `sorted` ascends. NaN when empty.
 */
export function expectedShortfall(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  return mean(sorted.subarray(0, Math.floor((sorted.length - 1) * q) + 1));
}

/** |95 % quantile / 5 % quantile| of returns; above 1 the right tail is the longer. `sorted` ascends. */
export function tailRatio(sorted: Float64Array): number {
  const left = Math.abs(quantileOfSorted(sorted, 0.05));
  return left > DEVIATION_MIN ? Math.abs(quantileOfSorted(sorted, 0.95)) / left : Number.NaN;
}

/** Root of sum of squared drawdowns over n - 1 (Martin's original divides by n). NaN under n = 2. */
export function ulcerIndex(depth: Float64Array): number {
  return depth.length < 2 ? Number.NaN : Math.sqrt(sum(depth.map((d) => d * d)) / (depth.length - 1));
}

/** R squared of log equity on time, in [0, 1]. `equity` starts with E_0, which is left out. NaN when ruined. */
export function stabilityOfGrowth(equity: Float64Array): number {
  const n = equity.length - 1;
  const logs = equity.subarray(1).map(Math.log);
  const logMean = mean(logs);
  const timeMean = (n - 1) / 2;
  const shared = sum(logs.map((value, t) => (value - logMean) * (t - timeMean)));
  const squares = sum(logs.map((value) => (value - logMean) ** 2));
  const timeSquares = (n * (n * n - 1)) / 12;
  return squares > 0 ? shared ** 2 / (squares * timeSquares) : Number.NaN;
}
