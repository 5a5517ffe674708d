/**
 * Expectation-maximisation of a Gaussian hidden Markov model from one start: each round is at least as likely as
 * the one before. Source: Baum et al. 1970; Rabiner 1989; QUANT c.
 */
import { z } from "zod";
import { Emission } from "../../models/regime/emission.ts";
import type { GaussianHmm } from "../../models/regime/gaussian-hmm.ts";
import { expectInLogarithms, roomForExpectation } from "./expectation.ts";
import { ExpectationOfThree } from "./expectation-of-three.ts";
import { maximise } from "./maximisation.ts";
import type { TrainingSeries } from "./training-series.ts";

export const baumWelchParams = z.strictObject({
  /** Rounds after which it ends in any case. */
  iterationsMax: z.int().min(1).max(100_000).default(500),
  /** It ends when a round gains less than this, in nats. */
  gainMin: z.number().min(0).max(1).default(1e-6),
  /** Or less than this share of the log-likelihood. With 0 for both it takes every round. */
  relativeGainMin: z.number().min(0).max(1).default(1e-9),
});
export type BaumWelchParams = z.infer<typeof baumWelchParams>;

export interface BaumWelchFit {
  readonly hmm: GaussianHmm;
  /** Nats, of the whole series under `hmm`. NaN when the start cannot have made the series. */
  readonly logLikelihood: number;
  readonly iterations: number;
  /** Share of the days in each state, K numbers. */
  readonly occupancy: Float64Array;
  /** Covariances that had to be repaired, over all rounds. */
  readonly repairs: number;
  /** A round was less likely than the one before by more than rounding explains: something is wrong. */
  readonly hasFallen: boolean;
}

/** Rounding of the log-likelihood, as a share of it. */
const ROUNDING = 1e-8;

/** Leaves `start` as it is. The returned parameters are those whose likelihood is returned. */
export function baumWelch(series: TrainingSeries, start: GaussianHmm, params: BaumWelchParams): BaumWelchFit {
  const hmm = aboutCentre(start, series.centre, -1);
  const found = roomForExpectation(series.days, hmm.states);
  const emission = new Emission(hmm);
  const ofThree = hmm.states === 3 ? new ExpectationOfThree(series.days) : undefined;
  let logLikelihood = Number.NaN;
  let repairs = 0;
  let hasFallen = false;
  let iterations = 0;
  for (;;) {
    iterations += 1;
    emission.prepare(hmm);
    repairs += emission.repairs;
    const before = logLikelihood;
    logLikelihood = Number.NaN;
    if (ofThree !== undefined) {
      emission.logDensityRows(series.rows, ofThree.densities, hmm.covariance);
      logLikelihood = ofThree.expect(hmm, found);
    }
    if (Number.isNaN(logLikelihood)) logLikelihood = expectInLogarithms(hmm, emission, series, found);
    if (!Number.isFinite(logLikelihood) || iterations >= params.iterationsMax) break;
    const gain = logLikelihood - before;
    if (gain < -ROUNDING * Math.abs(logLikelihood)) hasFallen = true;
    const enough = Math.max(params.gainMin, params.relativeGainMin * Math.abs(logLikelihood));
    if (enough > 0 && gain < enough) break;
    maximise(hmm, series, found);
  }
  return {
    hmm: aboutCentre(hmm, series.centre, 1),
    logLikelihood,
    iterations,
    occupancy: found.mass.map((days) => days / series.days),
    repairs,
    hasFallen,
  };
}

/** A copy whose means are moved by the centre, times `sign`. */
function aboutCentre(hmm: GaussianHmm, centre: Float64Array, sign: 1 | -1): GaussianHmm {
  return {
    ...hmm,
    start: hmm.start.slice(),
    transition: hmm.transition.slice(),
    means: hmm.means.map((mean, k) => mean + sign * centre[k % centre.length]!),
    covariances: hmm.covariances.slice(),
  };
}
