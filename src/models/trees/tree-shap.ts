/**
 * Exact TreeSHAP, path-dependent: how much each feature moved one row's margin away from the expected one.
 *
 * It is inference, so it lives beside the walk: a live decision explains itself without the trainers. The values
 * and the expected margin sum to the row's margin. Source: Lundberg, Erion and Lee 2018, algorithm 2, and Lundberg
 * et al. 2020 for interactions; QUANT k. Cost: leaves x depth^2 per tree and row, features times that for
 * interactions.
 */
import { InputError } from "../../domain/assert.ts";
import { sideOf } from "./node-side.ts";
import type { Rows } from "./steady-trees.ts";
import type { TreeEnsemble } from "./tree-ensemble.ts";
import { type TreeEnsembleData, treeCount } from "./tree-ensemble-data.ts";

/** No feature is held fixed. */
const FREE = -1;
const PRESENT = 1;
const ABSENT = -1;

export class TreeShap {
  readonly #data: TreeEnsembleData;
  /** What the leaf adds to the margin. */
  readonly #output: Float64Array;
  /** phi_0: the base and the trees' means weighted by cover. */
  readonly #expected: number;
  /** The path of a depth-first walk, one copy per level; level d begins where the copies above it end. */
  readonly #pathFeature: Int32Array;
  readonly #zero: Float64Array;
  readonly #one: Float64Array;
  readonly #weight: Float64Array;
  #row: Rows = new Float64Array();
  #offset = 0;
  #phi: Float64Array = new Float64Array();
  #fixed = FREE;
  #condition = 0;

  /** Throws InputError where an inner node has no cover: such a file cannot be explained. */
  constructor(model: TreeEnsemble) {
    const { data } = model;
    this.#data = data;
    const inner = data.feature.findIndex((feature, node) => feature >= 0 && !(data.cover[node]! > 0));
    if (inner >= 0)
      throw new InputError(`node ${inner}: cover ${data.cover[inner]}; explanations need covers above 0`);
    this.#output = scaledOutputs(data);
    const { means, depth } = meansAndDepth(data, this.#output);
    this.#expected = means + data.baseMargin;
    const size = ((depth + 2) * (depth + 3)) / 2;
    this.#pathFeature = new Int32Array(size);
    this.#zero = new Float64Array(size);
    this.#one = new Float64Array(size);
    this.#weight = new Float64Array(size);
  }

  /** One value per feature, then the expected margin: `out` holds features + 1. Their sum is the row's margin. */
  contributions(row: Rows, out: Float64Array, offset = 0): void {
    this.#begin(row, offset, out.length, this.#data.featureNames.length + 1);
    out.fill(0);
    this.#walkAll(out, FREE, 0);
    out[out.length - 1] = this.#expected;
  }

  /**
   * A symmetric (features + 1)^2 matrix, row-major, whose row i sums to contribution i: main effects on the
   * diagonal, half of each pair's interaction off it, the expected margin in the last corner.
   */
  interactions(row: Rows, out: Float64Array, offset = 0): void {
    const size = this.#data.featureNames.length + 1;
    this.#begin(row, offset, out.length, size * size);
    const plain = new Float64Array(size);
    const present = new Float64Array(size);
    const absent = new Float64Array(size);
    this.#walkAll(plain, FREE, 0);
    out.fill(0);
    for (let fixed = 0; fixed < size - 1; fixed++) {
      this.#walkAll(present.fill(0), fixed, PRESENT);
      this.#walkAll(absent.fill(0), fixed, ABSENT);
      let main = plain[fixed]!;
      for (let other = 0; other < size - 1; other++) {
        if (other === fixed) continue;
        const half = (present[other]! - absent[other]!) / 2;
        out[fixed * size + other] = half;
        main -= half;
      }
      out[fixed * size + fixed] = main;
    }
    out[size * size - 1] = this.#expected;
  }

  #begin(row: Rows, offset: number, given: number, needed: number): void {
    if (given !== needed) throw new InputError(`out: ${given} values; ${needed} are needed`);
    if (row.length - offset < this.#data.featureNames.length) {
      throw new InputError(
        `row: ${row.length - offset} values; ${this.#data.featureNames.length} are needed`,
      );
    }
    this.#row = row;
    this.#offset = offset;
  }

  #walkAll(phi: Float64Array, fixed: number, condition: number): void {
    this.#phi = phi;
    this.#fixed = fixed;
    this.#condition = condition;
    for (let tree = 0; tree < treeCount(this.#data); tree++) {
      this.#walk(this.#data.roots[tree]!, 0, 0, 1, 1, -1, 1);
    }
  }

