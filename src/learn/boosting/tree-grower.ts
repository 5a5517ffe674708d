/**
 * Grows one tree on binned rows: rows of a leaf stand together, the smaller child's histograms are summed and the
 * larger's are what is left of the parent's. What takes time is done by kernels, part by part; here stands what they do
 * it to, and in what order. Source: QUANT k; Ke et al. 2017.
 */
import type { Rng } from "../../numerics/rng.ts";
import { GROUP } from "./binned-rows.ts";
import { categoryLambda } from "./category-splits.ts";
import { keepShare } from "./drawing.ts";
import { CODES, MISSING_CODE } from "./feature-bins.ts";
import {
  CHUNK,
  FEATURE,
  FROM,
  type GrowingBoard,
  IS_GATHERED,
  IS_ROOT,
  LEAF_RANGE,
  LESSENED,
  MIDDLE,
  SOUGHT,
  SUMMED,
  SUMS_STRIDE,
  TO,
} from "./growing-board.ts";
import { leafOutput } from "./leaf-math.ts";
import {
  FOUND_CODE,
  FOUND_GRADIENT,
  FOUND_HESSIAN,
  FOUND_MISSING_LEFT,
  FOUND_STRIDE,
  FOUND_WORTH,
  type Histogram,
  leastWorth,
  type NodeSums,
  nodeWorth,
  type Split,
} from "./split-finder.ts";
import type { TrainingWorkers } from "./training-workers.ts";

/** What each takes against an addition to a histogram. */
const STEPS_PER_GRADIENT = 15;
const STEPS_PER_PARTED_ROW = 3;
const STEPS_PER_LEAF_ROW = 2;
/** To take one feature's histogram from another's and to search both. */
const STEPS_PER_SEARCH = 800;
/** Histograms that are allocated to begin with. */
const HISTOGRAMS = 32;

export interface GrownNode extends NodeSums {
  /** Its rows are rows[from..to) of the board, until the next tree. */
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
  /** By place in the board's list. */
  readonly histogram: number;
  readonly split: Split;
}

export class TreeGrower {
  readonly #workers: TrainingWorkers;
  readonly #needsCounts: boolean;
  /** Histograms that no open leaf holds. */
  readonly #free: number[] = [];
  #board: GrowingBoard;
  #nodes: GrownNode[] = [];

  constructor(board: GrowingBoard, workers: TrainingWorkers) {
    const { parameters, bins } = board;
    this.#workers = workers;
    this.#needsCounts =
      parameters.minDataInLeaf > 1 || bins.some(({ categories }) => categories !== undefined);
    this.#board = board;
    this.#addHistograms(Math.min(HISTOGRAMS, parameters.leavesMost + 1));
  }

  get board(): GrowingBoard {
    return this.#board;
  }

  /** Gradients of all rows at the board's margins; and all rows in order, to be grown on or drawn from. */
  differentiate(): void {
    const { rows } = this.#board.binned;
    const steps = STEPS_PER_GRADIENT * rows;
    this.#workers.run("differentiateRows", this.#board, Math.ceil(rows / CHUNK), steps);
  }

