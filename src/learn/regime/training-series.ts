/**
 * The observations of one fit, laid out for the passes over them: centred once about their means, so that sums of
 * squares about the centre keep their digits (QUANT a6), by rows for the densities and by columns for the moments.
 */
import { InputError } from "../../domain/assert.ts";

export interface TrainingSeries {
  readonly days: number;
  readonly inputs: number;
  /** d means, in the unit of the observations; rows and columns are about them. */
  readonly centre: Float64Array;
  /** T x d, row-major. */
  readonly rows: Float64Array;
  /** d columns of T. */
  readonly columns: readonly Float64Array[];
}

/** Throws InputError unless `observations` are at least two whole rows of finite numbers. */
export function trainingSeries(observations: Float64Array, inputs: number): TrainingSeries {
  const days = observations.length / inputs;
  if (!Number.isInteger(days) || days < 2) {
    throw new InputError(
      `observations: ${observations.length} numbers; allowed are two or more rows of ${inputs}`,
    );
  }
  const centre = new Float64Array(inputs);
  for (let k = 0; k < observations.length; k++) {
    const value = observations[k]!;
    if (!Number.isFinite(value)) {
      throw new InputError(`observations: row ${Math.floor(k / inputs)} holds ${value}; allowed are numbers`);
    }
    centre[k % inputs]! += value / days;
  }
  const rows = observations.map((value, k) => value - centre[k % inputs]!);
  const columns = Array.from({ length: inputs }, (_, input) =>
    Float64Array.from({ length: days }, (_day, t) => rows[t * inputs + input]!),
  );
  return { days, inputs, centre, rows, columns };
}
