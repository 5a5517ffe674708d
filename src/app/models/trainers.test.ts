/** Goal: a trainer is what its name says, takes only what it knows, and says in one line what it cannot do. */
import { describe, expect, it } from "vitest";
import { trainBoosting } from "../../learn/boosting/boosting.ts";
import { defaultBoosting } from "../../learn/boosting/boosting-parameters.ts";
import { defaultForest, trainForest } from "../../learn/boosting/forest.ts";
import type { TrainingTask } from "../../learn/boosting/trainer.ts";
import type { TrainingRows } from "../../learn/boosting/training-rows.ts";
import { createRng } from "../../numerics/rng.ts";
import { openTrainer, trainerNames } from "./trainers.ts";

const rows = drawn("training");
const validation = drawn("validation");
const task: TrainingTask = { rows, goal: {}, settings: {} };

function drawn(word: string): TrainingRows {
  const rng = createRng(3, word);
  const columns = [0, 1].map(() => Float64Array.from({ length: 200 }, () => rng.uniform()));
  const labels = columns[0]!.map((x) => (x + 0.3 * rng.uniform() > 0.6 ? 1 : 0));
  return { featureNames: ["a", "b"], columns, labels };
}

describe("gbdt", () => {
  it("is boosting, with the goal over the defaults and the settings beside it", async () => {
    const trainer = await openTrainer("gbdt");
    const goal = { rounds: 9, patience: 3, seed: 5, monotone: [1, 0] };
    const made = trainer.train({ rows, validation, goal, settings: { leavesMost: 4 } });
    const alone = trainBoosting(rows, { ...defaultBoosting, ...goal, leavesMost: 4 }, { validation });
    expect(made.model).toEqual(alone.model);
    expect(made.rounds).toBe(made.model.roots.length - 1);
    expect(made.validationLoss).toEqual(alone.validationLoss);
  });

  it.each<[string, TrainingTask["settings"]]>([
    ["settings.leafs: not known; allowed are boostFromAverage, learningRate", { leafs: 4 }],
    ["settings.rounds: not known", { rounds: 4 }],
    ['settings.learningRate: "0.1"; a number is needed', { learningRate: "0.1" }],
    ["learningRate: 2; allowed is", { learningRate: 2 }],
  ])("refuses: %s", async (message, settings) => {
    const trainer = await openTrainer("gbdt");
    expect(() => trainer.train({ ...task, settings })).toThrow(message);
  });
});

describe("forest", () => {
  it("is the forest", async () => {
    const trainer = await openTrainer("forest");
    const made = trainer.train({ rows, goal: { seed: 5 }, settings: { trees: 7 } });
    expect(made.model).toEqual(trainForest(rows, { ...defaultForest, trees: 7, seed: 5 }));
    expect(made.rounds).toBe(7);
  });

  it("refuses a goal that it cannot keep, and labels that are no classes", async () => {
    const trainer = await openTrainer("forest");
    expect(() => trainer.train({ ...task, goal: { monotone: [0, 1] } })).toThrow("goal.monotone");
    expect(() => trainer.train({ ...task, goal: { objective: "quantile" } })).toThrow("goal.objective");
    const labels = rows.labels.map((label) => label + 0.5);
    expect(() => trainer.train({ ...task, rows: { ...rows, labels } })).toThrow("allowed is 0 or 1");
  });
});

it("names what there is instead of one that is not", async () => {
  await expect(openTrainer("boost")).rejects.toThrow(`allowed are ${trainerNames.join(", ")}`);
  const nowhere = { library: "/nowhere/library.so" };
  const learn = { xgboost: nowhere, lightgbm: nowhere };
  for (const name of ["xgboost", "lightgbm"])
    await expect(openTrainer(name, { learn })).rejects.toThrow(`${name}: /nowhere/library.so is of no use`);
});
