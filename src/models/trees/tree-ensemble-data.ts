/**
 * Decision trees as flat typed arrays: what the readers give, the trainer grows and the writers write.
 *
 * All trees stand one after another in the same arrays. It is plain data, so it crosses threads as it is, and it
 * keeps what only explanations and files need (cover, gain), which the walk in tree-ensemble.ts leaves aside.
 */
import { InputError } from "../../domain/assert.ts";

/** How a node's flags are laid out; the first three fields are LightGBM's decision_type. */
export const CATEGORICAL = 1;
export const DEFAULT_LEFT = 2;
/** Two bits: which values count as missing. 0: none, and NaN is read as 0. */
export const MISSING_MASK = 12;
/** NaN and |x| <= 1e-35. */
export const MISSING_ZERO = 4;
export const MISSING_NAN = 8;
/** Categories in the set go right and a missing one follows the default (XGBoost); else they go left. */
export const MEMBERS_RIGHT = 16;

/** What is this small is zero where zero is missing (LightGBM's kZeroThreshold). */
export const ZERO_BAND = 1e-35;

export interface TreeEnsembleData {
  /**
   * How a value meets a threshold. XGBoost: both rounded to float32, below goes left, sums in float32.
   * LightGBM and our own trainer: at most the threshold goes left, all in float64.
   */
  readonly comparison: "float32-below" | "float64-at-most";
  readonly featureNames: readonly string[];
  /** From margin to prediction: 1 / (1 + exp(-slope * margin)), or the margin itself. */
  readonly link: "logistic" | "identity";
  /** Of the logistic link; LightGBM's `sigmoid`. */
  readonly slope: number;
  /** The file's own name of what was minimised, such as `binary sigmoid:1` or `reg:squarederror`. */
  readonly objective: string;
  /** Added to the sum of the trees. */
  readonly baseMargin: number;
  /** A forest: the margin is the mean of the trees, not their sum. */
  readonly averages: boolean;
  /** First node of each tree, its root, and one past the last node: trees + 1 entries. */
  readonly roots: Int32Array;
  /** Subtracted from a leaf's node number to give its index as the library that made the file counts. */
  readonly leafOffset: Int32Array;
  /** Multiplies all outputs of a tree (XGBoost's dart); undefined = 1. */
  readonly treeWeights: Float64Array | undefined;
  /** Already in the values (LightGBM's `shrinkage`); only told. */
  readonly shrinkage: Float64Array;
  /** Feature that a node asks; -1 in a leaf. */
  readonly feature: Int32Array;
  /** Threshold, or the number of the category set. */
  readonly threshold: Float64Array;
  /** Nodes by number over all trees; -1 in a leaf. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly flags: Uint8Array;
  /** Output of a leaf; what an inner node would give as a leaf. */
  readonly value: Float64Array;
  /** Training weight that came through a node, as its library weighs explanations: hessians, or rows. */
  readonly cover: Float64Array;
  /** Sum of hessians. */
  readonly hessian: Float64Array;
  /** Loss that the split saves; 0 in a leaf. */
  readonly gain: Float64Array;
  /** Category set s is the bits of setWords[setStart[s]..setStart[s + 1]), category c at bit c % 32 of word c >> 5. */
  readonly setStart: Int32Array;
  readonly setWords: Uint32Array;
  /** LightGBM's feature_infos, kept for its files. */
  readonly featureInfos: readonly string[] | undefined;
}

export type NodeArrays = Pick<
  TreeEnsembleData,
  "feature" | "threshold" | "left" | "right" | "flags" | "value" | "cover" | "hessian" | "gain"
>;

/** Leaves without value, to be filled in. */
export function allocateNodes(count: number): NodeArrays {
  return {
    feature: new Int32Array(count).fill(-1),
    threshold: new Float64Array(count),
    left: new Int32Array(count).fill(-1),
    right: new Int32Array(count).fill(-1),
    flags: new Uint8Array(count),
    value: new Float64Array(count),
    cover: new Float64Array(count),
    hessian: new Float64Array(count),
    gain: new Float64Array(count),
  };
}

export function treeCount({ roots }: TreeEnsembleData): number {
  return roots.length - 1;
}

export function hasCategory(data: TreeEnsembleData, set: number, category: number): boolean {
  const word = data.setStart[set]! + (category >>> 5);
  return word < data.setStart[set + 1]! && ((data.setWords[word]! >>> (category & 31)) & 1) === 1;
}

/**
 * Halts a bad file before a walk runs in circles or reads past a row: every child lies inside its tree and has one
 * parent, every feature and category set is there, every value is a number. Throws InputError naming `source`.
 */
export function checkTrees(data: TreeEnsembleData, source: string): void {
  const { roots, feature, left, right, threshold, flags, value, cover } = data;
  if (treeCount(data) < 1) throw new InputError(`${source}: no trees; at least one is needed`);
  const parented = new Uint8Array(feature.length);
  const refuse = (tree: number, node: number, what: string) =>
    new InputError(`${source}: tree ${tree}, node ${node - roots[tree]!}: ${what}`);
  for (let tree = 0; tree < treeCount(data); tree++) {
    const from = roots[tree]!;
    const to = roots[tree + 1]!;
    for (let node = from; node < to; node++) {
      if (!Number.isFinite(value[node]!))
        throw refuse(tree, node, `value ${value[node]}; a finite number is needed`);
      if (!(cover[node]! >= 0)) throw refuse(tree, node, `cover ${cover[node]}; at least 0 is needed`);
      const asked = feature[node]!;
      if (asked < 0) continue;
      if (asked >= data.featureNames.length) {
        throw refuse(tree, node, `feature ${asked}; allowed are 0 to ${data.featureNames.length - 1}`);
      }
      const limit = threshold[node]!;
      const sets = data.setStart.length - 1;
      if ((flags[node]! & CATEGORICAL) !== 0 && !(Number.isInteger(limit) && limit >= 0 && limit < sets)) {
        throw refuse(tree, node, `category set ${limit}; allowed are 0 to ${sets - 1}`);
      }
      if (Number.isNaN(limit)) throw refuse(tree, node, "threshold NaN; a number is needed");
      for (const child of [left[node]!, right[node]!]) {
        if (!(child > from && child < to)) {
          throw refuse(tree, node, `child ${child - from}; allowed are 1 to ${to - from - 1}`);
        }
        if (parented[child] === 1) throw refuse(tree, node, `child ${child - from} has two parents`);
        parented[child] = 1;
      }
    }
  }
}
