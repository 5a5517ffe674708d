/**
 * Rows as bin codes, four features to a word: a histogram of four reads one word a row instead of four bytes.
 *
 * A kernel over shared words, a group of four features a part.
 */
import { type FeatureBins, MISSING_CODE } from "./feature-bins.ts";
import type { TrainingRows } from "./training-rows.ts";
import type { TrainingWorkers } from "./training-workers.ts";

/** Features to a word. */
export const GROUP = 4;
export const GROUP_BITS = 2;
/** Cells of the grid that tells where in the cuts to begin. */
const CELLS = 2048;
/** What a value's code costs in steps of a histogram. */
const STEPS_PER_VALUE = 5;

export interface BinnedRows {
  readonly rows: number;
  readonly features: number;
  /** Of features, the last one padded with codes 0. */
  readonly groups: number;
  /** words[group * rows + row]; feature f is byte f % 4 of group f / 4, the lowest first. */
  readonly words: Int32Array;
}

export interface CodingBoard {
  readonly columns: TrainingRows["columns"];
  readonly bins: readonly FeatureBins[];
  /** Out. */
  readonly binned: BinnedRows;
}

/** Codes of all rows, in memory that the workers share. */
export function binRows(
  columns: TrainingRows["columns"],
  bins: readonly FeatureBins[],
  workers: TrainingWorkers,
): BinnedRows {
  const rows = columns[0]!.length;
  const features = columns.length;
  const groups = Math.ceil(features / GROUP);
  const words = new Int32Array(workers.allocate(4 * groups * rows));
  const binned = { rows, features, groups, words };
  const board: CodingBoard = { columns, bins, binned };
  workers.run("codeRows", board, groups, STEPS_PER_VALUE * rows * features);
  return binned;
}

/** The kernel: part = group of features. */
export function codeGroup({ columns, bins, binned }: CodingBoard, group: number): void {
  const into = binned.words.subarray(group * binned.rows, (group + 1) * binned.rows);
  for (let at = 0; at < GROUP; at++) {
    const feature = GROUP * group + at;
    if (feature >= binned.features) return;
    const { categories, cuts } = bins[feature]!;
    if (categories === undefined) codeNumbers(columns[feature]!, cuts, into, 8 * at);
    else codeCategories(columns[feature]!, categories, into, 8 * at);
  }
}

/**
 * Binary search, begun where a grid over the cuts says: a cell knows the first cut that may be at or above its values
 * and the first that surely is. Evenly spread cuts leave a step or two; badly spread ones at most eight.
 */
function codeNumbers(
  column: Float64Array | Float32Array,
  cuts: Float64Array,
  into: Int32Array,
  shift: number,
): void {
  const first = cuts[0] ?? 0;
  const span = (cuts.at(-1) ?? 0) - first;
  const scale = span > 0 && Number.isFinite(span) ? CELLS / span : 0;
  const begin = gridOf(cuts, first, scale);
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    if (Number.isNaN(value)) {
      into[row] = into[row]! | (MISSING_CODE << shift);
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
    into[row] = into[row]! | (low << shift);
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

function codeCategories(
  column: Float64Array | Float32Array,
  categories: Int32Array,
  into: Int32Array,
  shift: number,
): void {
  const codeOf = new Map(Array.from(categories, (category, code) => [category, code]));
  for (let row = 0; row < column.length; row++) {
    into[row] = into[row]! | ((codeOf.get(column[row]!) ?? MISSING_CODE) << shift);
  }
}
