/**
 * Goal    OPS-1 with real processes: a half day that is the last of its week, at high speed, its orchestrator killed
 *         inside MARKET_CLOSE: every task of the session comes to exactly one end, in order; trading notices nothing.
 * Method  the demo as people start it; kill -9; what `plimsoll jobs` says.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { type RunTerms, runPlaces } from "../../src/app/live/run-terms.ts";
import { type JobLine, JobsReads } from "../../src/app/orchestrator/jobs-reads.ts";
import { tasks } from "../../src/app/orchestrator/task-registry.ts";
import { xnysSessions } from "../../src/market/calendar.ts";
import { ExchangeClock } from "../../src/market/exchange-clock.ts";
import { plimsoll } from "../plimsoll-process.ts";
import { scratchFolder } from "../scratch-folder.ts";

const folder = scratchFolder("plimsoll-jobs-");
const entry = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");
const DAY = "2026-11-27";
/** 15 minutes before the early close. */
const CLOSING = "2026-11-27T17:45:00Z";
let child: ChildProcess | undefined;
afterAll(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "close");
  }
  rmSync(folder, { recursive: true, force: true });
});

const ask = (...words: string[]) => plimsoll([...words, "--root", "day"], { cwd: folder });

/** Oldest first; empty before the first. Read beside the processes, as the command line does. */
function history(run: RunTerms): JobLine[] {
  const reads = new JobsReads(join(folder, "day", "demo"), run);
  try {
    return reads.history(1000).toReversed();
  } finally {
    reads.close();
  }
}

async function until<Found>(
  what: string,
  seconds: number,
  look: () => Promise<Found | undefined>,
): Promise<Found> {
  const giveUpAt = performance.now() + seconds * 1000;
  while (performance.now() < giveUpAt) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(500);
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

// biome-ignore lint/suspicious/noExplicitAny: a document of the command line
const status = async (): Promise<any> => JSON.parse((await ask("status", "--json")).out);
const pidOf = (told: Awaited<ReturnType<typeof status>>, id: string): number =>
  told.processes?.find((one: { id: string }) => one.id === id)?.pid;

const isOver = ({ state, text }: JobLine): boolean =>
  state !== "running" && !text.includes("ended while it ran");

/** A try that failed and was followed by another one is no end: a busy machine may need two. */
const endsOf = (lines: readonly JobLine[]): JobLine[] =>
  lines.filter(
    (line) =>
      isOver(line) &&
      !(
        line.state === "failed" &&
        lines.some(({ task, attempt }) => task === line.task && attempt === line.attempt + 1)
      ),
  );

it("every task of a half day comes to one end, in order, though the orchestrator is killed inside MARKET_CLOSE", async () => {
  const settings = ["demo.warmupSessions=1", `demo.firstSession=${DAY}`].flatMap((one) => ["--set", one]);
  const words = [
    "start",
    "--mode",
    "demo",
    "--root",
    "day",
    "--sessions",
    "3",
    "--speed",
    "120",
    ...settings,
  ];
  child = spawn(process.execPath, [entry, ...words], { cwd: folder, stdio: "ignore" });
  const before = await until("the orchestrator", 90, async () => {
    const told = await status();
    return told.state === "running" && pidOf(told, "orchestrator") > 0 ? told : undefined;
  });
  const run = JSON.parse(readFileSync(runPlaces(join(folder, "day", "demo")).terms, "utf8")) as RunTerms;
  const clock = new ExchangeClock(run.clock, xnysSessions());
  const closingMs = clock.machineAt((Date.parse(CLOSING) * 1000) as RunTerms["clock"]["exchangeAt"]);
  // Known before: on a busy machine the question would take longer than the phase.
  const pid = pidOf(before, "orchestrator");
  await pause(Math.max(0, closingMs - Date.now()) + 300);
  process.kill(pid, "SIGKILL");
  const killedAt = clock.exchangeAt(Date.now());
  expect(killedAt / 1000).toBeLessThan(Date.parse("2026-11-27T18:00:00Z"));

  const wanted = tasks.map(({ id }) => id);
  const lines = await until("all tasks of the day", 240, async () => {
    const found = history(run).filter(
      ({ session, text }) => session === DAY && !text.startsWith("asked for"),
    );
    const ended = new Set(endsOf(found).map(({ task }) => task));
    return wanted.every((id) => ended.has(id)) ? found : undefined;
  });

  // One end each; what the kill cut short is told, and was run again.
  const over = endsOf(lines);
  expect(over.map(({ task }) => task).toSorted()).toEqual([...wanted].toSorted());
  expect(over.filter(({ state }) => state === "failed" || state === "skipped")).toEqual([]);
  const beats = new Set(tasks.filter(({ when }) => when.kind === "beats").map(({ id }) => id));
  for (const lane of ["loop", "child"] as const) {
    const ids = tasks.filter((task) => task.lane === lane && !beats.has(task.id)).map(({ id }) => id);
    const begun = new Set(lines.filter(({ task }) => ids.includes(task)).map(({ task }) => task));
    expect([...begun]).toEqual(ids);
  }
  for (const { task, scheduledAt } of over.filter(
    ({ task }) => task.startsWith("close_") || task.startsWith("calculate_"),
  ))
    expect([task, scheduledAt]).toEqual([task, CLOSING]);

  // The others are who they were, and the record is whole.
  const after = await status();
  expect(pidOf(after, "orchestrator")).not.toBe(pid);
  for (const id of ["execute", "compute", "ingest", "guardian"])
    expect([id, pidOf(after, id)]).toEqual([id, pidOf(before, id)]);
  const asked = await ask("jobs", "run", "clean_up", "--json");
  expect([asked.code, JSON.parse(asked.out).state]).toEqual([0, "done"]);
  expect((await ask("jobs", "run", "no_such_task")).code).toBe(2);
  child.kill("SIGINT");
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  const { code: replay, out, err } = await ask("journal", "replay", "--demo");
  expect([replay, err, replay === 0 ? "" : out.slice(0, 1000)]).toEqual([0, "", ""]);
}, 480_000);
