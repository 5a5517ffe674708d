/**
 * Predicts with decision trees: one row as fast as a plain walk over typed arrays, many rows tree by tree.
 *
 * The walk has its own arrays, made once. A child that is a leaf is written as its complement, which saves a load
 * per step, and every test is `value <= cut`: for float32 models, which send left what is *below*, the cut is the
 * float32 just before the threshold. A node with a NaN cut fails both comparisons and is decided apart: so
 * categories and zeros that count as missing cost the common case nothing. Source: QUANT k.
 */
import { InputError } from "../../domain/assert.ts";
import {
  CATEGORICAL,
  DEFAULT_LEFT,
  hasCategory,
  MEMBERS_RIGHT,
  MISSING_MASK,
  MISSING_NAN,
  MISSING_ZERO,
  type TreeEnsembleData,
  treeCount,
  ZERO_BAND,
} from "./tree-ensemble-data.ts";

/** Rows that go through one tree before the next: the tree stays in the nearest cache, and so do they. */
const BLOCK = 256;

/** A row, or rows one after another. */
export type Rows = Float64Array | Float32Array;

export class TreeEnsemble {
  readonly data: TreeEnsembleData;
  readonly #isSingle: boolean;
  readonly #features: number;
  readonly #start: Int32Array;
  readonly #feature: Int32Array;
  readonly #cut: Float64Array;
  /** Children, left and right alternating; a leaf is ~node. */
  readonly #child: Int32Array;
  /** What a leaf adds: its value times the tree's weight. */
  readonly #output: Float64Array;
  readonly #base: number;

  /** `data` must have passed checkTrees. */
  constructor(data: TreeEnsembleData) {
    this.data = data;
    this.#isSingle = data.comparison === "float32-below";
    this.#features = data.featureNames.length;
    this.#feature = data.feature;
    this.#base = this.#isSingle ? Math.fround(data.baseMargin) : data.baseMargin;
    const nodes = data.feature.length;
    const asStep = (node: number) => (data.feature[node]! < 0 ? ~node : node);
    this.#start = Int32Array.from(data.roots.subarray(0, treeCount(data)), asStep);
    this.#cut = new Float64Array(nodes);
    this.#child = new Int32Array(2 * nodes);
    for (let node = 0; node < nodes; node++) {
      if (data.feature[node]! < 0) continue;
      this.#cut[node] = cutOf(data, node);
      this.#child[2 * node] = asStep(data.left[node]!);
      this.#child[2 * node + 1] = asStep(data.right[node]!);
    }
    this.#output = outputsOf(data);
  }

  /** Sum over the trees (their mean for a forest) plus the base: log-odds for a classifier. */
  margin(row: Rows, offset = 0): number {
    this.#checkLength(row, offset, 1);
    const sum = this.#isSingle ? this.#sumSingle(row, offset) : this.#sumDouble(row, offset);
    return this.#finish(sum);
  }

  /** The margin through the inverse link: a probability in (0, 1) for a classifier, the value itself otherwise. */
  probability(row: Rows, offset = 0): number {
    return predictionOf(this.data, this.margin(row, offset));
  }

