/**
 * When a run is long enough for figures that are annual or a probability. One rule for result.json, for the report and
 * for the record of trials: a daily Sharpe of two days is noise, and noise in the scatter of trials would drown every
 * later run of the same strategies.
 */
import type { RunMetrics, RunResult } from "./run-result.ts";

/** With fewer daily returns, annual figures and probabilities are noise: NaN here, null in JSON, "no data" on paper. */
export const OBSERVATIONS_MIN = 20;

/** `observations`: daily returns. */
export const isLongEnough = (observations: number): boolean => observations >= OBSERVATIONS_MIN;

const METRICS = [
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "calmar",
  "var05",
  "cvar05",
  "skew",
  "kurtosis",
  "turnover",
  "beta",
  "alpha",
] as const satisfies readonly (keyof RunMetrics)[];

/** The result as it may be told: figures that its length does not carry are NaN. */
export function withoutNoise(result: RunResult): RunResult {
  const { honesty, metrics, benchmark, strategies, withoutCosts } = result;
  if (isLongEnough(honesty.observations)) return result;
  return {
    ...result,
    metrics: unknown(metrics, METRICS),
    benchmark: benchmark === null ? null : { ...benchmark, metrics: unknown(benchmark.metrics, METRICS) },
    honesty: unknown(honesty, ["psr", "dsr", "expectedMaxSharpe", "minTrackRecord"]),
    strategies: strategies.map((share) => unknown(share, ["sharpe"])),
    withoutCosts: withoutCosts === null ? null : unknown(withoutCosts, ["cagr", "sharpe"]),
  };
}

function unknown<Figures extends object>(figures: Figures, names: readonly (keyof Figures)[]): Figures {
  return { ...figures, ...Object.fromEntries(names.map((name) => [name, Number.NaN])) };
}
