/** Trainers by name (LEARN-1): one line each. Another one is a module that gives a Trainer, and a line here. */
import { findLightgbm } from "../../adapters/native/lightgbm-library.ts";
import { lightgbmTrainer } from "../../adapters/native/lightgbm-trainer.ts";
import { findXgboost } from "../../adapters/native/xgboost-library.ts";
import { xgboostTrainer } from "../../adapters/native/xgboost-trainer.ts";
import { InputError } from "../../domain/assert.ts";
import { forestTrainer, gbdtTrainer } from "../../learn/boosting/built-in-trainers.ts";
import type { Trainer } from "../../learn/boosting/trainer.ts";
import type { TrainingWorkers } from "../../learn/boosting/training-workers.ts";
import type { LearnParams } from "../learn-params.ts";

export interface TrainerMeans {
  /** Of the built-in trainers. Default: this thread alone. */
  readonly workers?: TrainingWorkers;
  /** Where libraries are; default: where systems have them. */
  readonly learn?: Pick<LearnParams, "xgboost" | "lightgbm">;
}

const trainers: Readonly<Record<string, (means: TrainerMeans) => Promise<Trainer>>> = {
  gbdt: async ({ workers }) => gbdtTrainer(workers),
  forest: async ({ workers }) => forestTrainer(workers),
  xgboost: async ({ learn }) => xgboostTrainer(await findXgboost(learn?.xgboost.library ?? "", process.env)),
  lightgbm: async ({ learn }) =>
    lightgbmTrainer(await findLightgbm(learn?.lightgbm.library ?? "", process.env)),
};

export const trainerNames: readonly string[] = Object.keys(trainers);

/** Throws InputError with the cure where there is none of this name, or not on this machine. */
export async function openTrainer(name: string, means: TrainerMeans = {}): Promise<Trainer> {
  const open = Object.hasOwn(trainers, name) ? trainers[name] : undefined;
  if (open === undefined)
    throw new InputError(`trainer ${name}: not known; allowed are ${trainerNames.join(", ")}`);
  return open(means);
}
