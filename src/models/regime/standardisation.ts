/**
 * The unit a model was trained in: mean and population deviation of its TRAINING days, kept with it, because a mean
 * over later days would tell it of the future (QUANT c).
 */
import { InputError } from "../../domain/assert.ts";
import type { GaussianHmm } from "./gaussian-hmm.ts";

/** d numbers each; deviations are positive. */
export interface Standardisation {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Of T x d rows. Throws InputError where an input never changes: it has no unit. */
export function standardisationOf(rows: Float64Array, inputs: number): Standardisation {
  const days = rows.length / inputs;
  const mean = new Float64Array(inputs);
  const deviation = new Float64Array(inputs);
  for (let k = 0; k < rows.length; k++) mean[k % inputs]! += rows[k]! / days;
  for (let k = 0; k < rows.length; k++) deviation[k % inputs]! += (rows[k]! - mean[k % inputs]!) ** 2 / days;
  for (let input = 0; input < inputs; input++) {
    deviation[input] = Math.sqrt(deviation[input]!);
    if (!(deviation[input]! > 1e-12 * Math.abs(mean[input]!))) {
      throw new InputError(
        `input ${input} is ${mean[input]} on all ${days} days; allowed is one that changes`,
      );
    }
  }
  return { mean, deviation };
}

/** T x d rows in the model's unit; NaN stays NaN. */
export function standardise(rows: Float64Array, { mean, deviation }: Standardisation): Float64Array {
  const inputs = mean.length;
  return rows.map((value, k) => (value - mean[k % inputs]!) / deviation[k % inputs]!);
}

/** The same model in another unit: what it says of a day stays what it was. */
export function restate(hmm: GaussianHmm, from: Standardisation, to: Standardisation): GaussianHmm {
  const { inputs } = hmm;
  const stretch = from.deviation.map((deviation, k) => deviation / to.deviation[k]!);
  const shift = from.mean.map((mean, k) => (mean - to.mean[k]!) / to.deviation[k]!);
  return {
    ...hmm,
    means: hmm.means.map((mean, k) => mean * stretch[k % inputs]! + shift[k % inputs]!),
    covariances: hmm.covariances.map(
      (value, k) => value * stretch[k % inputs]! * stretch[Math.floor(k / inputs) % inputs]!,
    ),
  };
}
