/** A search's objective inside purged validation (LEARN-5): how a point scores out of fold, on average. */
import { InputError } from "../../domain/assert.ts";
import { mean } from "../../numerics/moments.ts";
import type { Split } from "../validation/purging.ts";
import type { Objective } from "./search-steps.ts";
import type { PointOf, Space } from "./space.ts";

/** Fits on `train` alone and scores on `test`; larger is better, NaN when it failed. */
export type FoldScore<S extends Space> = (point: PointOf<S>, split: Split) => number;

/**
 * Budgets count splits: those of a budget are spread evenly over `splits`, so that a small one sees early and late
 * times alike. A point that fails in one split has failed. The objective throws InputError for a budget over their
 * number.
 */
export function crossValidated<S extends Space>(splits: readonly Split[], score: FoldScore<S>): Objective<S> {
  return (point, budget) => {
    if (!(budget >= 1 && budget <= splits.length)) {
      throw new InputError(`budget ${budget} is not a number of splits from 1 to ${splits.length}`);
    }
    return mean(
      Float64Array.from({ length: budget }, (_, i) =>
        score(point, splits[Math.floor(((i + 0.5) * splits.length) / budget)]!),
      ),
    );
  };
}
