/**
 * Grows one tree on binned rows: rows of a leaf stand together, the smaller child's histograms are summed and the
 * larger's are what is left of the parent's. Source: QUANT k; Ke et al. 2017.
 */
import type { Rng } from "../../numerics/rng.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import { findCategorySplit } from "./category-splits.ts";
import { keepShare } from "./drawing.ts";
import { type BinnedRows, CODES, type FeatureBins } from "./feature-bins.ts";
import { buildHistograms, type HistogramJob } from "./histogram-kernel.ts";
import { leafOutput } from "./leaf-math.ts";
import { type Histogram, type NodeSums, NumberSplits, type Split } from "./split-finder.ts";

/** Where shared memory comes from and who sums the histograms: one thread by default, an adapter's threads else. */
export interface HistogramWorkers {
  allocate(bytes: number): ArrayBufferLike;
  /** Fills the histograms of all features, by calls of buildHistograms on ranges of them. */
  build(job: HistogramJob, features: number): void;
}

export const oneThread: HistogramWorkers = {
  allocate: (bytes) => new ArrayBuffer(bytes),
  build: (job, features) => buildHistograms(job, 0, features),
};

export interface GrownNode extends NodeSums {
  /** Its rows are rows[from..to) of the grower, until the next tree. */
  readonly from: number;
  readonly to: number;
  /** As a leaf, before the learning rate. */
  readonly output: number;
  /** Undefined in a leaf; else both children, by place in the list of nodes. */
  split: Split | undefined;
  left: number;
  right: number;
}

interface OpenLeaf {
  readonly node: number;
  readonly depth: number;
  readonly histogram: Histogram;
  readonly split: Split;
}

export class TreeGrower {
  /** Row numbers of the tree grown last, leaf by leaf. */
  readonly rows: Int32Array;
  readonly #parameters: BoostingParameters;
  readonly #bins: readonly FeatureBins[];
  readonly #binned: BinnedRows;
  readonly #workers: HistogramWorkers;
  readonly #numbers: NumberSplits;
  readonly #scratchRows: Int32Array;
  /** Gradients of one node's rows, in their order. */
  readonly #ordered: Float64Array;
  readonly #isUsed: Uint8Array;
  readonly #isTried: Uint8Array;
  readonly #needsCounts: boolean;
  readonly #free: Histogram[] = [];
  #nodes: GrownNode[] = [];

  constructor(
    parameters: BoostingParameters,
    bins: readonly FeatureBins[],
    binned: BinnedRows,
    workers: HistogramWorkers,
  ) {
    this.#parameters = parameters;
    this.#bins = bins;
    this.#binned = binned;
    this.#workers = workers;
    this.#numbers = new NumberSplits(parameters, bins);
    this.rows = new Int32Array(workers.allocate(4 * binned.rows));
    this.#scratchRows = new Int32Array(binned.rows);
    this.#ordered = new Float64Array(workers.allocate(16 * binned.rows));
    this.#isUsed = new Uint8Array(workers.allocate(binned.features));
    this.#isTried = new Uint8Array(binned.features);
    this.#needsCounts =
      parameters.minDataInLeaf > 1 || bins.some(({ categories }) => categories !== undefined);
  }

  /**
   * The nodes of a tree, the root first and every split's children after it. `gradients` holds gradient and hessian
   * of each row alternating; the tree learns from the first `count` of `rows`.
   */
  grow(gradients: Float64Array, count: number, rng: Rng): readonly GrownNode[] {
    this.#nodes = [this.#root(gradients, count)];
    keepShare(this.#isUsed.fill(1), this.#parameters.columnsPerTree, rng.fork("tree columns"));
    const columns = rng.fork("node columns");
    const open: OpenLeaf[] = [];
    this.#openLeaf(open, 0, 0, this.#sum(gradients, this.#nodes[0]!), columns);
    let leaves = 1;
    while (open.length > 0 && leaves < this.#parameters.leavesMost) {
      const [next] = open.splice(this.#nextOf(open), 1);
      this.#splitLeaf(open, next!, gradients, columns);
      leaves += 1;
    }
    for (const { histogram } of open) this.#free.push(histogram);
    return this.#nodes;
  }

  #root(gradients: Float64Array, count: number): GrownNode {
    let gradient = 0;
    let hessian = 0;
    for (let k = 0; k < count; k++) {
      const row = this.rows[k]!;
      gradient += gradients[2 * row]!;
      hessian += gradients[2 * row + 1]!;
    }
    const sums = { gradient, hessian, rows: count, lower: -Infinity, upper: Infinity };
    return this.#node(sums, 0, count, 0);
  }

  #node(sums: NodeSums, from: number, to: number, extraLambda: number): GrownNode {
    const { lambda1, lambda2, maxDeltaStep } = this.#parameters;
    const penalties = { lambda1, lambda2: lambda2 + extraLambda, maxDeltaStep };
    const output = leafOutput(penalties, sums.gradient, sums.hessian, sums.lower, sums.upper);
    return { ...sums, from, to, output, split: undefined, left: -1, right: -1 };
  }

