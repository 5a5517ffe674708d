/** `plimsoll jobs ls|history|run`: the tasks of the day, what they came to, and one of them now (OPS-1). */
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import type { RunLine } from "../adapters/jobs/jobs-reader.ts";
import { type KnownRun, knownRun } from "../app/live/active-run.ts";
import { operatorName } from "../app/live/operator-name.ts";
import { type JobLine, type JobsPicture, JobsReads } from "../app/orchestrator/jobs-reads.ts";
import { tasks } from "../app/orchestrator/task-registry.ts";
import { InputError } from "../domain/assert.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report } from "./context.ts";
import { example } from "./group-help.ts";
import { wholeNumber } from "./option-values.ts";

const MOST_ROWS = 100_000;
const LOOK_EVERY_MS = 200;
/** Beyond the task's own time: it may wait for the one before it. */
const TURN_MS = 120_000;

export function registerJobsCommands(program: Command, context: CliContext): void {
  const jobs = program
    .command("jobs")
    .description("the tasks of the day: what was run, what comes next, one of them now")
    .addHelpText("after", example("plimsoll jobs ls"));

  jobs
    .command("ls")
    .description("every task: its last run and its next time")
    .addHelpText("after", "\nExample:\n  plimsoll jobs ls")
    .action(() =>
      reading(context, (reads) => {
        const picture = reads.read();
        const { phase, tasks: lines } = picture;
        report(context, { phase, tasks: lines }, () => listText(picture));
      }),
    );

  jobs
    .command("history")
    .description("what was run, newest first")
    .option("--task <id>", "of this task only")
    .option("--limit <count>", "how many at most", "50")
    .addHelpText("after", "\nExample:\n  plimsoll jobs history --task backup_data --limit 10")
    .action(({ task, limit }: { readonly task?: string; readonly limit: string }) => {
      const most = wholeNumber("--limit", limit, { least: 1, most: MOST_ROWS });
      if (task !== undefined) known(task);
      return reading(context, (reads) => {
        const lines = reads.history(most, task);
        report(context, lines, () => historyText(lines));
      });
    });

  jobs
    .command("run <task>")
    .description("run a task of a running system now, and wait for its end; exit 1 when it fails")
    .addHelpText("after", "\nExample:\n  plimsoll jobs run reconcile_positions")
    .action((task: string) => runNow(context, task));
}

function known(id: string): number {
  const task = tasks.find((one) => one.id === id);
  if (task !== undefined) return task.timeoutMs;
  const ids = tasks.map((one) => one.id).join(", ");
  throw new InputError(`task ${id.slice(0, 60)}: there is none of that name; the tasks are ${ids}`);
}

async function reading(context: CliContext, work: (reads: JobsReads) => void | Promise<void>): Promise<void> {
  const { root, run, isClosed: isOver } = runOf(context);
  const reads = new JobsReads(root, run, { isOver });
  try {
    await work(reads);
  } finally {
    reads.close();
  }
}

function runOf(context: CliContext): KnownRun {
  const found = knownRun(context.root());
  if (found !== undefined) return found;
  throw new InputError(`jobs: nothing has run on ${context.root()} yet; start it with: plimsoll start`, 1);
}

function runNow(context: CliContext, task: string): Promise<void> {
  const timeoutMs = known(task);
  const found = runOf(context);
  if (found.active === undefined)
    throw new InputError(`no system runs on ${context.root()}; start one with: plimsoll start`, 1);
  return reading(context, async (reads) => {
    const id = await reads.begin(task, operatorName());
    const ended = await endOf(reads, id, timeoutMs + TURN_MS);
    if (ended === undefined)
      throw new InputError(
        `${task}: asked for, and not over yet; see: plimsoll jobs history --task ${task}`,
        1,
      );
    const { state, text, tookMs, output } = ended;
    report(context, { task, state, text, tookMs, output }, () => `${task}: ${state}: ${text}`);
    if (state === "failed") process.exitCode = 1;
  });
}

async function endOf(reads: JobsReads, id: string, withinMs: number): Promise<RunLine | undefined> {
  const giveUpAt = performance.now() + withinMs;
  while (performance.now() < giveUpAt) {
    const run = reads.find(id);
    if (run !== undefined && run.state !== "running") return run;
    await pause(LOOK_EVERY_MS);
  }
  return undefined;
}

function listText({ phase, tasks: lines }: JobsPicture): string {
  const table = alignedTable(
    [
      { title: "task" },
      { title: "phase" },
      { title: "last" },
      { title: "next (UTC)" },
      { title: "what it said" },
    ],
    lines.map(({ id, phase: of, isAvailable, nextAt, last, about }) => [
      id,
      of,
      last === null ? (isAvailable ? "-" : "unavailable") : `${last.session} ${last.state}`,
      nextAt === null ? "-" : shortInstant(nextAt),
      last?.text || about,
    ]),
  );
  return `phase ${phase}\n${table}`;
}

function historyText(lines: readonly JobLine[]): string {
  if (lines.length === 0) return "jobs: no task has been run yet";
  return alignedTable(
    [
      { title: "at (UTC)" },
      { title: "session" },
      { title: "task" },
      { title: "state" },
      { title: "what it said" },
    ],
    lines.map(({ startedAt, scheduledAt, session, task, state, attempt, text }) => [
      shortInstant(startedAt ?? scheduledAt),
      session,
      task,
      attempt > 1 ? `${state} (${attempt})` : state,
      text,
    ]),
  );
}

const shortInstant = (iso: string): string => iso.replace(/:\d\d(?:\.\d+)?Z$/, "").replace("T", " ");
