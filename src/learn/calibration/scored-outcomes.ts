/** What calibration is fitted to and judged by: out-of-fold scores, what became of them, and how much each counts. */
import { InputError } from "../../domain/assert.ts";
import { sameLength } from "../allowed.ts";

export interface ScoredOutcomes {
  /** Out-of-fold scores, in any order and any unit. Finite. */
  readonly score: Float64Array;
  /** 1 where the positive class came true, else 0. */
  readonly outcome: Uint8Array;
  /** Weight per row, 0 or more; ones when undefined. */
  readonly weight?: Float64Array;
}

/** Throws InputError on differing lengths, no rows, scores that are not finite, other outcomes and bad weights. */
export function requireOutcomes({ score, outcome, weight }: ScoredOutcomes): void {
  if (score.length === 0) throw new InputError("score has no values; calibration needs at least one");
  sameLength("outcome", outcome.length, "score", score.length);
  if (weight !== undefined) sameLength("weight", weight.length, "score", score.length);
  for (let i = 0; i < score.length; i++) {
    if (!Number.isFinite(score[i]!))
      throw new InputError(`score ${score[i]} of row ${i} is not a finite number`);
    if (outcome[i]! > 1) throw new InputError(`outcome ${outcome[i]} of row ${i} is not 0 or 1`);
    const counts = weight?.[i] ?? 1;
    if (!(counts >= 0 && counts < Infinity))
      throw new InputError(`weight ${counts} of row ${i} is not 0 or more`);
  }
}

/** Rows that count at all, by ascending score; equal scores in their own order, so that every run sums alike. */
export function byScore({ score, weight }: ScoredOutcomes): Int32Array {
  return Int32Array.from(score, (_, i) => i)
    .filter((i) => (weight?.[i] ?? 1) > 0)
    .sort((a, b) => score[a]! - score[b]! || a - b);
}
