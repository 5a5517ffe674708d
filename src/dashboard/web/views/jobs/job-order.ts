/** The jobs in the order in which somebody looks for them: what failed, what runs, what comes next, what is done. */
import type { JobRun, JobsAnswer } from "../../../contract/running-answers.ts";

type Task = JobsAnswer["tasks"][number];

export type JobLook = "bad" | "amber" | "sea" | "plain" | "quiet";

interface StateWord {
  readonly text: string;
  readonly look: JobLook;
}

const words: Readonly<Record<JobRun["state"], StateWord>> = {
  failed: { text: "Failed", look: "bad" },
  late: { text: "Late", look: "amber" },
  running: { text: "Running", look: "sea" },
  done: { text: "Done", look: "plain" },
  skipped: { text: "Skipped", look: "quiet" },
  unavailable: { text: "Not available", look: "quiet" },
};

export const jobWord = (state: JobRun["state"]): StateWord => words[state];

const rank = ({ last, isAvailable }: Task): number => {
  if (!isAvailable) return 5;
  if (last?.state === "failed") return 0;
  if (last?.state === "late") return 1;
  return last?.state === "running" ? 2 : 3;
};

/** What is not built comes last; equals by the time they run next, those without one behind. */
export function jobOrder(tasks: readonly Task[]): Task[] {
  const next = ({ nextAt }: Task) => (nextAt === null ? Number.POSITIVE_INFINITY : Date.parse(nextAt));
  return tasks.toSorted((a, b) => rank(a) - rank(b) || compare(next(a), next(b)) || (a.id < b.id ? -1 : 1));
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/** What went wrong, else what runs, else what comes next. */
export function jobsAnswer({ tasks }: Pick<JobsAnswer, "tasks">): string {
  const of = (state: JobRun["state"]) =>
    tasks.filter(({ last, isAvailable }) => isAvailable && last?.state === state);
  const failed = of("failed");
  const running = of("running");
  if (failed.length === 1) return `${failed[0]?.id} failed.`;
  if (failed.length > 1) return `${failed.length} jobs failed.`;
  const late = of("late");
  if (late.length > 0) return late.length === 1 ? `${late[0]?.id} is late.` : `${late.length} jobs are late.`;
  if (running.length > 0)
    return `${running.map(({ id }) => id).join(", ")} ${running.length === 1 ? "runs" : "run"} now.`;
  return tasks.some(({ last }) => last !== null) ? "Every job that ran, ran well." : "No job has run yet.";
}
