/** Cuts the rows that a model was fitted on into what the watch over it compares with (QUANT b: PSI). */
import { InputError } from "../../domain/assert.ts";
import type { BinnedReference, DriftReference } from "../../models/drift/drift-reference.ts";
import { mean } from "../../numerics/moments.ts";
import { populationStability } from "../../numerics/population-stability.ts";

export interface DriftRows {
  readonly featureNames: readonly string[];
  /** One per feature, NaN for a missing value. */
  readonly columns: readonly Float64Array[];
  /** What the model said of each row, by trees that never saw it; NaN where nothing was said. */
  readonly probability: Float64Array;
  /** 1 where the entry paid after costs, else 0. */
  readonly label: ArrayLike<number>;
}

/** Throws InputError for rows of different lengths, none at all, or labels of one kind. */
export function driftReferenceOf({ featureNames, columns, probability, label }: DriftRows): DriftReference {
  const rows = probability.length;
  const differs = columns.some((column) => column.length !== rows) || label.length !== rows;
  if (rows === 0 || differs || featureNames.length !== columns.length)
    throw new InputError(`drift reference: ${rows} rows: columns, probabilities and labels must be as long`);
  const baseRate = mean(Float64Array.from(label));
  if (!(baseRate > 0 && baseRate < 1))
    throw new InputError(`drift reference: base rate ${baseRate}: some entries must pay and some must not`);
  return {
    inputs: columns.map((column, f) => binned(featureNames[f] ?? "", column)),
    probability: binned("probability", probability),
    baseRate,
  };
}

/** Deciles, or the values themselves where they are few. */
function binned(name: string, column: Float64Array): BinnedReference {
  const { edges, reference } = populationStability(column, column);
  const shares = Array.from(reference, (count) => count / column.length);
  return { name, edges: Array.from(edges), shares: shares.slice(0, -1), missing: shares.at(-1) ?? 0 };
}
