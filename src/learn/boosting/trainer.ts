/**
 * The port behind which every trainer of trees stands (LEARN-1): what is to be learned from which rows goes in, a
 * model that predicts comes out, whoever grew it. Who trains decides by name and never sees a library.
 */
import { InputError } from "../../domain/assert.ts";
import type { TreeEnsembleData } from "../../models/trees/tree-ensemble-data.ts";
import type { Choice } from "../search/space.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import type { TrainingRows } from "./training-rows.ts";

/** What every trainer is asked alike; defaults are those of `defaultBoosting`. */
export type TrainingGoal = Partial<
  Pick<
    BoostingParameters,
    "objective" | "quantile" | "rounds" | "patience" | "monotone" | "categorical" | "seed"
  >
>;

export interface TrainingTask {
  readonly rows: TrainingRows;
  /** Watched for early stopping: later in time than training, purged, and never the test. */
  readonly validation?: TrainingRows;
  readonly goal: TrainingGoal;
  /** What a search varies, under the trainer's own names. */
  readonly settings: Readonly<Record<string, Choice>>;
}

export interface TrainedModel {
  readonly model: TreeEnsembleData;
  /** In the model, from 1: after early stopping those up to the round whose validation loss was least. */
  readonly rounds: number;
  /** After each round that was tried; empty where nothing was watched. */
  readonly validationLoss: readonly number[];
}

export interface Trainer {
  readonly name: string;
  /** The trainer's version, for the record of what made a model. */
  readonly version: string;
  /** Throws InputError in one line on rows, a goal or settings that it cannot take. */
  train(task: TrainingTask): TrainedModel;
}

/**
 * `settings` over `defaults`. Throws InputError naming a key that the trainer does not have, that the goal decides, or
 * whose value is of another kind.
 */
export function settle<Defaults extends object>(
  defaults: Defaults,
  settings: TrainingTask["settings"],
  decided: readonly string[],
): Defaults {
  const known = Object.entries(defaults).filter(([key]) => !decided.includes(key));
  for (const [key, value] of Object.entries(settings)) {
    const usual = known.find(([name]) => name === key)?.[1];
    if (usual !== undefined && typeof usual === typeof value) continue;
    throw new InputError(
      usual === undefined
        ? `settings.${key}: not known; allowed are ${known.map(([name]) => name).join(", ")}`
        : `settings.${key}: ${JSON.stringify(value)}; a ${typeof usual} is needed`,
    );
  }
  return { ...defaults, ...settings };
}
