/** XGBoost behind the port of trainers (LEARN-1): the library grows the trees, its JSON becomes our model. */
import { InputError } from "../../domain/assert.ts";
import { defaultBoosting } from "../../learn/boosting/boosting-parameters.ts";
import type { TrainedModel, Trainer, TrainingGoal, TrainingTask } from "../../learn/boosting/trainer.ts";
import { checkRows, type TrainingRows } from "../../learn/boosting/training-rows.ts";
import { readXgboostJson } from "../../models/trees/xgboost-json.ts";
import { XgboostBooster, XgboostMatrix } from "./xgboost-booster.ts";
import type { XgboostLibrary } from "./xgboost-library.ts";

const objectives = {
  logistic: { objective: "binary:logistic", eval_metric: "logloss" },
  squared: { objective: "reg:squarederror", eval_metric: "rmse" },
  quantile: { objective: "reg:quantileerror", eval_metric: "quantile" },
} as const;

/** What the goal decides, and what would print. */
const DECIDED = [
  ...["objective", "eval_metric", "quantile_alpha", "monotone_constraints", "seed", "random_state"],
  ...["num_round", "num_boost_round", "verbosity", "validate_parameters", "process_type"],
];

/**
 * Settings: the parameters of the library that is installed, under its own names and with its own defaults, but for
 * `nthread`, which is 1: on cores that others share, threads that wait for each other by spinning are slower. A
 * setting that this version does not know is refused; for a GPU it is `device: cuda` from 2.0 on and
 * `tree_method: gpu_hist` before.
 */
export function xgboostTrainer(library: XgboostLibrary): Trainer {
  return {
    name: "xgboost",
    version: library.version,
    train(task) {
      const { rows, validation, goal } = task;
      const isBinary = (goal.objective ?? defaultBoosting.objective) === "logistic";
      for (const part of validation === undefined ? [rows] : [rows, validation]) checkRows(part, isBinary);
      const matrices: XgboostMatrix[] = [];
      try {
        for (const part of validation === undefined ? [rows] : [rows, validation])
          matrices.push(matrixOf(library, part, goal));
        return trained(library, task, matrices);
      } finally {
        for (const matrix of matrices) matrix.free();
      }
    },
  };
}

function matrixOf(library: XgboostLibrary, rows: TrainingRows, { categorical = [] }: TrainingGoal) {
  const matrix = new XgboostMatrix(library, rows, rows.labels.length);
  try {
    matrix.floats("label", rows.labels);
    if (rows.weights !== undefined) matrix.floats("weight", rows.weights);
    if (categorical.length > 0)
      matrix.types(rows.columns.map((_, feature) => (categorical.includes(feature) ? "c" : "q")));
    return matrix;
  } catch (error) {
    matrix.free();
    throw error;
  }
}

function trained(
  library: XgboostLibrary,
  { rows, goal, settings }: TrainingTask,
  matrices: readonly XgboostMatrix[],
): TrainedModel {
  const [training, watched] = matrices as [XgboostMatrix, XgboostMatrix?];
  const booster = XgboostBooster.over(library, matrices);
  try {
    for (const [name, value] of parametersOf(goal, settings)) booster.set(name, value);
    const { rounds = defaultBoosting.rounds, patience = defaultBoosting.patience } = goal;
    const validationLoss: number[] = [];
    let best = 0;
    for (let round = 0; round < rounds; round++) {
      booster.update(round, training);
      if (round === 0) refuseUnknown(settings, booster.parameterNames(), library.version);
      if (watched !== undefined) validationLoss.push(booster.loss(round, watched));
      if (watched === undefined || validationLoss[round]! < validationLoss[best]!) best = round;
      if (patience > 0 && round - best >= patience) break;
    }
    return { ...modelOf(booster, best + 1, rows.featureNames), validationLoss };
  } finally {
    booster.free();
  }
}

function modelOf(booster: XgboostBooster, rounds: number, featureNames: readonly string[]) {
  const kept = booster.first(rounds);
  try {
    const model = readXgboostJson(kept.text(featureNames), "xgboost");
    return { model, rounds };
  } finally {
    kept.free();
  }
}

function parametersOf(
  {
    objective = defaultBoosting.objective,
    quantile,
    monotone = [],
    seed = defaultBoosting.seed,
  }: TrainingGoal,
  settings: TrainingTask["settings"],
): readonly (readonly [string, string])[] {
  const decided = Object.keys(settings).find((key) => DECIDED.includes(key));
  if (decided !== undefined) throw new InputError(`settings.${decided}: the goal decides it; leave it out`);
  const alpha = objective === "quantile" ? { quantile_alpha: quantile ?? defaultBoosting.quantile } : {};
  const bounds = monotone.length === 0 ? {} : { monotone_constraints: `(${monotone.join(",")})` };
  const all = {
    ...{ nthread: 1, verbosity: 0, seed },
    ...settings,
    ...{ ...objectives[objective], ...alpha, ...bounds },
  };
  return Object.entries(all).map(([name, value]) => [name, String(value)]);
}

/** The library itself only warns of them, and trains as if they had not been said. */
function refuseUnknown(
  settings: TrainingTask["settings"],
  known: ReadonlySet<string>,
  version: string,
): void {
  const unknown = Object.keys(settings).filter((key) => !known.has(key));
  if (unknown.length === 0) return;
  throw new InputError(
    `settings.${unknown.join(", settings.")}: not a parameter of XGBoost ${version} as it is used here; see its manual`,
  );
}
