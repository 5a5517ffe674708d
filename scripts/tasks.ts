/** Writes docs/tasks.md: the tasks of the day as the registry has them. After a change: npm run tasks. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Task } from "../src/app/orchestrator/task.ts";
import { tasks } from "../src/app/orchestrator/task-registry.ts";
import { phases } from "../src/market/phases.ts";
import { phaseOf, whenText } from "../src/ops/orchestrator/task-moments.ts";

const HEAD = `# Tasks of the day

Written by \`npm run tasks\` from \`src/app/orchestrator/task-registry.ts\`; a test holds this page to it.

The orchestrator is a process beside what trades. It runs the tasks below, each once in a session; those of TRADING again
and again while it lasts. Times are New York's on a full day and hang on the session's open and close: on a half day 15:45
is 12:45, 16:00 is 13:00, 16:30 is 13:30. 08:30 is an hour before the open; 02:00 is the wall's, after the session. On days
without a session nothing runs. What was run, when, and what it came to stands in \`db/jobs.db\`, table \`task_runs\`:

    plimsoll jobs ls
    plimsoll jobs history --task backup_data
    plimsoll jobs run reconcile_positions

**Order.** By time, then as listed. A task begins when those it needs have ended well (\`done\` or \`unavailable\`); where one
of them has not, it is left out and says so. Heavy tasks run in a process of their own beside the others, one at a time.

**Failures.** After a failure a task is tried again, so often and after so long as the table says; the wait doubles to five
minutes. An essential one bars entries while it fails (claim \`orchestrator\`, NO_NEW_ENTRIES) and lifts that when it passes.
Exits, stops and halts are never touched. A time-out is a failure.
A claim ends with its task: what a task found wrong bars until it passes or an operator resumes (\`plimsoll resume --reason ...\`,
audited; it comes back if the task fails again). What came to no verdict (a time-out, no answer) is lifted besides, with a
warning, once the orchestrator has said nothing to execute for two minutes.

**Restarts.** A task whose time passed while nobody was there is run late, or left out where it would be of no use
(catch-up). When the same task of a later session is due, the older one is left out. What was cut short by a crash runs
again as its next attempt; the two that make archives and the one that closes positions look first at what was done.

**When the orchestrator is dead** trading goes on as it is; tasks wait and are caught up. Nothing that trades waits for it.

A task is one file in \`src/app/orchestrator/tasks/\` and one line of the registry. To leave one out: \`orchestrator.disabledTasks\`.
`;

const seconds = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`);

function row(task: Task): string {
  const { id, when, about, inputs, output, timeoutMs, retries, backOffMs, catchUp, needs } = task;
  const isLater = inputs === "none yet";
  const notes = [
    ...(task.isEssential ? ["essential"] : []),
    ...(task.lane === "child" ? ["own process"] : []),
    ...(task.isWeekly ? ["last session of a week"] : []),
    ...(task.isIdempotent ? [] : ["looks first after a crash"]),
    ...(needs.length === 0 ? [] : [`needs ${needs.map((need) => `\`${need}\``).join(", ")}`]),
  ];
  return [
    "",
    `\`${id}\``,
    whenText(when),
    `${about}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`,
    inputs,
    output === "task_runs" ? "its row" : output,
    seconds(timeoutMs),
    retries === 0 ? "none" : `${retries}, ${seconds(backOffMs)}`,
    catchUp === "run" ? "run late" : "left out",
    isLater ? "a later release" : "yes",
    "",
  ]
    .join(" | ")
    .trim();
}

export function tasksPage(): string {
  const parts = phases.map((phase) => {
    const rows = tasks.filter(({ when }) => phaseOf(when) === phase).map(row);
    return [
      `## ${phase}`,
      "",
      "| id | when | what | inputs | output | time-out | retries, first wait | catch-up | available |",
      "|---|---|---|---|---|---|---|---|---|",
      ...rows,
      "",
    ].join("\n");
  });
  return `${HEAD}\n${parts.join("\n")}`;
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "..", "docs", "tasks.md"), tasksPage());
