/** After the close: the day's bars come into the lake, and the selector looks at what is known (RES-5, RES-6). */
import { ownSteps, runSteps, stepsResult } from "../night-steps.ts";
import { proposeStep, syncStep } from "../research-steps.ts";
import { defineTask } from "../task.ts";

const NONE = "not available yet: the command line cannot be run here";
const ID = "run_daily_research";
/** The report of the day and the backup wait for their turn behind it. */
const MINUTES = 20;

export const runDailyResearch = defineTask({
  id: ID,
  when: { kind: "phase", phase: "AFTER_HOURS" },
  about:
    "Brings the day's bars into the lake where that is configured, and has the selector look at what is known.",
  timeoutMs: MINUTES * 60_000,
  retries: 1,
  backOffMs: 300_000,
  lane: "child",
  inputs: "research.nightly.sync, studies and proposals of research.db, trades.db",
  output: "bars of the lake, proposals in db/research.db",
  missing: ({ research }) => (research === undefined ? NONE : undefined),
  run: async (context) => {
    if (context.research === undefined) return { state: "unavailable", text: NONE };
    const steps = [...context.researchParams.nightly.sync.map(syncStep), proposeStep];
    return stepsResult(
      "step",
      await runSteps(context, steps, { minutes: MINUTES, known: ownSteps(context, ID) }),
    );
  },
});
