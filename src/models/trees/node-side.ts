/** What a node answers to a value: thresholds, missing values, zeros that count as missing, categories. */
import {
  CATEGORICAL,
  DEFAULT_LEFT,
  hasCategory,
  MEMBERS_RIGHT,
  MISSING_MASK,
  MISSING_NAN,
  MISSING_ZERO,
  type TreeEnsembleData,
  ZERO_BAND,
} from "./tree-ensemble-data.ts";

/** The side that a value takes at a node, whatever the node asks: 0 left, 1 right. */
export function sideOf(data: TreeEnsembleData, node: number, given: number): 0 | 1 {
  const value = data.comparison === "float32-below" ? Math.fround(given) : given;
  const limit = cutOf(data, node);
  return value <= limit ? 0 : value > limit ? 1 : sideApart(data, node, value);
}

/** The largest value that goes left; NaN where a comparison alone does not decide. */
export function cutOf({ comparison, flags, threshold }: TreeEnsembleData, node: number): number {
  const flag = flags[node]!;
  if ((flag & CATEGORICAL) !== 0 || (flag & MISSING_MASK) === MISSING_ZERO) return Number.NaN;
  const limit = threshold[node]!;
  return comparison === "float32-below" ? floatBefore(limit) : limit;
}

/** NaN, categories, and zeros that may be missing. */
export function sideApart(data: TreeEnsembleData, node: number, value: number): 0 | 1 {
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

/** The largest float32 below a float32. -Infinity has none: NaN, which nothing is at most. */
function floatBefore(value: number): number {
  const float = new Float32Array([value]);
  const bits = new Int32Array(float.buffer);
  if (value === Number.NEGATIVE_INFINITY || Number.isNaN(value)) return Number.NaN;
  if (value === 0) return -(2 ** -149);
  bits[0] = bits[0]! + (value > 0 ? -1 : 1);
  return float[0]!;
}
