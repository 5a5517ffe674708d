/**
 * What the threads of a training share while trees grow: rows and their codes, gradients, histograms, and a few words
 * that say what the next kernel is to do.
 */
import { type BinnedRows, GROUP } from "./binned-rows.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import { CODES, type FeatureBins } from "./feature-bins.ts";
import { FOUND_STRIDE, type Histogram } from "./split-finder.ts";
import type { TrainingRows } from "./training-rows.ts";
import type { TrainingWorkers } from "./training-workers.ts";

/** Rows to a part of the kernels that go row by row. */
export const CHUNK = 2048;
/** Row numbers to a part of the kernel that adds the leaves. */
export const LEAF_RANGE = 8192;
/** Rows whose codes are collected before they are summed: they wait in the nearest cache. */
export const BLOCK = 1024;

/** Words of `command`. */
export const FROM = 0;
export const TO = 1;
/** The feature whose split parts the rows. */
export const FEATURE = 2;
/** 1 where the gradients of the smaller child are wanted in the order of its rows. */
export const IS_GATHERED = 3;
/** Where the right child's rows begin. */
export const MIDDLE = 4;
/** Histogram that is summed anew, over rows [FROM, TO); and the one it is taken from, or -1. */
export const SUMMED = 5;
export const LESSENED = 6;
/** 1 where the rows to sum are all rows in order, whose gradients need no gathering. */
export const IS_ROOT = 7;
/** Histogram of the node whose split is sought in slot 0 and slot 1, or -1. */
export const SOUGHT = 8;
const COMMAND_WORDS = 10;

/** Of a node whose split is sought: gradient, hessian, rows, lower, upper. */
export const SUMS_STRIDE = 5;

export interface GrowingBoard {
  readonly parameters: BoostingParameters;
  readonly bins: readonly FeatureBins[];
  readonly binned: BinnedRows;
  readonly labels: Float64Array;
  readonly weights: Float64Array | undefined;
  /** The model's sum so far, by row. */
  readonly margins: Float64Array;
  /** Gradient and hessian of each row alternating. */
  readonly gradients: Float64Array;
  /** Row numbers, those of a node together. */
  readonly rows: Int32Array;
  /** Of a chunk that is parted: the left rows from its start, the right ones from its end. */
  readonly parted: Int32Array;
  /** By chunk: its left rows; then how many left rows stand before it. */
  readonly lefts: Int32Array;
  /** 1 for each code that goes left in the split that parts the rows. */
  readonly isLeft: Uint8Array;
  /** Gradients in the order of a node's rows, pair k for its row k. */
  readonly ordered: Float64Array;
  /** Codes of BLOCK rows, for each group. */
  readonly collected: Int32Array;
  /** 1 where a feature takes part in the tree, and in each of both slots. Padded to whole groups. */
  readonly isUsed: Uint8Array;
  readonly isTried: Uint8Array;
  /** Sums of the node in each slot. */
  readonly sums: Float64Array;
  /** Out, for each slot and feature: its best split. */
  readonly found: Float64Array;
  /** Out, for each slot and feature: codes that go left, where the feature is a category. */
  readonly foundSets: Uint8Array;
  readonly histograms: readonly Histogram[];
  /** Leaves of the tree grown last: how many; where their rows begin and end, and what they add. */
  readonly leafCount: Int32Array;
  readonly leafRows: Int32Array;
  readonly leafOutputs: Float64Array;
  readonly command: Int32Array;
}

/** `rows`: labels and weights alone are read, in memory that the workers share. */
export function growingBoard(
  { labels, weights }: Pick<TrainingRows, "labels" | "weights">,
  parameters: BoostingParameters,
  bins: readonly FeatureBins[],
  binned: BinnedRows,
  workers: TrainingWorkers,
): GrowingBoard {
  const floats = (count: number) => new Float64Array(workers.allocate(8 * count));
  const integers = (count: number) => new Int32Array(workers.allocate(4 * count));
  const bytes = (count: number) => new Uint8Array(workers.allocate(count));
  const padded = GROUP * binned.groups;
  return {
    parameters,
    bins,
    binned,
    labels,
    weights,
    margins: floats(binned.rows),
    gradients: floats(2 * binned.rows),
    rows: integers(binned.rows),
    parted: integers(binned.rows),
    lefts: integers(Math.ceil(binned.rows / CHUNK)),
    isLeft: bytes(CODES),
    ordered: floats(2 * binned.rows),
    collected: integers(BLOCK * binned.groups),
    isUsed: bytes(padded),
    isTried: bytes(2 * padded),
    sums: floats(2 * SUMS_STRIDE),
    found: floats(2 * padded * FOUND_STRIDE),
    foundSets: bytes(parameters.categorical.length === 0 ? 0 : 2 * padded * CODES),
    histograms: [],
    leafCount: integers(1),
    leafRows: integers(2 * parameters.leavesMost),
    leafOutputs: floats(parameters.leavesMost),
    command: integers(COMMAND_WORDS),
  };
}
