/** LightGBM behind the port of trainers (LEARN-1): the library grows the trees, its text becomes our model. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { InputError } from "../../domain/assert.ts";
import { defaultBoosting } from "../../learn/boosting/boosting-parameters.ts";
import type { TrainedModel, Trainer, TrainingGoal, TrainingTask } from "../../learn/boosting/trainer.ts";
import { checkRows, type TrainingRows } from "../../learn/boosting/training-rows.ts";
import { readLightgbmText } from "../../models/trees/lightgbm-text.ts";
import type { LightgbmLibrary } from "./lightgbm-library.ts";
import type { Address } from "./shared-library.ts";

const FLOAT32 = 0;
const FLOAT64 = 1;
const BY_COLUMN = 0;
/** The first of the validation sets; 0 is training. */
const WATCHED = 1;
const FIRST_BYTES = 1 << 20;

const objectives = {
  logistic: { objective: "binary", metric: "binary_logloss" },
  squared: { objective: "regression", metric: "rmse" },
  quantile: { objective: "quantile", metric: "quantile" },
} as const;

/** What the goal decides, and what would print or read files; aliases of them count, too. */
const DECIDED = [
  ...["objective", "metric", "alpha", "monotone_constraints", "seed", "num_iterations", "verbosity"],
  ...["early_stopping_round", "categorical_feature", "task", "config", "data", "valid"],
];

/**
 * Settings: the library's parameters under its own names or aliases, with its own defaults, but for `num_threads`,
 * which is 1: on cores that others share, threads that wait for each other by spinning are slower. For a GPU it is
 * `device_type: gpu` or `cuda`, where the library was built with it.
 */
export function lightgbmTrainer(library: LightgbmLibrary): Trainer {
  return {
    name: "lightgbm",
    version: versionOf(library.path),
    train(task) {
      const { rows, validation, goal, settings } = task;
      const isBinary = (goal.objective ?? defaultBoosting.objective) === "logistic";
      const parts = validation === undefined ? [rows] : [rows, validation];
      for (const part of parts) checkRows(part, isBinary);
      const parameters = parametersOf(library, goal, settings);
      const sets: Address[] = [];
      try {
        for (const part of parts) sets.push(dataset(library, part, parameters, sets[0]));
        return trained(library, task, parameters, sets);
      } finally {
        for (const set of sets) library.call("LGBM_DatasetFree", set);
      }
    },
  };
}

/** Its C interface tells no version: its file does, where that is known. */
function versionOf(path: string): string {
  return existsSync(path)
    ? `file ${createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 12)}`
    : "4";
}

/** `like`: the training set, whose bins the validation set takes. */
function dataset(library: LightgbmLibrary, rows: TrainingRows, parameters: string, like?: Address): Address {
  const { columns, labels, weights, featureNames } = rows;
  const values = new Float64Array(labels.length * columns.length);
  columns.forEach((column, feature) => {
    values.set(column, feature * labels.length);
  });
  const shape = [FLOAT64, labels.length, columns.length, BY_COLUMN];
  const set = library.made("LGBM_DatasetCreateFromMat", values, ...shape, parameters, like ?? null);
  try {
    const field = (name: string, of: Float64Array) =>
      library.call("LGBM_DatasetSetField", set, name, Float32Array.from(of), of.length, FLOAT32);
    field("label", labels);
    if (weights !== undefined) field("weight", weights);
    library.call("LGBM_DatasetSetFeatureNames", set, featureNames, featureNames.length);
    return set;
  } catch (error) {
    library.call("LGBM_DatasetFree", set);
    throw error;
  }
}

function trained(
  library: LightgbmLibrary,
  { goal }: TrainingTask,
  parameters: string,
  [training, watched]: readonly Address[],
): TrainedModel {
  const booster = library.made("LGBM_BoosterCreate", training, parameters);
  try {
    if (watched !== undefined) library.call("LGBM_BoosterAddValidData", booster, watched);
    const { rounds = defaultBoosting.rounds, patience = defaultBoosting.patience } = goal;
    const validationLoss: number[] = [];
    let best = 0;
    for (let round = 0; round < rounds; round++) {
      const finished: [number] = [0];
      library.call("LGBM_BoosterUpdateOneIter", booster, finished);
      // No leaf could be split any more; of the first round a tree stands all the same.
      if (finished[0] !== 0 && round > 0) break;
      if (watched !== undefined) validationLoss.push(lossOf(library, booster));
      if (watched === undefined || validationLoss[round]! < validationLoss[best]!) best = round;
      if (finished[0] !== 0 || (patience > 0 && round - best >= patience)) break;
    }
    const text = textOf((length, out, into) => {
      library.call("LGBM_BoosterSaveModelToString", booster, 0, best + 1, 0, length, out, into);
    });
    return { model: readLightgbmText(text, "lightgbm"), rounds: best + 1, validationLoss };
  } finally {
    library.call("LGBM_BoosterFree", booster);
  }
}

function lossOf(library: LightgbmLibrary, booster: Address): number {
  const losses = new Float64Array(1);
  library.call("LGBM_BoosterGetEval", booster, WATCHED, [0], losses);
  return losses[0]!;
}

/** The library says how long a text is, and fills no more than it is given room for. */
function textOf(fill: (length: number, out: [number], into: Uint8Array) => void): string {
  for (let length = FIRST_BYTES; ; ) {
    const into = Buffer.alloc(length);
    const out: [number] = [0];
    fill(length, out, into);
    // The length counts the zero at the end.
    if (out[0] <= length) return into.toString("utf8", 0, out[0] - 1);
    length = out[0];
  }
}

/** `key=value` words. The library only warns of a name that it does not know, so they are looked up before. */
function parametersOf(
  library: LightgbmLibrary,
  { objective = defaultBoosting.objective, quantile, monotone = [], categorical = [], seed }: TrainingGoal,
  settings: TrainingTask["settings"],
): string {
  const text = textOf((length, out, into) => library.call("LGBM_DumpParamAliases", length, out, into));
  const aliases = JSON.parse(text) as Readonly<Record<string, readonly string[]>>;
  const own = (key: string) =>
    Object.hasOwn(aliases, key) ? key : Object.keys(aliases).find((name) => aliases[name]!.includes(key));
  for (const [key, value] of Object.entries(settings)) {
    const name = own(key);
    if (name === undefined)
      throw new InputError(`settings.${key}: not a parameter of LightGBM; see its manual`);
    if (DECIDED.includes(name)) throw new InputError(`settings.${key}: the goal decides it; leave it out`);
    if (/\s/.test(String(value)))
      throw new InputError(`settings.${key}: "${value}"; no space may stand in it`);
  }
  const threads = Object.keys(settings).some((key) => own(key) === "num_threads") ? {} : { num_threads: 1 };
  const alpha = objective === "quantile" ? { alpha: quantile ?? defaultBoosting.quantile } : {};
  const bounds = monotone.length === 0 ? {} : { monotone_constraints: monotone.join(",") };
  const categories = categorical.length === 0 ? {} : { categorical_feature: categorical.join(",") };
  const all = {
    ...{ verbosity: -1, seed: seed ?? defaultBoosting.seed },
    ...threads,
    ...settings,
    ...{ ...objectives[objective], ...alpha, ...bounds, ...categories },
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
