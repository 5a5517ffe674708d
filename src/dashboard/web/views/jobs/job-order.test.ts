import { expect, test } from "vitest";
import type { JobRun } from "../../../contract/running-answers.ts";
import { jobOrder, jobsAnswer } from "./job-order.ts";

const run = (state: JobRun["state"]): JobRun => ({
  task: "t",
  session: "2026-11-19",
  state,
  scheduledAt: "2026-11-19T10:00:00Z",
  startedAt: null,
  endedAt: null,
  attempt: 1,
  text: "",
});
const task = (
  id: string,
  state: JobRun["state"] | null,
  nextAt: string | null = null,
  isAvailable = true,
) => ({
  id,
  phase: "PRE_MARKET",
  about: "",
  isAvailable,
  nextAt,
  last: state === null ? null : run(state),
});

test("what failed first, then late, then running, then by the time of the next run; what is not built last", () => {
  const tasks = [
    task("later", "done", "2026-11-20T12:00:00Z"),
    task("absent", "failed", null, false),
    task("sooner", null, "2026-11-20T11:00:00Z"),
    task("never", "done"),
    task("runs", "running"),
    task("late", "late"),
    task("broken", "failed"),
  ];
  expect(jobOrder(tasks).map(({ id }) => id)).toEqual([
    "broken",
    "late",
    "runs",
    "sooner",
    "later",
    "never",
    "absent",
  ]);
});

test("the first sentence is about the worst", () => {
  expect(jobsAnswer({ tasks: [task("backup", "failed"), task("a", "running")] })).toBe("backup failed.");
  expect(jobsAnswer({ tasks: [task("a", "failed"), task("b", "failed")] })).toBe("2 jobs failed.");
  expect(jobsAnswer({ tasks: [task("a", "late")] })).toBe("a is late.");
  expect(jobsAnswer({ tasks: [task("a", "running")] })).toBe("a runs now.");
  expect(jobsAnswer({ tasks: [task("a", "done")] })).toBe("Every job that ran, ran well.");
  expect(jobsAnswer({ tasks: [task("a", null)] })).toBe("No job has run yet.");
  expect(jobsAnswer({ tasks: [task("absent", "failed", null, false), task("a", "done")] })).toBe(
    "Every job that ran, ran well.",
  );
});
