/**
 * Cuts a feature's values into bins of about equal weight. The greedy cut is Ke et al. 2017, section 2.1, with its
 * implementation's rule that a value heavier than a bin stands alone.
 */
import { ascendingOrder } from "../../numerics/float-order.ts";

/** Cuts between distinct values such that bins weigh about the same: at most binsMost - 1. Neither NaN nor infinite. */
export function quantileCuts(
  values: Float64Array | Float32Array,
  weights: Float64Array | undefined,
  binsMost: number,
): number[] {
  const { distinct, mass, total } = weighDistinct(values, weights);
  const count = distinct.length;
  const cuts: number[] = [];
  if (count <= binsMost) {
    for (let k = 0; k + 1 < count; k++) cuts.push(between(distinct[k]!, distinct[k + 1]!));
    return cuts;
  }
  // What weighs more than a fair bin stands alone; the others share what is left.
  const fair = total / binsMost;
  let restMass = total;
  let restBins = binsMost;
  for (let k = 0; k < count; k++) {
    if (mass[k]! < fair) continue;
    restMass -= mass[k]!;
    restBins -= 1;
  }
  let target = restMass / Math.max(1, restBins);
  let filled = 0;
  for (let k = 0; k + 1 < count && cuts.length < binsMost - 1; k++) {
    const isHeavy = mass[k]! >= fair;
    filled += mass[k]!;
    if (!isHeavy) restMass -= mass[k]!;
    const nextIsHeavy = mass[k + 1]! >= fair && filled >= Math.max(Number.MIN_VALUE, target / 2);
    if (!isHeavy && filled < target && !nextIsHeavy) continue;
    cuts.push(between(distinct[k]!, distinct[k + 1]!));
    filled = 0;
    if (isHeavy) continue;
    restBins -= 1;
    target = restMass / Math.max(1, restBins);
  }
  return cuts;
}

interface Distinct {
  /** Ascending. */
  readonly distinct: Float64Array;
  /** Weight of each. */
  readonly mass: Float64Array;
  readonly total: number;
}

function weighDistinct(values: Float64Array | Float32Array, weights: Float64Array | undefined): Distinct {
  const order = ascendingOrder(values);
  const distinct = new Float64Array(values.length);
  const mass = new Float64Array(values.length);
  let count = 0;
  let total = 0;
  for (let k = 0; k < order.length; k++) {
    const at = order[k]!;
    const value = values[at]!;
    const weight = weights === undefined ? 1 : weights[at]!;
    if (count === 0 || value !== distinct[count - 1]!) distinct[count++] = value;
    mass[count - 1] = mass[count - 1]! + weight;
    total += weight;
  }
  return { distinct: distinct.subarray(0, count), mass, total };
}

/** The middle, but never the upper value: that one must stay above the cut. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}
