/**
 * The best of many trials, judged as the best of many (LEARN-4, QUANT d6; Bailey and López de Prado, "The deflated
 * Sharpe ratio", 2014): how many independent trials the many amount to, and what luck alone would have shown among
 * them.
 */
import { InputError } from "../../domain/assert.ts";
import { sampleDeviation } from "../../numerics/moments.ts";
import {
  averageCorrelation,
  type DeflatedSharpe,
  deflatedSharpe,
  effectiveTrials,
  sharpeSample,
} from "../../numerics/sharpe-inference.ts";
import { sameLength } from "../allowed.ts";

export interface BestOfTrials extends DeflatedSharpe {
  /** Number of the trial with the highest per-period Sharpe ratio, the first of equals. */
  readonly best: number;
  readonly sharpe: number;
  /** Mean correlation between the trials' returns, over all pairs. */
  readonly averageCorrelation: number;
  /** Independent trials that the counted ones amount to, at least 1. */
  readonly effectiveTrials: number;
  /** Sample deviation of the trials' per-period Sharpe ratios. */
  readonly sharpeDeviation: number;
}

/**
 * `returns` per trial, per period and net, two or more of one length. `counted` is how many trials were made in
 * all, kept or not, at least as many as are given: those whose returns are lost count too. A trial that stood still
 * has no Sharpe ratio and is only counted. Throws InputError when fewer than two can be compared.
 */
export function bestOfTrials(returns: readonly Float64Array[], counted: number): BestOfTrials {
  if (!(Number.isSafeInteger(counted) && counted >= returns.length)) {
    throw new InputError(
      `counted ${counted} is not a whole number of at least the ${returns.length} trials given`,
    );
  }
  for (const [i, series] of returns.entries()) {
    sameLength(`returns of trial ${i}`, series.length, "those of trial 0", returns[0]!.length);
  }
  const samples = returns.map(sharpeSample);
  const moved = samples.flatMap(({ sharpe }, i) => (Number.isNaN(sharpe) ? [] : [i]));
  if (moved.length < 2) {
    throw new InputError(
      `returns of ${moved.length} trials moved; at least 2 are needed to tell luck from skill`,
    );
  }
  const best = moved.reduce((one, other) => (samples[other]!.sharpe > samples[one]!.sharpe ? other : one));
  const correlation = averageCorrelation(moved.map((i) => returns[i]!));
  const trials = effectiveTrials(counted, correlation);
  const sharpeDeviation = sampleDeviation(Float64Array.from(moved, (i) => samples[i]!.sharpe));
  return {
    best,
    sharpe: samples[best]!.sharpe,
    averageCorrelation: correlation,
    effectiveTrials: trials,
    sharpeDeviation,
    ...deflatedSharpe(samples[best]!, { trials, sharpeDeviation }),
  };
}
