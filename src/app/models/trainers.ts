/** Trainers by name (LEARN-1): one line each. Another one is a module that gives a Trainer, and a line here. */
import { findXgboost } from "../../adapters/native/xgboost-library.ts";
import { xgboostTrainer } from "../../adapters/native/xgboost-trainer.ts";
import { InputError } from "../../domain/assert.ts";
import { forestTrainer, gbdtTrainer } from "../../learn/boosting/built-in-trainers.ts";
import type { Trainer } from "../../learn/boosting/trainer.ts";
import type { TrainingWorkers } from "../../learn/boosting/training-workers.ts";

export interface TrainerMeans {
  /** Of the built-in trainers. Default: this thread alone. */
  readonly workers?: TrainingWorkers;
  /** `learn.xgboost.library`; default: where systems have it. */
  readonly xgboostLibrary?: string;
}

const trainers: Readonly<Record<string, (means: TrainerMeans) => Promise<Trainer>>> = {
  gbdt: async ({ workers }) => gbdtTrainer(workers),
  forest: async ({ workers }) => forestTrainer(workers),
  xgboost: async ({ xgboostLibrary = "" }) => xgboostTrainer(await findXgboost(xgboostLibrary, process.env)),
  lightgbm: async () => {
    // No package of the system brings its library, so no call of it could be tried; its models are, both ways.
    throw new InputError(
      "trainer lightgbm: its library is not called; use gbdt, the same algorithm, which writes LightGBM's format, or " +
        "train there and bring its text model in with plimsoll models import",
    );
  },
};

export const trainerNames: readonly string[] = Object.keys(trainers);

/** Throws InputError with the cure where there is none of this name, or not on this machine. */
export async function openTrainer(name: string, means: TrainerMeans = {}): Promise<Trainer> {
  const open = Object.hasOwn(trainers, name) ? trainers[name] : undefined;
  if (open === undefined)
    throw new InputError(`trainer ${name}: not known; allowed are ${trainerNames.join(", ")}`);
  return open(means);
}