  /** This level's copy of the path begins at `at` and ends at `length`; `share` is what a fixed feature leaves. */
  #walk(
    node: number,
    at: number,
    length: number,
    zero: number,
    one: number,
    by: number,
    share: number,
  ): void {
    if (share === 0) return;
    let depth = length;
    // Weights of zero stay zero: nothing below can contribute, and unwinding would divide by it.
    if (zero === 0 && one === 0) return;
    if (this.#condition === 0 || this.#fixed !== by || by < 0) this.#extend(at, depth, zero, one, by);
    const asked = this.#data.feature[node]!;
    if (asked < 0) {
      const value = this.#output[node]! * share;
      for (let i = 1; i <= depth; i++) {
        const k = at + i;
        const weight = this.#unwoundSum(at, depth, i);
        this.#phi[this.#pathFeature[k]!]! += weight * (this.#one[k]! - this.#zero[k]!) * value;
      }
      return;
    }
    const isRight = sideOf(this.#data, node, this.#row[this.#offset + asked]!) === 1;
    const hot = isRight ? this.#data.right[node]! : this.#data.left[node]!;
    const cold = isRight ? this.#data.left[node]! : this.#data.right[node]!;
    const hotZero = this.#data.cover[hot]! / this.#data.cover[node]!;
    const coldZero = this.#data.cover[cold]! / this.#data.cover[node]!;
    let zeroBefore = 1;
    let oneBefore = 1;
    for (let i = 1; i <= depth; i++) {
      if (this.#pathFeature[at + i] !== asked) continue;
      zeroBefore = this.#zero[at + i]!;
      oneBefore = this.#one[at + i]!;
      this.#unwind(at, depth, i);
      depth -= 1;
      break;
    }
    let hotShare = share;
    let coldShare = share;
    if (this.#condition !== 0 && asked === this.#fixed) {
      depth -= 1;
      hotShare = this.#condition === PRESENT ? share : share * hotZero;
      coldShare = this.#condition === PRESENT ? 0 : share * coldZero;
    }
    const next = this.#copyPath(at, length, depth);
    this.#walk(hot, next, depth + 1, hotZero * zeroBefore, oneBefore, asked, hotShare);
    this.#copyPath(at, length, depth);
    this.#walk(cold, next, depth + 1, coldZero * zeroBefore, 0, asked, coldShare);
  }

  /** The path for the next level, behind this one's. */
  #copyPath(at: number, length: number, depth: number): number {
    const next = at + length + 1;
    // One more than the path: where a feature is held fixed the next level takes it over as it is.
    for (let i = 0; i <= depth + 1; i++) {
      this.#pathFeature[next + i] = this.#pathFeature[at + i]!;
      this.#zero[next + i] = this.#zero[at + i]!;
      this.#one[next + i] = this.#one[at + i]!;
      this.#weight[next + i] = this.#weight[at + i]!;
    }
    return next;
  }

  #extend(at: number, depth: number, zero: number, one: number, by: number): void {
    const weight = this.#weight;
    this.#pathFeature[at + depth] = by;
    this.#zero[at + depth] = zero;
    this.#one[at + depth] = one;
    weight[at + depth] = depth === 0 ? 1 : 0;
    for (let i = depth - 1; i >= 0; i--) {
      weight[at + i + 1]! += (one * weight[at + i]! * (i + 1)) / (depth + 1);
      weight[at + i] = (zero * weight[at + i]! * (depth - i)) / (depth + 1);
    }
  }

  /** Takes element `index` out of the path again. */
  #unwind(at: number, depth: number, index: number): void {
    const weight = this.#weight;
    const one = this.#one[at + index]!;
    const zero = this.#zero[at + index]!;
    let next = weight[at + depth]!;
    for (let i = depth - 1; i >= 0; i--) {
      if (one === 0) {
        weight[at + i] = (weight[at + i]! * (depth + 1)) / (zero * (depth - i));
        continue;
      }
      const before = weight[at + i]!;
      weight[at + i] = (next * (depth + 1)) / ((i + 1) * one);
      next = before - (weight[at + i]! * zero * (depth - i)) / (depth + 1);
    }
    for (let k = at + index; k < at + depth; k++) {
      this.#pathFeature[k] = this.#pathFeature[k + 1]!;
      this.#zero[k] = this.#zero[k + 1]!;
      this.#one[k] = this.#one[k + 1]!;
    }
  }

  /** The sum of the weights that unwinding element `index` would leave. */
  #unwoundSum(at: number, depth: number, index: number): number {
    const weight = this.#weight;
    const one = this.#one[at + index]!;
    const zero = this.#zero[at + index]!;
    let next = weight[at + depth]!;
    let total = 0;
    for (let i = depth - 1; i >= 0; i--) {
      if (one === 0) {
        total += (weight[at + i]! * (depth + 1)) / (zero * (depth - i));
        continue;
      }
      const part = (next * (depth + 1)) / ((i + 1) * one);
      total += part;
      next = weight[at + i]! - (part * zero * (depth - i)) / (depth + 1);
    }
    return total;
  }
}

function scaledOutputs(data: TreeEnsembleData): Float64Array {
  const outputs = Float64Array.from(data.value);
  for (let tree = 0; tree < treeCount(data); tree++) {
    const scale = (data.treeWeights?.[tree] ?? 1) / (data.averages ? treeCount(data) : 1);
    for (let node = data.roots[tree]!; node < data.roots[tree + 1]!; node++) outputs[node]! *= scale;
  }
  return outputs;
}

/** The sum of the trees' means, each leaf weighted by its cover, and the most steps from a root to a leaf. */
function meansAndDepth(data: TreeEnsembleData, outputs: Float64Array): { means: number; depth: number } {
  let deepest = 0;
  const meanBelow = (node: number, depth: number): number => {
    deepest = Math.max(deepest, depth);
    if (data.feature[node]! < 0) return outputs[node]!;
    const left = data.left[node]!;
    const right = data.right[node]!;
    const sum =
      meanBelow(left, depth + 1) * data.cover[left]! + meanBelow(right, depth + 1) * data.cover[right]!;
    return sum / data.cover[node]!;
  };
  let means = 0;
  for (let tree = 0; tree < treeCount(data); tree++) means += meanBelow(data.roots[tree]!, 0);
  return { means, depth: deepest };
}
