/**
 * Groups of observations to start a mixture from: k-means++ seeds (Arthur and Vassilvitskii 2007) and a few rounds
 * of Lloyd's (1982). The groups need not be good, only different from one seed of chance to the next.
 */
import type { Rng } from "../../numerics/rng.ts";
import type { TrainingSeries } from "./training-series.ts";

interface Clusters {
  /** K x d, about the centre of the series. */
  readonly means: Float64Array;
  /** d x d covariance of the observations about the mean of their group, divided by n. */
  readonly pooled: Float64Array;
}

/** `rounds` of Lloyd's, 0 or more: the more, the more alike the groups of different seeds. */
export function kMeans(
  series: TrainingSeries,
  { states, rounds }: { readonly states: number; readonly rounds: number },
  rng: Rng,
): Clusters {
  const { days, inputs } = series;
  const means = seed(series, states, rng);
  const group = new Uint8Array(days);
  for (let round = 0; round < rounds; round++) {
    assign(series, means, group);
    const count = new Float64Array(states);
    const sums = new Float64Array(means.length);
    for (let t = 0; t < days; t++) {
      const g = group[t]!;
      count[g]! += 1;
      for (let k = 0; k < inputs; k++) sums[g * inputs + k]! += series.rows[t * inputs + k]!;
    }
    for (let g = 0; g < states; g++) {
      if (count[g] === 0) continue;
      for (let k = 0; k < inputs; k++) means[g * inputs + k] = sums[g * inputs + k]! / count[g]!;
    }
  }
  assign(series, means, group);
  return { means, pooled: pooledCovariance(series, means, group) };
}

/** The first mean is any observation; each further one is drawn by its squared distance to the nearest so far. */
function seed({ rows, days, inputs }: TrainingSeries, states: number, rng: Rng): Float64Array {
  const means = new Float64Array(states * inputs);
  const nearest = new Float64Array(days).fill(1);
  for (let state = 0; state < states; state++) {
    const total = nearest.reduce((a, b) => a + b, 0);
    let left = rng.uniform() * total;
    let chosen = 0;
    // Where all observations are equal the distances are 0, and any will do.
    while (chosen < days - 1 && left >= nearest[chosen]!) {
      left -= nearest[chosen]!;
      chosen += 1;
    }
    means.set(rows.subarray(chosen * inputs, (chosen + 1) * inputs), state * inputs);
    for (let t = 0; t < days; t++) {
      const distance = squaredDistance(rows, t * inputs, means, state * inputs, inputs);
      nearest[t] = state === 0 ? distance : Math.min(nearest[t]!, distance);
    }
  }
  return means;
}

/** Ties go to the lowest group. */
function assign({ rows, days, inputs }: TrainingSeries, means: Float64Array, group: Uint8Array): void {
  const states = means.length / inputs;
  for (let t = 0; t < days; t++) {
    let least = Infinity;
    for (let state = 0; state < states; state++) {
      const distance = squaredDistance(rows, t * inputs, means, state * inputs, inputs);
      if (distance >= least) continue;
      least = distance;
      group[t] = state;
    }
  }
}

function pooledCovariance(
  { rows, days, inputs }: TrainingSeries,
  means: Float64Array,
  group: Uint8Array,
): Float64Array {
  const pooled = new Float64Array(inputs * inputs);
  for (let t = 0; t < days; t++) {
    const mean = group[t]! * inputs;
    for (let k = 0; k < inputs; k++) {
      const away = rows[t * inputs + k]! - means[mean + k]!;
      for (let j = 0; j < inputs; j++) {
        pooled[k * inputs + j]! += (away * (rows[t * inputs + j]! - means[mean + j]!)) / days;
      }
    }
  }
  return pooled;
}

function squaredDistance(
  rows: Float64Array,
  row: number,
  means: Float64Array,
  mean: number,
  inputs: number,
): number {
  let total = 0;
  for (let k = 0; k < inputs; k++) {
    const away = rows[row + k]! - means[mean + k]!;
    total += away * away;
  }
  return total;
}
