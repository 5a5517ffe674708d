/**
 * Finds the bins of each feature: at most 255 from weighted quantiles of the training rows, or its commonest
 * categories. Learned from training rows alone and applied unchanged to validation. Source: QUANT k.
 *
 * A kernel over a table that threads share, a feature a part: `findFeatureBins` writes, `binsOf` reads.
 */
import { InputError } from "../../domain/assert.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import { quantileCuts } from "./quantile-cuts.ts";
import type { TrainingRows } from "./training-rows.ts";
import type { TrainingWorkers } from "./training-workers.ts";

/** NaN, and a category that training did not keep. */
export const MISSING_CODE = 255;
/** Codes of a feature, missing included: the stride of its histogram. */
export const CODES = 256;
/** A category is a bit in a set of the model, so a huge one would be a huge set. */
const CATEGORY_MOST = 65_535;

export interface FeatureBins {
  /** Bin b holds what is at most cuts[b] and above cuts[b - 1]; the last bin has no cut. Empty for categories. */
  readonly cuts: Float64Array;
  /** Category of each bin, the commonest first; undefined for a number. */
  readonly categories: Int32Array | undefined;
  readonly bins: number;
  readonly hasMissing: boolean;
  /** Over the training rows; NaN when all are missing. */
  readonly least: number;
  readonly most: number;
}

/** What the search for bins reads and writes. */
export interface BinningBoard {
  readonly columns: TrainingRows["columns"];
  readonly weights: Float64Array | undefined;
  readonly parameters: BoostingParameters;
  /** Out, STRIDE numbers to a feature. */
  readonly table: Float64Array;
}

/** Words of a feature in the table: a head, then its cuts or categories. */
const BINS = 0;
const HAS_MISSING = 1;
const LEAST = 2;
const MOST = 3;
const VALUES = 4;
const STRIDE = VALUES + CODES;
/** Instead of bins: what is wrong. A kernel does not throw, as its thread has nobody to catch it. */
const INFINITE = -1;
const NO_CATEGORY = -2;
/** What a step of finding bins costs in steps of a histogram: most of it is the sort. */
const STEPS_PER_ROW = 20;

/** Throws InputError on an infinity and on what is no category. */
export function findBins(
  { columns, weights, featureNames }: TrainingRows,
  parameters: BoostingParameters,
  workers: TrainingWorkers,
): FeatureBins[] {
  const table = new Float64Array(workers.allocate(8 * STRIDE * columns.length));
  const board: BinningBoard = { columns, weights, parameters, table };
  workers.run("findBins", board, columns.length, STEPS_PER_ROW * columns.length * columns[0]!.length);
  return featureNames.map((name, feature) => binsOf(board, feature, name));
}

/** The kernel: part = feature. */
export function findFeatureBins(board: BinningBoard, feature: number): void {
  const { columns, weights, parameters, table } = board;
  const into = table.subarray(feature * STRIDE, (feature + 1) * STRIDE);
  const column = columns[feature]!;
  if (parameters.categorical.includes(feature)) binCategories(column, weights, parameters.binsMost, into);
  else binNumbers(column, weights, parameters, into);
}

function binsOf({ table, parameters }: BinningBoard, feature: number, name: string): FeatureBins {
  const from = table.subarray(feature * STRIDE, (feature + 1) * STRIDE);
  const bins = from[BINS]!;
  if (bins === INFINITE)
    throw new InputError(`column ${name}: holds an infinity; allowed are finite numbers and NaN`);
  if (bins === NO_CATEGORY) {
    throw new InputError(
      `column ${name}: category ${from[LEAST]} in row ${from[MOST]}; allowed is 0 to ${CATEGORY_MOST}`,
    );
  }
  const isCategory = parameters.categorical.includes(feature);
  return {
    cuts: isCategory ? new Float64Array() : Float64Array.from(from.subarray(VALUES, VALUES + bins - 1)),
    categories: isCategory ? Int32Array.from(from.subarray(VALUES, VALUES + bins)) : undefined,
    bins,
    hasMissing: from[HAS_MISSING] === 1,
    least: from[LEAST]!,
    most: from[MOST]!,
  };
}

function binNumbers(
  column: Float64Array | Float32Array,
  weights: Float64Array | undefined,
  { binsMost, binRowsMost }: BoostingParameters,
  into: Float64Array,
): void {
  const rows = column.length;
  let least = Number.NaN;
  let most = Number.NaN;
  let missing = 0;
  for (let row = 0; row < rows; row++) {
    const value = column[row]!;
    if (Number.isNaN(value)) missing += 1;
    else if (!(value <= most)) most = value;
    if (!(value >= least) && !Number.isNaN(value)) least = value;
  }
  into[LEAST] = least;
  into[MOST] = most;
  into[HAS_MISSING] = missing > 0 ? 1 : 0;
  into[BINS] = INFINITE;
  if (least === Number.NEGATIVE_INFINITY || most === Number.POSITIVE_INFINITY) return;
  const taken = binRowsMost === 0 ? rows : Math.min(rows, binRowsMost);
  // Of the column's own kind: float32 sorts faster.
  const values = column instanceof Float32Array ? new Float32Array(taken) : new Float64Array(taken);
  const valueWeights = weights === undefined ? undefined : new Float64Array(taken);
  let count = 0;
  for (let k = 0; k < taken; k++) {
    const row = taken === rows ? k : Math.floor((k * rows) / taken);
    const value = column[row]!;
    if (Number.isNaN(value)) continue;
    values[count] = value;
    if (valueWeights !== undefined) valueWeights[count] = weights![row]!;
    count += 1;
  }
  const cuts = quantileCuts(values.subarray(0, count), valueWeights?.subarray(0, count), binsMost);
  into[BINS] = cuts.length + 1;
  into.set(cuts, VALUES);
}

function binCategories(
  column: Float64Array | Float32Array,
  weights: Float64Array | undefined,
  binsMost: number,
  into: Float64Array,
): void {
  const mass = new Map<number, number>();
  let hasMissing = false;
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    if (Number.isNaN(value)) {
      hasMissing = true;
      continue;
    }
    if (!(Number.isInteger(value) && value >= 0 && value <= CATEGORY_MOST)) {
      into[BINS] = NO_CATEGORY;
      into[LEAST] = value;
      into[MOST] = row;
      return;
    }
    mass.set(value, (mass.get(value) ?? 0) + (weights?.[row] ?? 1));
  }
  const known = [...mass]
    .toSorted(([a, massA], [b, massB]) => massB - massA || a - b)
    .map(([value]) => value);
  const kept = known.slice(0, binsMost);
  into[BINS] = kept.length;
  into[HAS_MISSING] = hasMissing || kept.length < known.length ? 1 : 0;
  into[LEAST] = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  into[MOST] = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  into.set(kept, VALUES);
}
