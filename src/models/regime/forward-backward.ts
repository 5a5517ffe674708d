/**
 * The forward and backward recursions in logarithms: the definition that everything faster is held against.
 *
 *   la_1(j) = ln pi_j + b_j(x_1)       la_t(j) = b_j(x_t) + LSE_i(la_{t-1}(i) + ln A_ij)
 *   lb_T(i) = 0                        lb_t(i) = LSE_j(ln A_ij + b_j(x_{t+1}) + lb_{t+1}(j))
 *
 * FILTERED probabilities use x_1..x_t and may gate trades. SMOOTHED ones use the whole series: at t they know the
 * future, so they describe the past and must never gate anything (QUANT c). Source: Rabiner 1989; QUANT c.
 */
import { InputError } from "../../domain/assert.ts";
import { logSumExp } from "../../numerics/log-sum-exp.ts";
import { Emission } from "./emission.ts";
import type { GaussianHmm } from "./gaussian-hmm.ts";

/** A T x K table of logarithms, row-major, and what the series as a whole is worth. */
interface ForwardPass {
  /** ln p(x_1..x_t, s_t = j). */
  readonly logAlpha: Float64Array;
  /** ln p(x_1..x_T). */
  readonly logLikelihood: number;
}

/** T x K log densities b_j(x_t). Throws InputError unless `observations` is a whole, non-zero number of rows. */
export function emissionTable(hmm: GaussianHmm, observations: Float64Array): Float64Array {
  const days = observations.length / hmm.inputs;
  if (!Number.isInteger(days) || days === 0) {
    throw new InputError(`observations: ${observations.length} numbers are no rows of ${hmm.inputs}`);
  }
  const emission = new Emission(hmm);
  const table = new Float64Array(days * hmm.states);
  for (let t = 0; t < days; t++) {
    emission.logDensities(observations, t * hmm.inputs, table, t * hmm.states);
  }
  return table;
}

export function forward(hmm: GaussianHmm, densities: Float64Array): ForwardPass {
  const { states } = hmm;
  const logTransition = hmm.transition.map(Math.log);
  const logAlpha = new Float64Array(densities.length);
  const terms = new Float64Array(states);
  for (let j = 0; j < states; j++) logAlpha[j] = Math.log(hmm.start[j]!) + densities[j]!;
  for (let row = states; row < densities.length; row += states) {
    for (let j = 0; j < states; j++) {
      for (let i = 0; i < states; i++)
        terms[i] = logAlpha[row - states + i]! + logTransition[i * states + j]!;
      logAlpha[row + j] = densities[row + j]! + logSumExp(terms, 0, states);
    }
  }
  return { logAlpha, logLikelihood: logSumExp(logAlpha, densities.length - states, states) };
}

/** T x K: ln p(x_{t+1}..x_T | s_t = i). */
export function backward(hmm: GaussianHmm, densities: Float64Array): Float64Array {
  const { states } = hmm;
  const logTransition = hmm.transition.map(Math.log);
  const logBeta = new Float64Array(densities.length);
  const terms = new Float64Array(states);
  for (let row = densities.length - 2 * states; row >= 0; row -= states) {
    for (let i = 0; i < states; i++) {
      for (let j = 0; j < states; j++) {
        const next = row + states + j;
        terms[j] = logTransition[i * states + j]! + densities[next]! + logBeta[next]!;
      }
      logBeta[row + i] = logSumExp(terms, 0, states);
    }
  }
  return logBeta;
}

/** T x K: P(s_t | x_1..x_t). The only one of the two that may gate a trade. */
export function filteredProbabilities(hmm: GaussianHmm, observations: Float64Array): Float64Array {
  return softmaxRows(forward(hmm, emissionTable(hmm, observations)).logAlpha, hmm.states);
}

/** T x K: P(s_t | x_1..x_T), which at t knows the future: for description only. */
export function smoothedProbabilities(hmm: GaussianHmm, observations: Float64Array): Float64Array {
  const densities = emissionTable(hmm, observations);
  const { logAlpha } = forward(hmm, densities);
  const logBeta = backward(hmm, densities);
  return softmaxRows(
    logAlpha.map((value, k) => value + logBeta[k]!),
    hmm.states,
  );
}

/** Overwrites each row of `width` logarithms with probabilities that add up to 1. */
function softmaxRows(table: Float64Array, width: number): Float64Array {
  for (let row = 0; row < table.length; row += width) {
    const total = logSumExp(table, row, width);
    for (let k = row; k < row + width; k++) table[k] = Math.exp(table[k]! - total);
  }
  return table;
}