  /** Margins of out.length rows that stand one after another in `rows`. The same bits as one by one. */
  margins(rows: Rows, out: Float64Array): void {
    this.#checkLength(rows, 0, out.length);
    const width = this.#features;
    const output = this.#output;
    for (let from = 0; from < out.length; from += BLOCK) {
      const to = Math.min(out.length, from + BLOCK);
      out.fill(this.#base, from, to);
      for (let tree = 0; tree < this.#start.length; tree++) {
        const start = this.#start[tree]!;
        if (this.#isSingle) {
          for (let r = from; r < to; r++) {
            out[r] = Math.fround(out[r]! + output[this.#leafSingle(start, rows, r * width)]!);
          }
        } else {
          for (let r = from; r < to; r++)
            out[r] = out[r]! + output[this.#leafDouble(start, rows, r * width)]!;
        }
      }
      for (let r = from; r < to; r++) out[r] = this.#finish(out[r]!);
    }
  }

  /** Margins of out.length rows that stand in columns, one per feature. The same bits as row by row. */
  marginsOfColumns(columns: readonly Rows[], out: Float64Array): void {
    const width = this.#features;
    const short = columns.findIndex((column) => column.length < out.length);
    if (columns.length !== width || short >= 0) {
      const given = `${columns.length} columns of at least ${columns[short]?.length ?? out.length} values`;
      throw new InputError(`columns: ${given}; ${width} of ${out.length} are needed`);
    }
    const block = new Float64Array(BLOCK * width);
    for (let from = 0; from < out.length; from += BLOCK) {
      const count = Math.min(BLOCK, out.length - from);
      for (let feature = 0; feature < width; feature++) {
        const column = columns[feature]!;
        for (let k = 0; k < count; k++) block[k * width + feature] = column[from + k]!;
      }
      this.margins(block, out.subarray(from, from + count));
    }
  }

  /** The leaf that the row reaches in each tree, counted as the library that made the model counts. */
  leaves(row: Rows, out: Int32Array, offset = 0): void {
    this.#checkLength(row, offset, 1);
    for (let tree = 0; tree < this.#start.length; tree++) {
      const start = this.#start[tree]!;
      const leaf = this.#isSingle
        ? this.#leafSingle(start, row, offset)
        : this.#leafDouble(start, row, offset);
      out[tree] = leaf - this.data.leafOffset[tree]!;
    }
  }

  #sumDouble(row: Rows, offset: number): number {
    const start = this.#start;
    const output = this.#output;
    let sum = this.#base;
    for (let tree = 0; tree < start.length; tree++) {
      sum += output[this.#leafDouble(start[tree]!, row, offset)]!;
    }
    return sum;
  }

  #sumSingle(row: Rows, offset: number): number {
    const start = this.#start;
    const output = this.#output;
    let sum = this.#base;
    for (let tree = 0; tree < start.length; tree++) {
      sum = Math.fround(sum + output[this.#leafSingle(start[tree]!, row, offset)]!);
    }
    return sum;
  }

  #leafDouble(start: number, row: Rows, offset: number): number {
    const feature = this.#feature;
    const cut = this.#cut;
    const child = this.#child;
    let node = start;
    while (node >= 0) {
      const value = row[offset + feature[node]!]!;
      const limit = cut[node]!;
      if (value <= limit) node = child[2 * node]!;
      else if (value > limit) node = child[2 * node + 1]!;
      else node = child[2 * node + sideApart(this.data, node, value)]!;
    }
    return ~node;
  }

  #leafSingle(start: number, row: Rows, offset: number): number {
    const feature = this.#feature;
    const cut = this.#cut;
    const child = this.#child;
    let node = start;
    while (node >= 0) {
      const value = Math.fround(row[offset + feature[node]!]!);
      const limit = cut[node]!;
      if (value <= limit) node = child[2 * node]!;
      else if (value > limit) node = child[2 * node + 1]!;
      else node = child[2 * node + sideApart(this.data, node, value)]!;
    }
    return ~node;
  }

  #finish(sum: number): number {
    return this.data.averages ? sum / this.#start.length : sum;
  }

  #checkLength(rows: Rows, offset: number, count: number): void {
    const width = this.#features;
    if (offset >= 0 && rows.length - offset >= count * width) return;
    throw new InputError(`row: ${rows.length - offset} values for ${count} rows; ${width} each are needed`);
  }
}

/** 1 / (1 + exp(-slope * margin)) for a classifier (float32 for a float32 model), the margin otherwise. */
function predictionOf({ link, slope, comparison }: TreeEnsembleData, margin: number): number {
  if (link === "identity") return margin;
  const probability = 1 / (1 + Math.exp(-slope * margin));
  return comparison === "float32-below" ? Math.fround(probability) : probability;
}

/** The side that a value takes at a node, whatever the node asks: 0 left, 1 right. */
export function sideOf(data: TreeEnsembleData, node: number, given: number): 0 | 1 {
  const value = data.comparison === "float32-below" ? Math.fround(given) : given;
  const limit = cutOf(data, node);
  return value <= limit ? 0 : value > limit ? 1 : sideApart(data, node, value);
}

/** The largest value that goes left; NaN where a comparison alone does not decide. */
function cutOf({ comparison, flags, threshold }: TreeEnsembleData, node: number): number {
  const flag = flags[node]!;
  if ((flag & CATEGORICAL) !== 0 || (flag & MISSING_MASK) === MISSING_ZERO) return Number.NaN;
  const limit = threshold[node]!;
  return comparison === "float32-below" ? floatBefore(limit) : limit;
}

/** NaN, categories, and zeros that may be missing. */
function sideApart(data: TreeEnsembleData, node: number, value: number): 0 | 1 {
  const flag = data.flags[node]!;
  const missingSide = (flag & DEFAULT_LEFT) !== 0 ? 0 : 1;
  if ((flag & CATEGORICAL) !== 0) return categorySide(data, node, value, missingSide);
  const missing = flag & MISSING_MASK;
  if (missing === MISSING_NAN && Number.isNaN(value)) return missingSide;
  const known = Number.isNaN(value) ? 0 : value;
  if (missing === MISSING_ZERO && Math.abs(known) <= ZERO_BAND) return missingSide;
  const limit = data.threshold[node]!;
  const isLeft = data.comparison === "float32-below" ? known < limit : known <= limit;
  return isLeft ? 0 : 1;
}

/** LightGBM sends left what is in the set, and nothing else; XGBoost sends right what is in it. */
function categorySide(data: TreeEnsembleData, node: number, value: number, missingSide: 0 | 1): 0 | 1 {
  const membersRight = (data.flags[node]! & MEMBERS_RIGHT) !== 0;
  if (Number.isNaN(value)) return membersRight ? missingSide : 1;
  const category = Math.trunc(value);
  // The sets of both libraries hold whole numbers from 0; -0.5 is category 0 to one and none to the other.
  const isKnown = (membersRight ? value >= 0 : category >= 0) && category < 2 ** 31;
  const isMember = isKnown && hasCategory(data, data.threshold[node]!, category);
  return isMember === membersRight ? 1 : 0;
}

function outputsOf({ value, treeWeights, roots, comparison }: TreeEnsembleData): Float64Array {
  if (treeWeights === undefined) return value;
  const outputs = new Float64Array(value.length);
  for (let tree = 0; tree < treeWeights.length; tree++) {
    for (let node = roots[tree]!; node < roots[tree + 1]!; node++) {
      const weighted = value[node]! * treeWeights[tree]!;
      outputs[node] = comparison === "float32-below" ? Math.fround(weighted) : weighted;
    }
  }
  return outputs;
}

/** The largest float32 below a float32. -Infinity has none: NaN, which nothing is at most. */
function floatBefore(value: number): number {
  const float = new Float32Array([value]);
  const bits = new Int32Array(float.buffer);
  if (value === Number.NEGATIVE_INFINITY || Number.isNaN(value)) return Number.NaN;
  if (value === 0) return -(2 ** -149);
  bits[0] = bits[0]! + (value > 0 ? -1 : 1);
  return float[0]!;
}
