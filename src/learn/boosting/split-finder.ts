/**
 * The best split of a node, read from its histograms. Source: QUANT k.
 *
 * Numbers: every cut between bins, missing values tried on both sides (right wins a tie, as in XGBoost). Monotone
 * features: a split whose outputs go the wrong way is no candidate, and bounds from above clamp the outputs.
 * Categories are left to category-splits.ts.
 */
import type { BoostingParameters } from "./boosting-parameters.ts";
import { CODES, type FeatureBins, MISSING_CODE } from "./feature-bins.ts";
import { leafOutput, leafWorth, type Penalties } from "./leaf-math.ts";

export interface NodeSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
  /** Bounds of the outputs below, from monotone splits above. */
  readonly lower: number;
  readonly upper: number;
}

export interface Histogram {
  readonly sums: Float64Array;
  readonly counts: Int32Array | undefined;
}

export interface Split {
  readonly feature: number;
  /** Loss saved against leaving the node a leaf. */
  readonly gain: number;
  /** 1 for each code that goes left. */
  readonly isLeft: Uint8Array;
  /** Codes up to this one go left; -1 for a category set. */
  readonly code: number;
  readonly leftGradient: number;
  readonly leftHessian: number;
  /** Added to lambda2 in both children: LightGBM's cat_l2. */
  readonly extraLambda: number;
}

/** Gains within this share of the parent's worth are rounding, not structure. */
const ROUNDING = 1e-12;

/** The best cut so far, overwritten in place: scanning allocates nothing. */
interface BestCut {
  worth: number;
  feature: number;
  code: number;
  missingLeft: boolean;
  leftGradient: number;
  leftHessian: number;
}

export class NumberSplits {
  readonly #parameters: BoostingParameters;
  readonly #bins: readonly FeatureBins[];
  readonly #monotone: Int8Array;
  /** No L1, no step limit, no monotone feature: a leaf's worth is G^2 / (H + lambda2). */
  readonly #isPlain: boolean;
  readonly #best: BestCut = {
    worth: 0,
    feature: -1,
    code: 0,
    missingLeft: false,
    leftGradient: 0,
    leftHessian: 0,
  };

  constructor(parameters: BoostingParameters, bins: readonly FeatureBins[]) {
    this.#parameters = parameters;
    this.#bins = bins;
    this.#monotone = Int8Array.from(bins, (_, feature) => parameters.monotone[feature] ?? 0);
    this.#isPlain =
      parameters.lambda1 === 0 &&
      parameters.maxDeltaStep === 0 &&
      parameters.monotone.every((sign) => sign === 0);
  }

  /** The best of the numeric features that `isTried` marks; undefined when none saves more than gamma. */
  find(node: NodeSums, histogram: Histogram, isTried: Uint8Array): Split | undefined {
    const best = this.#best;
    const parent = nodeWorth(this.#parameters, node);
    const least = parent + Math.max(this.#parameters.gamma, ROUNDING * Math.abs(parent));
    best.worth = least;
    best.feature = -1;
    for (let feature = 0; feature < this.#bins.length; feature++) {
      const { categories, hasMissing, bins } = this.#bins[feature]!;
      if (isTried[feature] === 0 || categories !== undefined) continue;
      const missing = 2 * (CODES * feature + MISSING_CODE);
      const missingHessian = histogram.sums[missing + 1]!;
      const isMissingHere =
        hasMissing &&
        (histogram.counts === undefined
          ? missingHessian > 1e-9 * node.hessian
          : histogram.counts[CODES * feature + MISSING_CODE]! > 0);
      // Where some are missing, the last cut parts all that is known from all that is not.
      this.#scan(node, histogram, feature, isMissingHere ? bins : bins - 1, 0);
      if (isMissingHere) this.#scan(node, histogram, feature, bins - 1, 1);
    }
    if (best.feature < 0) return undefined;
    const isLeft = new Uint8Array(CODES).fill(1, 0, best.code + 1);
    isLeft[MISSING_CODE] = best.missingLeft ? 1 : 0;
    return {
      feature: best.feature,
      gain: best.worth - parent,
      isLeft,
      code: best.code,
      leftGradient: best.leftGradient,
      leftHessian: best.leftHessian,
      extraLambda: 0,
    };
  }

  /** All cuts of one feature; `missingLeft` 1 sends the missing left. */
  #scan(
    node: NodeSums,
    { sums, counts }: Histogram,
    feature: number,
    cuts: number,
    missingLeft: 0 | 1,
  ): void {
    const { lambda2, minDataInLeaf } = this.#parameters;
    const leastHessian = Math.max(this.#parameters.minChildWeight, 1e-10 * node.hessian);
    const best = this.#best;
    const base = CODES * feature;
    const missing = base + MISSING_CODE;
    let gradient = missingLeft === 1 ? sums[2 * missing]! : 0;
    let hessian = missingLeft === 1 ? sums[2 * missing + 1]! : 0;
    let rows = missingLeft === 1 && counts !== undefined ? counts[missing]! : 0;
    for (let code = 0; code < cuts; code++) {
      gradient += sums[2 * (base + code)]!;
      hessian += sums[2 * (base + code) + 1]!;
      if (counts !== undefined) {
        rows += counts[base + code]!;
        if (rows < minDataInLeaf) continue;
        if (node.rows - rows < minDataInLeaf) break;
      }
      const rightHessian = node.hessian - hessian;
      if (hessian < leastHessian) continue;
      if (rightHessian < leastHessian) break;
      const rightGradient = node.gradient - gradient;
      const worth = this.#isPlain
        ? (gradient * gradient) / (hessian + lambda2) +
          (rightGradient * rightGradient) / (rightHessian + lambda2)
        : this.#boundedWorth(node, feature, gradient, hessian);
      if (!(worth > best.worth)) continue;
      best.worth = worth;
      best.feature = feature;
      best.code = code;
      best.missingLeft = missingLeft === 1;
      best.leftGradient = gradient;
      best.leftHessian = hessian;
    }
  }

  /** Worth of both children within their bounds; NaN where they break the feature's direction. */
  #boundedWorth(node: NodeSums, feature: number, gradient: number, hessian: number): number {
    const { lower, upper } = node;
    const rightGradient = node.gradient - gradient;
    const rightHessian = node.hessian - hessian;
    const left = leafOutput(this.#parameters, gradient, hessian, lower, upper);
    const right = leafOutput(this.#parameters, rightGradient, rightHessian, lower, upper);
    if (this.#monotone[feature]! * (right - left) < 0) return Number.NaN;
    return (
      leafWorth(this.#parameters, gradient, hessian, left) +
      leafWorth(this.#parameters, rightGradient, rightHessian, right)
    );
  }
}

/** What the node is worth as a leaf. */
export function nodeWorth(penalties: Penalties, { gradient, hessian, lower, upper }: NodeSums): number {
  return leafWorth(penalties, gradient, hessian, leafOutput(penalties, gradient, hessian, lower, upper));
}
