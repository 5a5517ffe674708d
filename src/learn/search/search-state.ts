/**
 * A search for hyper-parameters as plain data (LEARN-5): what was planned, and what was found so far.
 *
 * Nothing else decides what is tried next: chance comes from the plan's seed and the number of the trial, never
 * from a generator that was drawn from before. A search that is cut off anywhere, written down and read back ends
 * with the same trials, bit by bit, as one that was not.
 */
import { InputError } from "../../domain/assert.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { wholeWithin } from "../allowed.ts";
import { requireSpace, type Space } from "./space.ts";

/**
 * `random`: independent draws, a baseline that is hard to beat with few trials (Bergstra and Bengio 2012).
 * `tpe`: tree-structured Parzen estimator (Bergstra et al. 2011), after `startup` random trials.
 * `halving`: successive halving (Jamieson and Talwalkar 2016): many on a small budget, the best 1 / `factor` of
 * them on a `factor` times larger one, up to the whole.
 */
export type SearchMethod =
  | { readonly kind: "random"; readonly trials: number; readonly budget: number; readonly patience: number }
  | {
      readonly kind: "tpe";
      readonly trials: number;
      readonly budget: number;
      readonly patience: number;
      readonly startup: number;
    }
  | {
      readonly kind: "halving";
      readonly trials: number;
      readonly factor: number;
      readonly minBudget: number;
      readonly maxBudget: number;
    };

export interface SearchPlan<S extends Space = Space> {
  readonly space: S;
  /**
   * `trials`, from 1 up: all of them, or for halving those of the first round. `patience`, 0 for none: stop after
   * that many trials without a better one. Budgets are whole and from 1 up, in whatever the objective counts:
   * folds, rounds.
   */
  readonly method: SearchMethod;
  readonly seed: number;
  /**
   * Trials that are handed out together and may run at once, from 1 up. They know of no result of each other, so the
   * search is the same on one thread as on many. Halving hands out whole rounds and does not read it.
   */
  readonly batch: number;
}

export interface TrialResult {
  readonly number: number;
  /** In [0, 1], in the order of the space's names. */
  readonly coordinates: readonly number[];
  /** What the objective was given to spend, as the plan counts it. */
  readonly budget: number;
  /** Larger is better; null for a trial that failed, which ranks below all others. */
  readonly value: number | null;
}

export interface SearchState<S extends Space = Space> {
  readonly plan: SearchPlan<S>;
  /** Ascending by number. */
  readonly results: readonly TrialResult[];
}

/** A search that has tried nothing yet. Throws InputError on a plan that cannot be carried out. */
export function startSearch<S extends Space>(plan: SearchPlan<S>): SearchState<S> {
  requireSpace(plan.space);
  const { method } = plan;
  wholeWithin("seed", plan.seed, { from: 0, to: Number.MAX_SAFE_INTEGER });
  wholeWithin("batch", plan.batch, { from: 1, to: 10_000 });
  wholeWithin("trials", method.trials, { from: 1, to: 1_000_000 });
  if (method.kind === "halving") {
    wholeWithin("factor", method.factor, { from: 2, to: 100 });
    wholeWithin("minBudget", method.minBudget, { from: 1, to: 2 ** 30 });
    wholeWithin("maxBudget", method.maxBudget, { from: method.minBudget, to: 2 ** 30 });
  } else {
    wholeWithin("budget", method.budget, { from: 1, to: 2 ** 30 });
    wholeWithin("patience", method.patience, { from: 0, to: 1_000_000 });
  }
  if (method.kind === "tpe") wholeWithin("startup", method.startup, { from: 2, to: 1_000_000 });
  return { plan, results: [] };
}

/** Goes on with what was written down. Throws InputError when that was another search: their trials do not add up. */
export function resumeSearch<S extends Space>(plan: SearchPlan<S>, saved: SearchState): SearchState<S> {
  startSearch(plan);
  if (canonicalJson(plan) !== canonicalJson(saved.plan)) {
    throw new InputError(
      "the saved search has another plan; start a new one, or take its space, method and seed",
    );
  }
  return { plan, results: saved.results };
}

/** Best first: by value, then by number, failed ones last. */
export function ranked(results: readonly TrialResult[]): TrialResult[] {
  return results.toSorted((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity) || a.number - b.number);
}

/** The best so far among those on the largest budget, since values on a smaller one do not compare. */
export function bestTrial({ results }: SearchState): TrialResult | undefined {
  const succeeded = results.filter(({ value }) => value !== null);
  const budget = Math.max(...succeeded.map((result) => result.budget));
  return ranked(succeeded.filter((result) => result.budget === budget))[0];
}
