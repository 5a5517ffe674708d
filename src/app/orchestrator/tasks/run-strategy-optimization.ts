/** After the close: the optimisations of the settings, and what the selector makes of them (RES-6). */
import { ownSteps, runSteps, stepsResult } from "../night-steps.ts";
import { optimiseStep, proposeStep } from "../research-steps.ts";
import { defineTask } from "../task.ts";

const NONE = "not available yet: nothing to search, research.optimisations has no line";
const ID = "run_strategy_optimization";

export const runStrategyOptimization = defineTask({
  id: ID,
  when: { kind: "phase", phase: "AFTER_HOURS" },
  about:
    "Searches better parameters by walk-forwards and has them judged; what passes waits for an operator.",
  timeoutMs: 3_600_000,
  // Cut off it goes on where it was: what is finished is on record.
  retries: 3,
  backOffMs: 60_000,
  lane: "child",
  inputs: "research.optimisations, the lake",
  output: "reports/optimise-N; trials, studies and proposals in db/research.db",
  missing: ({ research, researchParams }) =>
    research === undefined || researchParams.optimisations.length === 0 ? NONE : undefined,
  run: async (context) => {
    if (context.research === undefined) return { state: "unavailable", text: NONE };
    const searched = context.researchParams.optimisations.map((line, n) => optimiseStep(line, n + 1));
    const known = ownSteps(context, ID).filter(({ step }) => step !== proposeStep.step);
    return stepsResult("step", await runSteps(context, [...searched, proposeStep], { minutes: 60, known }));
  },
});
