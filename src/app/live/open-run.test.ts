/** Goal: a run that was left open goes on as it was or not at all, and one that ended leaves the place to a new one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { dayNumber, type EpochMicros } from "../../domain/time.ts";
import { codeVersion } from "../code-version.ts";
import { loadConfig } from "../config.ts";
import { tradedConfig } from "../traded-config.ts";
import { knownRun, readActive, removeActive, writeActive } from "./active-run.ts";
import { closeRun, openRun } from "./open-run.ts";
import { begunTerms, type RunTerms, readRunTerms, runPlaces, termsHash, writeRunTerms } from "./run-terms.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plimsoll-open-run-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const traded = (...assignments: string[]) => tradedConfig(loadConfig({ assignments }), "paper");
const host = "http://127.0.0.1:1";
const run = (over: Partial<RunTerms> = {}): RunTerms => ({
  ...{ run: "p1", mode: "paper", startedAt: "2026-11-18T15:00:00Z", build: codeVersion(), config: traded() },
  ...{ strategyIds: [], symbols: ["AAA"], cash: 1, outside: 0, accountId: "a", adopted: [], feed: "iex" },
  clock: {
    ...{ machineMs: 0, exchangeAt: (dayNumber(2026, 11, 18) * 86_400e6) as EpochMicros },
    ...{ speed: 1, skipsClosedHours: false },
  },
  hosts: { trading: host, tradingStream: host, data: host, stream: host },
  killSwitch: join(root, "killswitch"),
  history: { file: "none", sha256: "", bars: 0 },
  ...over,
});
const left = (over: Partial<RunTerms> = {}) => writeRunTerms(runPlaces(root), run(over));

it("without one, and after one that ended, there is none to go on with", () => {
  expect(openRun(root, "paper", traded())).toBeUndefined();
  left();
  closeRun(root, run(), "2026-11-18T21:00:00Z");
  expect(openRun(root, "paper", traded())).toBeUndefined();
  left({ run: "p2" });
  expect(openRun(root, "paper", traded())?.run).toBe("p2");
});

it("after a crash the same run goes on, byte for byte its terms", () => {
  left();
  expect(openRun(root, "paper", traded())).toEqual(run());
});

it("goes on with those settings of now that trade nothing; its own terms stay as they were", () => {
  left();
  const was = begunTerms(runPlaces(root));
  const now = traded("backup.keepHourly=48", "alerts.quietMinutes=40", "live.processes.compute.memoryMb=700");
  const run = openRun(root, "paper", now);
  expect(run?.config).toEqual(now);
  expect(readRunTerms(runPlaces(root))).toEqual(run);
  expect(begunTerms(runPlaces(root))).toEqual(was);
  // Every process says so, and they agree; a new run is its own.
  expect(termsHash(readRunTerms(runPlaces(root))!)).toBe(termsHash(run!));
  expect(openRun(root, "paper", traded())?.config).toEqual(traded());
  left({ run: "p2" });
  expect(readRunTerms(runPlaces(root))?.config).toEqual(traded());
});

it.each([
  ["another build", { build: "0.0.1+deadbeef" }, /begun by build 0\.0\.1\+deadbeef, this is/],
  ["other settings", { config: traded("risk.adv.maxFraction=0.001") }, /with configuration \w+, now it is/],
  ["another mode", { mode: "live" as const }, /in mode live, not paper/],
])("%s: refused in one line with its cure, exit 3", (_, over, says) => {
  left(over);
  const attempt = () => openRun(root, "paper", traded());
  expect(attempt).toThrow(says);
  expect(attempt).toThrow(/start it as it was, or close its positions/);
  expect(attempt).toThrow(expect.objectContaining({ exitCode: 3 }));
});

it("a file that is no run stops the start instead of being written over", () => {
  writeFileSync(join(root, "x"), "");
  left();
  writeFileSync(runPlaces(root).terms, "{");
  expect(() => openRun(root, "paper", traded())).toThrow(/is no description of a run/);
});

it("who runs on a root is known while he runs, and the run afterwards", () => {
  expect(knownRun(root)).toBeUndefined();
  left();
  expect(knownRun(root)).toMatchObject({ run: { run: "p1" }, root, isClosed: false });
  writeActive(root, { mode: "paper", startedAt: "2026-11-18T15:00:00Z" }, []);
  expect(readActive(root)).toMatchObject({ mode: "paper", root, pid: process.pid });
  removeActive(root);
  expect(knownRun(root)?.active).toBeUndefined();
});
