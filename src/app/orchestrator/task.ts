/**
 * One task of the day: what the planner needs to know of it, and its work (OPS-1). A task is one file in `tasks/`
 * and one line of the registry; it reaches the running system through the ports of its context and nothing else.
 */
import type { TaskTerms } from "../../ops/orchestrator/task-terms.ts";
import type { TaskContext } from "./task-context.ts";

export interface TaskResult {
  readonly state: "done" | "failed" | "unavailable";
  /** One sentence; of a failure with the cure. */
  readonly text: string;
  /** For machines: JSON. */
  readonly output?: unknown;
  /** Of a failure: it came to no verdict, nothing was found wrong. Absent: something was. */
  readonly isUnjudged?: true;
}

export interface Task extends TaskTerms {
  /** Why it cannot be run here, or not yet; undefined: it can. */
  missing(context: TaskContext): string | undefined;
  run(context: TaskContext): Promise<TaskResult>;
  /** Of one that is not idempotent, after a crash in the middle: what it had done; undefined: it is to be run again. */
  lookAfterCrash(context: TaskContext): Promise<TaskResult | undefined>;
}

type Given = Pick<Task, "id" | "when" | "about" | "inputs" | "run"> & Partial<Task>;

/** With what most tasks have. */
export const defineTask = (given: Given): Task => ({
  ...{ needs: [], timeoutMs: 60_000, retries: 0, backOffMs: 5000, catchUp: "run", isIdempotent: true },
  ...{ lane: "loop", output: "task_runs" },
  missing: () => undefined,
  lookAfterCrash: async () => undefined,
  ...given,
});

export const done = (text: string, output?: unknown): TaskResult => ({ state: "done", text, output });
export const failed = (text: string, output?: unknown): TaskResult => ({ state: "failed", text, output });

/** A failure of the looking, not of what was looked at. */
export const unjudged = (text: string): TaskResult => ({ state: "failed", text, isUnjudged: true });

/** `3 positions`, `1 position`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
