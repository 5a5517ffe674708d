/**
 * Values to bin codes: at most 255 bins per feature from weighted quantiles of the training rows, one code for
 * missing. Learned from training rows alone and applied unchanged to validation. Source: QUANT k; the greedy equal
 * weight cut is Ke et al. 2017, section 2.1 and its implementation's rule that a value heavier than a bin stands alone.
 */
import { InputError } from "../../domain/assert.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import type { TrainingRows } from "./training-rows.ts";

/** NaN, and a category that training did not keep. */
export const MISSING_CODE = 255;
/** Codes of a feature, missing included: the stride of its histogram. */
export const CODES = 256;
/** A category is a bit in a set of the model, so a huge one would be a huge set. */
const CATEGORY_MOST = 65_535;
/** Cells of the grid that tells where in the cuts to begin. */
const CELLS = 2048;

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

export interface BinnedRows {
  readonly rows: number;
  readonly features: number;
  /** Feature-major: codes[feature * rows + row]. */
  readonly codes: Uint8Array;
}

export function findBins(rows: TrainingRows, parameters: BoostingParameters): FeatureBins[] {
  return rows.columns.map((column, feature) => {
    const name = rows.featureNames[feature]!;
    return parameters.categorical.includes(feature)
      ? categoryBins(name, column, rows.weights, parameters.binsMost)
      : numberBins(name, column, rows.weights, parameters);
  });
}

/** Codes of all rows, in memory that `allocate` gives so that threads may share it. */
export function binRows(
  columns: TrainingRows["columns"],
  bins: readonly FeatureBins[],
  allocate: (bytes: number) => ArrayBufferLike,
): BinnedRows {
  const rows = columns[0]?.length ?? 0;
  const codes = new Uint8Array(allocate(columns.length * rows));
  columns.forEach((column, feature) => {
    const into = codes.subarray(feature * rows, (feature + 1) * rows);
    const { categories, cuts } = bins[feature]!;
    if (categories === undefined) codeNumbers(column, cuts, into);
    else codeCategories(column, categories, into);
  });
  return { rows, features: columns.length, codes };
}

function numberBins(
  name: string,
  column: Float64Array | Float32Array,
  weights: Float64Array | undefined,
  { binsMost, binRowsMost }: BoostingParameters,
): FeatureBins {
  const rows = column.length;
  const taken = binRowsMost === 0 ? rows : Math.min(rows, binRowsMost);
  const values = new Float64Array(taken);
  const valueWeights = weights === undefined ? undefined : new Float64Array(taken);
  let least = Number.NaN;
  let most = Number.NaN;
  let missing = 0;
  for (let row = 0; row < rows; row++) {
    const value = column[row]!;
    if (Number.isNaN(value)) missing += 1;
    else if (!(value <= most)) most = value;
    if (!(value >= least) && !Number.isNaN(value)) least = value;
  }
  if (least === Number.NEGATIVE_INFINITY || most === Number.POSITIVE_INFINITY) {
    throw new InputError(`column ${name}: holds an infinity; allowed are finite numbers and NaN`);
  }
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
  return { cuts, categories: undefined, bins: cuts.length + 1, hasMissing: missing > 0, least, most };
}

/** Cuts between distinct values such that bins weigh about the same. Sorts `values` when there are no weights. */
function quantileCuts(
  values: Float64Array,
  weights: Float64Array | undefined,
  binsMost: number,
): Float64Array {
  const order = weights === undefined ? undefined : orderOf(values);
  if (order === undefined) values.sort();
  const distinct = new Float64Array(values.length);
  const mass = new Float64Array(values.length);
  let count = 0;
  let total = 0;
  for (let k = 0; k < values.length; k++) {
    const at = order === undefined ? k : order[k]!;
    const value = values[at]!;
    const weight = weights === undefined ? 1 : weights[at]!;
    if (count === 0 || value !== distinct[count - 1]!) distinct[count++] = value;
    mass[count - 1]! += weight;
    total += weight;
  }
  const cuts: number[] = [];
  if (count <= binsMost) {
    for (let k = 0; k + 1 < count; k++) cuts.push(between(distinct[k]!, distinct[k + 1]!));
    return Float64Array.from(cuts);
  }
  // What weighs more than a fair bin stands alone; the others share what is left.
  const fair = total / binsMost;
  let restMass = total;
  let restBins = binsMost;
  for (let k = 0; k < count; k++) {
    if (mass[k]! < fair) continue;
    restMass -= mass[k]!;
    restBins -= 1;
  }
  let target = restMass / Math.max(1, restBins);
  let filled = 0;
  for (let k = 0; k + 1 < count && cuts.length < binsMost - 1; k++) {
    const isHeavy = mass[k]! >= fair;
    filled += mass[k]!;
    if (!isHeavy) restMass -= mass[k]!;
    const nextIsHeavy = mass[k + 1]! >= fair && filled >= Math.max(Number.MIN_VALUE, target / 2);
    if (!isHeavy && filled < target && !nextIsHeavy) continue;
    cuts.push(between(distinct[k]!, distinct[k + 1]!));
    filled = 0;
    if (isHeavy) continue;
    restBins -= 1;
    target = restMass / Math.max(1, restBins);
  }
  return Float64Array.from(cuts);
}

