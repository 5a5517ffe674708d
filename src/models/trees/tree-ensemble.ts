/**
 * Predicts with decision trees: one row through four trees at once, many rows tree by tree. Trees whose every question
 * is one comparison go the way of steady-trees.ts; any other, and whoever asks for leaves, walks here.
 *
 * The walk has its own arrays, made once. A child that is a leaf is written as its complement, which saves a load
 * per step, and every test is `value <= cut`: for float32 models, which send left what is *below*, the cut is the
 * float32 just before the threshold. A node with a NaN cut fails both comparisons and is decided apart: so
 * categories and zeros that count as missing cost the common case nothing. Source: QUANT k.
 */
import { InputError } from "../../domain/assert.ts";
import { cutOf, sideApart } from "./node-side.ts";
import { ABREAST, type Rows, SteadyTrees } from "./steady-trees.ts";
import { type TreeEnsembleData, treeCount } from "./tree-ensemble-data.ts";

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
  readonly #steady: SteadyTrees;

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
    this.#steady = new SteadyTrees(data, this.#output);
  }

  /** Sum over the trees (their mean for a forest) plus the base: log-odds for a classifier. */
  margin(row: Rows, offset = 0): number {
    this.#checkLength(row, offset, 1);
    const steady = this.#steady;
    const trees = this.#start.length;
    steady.takeRow(row, offset);
    let sum = this.#base;
    for (let tree = 0; tree < trees; ) {
      if (steady.hasAbreast(tree)) {
        sum = steady.addAbreast(sum, tree);
        tree += ABREAST;
      } else {
        sum = this.#add(sum, tree, row, offset);
        tree += 1;
      }
    }
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
    const { block } = this.#steady;
    for (let from = 0; from < out.length; from += block) {
      const count = Math.min(out.length - from, block);
      this.#steady.takeRows(rows, from * width, width, count);
      this.#addTrees(out, from, count, (tree) => {
        for (let r = from; r < from + count; r++) out[r] = this.#add(out[r]!, tree, rows, r * width);
      });
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
    const row = new Float64Array(width);
    const { block } = this.#steady;
    for (let from = 0; from < out.length; from += block) {
      const count = Math.min(out.length - from, block);
      this.#steady.takeColumns(columns, from, count);
      this.#addTrees(out, from, count, (tree) => {
        for (let r = from; r < from + count; r++) {
          for (let feature = 0; feature < width; feature++) row[feature] = columns[feature]![r]!;
          out[r] = this.#add(out[r]!, tree, row, 0);
        }
      });
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

  /** Margins of a block of rows that the steady trees have taken; `addApart` adds a tree that is not steady. */
  #addTrees(out: Float64Array, from: number, count: number, addApart: (tree: number) => void): void {
    out.fill(this.#base, from, from + count);
    for (let tree = 0; tree < this.#start.length; tree++) {
      if (this.#steady.has(tree)) this.#steady.addTree(tree, out, from, count);
      else addApart(tree);
    }
    for (let r = from; r < from + count; r++) out[r] = this.#finish(out[r]!);
  }

  /** `sum` and what one tree, steady or not, adds for a row. */
  #add(sum: number, tree: number, row: Rows, offset: number): number {
    const start = this.#start[tree]!;
    if (this.#isSingle) return Math.fround(sum + this.#output[this.#leafSingle(start, row, offset)]!);
    return sum + this.#output[this.#leafDouble(start, row, offset)]!;
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
