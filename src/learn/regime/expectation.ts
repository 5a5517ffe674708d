/**
 * The expectation step of Baum and Welch for any number of states, in logarithms from end to end: slow, and right
 * wherever a double can say the logarithm. The faster one for three states falls back on it.
 *
 *   gamma_t(i) = P(s_t = i | x_1..x_T)       xi_t(i, j) = P(s_t = i, s_{t+1} = j | x_1..x_T)
 *
 * Source: Baum et al. 1970; Rabiner 1989; QUANT c.
 */
import type { Emission } from "../../models/regime/emission.ts";
import { backward, forward } from "../../models/regime/forward-backward.ts";
import type { GaussianHmm } from "../../models/regime/gaussian-hmm.ts";
import type { TrainingSeries } from "./training-series.ts";

/** What the step finds; overwritten by the next one. */
export interface Expectation {
  /** T x K. */
  readonly gamma: Float64Array;
  /** K x K: sums of xi over all days but the last. */
  readonly moves: Float64Array;
  /** K: sums of gamma over all days. */
  readonly mass: Float64Array;
}

export function roomForExpectation(days: number, states: number): Expectation {
  return {
    gamma: new Float64Array(days * states),
    moves: new Float64Array(states * states),
    mass: new Float64Array(states),
  };
}

/** Fills `found` and returns the log-likelihood; NaN or -Infinity when the model cannot have made the series. */
export function expectInLogarithms(
  hmm: GaussianHmm,
  emission: Emission,
  series: TrainingSeries,
  found: Expectation,
): number {
  const { states } = hmm;
  const { gamma, moves, mass } = found;
  const densities = new Float64Array(gamma.length);
  for (let t = 0; t < series.days; t++) {
    emission.logDensities(series.rows, t * series.inputs, densities, t * states);
  }
  const { logAlpha, logLikelihood } = forward(hmm, densities);
  const logBeta = backward(hmm, densities);
  const logTransition = hmm.transition.map(Math.log);
  moves.fill(0);
  mass.fill(0);
  for (let row = 0; row < gamma.length; row += states) {
    for (let i = 0; i < states; i++) {
      const p = Math.exp(logAlpha[row + i]! + logBeta[row + i]! - logLikelihood);
      gamma[row + i] = p;
      mass[i]! += p;
      if (row + states === gamma.length) continue;
      const before = logAlpha[row + i]! - logLikelihood;
      for (let j = 0; j < states; j++) {
        const next = row + states + j;
        moves[i * states + j]! += Math.exp(
          before + logTransition[i * states + j]! + densities[next]! + logBeta[next]!,
        );
      }
    }
  }
  return logLikelihood;
}
