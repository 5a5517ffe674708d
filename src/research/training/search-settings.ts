/**
 * The search for a trainer's settings (LEARN-5), on the first window's days to train and nothing after them: what it
 * finds has not seen a day that is tested. Each trial is a job on record, so a search that was cut off goes on where it
 * was, and ends as one that was not.
 */
import type { SearchMethod, SearchState } from "../../learn/search/search-state.ts";
import { ranked, startSearch } from "../../learn/search/search-state.ts";
import { nextTrials, withResult } from "../../learn/search/search-steps.ts";
import { pointAt, type Space } from "../../learn/search/space.ts";
import type { DayRange } from "../walk-forward/walk-windows.ts";
import type { TrainerSettings, TrialJob, TrialOutcome } from "./model-jobs.ts";
import type { TrainingConfig } from "./training-config.ts";

/** Trials that know nothing of each other and may run at once. */
const BATCH = 4;
/** Of a guided search, the first ones are drawn blindly. */
const STARTUP = 8;
const HALVING_FACTOR = 2;

/** What is worth varying, with bounds that a few hundred to a few thousand noisy entries can bear. */
const spaces: Readonly<Record<string, Space>> = {
  gbdt: {
    learningRate: { kind: "log-float", from: 0.01, to: 0.2 },
    leavesMost: { kind: "int", from: 2, to: 16 },
    minDataInLeaf: { kind: "int", from: 20, to: 150 },
    lambda2: { kind: "log-float", from: 0.1, to: 30 },
    columnsPerTree: { kind: "float", from: 0.3, to: 1 },
    rowsPerTree: { kind: "float", from: 0.5, to: 1 },
  },
  forest: {
    leavesMost: { kind: "int", from: 4, to: 64 },
    minDataInLeaf: { kind: "int", from: 10, to: 100 },
    columnsPerNode: { kind: "float", from: 0.1, to: 0.8 },
  },
  xgboost: {
    learning_rate: { kind: "log-float", from: 0.01, to: 0.2 },
    max_depth: { kind: "int", from: 1, to: 5 },
    min_child_weight: { kind: "log-float", from: 1, to: 50 },
    reg_lambda: { kind: "log-float", from: 0.1, to: 30 },
    subsample: { kind: "float", from: 0.5, to: 1 },
    colsample_bytree: { kind: "float", from: 0.3, to: 1 },
  },
  lightgbm: {
    learning_rate: { kind: "log-float", from: 0.01, to: 0.2 },
    num_leaves: { kind: "int", from: 2, to: 16 },
    min_data_in_leaf: { kind: "int", from: 20, to: 150 },
    lambda_l2: { kind: "log-float", from: 0.1, to: 30 },
    feature_fraction: { kind: "float", from: 0.3, to: 1 },
  },
};

export interface SearchOutcome {
  /** Best first; at least one. */
  readonly candidates: readonly TrainerSettings[];
  readonly state: SearchState;
}

/** `run` does the jobs, in any order, and answers in theirs. */
export async function searchSettings(
  { search, trainer, validation, seed }: TrainingConfig,
  window: { readonly train: DayRange; readonly before: number },
  run: (jobs: readonly TrialJob[]) => Promise<readonly TrialOutcome[]>,
): Promise<SearchOutcome> {
  const space: Space = search.space ?? spaces[trainer.name] ?? {};
  let state: SearchState = startSearch({
    space,
    method: methodOf(search, validation.folds),
    seed,
    batch: BATCH,
  });
  for (let trials = nextTrials(state); trials.length > 0; trials = nextTrials(state)) {
    const jobs = trials.map(
      ({ point, budget }): TrialJob => ({
        kind: "trial",
        ...window,
        settings: point as TrainerSettings,
        budget,
      }),
    );
    const outcomes = await run(jobs);
    for (const [k, { number }] of trials.entries())
      state = withResult(state, number, outcomes[k]?.skill ?? Number.NaN);
  }
  return { candidates: bestOf(state, space, search.keep), state };
}

function methodOf({ method, trials }: TrainingConfig["search"], folds: number): SearchMethod {
  if (method === "random") return { kind: "random", trials, budget: folds, patience: 0 };
  if (method === "tpe") return { kind: "tpe", trials, budget: folds, patience: 0, startup: STARTUP };
  return { kind: "halving", trials, factor: HALVING_FACTOR, minBudget: 1, maxBudget: folds };
}

/**
 * Of those judged on the most folds, no point twice; where all failed, what the trainer does by itself. A small space
 * is drawn from more than once, and between a setting and itself there is no choice to judge overfitting by.
 */
function bestOf({ results }: SearchState, space: Space, keep: number): TrainerSettings[] {
  const budget = Math.max(...results.map((result) => result.budget));
  const judged = ranked(results.filter((result) => result.budget === budget && result.value !== null));
  const points = new Map(judged.map(({ coordinates }) => [coordinates.join(" "), coordinates]));
  const found = [...points.values()]
    .slice(0, keep)
    .map((coordinates) => pointAt(space, coordinates) as TrainerSettings);
  return found.length === 0 ? [{}] : found;
}
