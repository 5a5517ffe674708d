/** The trainers that every machine has: boosting, and the forest it has to beat (LEARN-1). */
import { InputError } from "../../domain/assert.ts";
import { trainBoosting } from "./boosting.ts";
import { defaultBoosting } from "./boosting-parameters.ts";
import { defaultForest, trainForest } from "./forest.ts";
import { settle, type Trainer } from "./trainer.ts";
import { checkRows } from "./training-rows.ts";
import { oneThread, type TrainingWorkers } from "./training-workers.ts";

/** Changes whenever the same rows and parameters give another model. */
const VERSION = "1";
const GOAL = ["objective", "quantile", "rounds", "patience", "monotone", "categorical", "seed"];

/** Settings: the names of BoostingParameters that the goal does not decide. */
export function gbdtTrainer(workers: TrainingWorkers = oneThread): Trainer {
  return {
    name: "gbdt",
    version: VERSION,
    train({ rows, validation, goal, settings }) {
      const parameters = { ...settle(defaultBoosting, settings, GOAL), ...goal };
      const help = validation === undefined ? { workers } : { workers, validation };
      const { model, bestRound, validationLoss } = trainBoosting(rows, parameters, help);
      return { model, rounds: bestRound + 1, validationLoss };
    },
  };
}

/**
 * Settings: the names of ForestParameters that the goal does not decide, `trees` among them. A forest fits squared
 * error, which of labels 0 and 1 gives probabilities; it does not stop early, so rounds, patience and validation are
 * not asked. Throws InputError on a quantile or a monotone goal, which it cannot keep.
 */
export function forestTrainer(workers: TrainingWorkers = oneThread): Trainer {
  return {
    name: "forest",
    version: VERSION,
    train({ rows, goal, settings }) {
      const {
        objective = defaultBoosting.objective,
        monotone = [],
        categorical = [],
        seed = defaultForest.seed,
      } = goal;
      if (objective === "quantile")
        throw new InputError("goal.objective: quantile; a forest takes logistic or squared");
      if (monotone.some((sign) => sign !== 0))
        throw new InputError("goal.monotone: not with a forest; allowed is none");
      checkRows(rows, objective === "logistic");
      const parameters = { ...settle(defaultForest, settings, GOAL), categorical, seed };
      return { model: trainForest(rows, parameters, workers), rounds: parameters.trees, validationLoss: [] };
    },
  };
}
