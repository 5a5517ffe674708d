/** Which features a model may read: by name, or all that mean the same at any price. */
import { InputError } from "../../domain/assert.ts";
import type { FeatureUnit } from "../../features/feature.ts";
import { features as catalogue } from "../../features/registry.ts";
import type { TrainingConfig } from "./training-config.ts";

/** A stock at 20 dollars and one at 400 are the same to a model that reads these. */
const SCALE_FREE: readonly FeatureUnit[] = ["ratio", "percent", "bps", "minutes"];

/** Throws InputError naming one that is not in the catalogue. */
export function inputNames(wanted: TrainingConfig["features"]): readonly string[] {
  const known = catalogue.flatMap(({ outputs, units }) =>
    outputs.map((name, k) => ({ name, unit: units[k]! })),
  );
  if (wanted === "all") return known.filter(({ unit }) => SCALE_FREE.includes(unit)).map(({ name }) => name);
  const stranger = wanted.find((name) => !known.some((feature) => feature.name === name));
  if (stranger === undefined) return [...new Set(wanted)];
  throw new InputError(`training.features: ${stranger} is not known; see plimsoll features list`);
}

/** Columns with at least two values: the others are absent from these bars and tell nothing. */
export const isTelling = (column: Float64Array): boolean => {
  const first = column.find((value) => !Number.isNaN(value));
  return column.some((value) => !Number.isNaN(value) && value !== first);
};
