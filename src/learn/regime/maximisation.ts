/**
 * The maximisation step of Baum and Welch, pure maximum likelihood without priors:
 *
 *   pi = gamma_1    A_ij = sum_{t<T} xi_t(i,j) / sum_{t<T} gamma_t(i)    mu, Sigma = moments weighted by gamma
 *
 * What has no mass keeps its old value: a state that no day belongs to has no mean. Source: Baum et al. 1970;
 * Rabiner 1989; QUANT c.
 */
import type { GaussianHmm } from "../../models/regime/gaussian-hmm.ts";
import type { Expectation } from "./expectation.ts";
import type { TrainingSeries } from "./training-series.ts";

/** Days' worth of probability under which a state has no mass: its moments would be rounding. */
const NO_MASS = 1e-12;

/** Overwrites the parameters of `hmm`. Its means are about the centre of the series. */
export function maximise(hmm: GaussianHmm, series: TrainingSeries, found: Expectation): void {
  const { states, start, transition } = hmm;
  let first = 0;
  for (let i = 0; i < states; i++) first += found.gamma[i]!;
  for (let i = 0; i < states; i++) {
    start[i] = found.gamma[i]! / first;
    let left = 0;
    for (let j = 0; j < states; j++) left += found.moves[i * states + j]!;
    if (!(left > NO_MASS)) continue;
    for (let j = 0; j < states; j++) transition[i * states + j] = found.moves[i * states + j]! / left;
  }
  const sums = new Float64Array(states);
  for (let k = 0; k < series.inputs; k++) {
    weighSums(series.columns[k]!, undefined, found.gamma, sums);
    for (let i = 0; i < states; i++) {
      if (found.mass[i]! > NO_MASS) hmm.means[i * series.inputs + k] = sums[i]! / found.mass[i]!;
    }
  }
  for (let k = 0; k < series.inputs; k++) {
    for (let j = hmm.covariance === "full" ? 0 : k; j <= k; j++) {
      weighSums(series.columns[k]!, series.columns[j]!, found.gamma, sums);
      spreadAbout(hmm, k, j, sums, found.mass);
    }
  }
}

/** Covariances of inputs k and j from sums of products about the centre. */
function spreadAbout(
  { states, inputs, means, covariances }: GaussianHmm,
  k: number,
  j: number,
  sums: Float64Array,
  mass: Float64Array,
): void {
  for (let i = 0; i < states; i++) {
    if (!(mass[i]! > NO_MASS)) continue;
    const value = sums[i]! / mass[i]! - means[i * inputs + k]! * means[i * inputs + j]!;
    covariances[(i * inputs + k) * inputs + j] = value;
    covariances[(i * inputs + j) * inputs + k] = value;
  }
}

/** Sums over the days of gamma times a column, or times the product of two, for each state. */
function weighSums(
  column: Float64Array,
  other: Float64Array | undefined,
  gamma: Float64Array,
  sums: Float64Array,
): void {
  const states = sums.length;
  if (states === 3) {
    weighSumsOfThree(column, other, gamma, sums);
    return;
  }
  sums.fill(0);
  for (let t = 0; t < column.length; t++) {
    const value = other === undefined ? column[t]! : column[t]! * other[t]!;
    for (let i = 0; i < states; i++) sums[i]! += gamma[t * states + i]! * value;
  }
}

/** The same with the three sums in registers. */
function weighSumsOfThree(
  column: Float64Array,
  other: Float64Array | undefined,
  gamma: Float64Array,
  sums: Float64Array,
): void {
  let a = 0;
  let b = 0;
  let c = 0;
  for (let t = 0, row = 0; t < column.length; t++, row += 3) {
    const value = other === undefined ? column[t]! : column[t]! * other[t]!;
    a += gamma[row]! * value;
    b += gamma[row + 1]! * value;
    c += gamma[row + 2]! * value;
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
}
