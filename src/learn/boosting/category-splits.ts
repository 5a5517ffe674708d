/**
 * The best split of a node by a set of categories. Source: Ke et al. 2017 after Fisher 1958, with LightGBM's limits.
 *
 * Few categories: each against all others. More: sorted by gradient over hessian, where the best partition is a
 * prefix of the order, tried from both ends. What training did not keep, and missing values, go right.
 */
import type { BoostingParameters } from "./boosting-parameters.ts";
import { CODES } from "./feature-bins.ts";
import { leafOutput, leafWorth } from "./leaf-math.ts";
import { type GroupHistogram, type NodeSums, nodeWorth, type Split } from "./split-finder.ts";

type CategorySplit = Pick<Split, "gain" | "isLeft" | "leftGradient" | "leftHessian">;

/**
 * The best set of categories for one feature of `bins` categories, number `at` of its group; undefined when none saves
 * more than gamma.
 */
export function findCategorySplit(
  parameters: BoostingParameters,
  bins: number,
  at: number,
  node: NodeSums,
  histogram: GroupHistogram,
): CategorySplit | undefined {
  const scan = new CategoryScan(parameters, bins, at, node, histogram);
  if (isOneHot(parameters, bins)) for (let code = 0; code < bins; code++) scan.tryOne(code);
  else scan.trySorted(bins);
  return scan.best;
}

/** Added to lambda2 on both sides of a split by this feature: LightGBM's cat_l2. */
export function categoryLambda(parameters: BoostingParameters, bins: number): number {
  return isOneHot(parameters, bins) ? 0 : parameters.categoryLambda2;
}

function isOneHot({ oneHotCategoriesMost }: BoostingParameters, bins: number): boolean {
  return bins <= oneHotCategoriesMost;
}

class CategoryScan {
  best: CategorySplit | undefined;
  readonly #parameters: BoostingParameters;
  readonly #base: number;
  readonly #node: NodeSums;
  readonly #histogram: GroupHistogram;
  readonly #parent: number;
  #leastGain: number;

  constructor(
    parameters: BoostingParameters,
    bins: number,
    at: number,
    node: NodeSums,
    histogram: GroupHistogram,
  ) {
    this.#parameters = { ...parameters, lambda2: parameters.lambda2 + categoryLambda(parameters, bins) };
    this.#base = CODES * at;
    this.#node = node;
    this.#histogram = histogram;
    this.#parent = nodeWorth(parameters, node);
    this.#leastGain = Math.max(parameters.gamma, 1e-12 * Math.abs(this.#parent));
  }

  tryOne(code: number): void {
    this.#try([code], this.#gradientOf(code), this.#hessianOf(code), this.#rowsOf(code));
  }

  trySorted(bins: number): void {
    const { categorySmoothing, categoriesMost, minDataPerGroup } = this.#parameters;
    const ratio = (code: number) => this.#gradientOf(code) / (this.#hessianOf(code) + categorySmoothing);
    const order = Array.from({ length: bins }, (_, code) => code)
      .filter((code) => this.#rowsOf(code) > 0 && this.#rowsOf(code) >= categorySmoothing)
      .sort((a, b) => ratio(a) - ratio(b) || a - b);
    const most = Math.min(categoriesMost, (order.length + 1) >> 1);
    for (const codes of [order, order.toReversed()]) {
      let gradient = 0;
      let hessian = 0;
      let rows = 0;
      let rowsOfGroup = 0;
      for (let k = 0; k < most; k++) {
        const code = codes[k]!;
        gradient += this.#gradientOf(code);
        hessian += this.#hessianOf(code);
        rows += this.#rowsOf(code);
        rowsOfGroup += this.#rowsOf(code);
        if (this.#node.rows - rows < minDataPerGroup) break;
        if (rowsOfGroup < minDataPerGroup) continue;
        rowsOfGroup = 0;
        this.#try(codes.slice(0, k + 1), gradient, hessian, rows);
      }
    }
  }

  #try(codes: readonly number[], gradient: number, hessian: number, rows: number): void {
    const { minDataInLeaf, minChildWeight } = this.#parameters;
    const node = this.#node;
    const right = node.hessian - hessian;
    const leastHessian = Math.max(minChildWeight, 1e-10 * node.hessian);
    if (
      rows < minDataInLeaf ||
      node.rows - rows < minDataInLeaf ||
      hessian < leastHessian ||
      right < leastHessian
    )
      return;
    const gain =
      this.#worthOf(gradient, hessian) + this.#worthOf(node.gradient - gradient, right) - this.#parent;
    if (!(gain > this.#leastGain)) return;
    this.#leastGain = gain;
    const isLeft = new Uint8Array(CODES);
    for (const code of codes) isLeft[code] = 1;
    this.best = { gain, isLeft, leftGradient: gradient, leftHessian: hessian };
  }

  #worthOf(gradient: number, hessian: number): number {
    const output = leafOutput(this.#parameters, gradient, hessian, this.#node.lower, this.#node.upper);
    return leafWorth(this.#parameters, gradient, hessian, output);
  }

  #gradientOf(code: number): number {
    return this.#histogram.sums[2 * (this.#base + code)]!;
  }

  #hessianOf(code: number): number {
    return this.#histogram.sums[2 * (this.#base + code) + 1]!;
  }

  #rowsOf(code: number): number {
    return this.#histogram.counts?.[this.#base + code] ?? 0;
  }
}
