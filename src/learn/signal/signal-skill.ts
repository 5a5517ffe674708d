/** What probabilities of entries that were not learned from are worth: ranking, fold by fold, and log loss. */
import { areaUnderCurve } from "../../numerics/rank-statistics.ts";
import type { Split } from "../validation/purging.ts";

/**
 * Folds are judged one by one, weighted by their rows. All in one list, they would rank below chance where there is
 * nothing to know: a fold in which much paid is scored by trees that learned where little did.
 */
export function areaByFold(score: Float64Array, outcome: Uint8Array, splits: readonly Split[]): number {
  let sum = 0;
  let rows = 0;
  for (const { test } of splits) {
    const area = areaUnderCurve(
      Float64Array.from(test, (row) => score[row]!),
      Uint8Array.from(test, (row) => outcome[row]!),
    );
    if (Number.isNaN(area)) continue;
    sum += area * test.length;
    rows += test.length;
  }
  return sum / rows;
}

/** Keeps a probability of 0 or 1 that was wrong from costing everything. */
const LEAST = 1e-6;

/** Weighted share that paid. */
export function baseRateOf(outcome: Uint8Array, weight: Float64Array): number {
  let total = 0;
  let paid = 0;
  for (let row = 0; row < outcome.length; row++) {
    total += weight[row]!;
    paid += weight[row]! * outcome[row]!;
  }
  return paid / total;
}

/** Part of the log loss of saying `base` every time that these probabilities take away. */
export function skillOf(
  probability: Float64Array,
  outcome: Uint8Array,
  weight: Float64Array,
  base: number,
): number {
  let loss = 0;
  let lossOfBase = 0;
  for (let row = 0; row < outcome.length; row++) {
    loss += weight[row]! * surprise(probability[row]!, outcome[row]!);
    lossOfBase += weight[row]! * surprise(base, outcome[row]!);
  }
  return 1 - loss / lossOfBase;
}

const surprise = (probability: number, outcome: number): number =>
  -Math.log(Math.max(LEAST, outcome === 1 ? probability : 1 - probability));
