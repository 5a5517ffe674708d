/**
 * The best splits of a node by its numeric features, read from their histograms. Source: QUANT k.
 *
 * Every cut between bins, missing values tried on both sides (right wins a tie, as in XGBoost). Monotone features: a
 * split whose outputs go the wrong way is no candidate, and bounds from above clamp the outputs. Categories are left
 * to category-splits.ts.
 */
import { GROUP } from "./binned-rows.ts";
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

/** Of four features, 256 codes each. */
export interface GroupHistogram {
  /** Gradient and hessian alternating. */
  readonly sums: Float64Array;
  /** Rows; undefined when nobody asks. */
  readonly counts: Int32Array | undefined;
}

/** Of all features, group by group. */
export type Histogram = readonly GroupHistogram[];

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

/**
 * Words of a feature's record of what was found: the worth of both children (a category's gain), the last code that
 * goes left, whether missing values do, and the left child's sums.
 */
export const FOUND_WORTH = 0;
export const FOUND_CODE = 1;
export const FOUND_MISSING_LEFT = 2;
export const FOUND_GRADIENT = 3;
export const FOUND_HESSIAN = 4;
export const FOUND_STRIDE = 8;
/** The code of a record that found nothing. */
export const NONE = -1;

/** Gains within this share of the parent's worth are rounding, not structure. */
const ROUNDING = 1e-12;
/** More than the products of a comparison without division can be off. */
const SLACK = 1 - 1e-12;

export interface Search {
  readonly parameters: BoostingParameters;
  readonly bins: readonly FeatureBins[];
  readonly node: NodeSums;
  readonly histogram: GroupHistogram;
  /** 1 where a feature may split the node. */
  readonly isTried: Uint8Array;
  /** Out: a record per feature. */
  readonly found: Float64Array;
}

/** What both children must be worth for a split to save more than gamma. */
export function leastWorth(parameters: BoostingParameters, parent: number): number {
  return parent + Math.max(parameters.gamma, ROUNDING * Math.abs(parent));
}

/**
 * Writes a record for each numeric feature of the group from `first` whose best split beats those before it. The first
 * of the best in the order of features is the node's, however the features are cut into groups.
 */
export function findNumberSplits(search: Search, first: number): void {
  const { parameters, bins, node, histogram, isTried } = search;
  let best = leastWorth(parameters, nodeWorth(parameters, node));
  for (let feature = first; feature < Math.min(bins.length, first + GROUP); feature++) {
    const { categories, hasMissing, bins: count } = bins[feature]!;
    if (isTried[feature] === 0 || categories !== undefined) continue;
    const missing = CODES * (feature % GROUP) + MISSING_CODE;
    const isMissingHere =
      hasMissing &&
      (histogram.counts === undefined
        ? histogram.sums[2 * missing + 1]! > 1e-9 * node.hessian
        : histogram.counts[missing]! > 0);
    // Where some are missing, the last cut parts all that is known from all that is not.
    best = scan(search, feature, isMissingHere ? count : count - 1, 0, best);
    if (isMissingHere) best = scan(search, feature, count - 1, 1, best);
  }
}

/** All cuts of one feature; `missingLeft` 1 sends the missing left. Returns the worth that is to be beaten next. */
function scan(search: Search, feature: number, cuts: number, missingLeft: 0 | 1, beaten: number): number {
  const { parameters, node, histogram, found } = search;
  const { sums, counts } = histogram;
  const { lambda2, minDataInLeaf } = parameters;
  const leastHessian = Math.max(parameters.minChildWeight, 1e-10 * node.hessian);
  const isPlain = worthIsPlain(parameters);
  const base = CODES * (feature % GROUP);
  const missing = base + MISSING_CODE;
  const { gradient: allGradient, hessian: allHessian, rows: allRows } = node;
  let best = beaten;
  let bestCode = NONE;
  let bestGradient = 0;
  let bestHessian = 0;
  let gradient = missingLeft === 1 ? sums[2 * missing]! : 0;
  let hessian = missingLeft === 1 ? sums[2 * missing + 1]! : 0;
  let rows = missingLeft === 1 && counts !== undefined ? counts[missing]! : 0;
  let near = best * SLACK;
  for (let code = 0, pair = 2 * base; code < cuts; code++, pair += 2) {
    gradient += sums[pair]!;
    hessian += sums[pair + 1]!;
    if (counts !== undefined) {
      rows += counts[base + code]!;
      if (rows < minDataInLeaf) continue;
      if (allRows - rows < minDataInLeaf) break;
    }
    const rightHessian = allHessian - hessian;
    if (hessian < leastHessian) continue;
    if (rightHessian < leastHessian) break;
    const rightGradient = allGradient - gradient;
    let worth: number;
    if (isPlain) {
      const left = hessian + lambda2;
      const right = rightHessian + lambda2;
      const leftSquare = gradient * gradient;
      const rightSquare = rightGradient * rightGradient;
      // Two divisions cost more than all the rest, and few cuts come near the best.
      if (leftSquare * right + rightSquare * left <= near * (left * right)) continue;
      worth = leftSquare / left + rightSquare / right;
    } else {
      worth = boundedWorth(search, feature, gradient, hessian);
    }
    if (!(worth > best)) continue;
    best = worth;
    near = best * SLACK;
    bestCode = code;
    bestGradient = gradient;
    bestHessian = hessian;
  }
  if (bestCode >= 0) writeFound(found, feature, best, bestCode, missingLeft, bestGradient, bestHessian);
  return best;
}

export function writeFound(
  found: Float64Array,
  feature: number,
  worth: number,
  code: number,
  missingLeft: 0 | 1,
  gradient: number,
  hessian: number,
): void {
  const at = feature * FOUND_STRIDE;
  found[at + FOUND_WORTH] = worth;
  found[at + FOUND_CODE] = code;
  found[at + FOUND_MISSING_LEFT] = missingLeft;
  found[at + FOUND_GRADIENT] = gradient;
  found[at + FOUND_HESSIAN] = hessian;
}

/** No L1, no step limit, no monotone feature: a leaf's worth is G^2 / (H + lambda2). */
function worthIsPlain({ lambda1, maxDeltaStep, monotone }: BoostingParameters): boolean {
  return lambda1 === 0 && maxDeltaStep === 0 && monotone.every((sign) => sign === 0);
}

/** Worth of both children within their bounds; NaN where they break the feature's direction. */
function boundedWorth(
  { parameters, node }: Search,
  feature: number,
  gradient: number,
  hessian: number,
): number {
  const { lower, upper } = node;
  const rightGradient = node.gradient - gradient;
  const rightHessian = node.hessian - hessian;
  const left = leafOutput(parameters, gradient, hessian, lower, upper);
  const right = leafOutput(parameters, rightGradient, rightHessian, lower, upper);
  if ((parameters.monotone[feature] ?? 0) * (right - left) < 0) return Number.NaN;
  return (
    leafWorth(parameters, gradient, hessian, left) + leafWorth(parameters, rightGradient, rightHessian, right)
  );
}

/** What the node is worth as a leaf. */
export function nodeWorth(penalties: Penalties, { gradient, hessian, lower, upper }: NodeSums): number {
  return leafWorth(penalties, gradient, hessian, leafOutput(penalties, gradient, hessian, lower, upper));
}
