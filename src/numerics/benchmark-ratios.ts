/** How a series of returns stands to a benchmark's over the same periods (QUANT g). */
import { invariant } from "../domain/assert.ts";
import { mean, sum } from "./moments.ts";
import { type RatioTerms, sharpeRatio } from "./return-ratios.ts";

export interface BenchmarkRatios {
  /** Mean active return over its sample deviation, yearly. NaN when the two move as one. */
  readonly informationRatio: number;
  /** Intercept of excess returns on the benchmark's, made yearly by compounding: (1 + a)^periods - 1. */
  readonly alpha: number;
  /** Slope of the same regression (ordinary least squares). NaN when the benchmark stands still. */
  readonly beta: number;
}

/** Both series simple returns, period by period. Halts when their lengths differ (NU-5). */
export function benchmarkRatios(
  returns: Float64Array,
  benchmark: Float64Array,
  { periodsPerYear, riskFree }: RatioTerms,
): BenchmarkRatios {
  const n = returns.length;
  invariant(
    n === benchmark.length,
    "NU-5",
    `${n} returns stand against ${benchmark.length} of the benchmark`,
  );
  const active = returns.map((r, t) => r - benchmark[t]!);
  const centre = mean(returns);
  const benchmarkCentre = mean(benchmark);
  const shared = sum(returns.map((r, t) => (r - centre) * (benchmark[t]! - benchmarkCentre)));
  const squares = sum(benchmark.map((b) => (b - benchmarkCentre) ** 2));
  // Deviation at or under 1e-12 is no movement, as in the Sharpe ratio.
  const beta = n >= 2 && squares > (n - 1) * 1e-24 ? shared / squares : Number.NaN;
  const alphaPerPeriod = centre - riskFree - beta * (benchmarkCentre - riskFree);
  return {
    informationRatio: sharpeRatio(active, { periodsPerYear, riskFree: 0 }),
    alpha: alphaPerPeriod > -1 ? (1 + alphaPerPeriod) ** periodsPerYear - 1 : Number.NaN,
    beta,
  };
}
