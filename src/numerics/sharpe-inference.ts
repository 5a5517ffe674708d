/**
 * How much of a Sharpe ratio is luck (QUANT d6): probabilistic and deflated Sharpe ratios and the minimum
 * track record length, after Bailey and López de Prado, "The Sharpe ratio efficient frontier" (2012) and
 * "The deflated Sharpe ratio" (2014).
 *
 * Ratios here are per period, never annualised: sqrt(252) belongs to the reader, not to the test.
 */
import { InputError, invariant } from "../domain/assert.ts";
import { kurtosis, mean, sampleDeviation, skewness, sum } from "./moments.ts";
import { normalCdf, normalQuantile } from "./normal-distribution.ts";
import { sharpeRatio } from "./return-ratios.ts";

const EULER_GAMMA = 0.5772156649015329;

/** All that the tests need to know of a sample of returns. */
export interface SharpeSample {
  /** Mean over sample deviation (n - 1), per period; NaN when the deviation is zero. */
  readonly sharpe: number;
  readonly observations: number;
  /** Biased g3. */
  readonly skewness: number;
  /** Biased Pearson g4: 3 for a normal. */
  readonly kurtosis: number;
}

export interface Trials {
  /** How many strategies were tried, as independent ones; at least 1, may be fractional. */
  readonly trials: number;
  /** Sample deviation of their per-period Sharpe ratios, at least 0. Unused when `trials` is 1. */
  readonly sharpeDeviation: number;
}

export interface DeflatedSharpe {
  /** Probability that the true ratio beats what the best of the trials would show by luck, in [0, 1]. */
  readonly probability: number;
  /** That best by luck (SR0), per period. */
  readonly expectedMaximum: number;
}

/** `returns` simple, per period, net of costs and of the risk-free rate where one applies. */
export function sharpeSample(returns: Float64Array): SharpeSample {
  return {
    sharpe: sharpeRatio(returns, { periodsPerYear: 1, riskFree: 0 }),
    observations: returns.length,
    skewness: skewness(returns),
    kurtosis: kurtosis(returns),
  };
}

/** Standard error of the Sharpe ratio under returns of any shape. NaN when its radicand is not positive. */
export function sharpeStandardError(sample: SharpeSample): number {
  const variance = shapeFactor(sample) / (sample.observations - 1);
  return variance > 0 && sample.observations > 1 ? Math.sqrt(variance) : Number.NaN;
}

/** PSR: probability that the true per-period ratio exceeds `benchmark`, in [0, 1] or NaN. */
export function probabilisticSharpe(sample: SharpeSample, benchmark: number): number {
  return normalCdf((sample.sharpe - benchmark) / sharpeStandardError(sample));
}

/**
 * SR0: the highest ratio expected from `trials` independent strategies without skill, per period. 0 for one
 * trial, and never less: between 1 and 2 trials the formula turns negative and would reward trying.
 */
export function expectedMaximumSharpe({ trials, sharpeDeviation }: Trials): number {
  invariant(trials >= 1, "NU-6", `${trials} trials; a result is at least its own trial`);
  if (trials === 1) return 0;
  invariant(sharpeDeviation >= 0, "NU-6", `deviation of the trials' Sharpe ratios is ${sharpeDeviation}`);
  // Phi^-1(1 - p) = -Phi^-1(p), which keeps its precision for many trials.
  const typical = -normalQuantile(1 / trials);
  const extreme = -normalQuantile(1 / (trials * Math.E));
  return sharpeDeviation * Math.max(0, (1 - EULER_GAMMA) * typical + EULER_GAMMA * extreme);
}

/** DSR: PSR against the best that luck would have shown among the trials. */
export function deflatedSharpe(sample: SharpeSample, trials: Trials): DeflatedSharpe {
  const expectedMaximum = expectedMaximumSharpe(trials);
  return { probability: probabilisticSharpe(sample, expectedMaximum), expectedMaximum };
}

/**
 * MinTRL: observations needed before PSR against `benchmark` reaches `confidence`. Infinity when the ratio
 * does not exceed the benchmark (squaring would hide that), NaN when the ratio or its error is undefined.
 * Refuses a confidence outside (0.5, 1), which is the user's to choose.
 */
export function minimumTrackRecordLength(
  sample: SharpeSample,
  { benchmark, confidence }: { readonly benchmark: number; readonly confidence: number },
): number {
  if (!(confidence > 0.5 && confidence < 1)) {
    throw new InputError(`confidence ${confidence} is not between 0.5 and 1; pass 0.95 for 95 %`);
  }
  const shape = shapeFactor(sample);
  if (!(shape > 0)) return Number.NaN;
  if (sample.sharpe <= benchmark) return Infinity;
  return 1 + shape * (normalQuantile(confidence) / (sample.sharpe - benchmark)) ** 2;
}

/**
 * Effective number among `trials` strategies whose returns correlate by `averageCorrelation`: the next whole number
 * above rho + (1 - rho) M, as QUANT d6 has it from its oracle, at least 1 and at most M (a negative correlation makes
 * no more trials than there were). A whole number is not left as it is: at a correlation of 1, rounding would else
 * tell one trial from two.
 */
export function effectiveTrials(trials: number, averageCorrelation: number): number {
  invariant(trials >= 1, "NU-6", `${trials} trials; a result is at least its own trial`);
  const independent = averageCorrelation + (1 - averageCorrelation) * trials;
  return Math.max(1, Math.min(trials, Math.floor(independent) + 1));
}

/**
 * Mean correlation over all pairs of series. Scaled to unit length, the series add up to a vector whose
 * squared length is the sum of all their correlations, so pairs are never formed. NaN under two series, and
 * when one stands still. Halts when lengths differ (NU-6).
 */
export function averageCorrelation(series: readonly Float64Array[]): number {
  const periods = series[0]?.length ?? 0;
  const total = new Float64Array(periods);
  for (const values of series) {
    invariant(values.length === periods, "NU-6", `trials of ${periods} and ${values.length} periods`);
    const centre = mean(values);
    const size = sampleDeviation(values) * Math.sqrt(periods - 1);
    for (let t = 0; t < periods; t++) total[t]! += (values[t]! - centre) / size;
  }
  const m = series.length;
  return m < 2 ? Number.NaN : (sum(total.map((value) => value * value)) - m) / (m * (m - 1));
}

/** 1 - g3 sr + (g4 - 1) / 4 sr^2: n - 1 times the variance of the estimated ratio. */
function shapeFactor({ sharpe, skewness: g3, kurtosis: g4 }: SharpeSample): number {
  return 1 - g3 * sharpe + ((g4 - 1) / 4) * sharpe * sharpe;
}