  /**
   * The nodes of a tree, the root first and every split's children after it. It learns from the first `count` of the
   * board's rows, which stand in order.
   */
  grow(count: number, rng: Rng): readonly GrownNode[] {
    const { isUsed, binned, parameters } = this.#board;
    this.#nodes = [this.#root(count)];
    const used = isUsed.subarray(0, binned.features);
    keepShare(used.fill(1), parameters.columnsPerTree, rng.fork("tree columns"));
    const columns = rng.fork("node columns");
    const open: OpenLeaf[] = [];
    this.#openRoot(open, columns);
    let leaves = 1;
    while (open.length > 0 && leaves < parameters.leavesMost) {
      const [next] = open.splice(this.#nextOf(open), 1);
      this.#splitLeaf(open, next!, columns);
      leaves += 1;
    }
    for (const { histogram } of open) this.#free.push(histogram);
    return this.#nodes;
  }

  /** Adds the outputs of the tree grown last, by place in its nodes, to the margins of the rows it learned from. */
  addLeaves(outputs: Float64Array): void {
    const { binned, leafCount, leafRows, leafOutputs } = this.#board;
    let leaves = 0;
    this.#nodes.forEach(({ split, from, to }, at) => {
      if (split !== undefined) return;
      leafRows[2 * leaves] = from;
      leafRows[2 * leaves + 1] = to;
      leafOutputs[leaves++] = outputs[at]!;
    });
    leafCount[0] = leaves;
    const ranges = Math.ceil(binned.rows / LEAF_RANGE);
    this.#workers.run("addLeaves", this.#board, ranges, STEPS_PER_LEAF_ROW * binned.rows);
  }

  #root(count: number): GrownNode {
    const { gradients, rows } = this.#board;
    let gradient = 0;
    let hessian = 0;
    for (let k = 0; k < count; k++) {
      const row = rows[k]!;
      gradient += gradients[2 * row]!;
      hessian += gradients[2 * row + 1]!;
    }
    const sums = { gradient, hessian, rows: count, lower: -Infinity, upper: Infinity };
    return this.#node(sums, 0, count, 0);
  }

  #node(sums: NodeSums, from: number, to: number, extraLambda: number): GrownNode {
    const { lambda1, lambda2, maxDeltaStep } = this.#board.parameters;
    const penalties = { lambda1, lambda2: lambda2 + extraLambda, maxDeltaStep };
    const output = leafOutput(penalties, sums.gradient, sums.hessian, sums.lower, sums.upper);
    return { ...sums, from, to, output, split: undefined, left: -1, right: -1 };
  }

  /** Leaf-wise: the most gain, then the first found. Depth-wise: nearest to the root, then the first found. */
  #nextOf(open: readonly OpenLeaf[]): number {
    const isBefore =
      this.#board.parameters.growth === "leaf-wise"
        ? (a: OpenLeaf, b: OpenLeaf) => a.split.gain > b.split.gain
        : (a: OpenLeaf, b: OpenLeaf) => a.depth < b.depth;
    let best = 0;
    for (let k = 1; k < open.length; k++) if (isBefore(open[k]!, open[best]!)) best = k;
    return best;
  }

  #splitLeaf(open: OpenLeaf[], { node, split, histogram, depth }: OpenLeaf, columns: Rng): void {
    const { parameters } = this.#board;
    const parent = this.#nodes[node]!;
    const leaves = (this.#nodes.length + 1) / 2 + 1;
    const isLast = depth + 1 >= parameters.depthMost || leaves >= parameters.leavesMost;
    const middle = this.#partition(parent, split, isLast);
    const [left, right] = this.#children(parent, split, middle);
    parent.split = split;
    parent.left = this.#nodes.push(left) - 1;
    parent.right = this.#nodes.push(right) - 1;
    const { minDataInLeaf } = parameters;
    const leftIsOpen = !isLast && left.rows >= 2 * minDataInLeaf;
    const rightIsOpen = !isLast && right.rows >= 2 * minDataInLeaf;
    if (!leftIsOpen && !rightIsOpen) {
      this.#free.push(histogram);
      return;
    }
    const isLeftSmaller = left.rows <= right.rows;
    const summed = this.#takeHistogram();
    const small = isLeftSmaller ? left : right;
    const ofLeft = isLeftSmaller ? summed : histogram;
    const ofRight = isLeftSmaller ? histogram : summed;
    if (leftIsOpen) this.#seek(0, left, ofLeft, columns);
    if (rightIsOpen) this.#seek(1, right, ofRight, columns);
    this.#sum(small, summed, histogram, leftIsOpen ? ofLeft : -1, rightIsOpen ? ofRight : -1);
    this.#open(open, parent.left, depth + 1, leftIsOpen ? 0 : -1, ofLeft);
    this.#open(open, parent.right, depth + 1, rightIsOpen ? 1 : -1, ofRight);
  }

  #openRoot(open: OpenLeaf[], columns: Rng): void {
    const root = this.#nodes[0]!;
    const { parameters, binned, command, gradients, ordered, rows } = this.#board;
    if (root.rows < 2 * parameters.minDataInLeaf) return;
    const isWhole = root.rows === binned.rows;
    // What was drawn is gathered; all rows stand in order as they are.
    for (let k = 0; k < root.rows && !isWhole; k++) {
      ordered[2 * k] = gradients[2 * rows[k]!]!;
      ordered[2 * k + 1] = gradients[2 * rows[k]! + 1]!;
    }
    const histogram = this.#takeHistogram();
    this.#seek(0, root, histogram, columns);
    command[IS_ROOT] = isWhole ? 1 : 0;
    this.#sum(root, histogram, -1, histogram, -1);
    command[IS_ROOT] = 0;
    this.#open(open, 0, 0, 0, histogram);
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
    const direction = this.#board.parameters.monotone[feature] ?? 0;
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
  #partition({ from, to }: GrownNode, { feature, isLeft }: Split, isLast: boolean): number {
    const { command, lefts, isLeft: shown } = this.#board;
    command[FROM] = from;
    command[TO] = to;
    command[FEATURE] = feature;
    command[IS_GATHERED] = isLast ? 0 : 1;
    shown.set(isLeft);
    const chunks = Math.ceil((to - from) / CHUNK);
    const steps = STEPS_PER_PARTED_ROW * (to - from);
    this.#workers.run("partRows", this.#board, chunks, steps);
    let before = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const here = lefts[chunk]!;
      lefts[chunk] = before;
      before += here;
    }
    command[MIDDLE] = from + before;
    this.#workers.run("placeRows", this.#board, chunks, steps);
    return from + before;
  }

  /** Shows a node whose split is sought. */
  #seek(slot: number, node: GrownNode, histogram: number, columns: Rng): void {
    const { sums, isTried, isUsed, parameters, command } = this.#board;
    const { gradient, hessian, rows, lower, upper } = node;
    sums.set([gradient, hessian, rows, lower, upper], slot * SUMS_STRIDE);
    const tried = isTried.subarray(slot * isUsed.length, (slot + 1) * isUsed.length);
    tried.set(isUsed);
    keepShare(tried, parameters.columnsPerNode, columns);
    command[SOUGHT + slot] = histogram;
  }

  /** Sums the node's histograms, takes them from the parent's where there is one, and seeks both slots' splits. */
  #sum({ from, to }: GrownNode, summed: number, lessened: number, first: number, second: number): void {
    const { command, binned } = this.#board;
    command[FROM] = from;
    command[TO] = to;
    command[SUMMED] = summed;
    command[LESSENED] = lessened;
    command[SOUGHT] = first;
    command[SOUGHT + 1] = second;
    const steps = binned.features * (to - from + STEPS_PER_SEARCH);
    this.#workers.run("splitGroup", this.#board, binned.groups, steps);
  }

  #open(open: OpenLeaf[], node: number, depth: number, slot: number, histogram: number): void {
    const split = slot < 0 ? undefined : this.#bestSplit(slot, this.#nodes[node]!);
    if (split === undefined) this.#free.push(histogram);
    else open.push({ node, depth, histogram, split });
  }

  /** The best of what was found in a slot; the first in the order of features, and numbers before categories. */
  #bestSplit(slot: number, node: GrownNode): Split | undefined {
    const { parameters, bins, binned, isTried, found, foundSets } = this.#board;
    const padded = GROUP * binned.groups;
    const parent = nodeWorth(parameters, node);
    let worth = leastWorth(parameters, parent);
    let best = -1;
    for (let feature = 0; feature < binned.features; feature++) {
      const at = (slot * padded + feature) * FOUND_STRIDE;
      if (bins[feature]!.categories !== undefined || found[at + FOUND_CODE]! < 0) continue;
      if (!(found[at + FOUND_WORTH]! > worth)) continue;
      worth = found[at + FOUND_WORTH]!;
      best = feature;
    }
    let gain = best < 0 ? 0 : worth - parent;
    for (const feature of parameters.categorical) {
      const at = (slot * padded + feature) * FOUND_STRIDE;
      if (isTried[slot * padded + feature] === 0 || found[at + FOUND_CODE]! < 0) continue;
      if (found[at + FOUND_WORTH]! <= gain) continue;
      gain = found[at + FOUND_WORTH]!;
      best = feature;
    }
    if (best < 0) return undefined;
    const at = (slot * padded + best) * FOUND_STRIDE;
    const isCategory = bins[best]!.categories !== undefined;
    const code = isCategory ? -1 : found[at + FOUND_CODE]!;
    const isLeft = new Uint8Array(CODES);
    if (isCategory) isLeft.set(foundSets.subarray((slot * padded + best) * CODES).subarray(0, CODES));
    else isLeft.fill(1, 0, code + 1)[MISSING_CODE] = found[at + FOUND_MISSING_LEFT]!;
    return {
      feature: best,
      gain,
      isLeft,
      code,
      leftGradient: found[at + FOUND_GRADIENT]!,
      leftHessian: found[at + FOUND_HESSIAN]!,
      extraLambda: isCategory ? categoryLambda(parameters, bins[best]!.bins) : 0,
    };
  }

  #takeHistogram(): number {
    if (this.#free.length === 0) this.#addHistograms(this.#board.histograms.length);
    return this.#free.pop()!;
  }

  /** The board becomes another one, as workers see only what was in a board when they first saw it. */
  #addHistograms(count: number): void {
    const { binned, histograms } = this.#board;
    const slots = GROUP * CODES;
    const added = Array.from({ length: count }, (): Histogram => {
      const sums = this.#workers.allocate(16 * slots * binned.groups);
      const counts = this.#needsCounts ? this.#workers.allocate(4 * slots * binned.groups) : undefined;
      return Array.from({ length: binned.groups }, (_, group) => ({
        sums: new Float64Array(sums, 16 * slots * group, 2 * slots),
        counts: counts === undefined ? undefined : new Int32Array(counts, 4 * slots * group, slots),
      }));
    });
    for (let k = 0; k < count; k++) this.#free.push(histograms.length + k);
    this.#board = { ...this.#board, histograms: [...histograms, ...added] };
  }
}
