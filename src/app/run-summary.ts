/** From the raw run to the figures that people judge it by. Undefined figures stay NaN. */
import { FillField } from "../engine/fill-table.ts";
import type { PerformanceMetrics } from "../numerics/performance-ratios.ts";
import { performanceMetrics } from "../numerics/performance-ratios.ts";
import {
  deflatedSharpe,
  minimumTrackRecordLength,
  probabilisticSharpe,
  sharpeSample,
} from "../numerics/sharpe-inference.ts";
import { tradeStatistics } from "../numerics/trade-statistics.ts";
import type { Daily } from "./daily-series.ts";
import type { EngineRun } from "./engine-run.ts";
import type { CanaryResult, Honesty, RunCosts, RunMetrics, TradeRow } from "./run-result.ts";
import { type CountedTrial, trialScatter } from "./trials.ts";
import { wholeMicros } from "./whole-micros.ts";

const SESSIONS_PER_YEAR = 252;
const CONFIDENCE = 0.95;
const TERMS = { periodsPerYear: SESSIONS_PER_YEAR, riskFree: 0 } as const;

export function runMetrics(run: EngineRun, daily: Daily, trades: readonly TradeRow[]): RunMetrics {
  const { curve, loop } = run;
  const performance = performanceMetrics(daily.returns, { ...TERMS, benchmark: daily.benchmarkReturns });
  const perTrade = tradeStatistics(Float64Array.from(trades, ({ pnl }) => pnl));
  const years = daily.returns.length / SESSIONS_PER_YEAR;
  const meanEquity = average(curve.equity, curve.length);
  return {
    ...shared(performance),
    maxDrawdownBars: daily.deepest,
    trades: trades.length,
    winRate: perTrade.winRate,
    profitFactor: perTrade.profitFactor,
    expectancy: perTrade.expectancy,
    averageWin: perTrade.averageWin,
    averageLoss: perTrade.averageLoss,
    grossExposure: daily.meanGross,
    timeInMarket: daily.exposedShare,
    turnover: loop.execute.portfolio.traded / 2 / meanEquity / years,
    beta: performance.beta ?? Number.NaN,
    alpha: performance.alpha ?? Number.NaN,
  };
}

/** The yardstick knows no trades of ours: those figures are NaN. */
export function benchmarkMetrics(daily: Daily): RunMetrics {
  const nothing = Number.NaN;
  return {
    ...shared(performanceMetrics(daily.benchmarkReturns, TERMS)),
    maxDrawdownBars: daily.benchmarkDeepest,
    trades: 0,
    winRate: nothing,
    profitFactor: nothing,
    expectancy: nothing,
    averageWin: nothing,
    averageLoss: nothing,
    grossExposure: 1,
    timeInMarket: 1,
    turnover: 0,
    beta: 1,
    alpha: 0,
  };
}

function shared(performance: PerformanceMetrics) {
  return {
    totalReturn: performance.totalReturn,
    cagr: performance.cagr,
    volatility: performance.volatility,
    sharpe: performance.sharpe,
    sortino: performance.sortino,
    calmar: performance.calmar,
    maxDrawdown: performance.maxDrawdown,
    longestDrawdownDays: performance.longestDrawdownPeriods,
    var05: performance.var05,
    cvar05: performance.cvar05,
    skew: performance.skewness,
    kurtosis: performance.kurtosis,
  };
}

/** `counted`: all trials that count beside this run, its own included; none for a run that is no trial. */
export function honesty(
  daily: Daily,
  counted: readonly CountedTrial[],
  canary: CanaryResult,
  caveats: Pick<Honesty, "survivorsOnly" | "warnings" | "uncounted">,
): Honesty {
  const sample = sharpeSample(daily.returns);
  const { trials, compared, sharpeDeviation } = trialScatter(counted, sample.observations);
  const deflated = deflatedSharpe(sample, { trials, sharpeDeviation });
  return {
    psr: probabilisticSharpe(sample, 0),
    dsr: deflated.probability,
    expectedMaxSharpe: deflated.expectedMaximum * Math.sqrt(SESSIONS_PER_YEAR),
    trials: counted.length === 0 ? 0 : trials,
    trialsCompared: compared,
    minTrackRecord: minimumTrackRecordLength(sample, { benchmark: 0, confidence: CONFIDENCE }),
    observations: sample.observations,
    canary,
    ...caveats,
  };
}

export function runCosts({ loop }: EngineRun): RunCosts {
  const { fills, portfolio } = loop.execute;
  const { commission, regulatory, slippage } = portfolio.costs;
  const sum = (field: FillField) => {
    let dollars = 0;
    for (let fill = 0; fill < fills.length; fill++) dollars += fills.get(fill, field);
    return wholeMicros(dollars);
  };
  return {
    commission: wholeMicros(commission),
    fees: wholeMicros(regulatory),
    slippage: wholeMicros(slippage),
    spread: sum(FillField.spread),
    drift: sum(FillField.drift),
    impact: sum(FillField.impact),
    borrow: portfolio.borrowPaid,
  };
}

function average(values: Float64Array, length: number): number {
  let sum = 0;
  for (let n = 0; n < length; n++) sum += values[n]!;
  return sum / length;
}