/** The middle, but never the upper value: that one must stay above the cut. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}

function orderOf(values: Float64Array): Int32Array {
  return Int32Array.from(values, (_, k) => k).sort((a, b) => values[a]! - values[b]! || a - b);
}

function categoryBins(
  name: string,
  column: Float64Array | Float32Array,
  weights: Float64Array | undefined,
  binsMost: number,
): FeatureBins {
  const mass = new Map<number, number>();
  let hasMissing = false;
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    if (Number.isNaN(value)) {
      hasMissing = true;
      continue;
    }
    if (!(Number.isInteger(value) && value >= 0 && value <= CATEGORY_MOST)) {
      throw new InputError(
        `column ${name}: category ${value} in row ${row}; allowed is 0 to ${CATEGORY_MOST}`,
      );
    }
    mass.set(value, (mass.get(value) ?? 0) + (weights?.[row] ?? 1));
  }
  const known = [...mass]
    .toSorted(([a, massA], [b, massB]) => massB - massA || a - b)
    .map(([value]) => value);
  const kept = Int32Array.from(known.slice(0, binsMost));
  return {
    cuts: new Float64Array(),
    categories: kept,
    bins: kept.length,
    hasMissing: hasMissing || kept.length < known.length,
    least: known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    most: known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  };
}

/**
 * Binary search, begun where a grid over the cuts says: a cell knows the first cut that may be at or above its values
 * and the first that surely is. Evenly spread cuts leave a step or two; badly spread ones at most eight.
 */
function codeNumbers(column: Float64Array | Float32Array, cuts: Float64Array, into: Uint8Array): void {
  const first = cuts[0] ?? 0;
  const span = (cuts.at(-1) ?? 0) - first;
  const scale = span > 0 && Number.isFinite(span) ? CELLS / span : 0;
  const begin = gridOf(cuts, first, scale);
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    if (Number.isNaN(value)) {
      into[row] = MISSING_CODE;
      continue;
    }
    let cell = (value - first) * scale;
    cell = cell > 0 ? (cell < CELLS ? cell | 0 : CELLS) : 0;
    let low = begin[cell]!;
    let high = begin[cell + 1]!;
    // Rounding may put a value one cell aside.
    while (low > 0 && value <= cuts[low - 1]!) low -= 1;
    while (high < cuts.length && value > cuts[high]!) high += 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= cuts[middle]!) high = middle;
      else low = middle + 1;
    }
    into[row] = low;
  }
}

/** For each cell the number of cuts below its lower edge. */
function gridOf(cuts: Float64Array, first: number, scale: number): Int32Array {
  const begin = new Int32Array(CELLS + 2).fill(cuts.length);
  begin[0] = 0;
  let cut = 0;
  for (let cell = 1; cell <= CELLS && scale > 0; cell++) {
    while (cut < cuts.length && (cuts[cut]! - first) * scale < cell) cut += 1;
    begin[cell] = cut;
  }
  return begin;
}

function codeCategories(column: Float64Array | Float32Array, categories: Int32Array, into: Uint8Array): void {
  const codeOf = new Map(Array.from(categories, (category, code) => [category, code]));
  for (let row = 0; row < column.length; row++) into[row] = codeOf.get(column[row]!) ?? MISSING_CODE;
}
