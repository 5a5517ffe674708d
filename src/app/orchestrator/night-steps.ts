/**
 * Steps of research that runs by itself (RES-5): each bounded in time, each with its own end. One that fails stops no
 * other, and what came to nothing is said. A step is named by what it does, so that whoever comes later in the same
 * night sees that it is done and does not do it twice.
 */
import { InputError } from "../../domain/assert.ts";
import { counted, done, failed, type TaskResult } from "./task.ts";
import type { TaskContext } from "./task-context.ts";

export interface StepResult {
  /** Like `walk --strategies a --symbols all`. */
  readonly step: string;
  readonly state: "done" | "failed" | "left out";
  readonly text: string;
  readonly tookMs: number;
}

export interface NightStep {
  readonly step: string;
  /** One sentence. A failure throws; what cannot be done and is no failure gives a reason to leave it out. */
  readonly run: (
    context: TaskContext,
    withinMinutes: number,
  ) => Promise<string | { readonly leftOut: string }>;
}

/** What is left over of a task's time is for its report. */
const LAST_MINUTES = 3;
const MS_PER_MINUTE = 60_000;

export interface StepTerms {
  /** What all of them may take, from 4 up: the task's own time. */
  readonly minutes: number;
  /** What is done of it already is not done again. */
  readonly known: readonly StepResult[];
}

/** In order. */
export async function runSteps(
  context: TaskContext,
  steps: readonly NightStep[],
  { minutes, known }: StepTerms,
): Promise<StepResult[]> {
  const begun = context.now().mono;
  const results: StepResult[] = [];
  for (const { step, run } of steps) {
    const before = known.find((each) => each.step === step && each.state === "done");
    const since = context.now().mono;
    const left = Math.floor(minutes - LAST_MINUTES - (since - begun) / MS_PER_MINUTE);
    const within = Math.min(context.researchParams.nightly.stepMinutes, left);
    const ended = (state: StepResult["state"], text: string) =>
      results.push({ step, state, text, tookMs: Math.round(context.now().mono - since) });
    if (before !== undefined) results.push(before);
    else if (within < 1) ended("left out", "no time was left for it");
    else {
      try {
        const said = await run(context, within);
        if (typeof said === "string") ended("done", said);
        else ended("left out", said.leftOut);
      } catch (error) {
        ended("failed", error instanceof Error ? error.message : String(error));
      }
    }
  }
  return results;
}

/** Failed where a step did; `what` names them all. */
export function stepsResult(what: string, steps: readonly StepResult[]): TaskResult {
  const wrong = steps.filter(({ state }) => state === "failed");
  const told = steps.map(({ step, state, text }) =>
    state === "done" ? `${nameOf(step)}: ${text}` : `${nameOf(step)} ${state}: ${text}`,
  );
  const failures = wrong.length > 0 ? `, ${wrong.length} failed` : "";
  const text = `${counted(steps.length, what)}${failures}: ${told.join("; ")}`;
  return (wrong.length > 0 ? failed : done)(text, { steps });
}

/** What a task has done by now, where its last attempt of this session failed: it is tried again, and no more of it. */
export function ownSteps(context: TaskContext, task: string): readonly StepResult[] {
  return context.earlier?.(task)?.state === "failed" ? stepsOf(context, task) : [];
}

/** What another task of this session has done. */
export const stepsBy = (context: TaskContext, task: string): readonly StepResult[] =>
  stepsOf(context, task).map((each) => ({ ...each, text: `${each.text} (by ${task})` }));

function stepsOf({ earlier }: TaskContext, task: string): readonly StepResult[] {
  const { steps } = (earlier?.(task)?.output ?? {}) as { readonly steps?: unknown };
  return Array.isArray(steps) ? (steps as StepResult[]) : [];
}

/** Options are long and stand in the settings: its first word and what it is of. */
function nameOf(step: string): string {
  const [word = "", ...rest] = step.split(" ");
  if (rest.length === 1) return `${word} ${rest[0]}`;
  const at = rest.findIndex((each) => /^--(?:strategy|strategies|symbols)$/.test(each));
  return at < 0 ? word : `${word} ${rest[at + 1] ?? ""}`.slice(0, 80);
}

/** Options only: a line must not become another command, nor another root. */
export function optionWords(setting: string, line: string): string[] {
  const words = line.split(/\s+/).filter((word) => word !== "");
  const own = words.find((word) => /^--(?:root|out|workers|json|set|config)\b/.test(word));
  if (own === undefined && words[0]?.startsWith("--") === true) return words;
  throw new InputError(
    `${setting}: ${JSON.stringify(line.slice(0, 80))}: must be options alone, without --root, --out, --workers, ` +
      "--json, --set and --config",
    1,
  );
}
