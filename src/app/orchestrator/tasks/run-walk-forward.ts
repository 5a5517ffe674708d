/** Each night: the walks of the settings over the newest data. Every setting counts as a trial from then on. */
import { ownSteps, runSteps, stepsBy, stepsResult } from "../night-steps.ts";
import { walkStep } from "../research-steps.ts";
import { defineTask } from "../task.ts";
import { PIPELINE } from "./run-nightly-research-pipeline.ts";

const NONE = "not available yet: nothing to walk, orchestrator.walkForwards has no line";

export const runWalkForward = defineTask({
  id: "run_walk_forward",
  when: { kind: "clock", time: "02:00" },
  about:
    "Walks strategies forward over the newest data, by the run's settings; one with a model of one version as rules.",
  timeoutMs: 3_600_000,
  retries: 3,
  backOffMs: 60_000,
  lane: "child",
  inputs: "orchestrator.walkForwards, the lake",
  output: "reports/walk-N, trials and studies in db/research.db",
  missing: ({ research, params }) =>
    research === undefined || params.walkForwards.length === 0 ? NONE : undefined,
  run: async (context) => {
    if (context.research === undefined) return { state: "unavailable", text: NONE };
    const steps = context.params.walkForwards.map((line, n) => walkStep(line, n + 1));
    const known = [...ownSteps(context, "run_walk_forward"), ...stepsBy(context, PIPELINE)];
    return stepsResult("walk", await runSteps(context, steps, { minutes: 60, known }));
  },
});
