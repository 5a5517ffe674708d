/**
 * Every figure of QUANT g that simple per-period net returns can give, in one object: what a backtest, a
 * walk-forward window and the command line report, under the names of CLI.md.
 *
 * An undefined figure is NaN and an unbounded one Infinity; the writer of JSON makes both null, and `flags`
 * says which figures not to lean on and why.
 */
import { invariant } from "../domain/assert.ts";
import { benchmarkRatios } from "./benchmark-ratios.ts";
import { type Drawdowns, drawdowns } from "./drawdown.ts";
import { kurtosis, mean, skewness } from "./moments.ts";
import {
  annualVolatility,
  downsideDeviation,
  expectedShortfall,
  lo2002Eta,
  loLags,
  omegaRatio,
  type RatioTerms,
  sharpeRatio,
  sortinoRatio,
  stabilityOfGrowth,
  tailRatio,
  ulcerIndex,
  valueAtRisk,
} from "./return-ratios.ts";
import { winsAndLosses } from "./wins-and-losses.ts";

/**
 * `ruined`: equity reached zero or less, so growth is -100 % and the curve ends there. `no-losing-period`:
 * the profit factor is unbounded. `tail05-thin`, `tail01-thin`: fewer than five observations lie in the tail
 * (n q < 5), so its quantile and mean are unreliable.
 */
export type PerformanceFlag = "ruined" | "no-losing-period" | "tail05-thin" | "tail01-thin";

export interface PerformanceTerms extends RatioTerms {
  /** Returns of the benchmark over the same periods. */
  readonly benchmark?: Float64Array;
}

/** Fractions, not percent; yearly where a name does not say otherwise and a year makes sense. */
export interface PerformanceMetrics {
  readonly periods: number;
  readonly totalReturn: number;
  /** By count of observations, not calendar days. -1 when ruined. */
  readonly cagr: number;
  readonly volatility: number;
  readonly downsideRisk: number;
  readonly sharpe: number;
  /** Made yearly by Lo's eta (2002) instead of sqrt(periods): lower when gains and losses come in runs. */
  readonly sharpeLo: number;
  /** The factor itself, against sqrt(periodsPerYear). */
  readonly loEta: number;
  readonly sortino: number;
  /** cagr / |maxDrawdown| over the whole sample; NaN without a drawdown. */
  readonly calmar: number;
  /** At most 0. */
  readonly maxDrawdown: number;
  /** Positions in the equity curve, where 0 is before the first return; recovery NaN when it has not come. */
  readonly maxDrawdownPeak: number;
  readonly maxDrawdownTrough: number;
  readonly maxDrawdownRecovery: number;
  /** Most periods in a row under the running peak. */
  readonly longestDrawdownPeriods: number;
  readonly ulcerIndex: number;
  /** Per period, a loss negative: 5 % and 1 % quantiles, and the means of what lies beyond. */
  readonly var05: number;
  readonly var01: number;
  readonly cvar05: number;
  readonly cvar01: number;
  /** Per period: biased g3, and Pearson's g4, 3 for a normal. */
  readonly skewness: number;
  readonly kurtosis: number;
  readonly tailRatio: number;
  /** Around the risk-free rate. */
  readonly omega: number;
  /** R squared of log equity on time. */
  readonly stability: number;
  /** Over periods, not trades; periods of exactly zero are left out and counted. */
  readonly winRate: number;
  readonly zeroPeriods: number;
  readonly profitFactor: number;
  readonly payoff: number;
  readonly meanReturn: number;
  /** NaN without a benchmark. */
  readonly informationRatio: number;
  readonly alpha: number;
  readonly beta: number;
  readonly flags: readonly PerformanceFlag[];
}

/**
 * `returns` simple, net of all costs, one per period, in order. Under two of them the ratios are NaN. Halts
 * on a return that is not finite and on a benchmark of another length (NU-5).
 */
export function performanceMetrics(returns: Float64Array, terms: PerformanceTerms): PerformanceMetrics {
  invariant(returns.every(Number.isFinite), "NU-5", "a return is not a finite number");
  const { periodsPerYear, riskFree, benchmark } = terms;
  const curve = drawdowns(returns);
  const growth = growthFigures(curve, periodsPerYear);
  const sharpe = sharpeRatio(returns, terms);
  const loEta = lo2002Eta(returns, periodsPerYear, loLags(returns.length));
  const tally = winsAndLosses(returns);
  const against = benchmark === undefined ? NO_BENCHMARK : benchmarkRatios(returns, benchmark, terms);
  return {
    periods: returns.length,
    ...growth,
    volatility: annualVolatility(returns, periodsPerYear),
    downsideRisk: downsideDeviation(returns, terms),
    sharpe,
    sharpeLo: (sharpe / Math.sqrt(periodsPerYear)) * loEta,
    loEta,
    sortino: sortinoRatio(returns, terms),
    ulcerIndex: ulcerIndex(curve.depth),
    ...tailFigures(returns),
    skewness: skewness(returns),
    kurtosis: kurtosis(returns),
    omega: omegaRatio(returns, riskFree),
    winRate: tally.winRate,
    zeroPeriods: tally.zeros,
    profitFactor: tally.profitFactor,
    payoff: tally.payoff,
    meanReturn: mean(returns),
    ...against,
    flags: flagsOf(returns.length, curve, tally.profitFactor),
  };
}

const NO_BENCHMARK = { informationRatio: Number.NaN, alpha: Number.NaN, beta: Number.NaN } as const;

function growthFigures(curve: Drawdowns, periodsPerYear: number) {
  const periods = curve.depth.length;
  const last = curve.equity[periods]!;
  const cagr = curve.isRuined ? -1 : last ** (periodsPerYear / periods) - 1;
  return {
    totalReturn: last - 1,
    cagr,
    calmar: curve.maxDrawdown === 0 ? Number.NaN : cagr / Math.abs(curve.maxDrawdown),
    maxDrawdown: curve.maxDrawdown,
    maxDrawdownPeak: curve.peakIndex,
    maxDrawdownTrough: curve.troughIndex,
    maxDrawdownRecovery: curve.recoveryIndex ?? Number.NaN,
    longestDrawdownPeriods: curve.longestPeriods,
    stability: stabilityOfGrowth(curve.equity),
  };
}

function tailFigures(returns: Float64Array) {
  const sorted = returns.toSorted();
  return {
    var05: valueAtRisk(sorted, 0.05),
    var01: valueAtRisk(sorted, 0.01),
    cvar05: expectedShortfall(sorted, 0.05),
    cvar01: expectedShortfall(sorted, 0.01),
    tailRatio: tailRatio(sorted),
  };
}

function flagsOf(periods: number, curve: Drawdowns, profitFactor: number): PerformanceFlag[] {
  const flags: PerformanceFlag[] = [];
  if (curve.isRuined) flags.push("ruined");
  if (profitFactor === Infinity) flags.push("no-losing-period");
  if (periods * 0.05 < 5) flags.push("tail05-thin");
  if (periods * 0.01 < 5) flags.push("tail01-thin");
  return flags;
}
