/** Each night: the trainings of the settings once more, over what the lake has by now. Promoting is for an operator. */
import { ownSteps, runSteps, stepsBy, stepsResult } from "../night-steps.ts";
import { trainStep } from "../research-steps.ts";
import { defineTask } from "../task.ts";
import { PIPELINE } from "./run-nightly-research-pipeline.ts";

const NONE = "not available yet: nothing to train, orchestrator.trainings names no file";

export const retrainModels = defineTask({
  id: "retrain_models",
  when: { kind: "clock", time: "02:00" },
  about: "Trains models anew; what passes every gate waits for an operator to promote it.",
  timeoutMs: 3_600_000,
  // Cut off it goes on where it was: what is finished is on record.
  retries: 3,
  backOffMs: 60_000,
  lane: "child",
  inputs: "orchestrator.trainings, the lake",
  output: "versions in db/models.db, reports/train-N",
  missing: ({ research, params }) =>
    research === undefined || params.trainings.length === 0 ? NONE : undefined,
  run: async (context) => {
    if (context.research === undefined) return { state: "unavailable", text: NONE };
    const steps = context.params.trainings.map((file, n) => trainStep(file, n + 1));
    const known = [...ownSteps(context, "retrain_models"), ...stepsBy(context, PIPELINE)];
    return stepsResult("training", await runSteps(context, steps, { minutes: 60, known }));
  },
});
