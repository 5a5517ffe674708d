/**
 * Isotonic calibration by pooling adjacent violators (LEARN-7, QUANT k; Zadrozny and Elkan, 2002): the never
 * descending steps nearest to the outcomes. It follows any shape, which is also how it overfits: it wants a
 * thousand rows.
 */
import { InputError } from "../../domain/assert.ts";
import type { IsotonicCalibrator } from "../../models/calibration/calibrator.ts";
import { byScore, requireOutcomes, type ScoredOutcomes } from "./scored-outcomes.ts";

/** A run of scores that share a probability. */
interface Pool {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly positive: number;
}

/**
 * Equal scores are averaged before anything is pooled. Corners stand at both ends of each step. `prior`: rows of each
 * outcome that every step is given beside its own, from 0 up; without any, an end step of three losses says never.
 * Throws InputError on bad rows, and when no row has a weight.
 */
export function fitIsotonic(data: ScoredOutcomes, prior = 0): IsotonicCalibrator {
  requireOutcomes(data);
  const order = byScore(data);
  if (order.length === 0)
    throw new InputError("weight is 0 in every row; calibration needs at least one that counts");
  const pools: Pool[] = [];
  for (const row of order) {
    const weight = data.weight?.[row] ?? 1;
    const score = data.score[row]!;
    const last = pools.at(-1);
    const one: Pool = { from: score, to: score, weight, positive: weight * data.outcome[row]! };
    // Rows of one score follow each other, and none of them has been pooled with a neighbour yet.
    if (last !== undefined && last.from === score) pools[pools.length - 1] = merged(last, one);
    else {
      settle(pools, 0);
      pools.push(one);
    }
  }
  settle(pools, 0);
  const scores: number[] = [];
  const probabilities: number[] = [];
  for (const pool of rising(pools, prior)) {
    for (const score of pool.from === pool.to ? [pool.from] : [pool.from, pool.to]) {
      scores.push(score);
      probabilities.push(shareOf(pool, prior));
    }
  }
  return { kind: "isotonic", scores, probabilities };
}

/** Small steps move further towards a half than large ones, so that steps which rose may not any more. */
function rising(pools: readonly Pool[], prior: number): Pool[] {
  const found: Pool[] = [];
  for (const pool of pools) {
    found.push(pool);
    settle(found, prior);
  }
  return found;
}

/** Pools from the back while a step does not rise. All but the last pool are settled already. */
function settle(pools: Pool[], prior: number): void {
  while (pools.length > 1) {
    const last = pools[pools.length - 1]!;
    const before = pools[pools.length - 2]!;
    if (shareOf(before, prior) < shareOf(last, prior)) return;
    pools.pop();
    pools[pools.length - 1] = merged(before, last);
  }
}

const merged = (one: Pool, other: Pool): Pool => ({
  from: one.from,
  to: other.to,
  weight: one.weight + other.weight,
  positive: one.positive + other.positive,
});

const shareOf = ({ positive, weight }: Pool, prior: number): number =>
  (positive + prior) / (weight + 2 * prior);
