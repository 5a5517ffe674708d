/**
 * Goal    the task that makes the report of a day has people told of it once the day is over, and not before: a report
 *         that somebody asks for at noon must not take the place of the evening's (OPS-4).
 * Method  the task's own ports, over a command that a test wrote; what lies in the monitor's tray afterwards.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import type { StageContext } from "../src/app/live/stage-context.ts";
import { readAsks } from "../src/app/monitor/monitor-asks.ts";
import { COMMAND_ENTRY } from "../src/app/orchestrator/command-port.ts";
import { contextOf } from "../src/app/orchestrator/context-of.ts";
import { tasks } from "../src/app/orchestrator/task-registry.ts";
import { resultOf } from "../src/app/orchestrator/task-result.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../src/domain/time.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { scratchFolder } from "./scratch-folder.ts";

const DATE = "2026-11-20";
const session = sessionOn(parseIsoDate(DATE) as DayNumber)!;
const task = tasks.find(({ id }) => id === "generate_daily_report")!;
const root = scratchFolder("day-told-");
const entry = join(root, "entry.mjs");
const before = process.env[COMMAND_ENTRY];
afterAll(() => {
  if (before === undefined) delete process.env[COMMAND_ENTRY];
  else process.env[COMMAND_ENTRY] = before;
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(join(root, "run"), { recursive: true, force: true });
  mkdirSync(join(root, "run"));
  process.env[COMMAND_ENTRY] = entry;
});

const digest = { subject: "s", text: "t", short: "few", html: "<p>page</p>", slack: "few" };
const answers = (text: string) => writeFileSync(entry, `process.stdout.write(${JSON.stringify(text)});\n`);

function reported(at: number) {
  const stage = {
    terms: {
      run: "l1",
      mode: "live",
      symbols: [],
      strategyIds: [],
      config: loadConfig(),
      killSwitch: join(root, "killswitch"),
    },
    places: { root },
    now: () => ({ at: at as EpochMicros, mono: 0 }),
    log: () => undefined,
  } as unknown as StageContext;
  const door = { status: async () => undefined, market: async () => [], act: async () => undefined } as never;
  const run = { session, signal: new AbortController().signal, crashedAtMs: undefined, memory: new Map() };
  return resultOf(task, contextOf({ stage, door, found: () => undefined }, run), false);
}

it("after the close it lies in the tray, once, however often the task is run", async () => {
  answers(JSON.stringify({ file: "/r/2026-11-20.html", digest, run: "l1" }));
  for (let n = 0; n < 2; n += 1)
    expect(await reported(session.close)).toMatchObject({
      state: "done",
      output: { file: "/r/2026-11-20.html", told: true },
    });
  expect(readAsks(root)).toMatchObject([
    { kind: "digest", id: "digest-live-2026-11-20", letter: { subject: "s", html: "<p>page</p>" } },
  ]);
});

it("before the close nobody is told", async () => {
  answers(JSON.stringify({ file: "/r/2026-11-20.html", digest }));
  expect(await reported(session.close - 1)).toMatchObject({ state: "done", output: { told: false } });
  expect(readAsks(root)).toEqual([]);
});

it("a report that cannot be made tells nobody and fails the task", async () => {
  writeFileSync(entry, 'process.stderr.write("plimsoll: no ledger\\n"); process.exitCode = 1;\n');
  expect(await reported(session.close)).toMatchObject({
    state: "failed",
    text: expect.stringContaining("no ledger"),
  });
  expect(readAsks(root)).toEqual([]);
});