  /** Leaf-wise: the most gain, then the first found. Depth-wise: nearest to the root, then the first found. */
  #nextOf(open: readonly OpenLeaf[]): number {
    const isBefore =
      this.#parameters.growth === "leaf-wise"
        ? (a: OpenLeaf, b: OpenLeaf) => a.split.gain > b.split.gain
        : (a: OpenLeaf, b: OpenLeaf) => a.depth < b.depth;
    let best = 0;
    for (let k = 1; k < open.length; k++) if (isBefore(open[k]!, open[best]!)) best = k;
    return best;
  }

  #splitLeaf(open: OpenLeaf[], leaf: OpenLeaf, gradients: Float64Array, columns: Rng): void {
    const { split, histogram, depth } = leaf;
    const parent = this.#nodes[leaf.node]!;
    const middle = this.#partition(parent, split);
    const [left, right] = this.#children(parent, split, middle);
    parent.split = split;
    parent.left = this.#nodes.push(left) - 1;
    parent.right = this.#nodes.push(right) - 1;
    const isLast =
      depth + 1 >= this.#parameters.depthMost || this.#countLeaves() >= this.#parameters.leavesMost;
    if (isLast) {
      this.#free.push(histogram);
      return;
    }
    const isLeftSmaller = left.rows <= right.rows;
    const small = this.#sum(gradients, isLeftSmaller ? left : right);
    subtract(histogram, small, this.#isUsed);
    this.#openLeaf(open, parent.left, depth + 1, isLeftSmaller ? small : histogram, columns);
    this.#openLeaf(open, parent.right, depth + 1, isLeftSmaller ? histogram : small, columns);
  }

  #countLeaves(): number {
    return (this.#nodes.length + 1) / 2;
  }

  #children(parent: GrownNode, split: Split, middle: number): [GrownNode, GrownNode] {
    const { leftGradient, leftHessian, extraLambda, feature } = split;
    const bounds = { lower: parent.lower, upper: parent.upper };
    const leftSums = { gradient: leftGradient, hessian: leftHessian, rows: middle - parent.from, ...bounds };
    const rightSums = {
      gradient: parent.gradient - leftGradient,
      hessian: parent.hessian - leftHessian,
      rows: parent.to - middle,
      ...bounds,
    };
    const left = this.#node(leftSums, parent.from, middle, extraLambda);
    const right = this.#node(rightSums, middle, parent.to, extraLambda);
    const direction = this.#parameters.monotone[feature] ?? 0;
    if (direction === 0) return [left, right];
    // Whatever is split below may not cross the middle of the two: so no descendant breaks the direction.
    const border = (left.output + right.output) / 2;
    const below = { lower: parent.lower, upper: border };
    const above = { lower: border, upper: parent.upper };
    return direction > 0
      ? [
          { ...left, ...below },
          { ...right, ...above },
        ]
      : [
          { ...left, ...above },
          { ...right, ...below },
        ];
  }

  /** Parts the node's rows in order, the left ones first; returns where the right ones begin. */
  #partition({ from, to }: GrownNode, { feature, isLeft }: Split): number {
    const { rows } = this;
    const scratch = this.#scratchRows;
    const codes = this.#binned.codes;
    const base = feature * this.#binned.rows;
    let left = from;
    let right = 0;
    for (let k = from; k < to; k++) {
      const row = rows[k]!;
      const goesLeft = isLeft[codes[base + row]!]!;
      // Both places are written and one is kept: no branch to guess wrong.
      scratch[right] = row;
      rows[left] = row;
      left += goesLeft;
      right += 1 - goesLeft;
    }
    rows.set(scratch.subarray(0, right), left);
    return left;
  }

  #openLeaf(open: OpenLeaf[], at: number, depth: number, histogram: Histogram, columns: Rng): void {
    const split = this.#bestSplit(this.#nodes[at]!, histogram, columns);
    if (split === undefined) this.#free.push(histogram);
    else open.push({ node: at, depth, histogram, split });
  }

  #bestSplit(node: GrownNode, histogram: Histogram, columns: Rng): Split | undefined {
    if (node.rows < 2 * this.#parameters.minDataInLeaf) return undefined;
    const isTried = this.#isTried;
    isTried.set(this.#isUsed);
    keepShare(isTried, this.#parameters.columnsPerNode, columns);
    let best = this.#numbers.find(node, histogram, isTried);
    for (const feature of this.#parameters.categorical) {
      if (isTried[feature] === 0) continue;
      const split = findCategorySplit(this.#parameters, this.#bins[feature]!, feature, node, histogram);
      if (split !== undefined && !(split.gain <= (best?.gain ?? 0))) best = split;
    }
    return best;
  }

  /** The histograms of a node's rows, summed by the workers. */
  #sum(gradients: Float64Array, { from, to }: GrownNode): Histogram {
    const { rows } = this;
    const ordered = this.#ordered;
    for (let k = from, pair = 0; k < to; k++, pair += 2) {
      const row = rows[k]!;
      ordered[pair] = gradients[2 * row]!;
      ordered[pair + 1] = gradients[2 * row + 1]!;
    }
    const histogram = this.#free.pop() ?? this.#allocateHistogram();
    const { codes, rows: rowCount, features } = this.#binned;
    const job = { codes, rowCount, rows, from, to, gradients: ordered, isUsed: this.#isUsed, ...histogram };
    this.#workers.build(job, features);
    return histogram;
  }

  #allocateHistogram(): Histogram {
    const slots = CODES * this.#binned.features;
    return {
      sums: new Float64Array(this.#workers.allocate(16 * slots)),
      counts: this.#needsCounts ? new Int32Array(this.#workers.allocate(4 * slots)) : undefined,
    };
  }
}

/** What the larger child keeps of its parent's histograms. */
function subtract(from: Histogram, part: Histogram, isUsed: Uint8Array): void {
  for (let feature = 0; feature < isUsed.length; feature++) {
    if (isUsed[feature] === 0) continue;
    const end = CODES * (feature + 1);
    for (let slot = 2 * CODES * feature; slot < 2 * end; slot++)
      from.sums[slot] = from.sums[slot]! - part.sums[slot]!;
    if (from.counts === undefined || part.counts === undefined) continue;
    for (let slot = CODES * feature; slot < end; slot++)
      from.counts[slot] = from.counts[slot]! - part.counts[slot]!;
  }
}
