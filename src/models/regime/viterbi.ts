/**
 * The single most likely path through the states, in logarithms; ties go to the lowest state. It knows the whole
 * series at every day, so it describes the past and must never gate a trade. Source: Rabiner 1989; QUANT c.
 */
import { emissionTable } from "./forward-backward.ts";
import type { GaussianHmm } from "./gaussian-hmm.ts";

export interface ViterbiPath {
  /** One state a day. */
  readonly states: Uint8Array;
  /** ln p(x_1..x_T, s_1..s_T) along the path. */
  readonly logProbability: number;
}

export function viterbi(hmm: GaussianHmm, observations: Float64Array): ViterbiPath {
  const { states } = hmm;
  const densities = emissionTable(hmm, observations);
  const days = densities.length / states;
  const logTransition = hmm.transition.map(Math.log);
  const cameFrom = new Uint8Array(densities.length);
  let best = Float64Array.from({ length: states }, (_, j) => Math.log(hmm.start[j]!) + densities[j]!);
  let next = new Float64Array(states);
  for (let row = states; row < densities.length; row += states) {
    for (let j = 0; j < states; j++) {
      let from = 0;
      for (let i = 1; i < states; i++) {
        if (best[i]! + logTransition[i * states + j]! > best[from]! + logTransition[from * states + j]!)
          from = i;
      }
      cameFrom[row + j] = from;
      next[j] = densities[row + j]! + best[from]! + logTransition[from * states + j]!;
    }
    [best, next] = [next, best];
  }
  let state = 0;
  for (let j = 1; j < states; j++) if (best[j]! > best[state]!) state = j;
  const logProbability = best[state]!;
  const path = new Uint8Array(days);
  for (let t = days - 1; t >= 0; t--) {
    path[t] = state;
    state = cameFrom[t * states + state]!;
  }
  return { states: path, logProbability };
}
