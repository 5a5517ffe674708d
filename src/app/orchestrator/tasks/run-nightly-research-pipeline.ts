/**
 * The night's research in one go, with a report (RES-5): sync, universe, trainings, walks, what the selector makes of
 * it, cleanup. What a task of this session has done is not done again, and what is done here is not done at 02:00.
 */
import { ownSteps, runSteps, type StepResult, stepsResult } from "../night-steps.ts";
import { cleanStep, proposeStep, syncStep, trainStep, universeStep, walkStep } from "../research-steps.ts";
import { defineTask, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

const NONE = "not available yet: research.nightly.enabled is false";
export const PIPELINE = "run_nightly_research_pipeline";

export const runNightlyResearchPipeline = defineTask({
  id: PIPELINE,
  when: { kind: "phase", phase: "OVERNIGHT" },
  about:
    "Sync, universe, trainings, walks, the selector's look and cleanup in one go, with a report. What it did, the " +
    "tasks of 02:00 leave out; one step that fails stops no other.",
  timeoutMs: 3_600_000,
  retries: 1,
  backOffMs: 300_000,
  lane: "child",
  inputs: "research.nightly, orchestrator.trainings, orchestrator.walkForwards, the lake",
  output: "reports/nightly-DATE.txt; what its steps leave",
  missing: ({ research, researchParams }) =>
    research === undefined || !researchParams.nightly.enabled ? NONE : undefined,
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const { research, researchParams, params } = context;
  if (research === undefined) return { state: "unavailable", text: NONE };
  const steps = [
    ...researchParams.nightly.sync.map(syncStep),
    universeStep,
    ...params.trainings.map((file, n) => trainStep(file, n + 1)),
    ...params.walkForwards.map((line, n) => walkStep(line, n + 1)),
    proposeStep,
    cleanStep,
  ];
  // Bars are asked for again: at the close no source has the day yet, and what is there costs nothing. And what the
  // selector said before the walks is not what it says after them.
  const own = ownSteps(context, PIPELINE).filter(({ step }) => step !== proposeStep.step);
  const results = await runSteps(context, steps, { minutes: 60, known: own });
  const { state, text } = stepsResult("step", results);
  const file = context.writeReport?.(`nightly-${context.date}.txt`, reportOf(context, results));
  return { state, text: `${text}${file === undefined ? "" : `; ${file}`}`, output: { steps: results, file } };
}

function reportOf({ date, run: name, mode }: TaskContext, steps: readonly StepResult[]): string {
  const lines = steps.map(
    ({ step, state, text, tookMs }) =>
      `${state.toUpperCase().padEnd(8)}  ${(tookMs / 1000).toFixed(1).padStart(7)} s  ${step}\n` +
      `${" ".repeat(21)}${text}`,
  );
  const count = (state: StepResult["state"]) => steps.filter((each) => each.state === state).length;
  return [
    `Research in the night after ${date}, run ${name}, ${mode}`,
    "",
    ...lines,
    "",
    `${count("done")} done, ${count("failed")} failed, ${count("left out")} left out.`,
    "Trials, studies and proposals are in db/research.db; what is proposed waits for an operator: plimsoll research ls",
    "",
  ].join("\n");
}
