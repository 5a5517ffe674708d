/**
 * Goal    a walk-forward is the same on any number of workers and however often it was interrupted (WW-1), chooses on
 *         the days to train alone, and no window knows a day after its own.
 * Method  a random market; the record of jobs cut at every kind of place; days after a window poisoned.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { randomDaily } from "../../../test/daily-market.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { loadConfig } from "../../app/config.ts";
import { runEngine } from "../../app/engine-run.ts";
import { dailyReturns } from "../../app/variants.ts";
import { InputError } from "../../domain/assert.ts";
import type { DayNumber } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { sharpeSample } from "../../numerics/sharpe-inference.ts";
import { settingGrid } from "./setting-grid.ts";
import { walkForward } from "./walk-forward.ts";
import { walkWindows } from "./walk-windows.ts";
import { runWindow } from "./window-run.ts";

const entry = new URL("./window-worker.ts", import.meta.url);
const strategyIds = ["swing_trend_following"];
const columns = randomDaily({ seed: 3, sessions: 400 });
const sessions = xnysSessions();
const setup = { config: loadConfig(), strategyIds, columns, sessions, cash: 1e5 };
const windows = walkWindows(columns, sessions, { train: 120, test: 60, step: 40, gap: 0 });
const settings = settingGrid(["swing_trend_following.stopAtr=1,2,4"], strategyIds);

let folder: string;
beforeEach(() => {
  folder = scratchFolder("plimsoll-walk-");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = (name: string) => join(folder, `${name}.jsonl`);
const walk = (name: string, workers = 1) =>
  walkForward({
    ...{ setup, windows, settings, workers, entry, record: record(name) },
    facts: "test",
    progress: () => undefined,
  });

describe("a walk-forward", () => {
  it("is the same on one worker, on two, and after being interrupted in the middle of a line (WW-1)", async () => {
    const whole = await walk("one");
    expect(await walk("two", 2)).toEqual(whole);
    const lines = readFileSync(record("one"), "utf8").split("\n");
    expect(lines).toHaveLength(2 * settings.length * windows.length + 1);
    writeFileSync(record("cut"), `${lines.slice(0, 7).join("\n")}\n${lines[7]?.slice(0, 40)}`);
    expect(await walk("cut", 2)).toEqual(whole);
    expect(readFileSync(record("cut"), "utf8").split("\n").toSorted()).toEqual(lines.toSorted());
  });

  it("tests each stitched day once, and trades in all of them what was best before", async () => {
    const { windows: walked, returns, bySetting } = await walk("one");
    expect(returns).toHaveLength(40 * (windows.length - 1) + 60);
    expect(bySetting.map(({ length }) => length)).toEqual([returns.length, returns.length, returns.length]);
    expect(new Set(walked.map(({ chosen }) => chosen)).size).toBeGreaterThan(1);
    const moved = walked.filter(({ score }) => !Number.isNaN(score));
    expect(moved.length).toBeGreaterThan(2);
    for (const { window, chosen, score } of moved) {
      const shown = settings.map((params) => {
        const { returns: trained } = runWindow(setup, { ...window.train, params });
        return sharpeSample(Float64Array.from(trained)).sharpe;
      });
      expect([shown[chosen], Math.max(...shown)]).toEqual([score, score]);
    }
  });

  it("goes on only from a record that is one", async () => {
    writeFileSync(record("bad"), "hello\n");
    await expect(walk("bad")).rejects.toThrow(/line 1 is no answer of a job; move the file away/);
  });
});

describe("a window", () => {
  const window = windows[1]!;
  const job = { ...window.test, params: {} };

  it("knows no day after its own: poison there moves nothing", () => {
    const last = columns.closedAt.findIndex((at) => at / 86_400e6 > window.test.to + 1);
    const row = columns.offset[last]!;
    const poisoned = { ...columns };
    for (const field of ["open", "high", "low", "close"] as const)
      poisoned[field] = columns[field].map((price, n) => (n >= row ? price * 3 : price));
    expect(row).toBeGreaterThan(0);
    expect(runWindow({ ...setup, columns: poisoned }, job)).toEqual(runWindow(setup, job));
  });

  it("begins with its own cash, warm: it trades in its first days, and over all days it is the run itself", () => {
    expect(runWindow(setup, job).returns).toHaveLength(60);
    const first = walkWindows(columns, sessions, { train: 1, test: 399, step: 1, gap: 0 })[0]!;
    const all = runWindow(setup, { from: first.train.from, to: first.test.to, params: {} });
    expect(all.returns).toEqual(Array.from(dailyReturns(runEngine(setup).curve, setup)));
  });

  it("without a bar is named", () => {
    const far = 40_000 as DayNumber;
    expect(() => runWindow(setup, { from: far, to: far, params: {} })).toThrow(InputError);
    expect(() => walkWindows(columns, sessions, { train: 300, test: 200, step: 1, gap: 0 })).toThrow(
      /400 sessions from .* hold no window; train 300 and test 200 need 500/,
    );
  });
});

describe("a grid", () => {
  it("is every combination, in the order of its values", () => {
    expect(settingGrid([], strategyIds)).toEqual([{}]);
    const grid = settingGrid(["a.x=1,2", "a.y=true,fast"], ["a"]);
    expect(grid.map(({ a }) => [a?.x, a?.y])).toEqual([
      [1, true],
      [1, "fast"],
      [2, true],
      [2, "fast"],
    ]);
  });

  it.each([
    [["x"], "must be STRATEGY.PARAMETER=V1,V2"],
    [["b.x=1"], "b is not run"],
    [["a.x=1", "a.x=2"], "is given twice"],
    [[`a.x=${Array.from({ length: 1001 }, (_, n) => n)}`], "1001 settings; 1000 at most"],
  ])("%j is refused", (axes, says) => {
    expect(() => settingGrid(axes, ["a"])).toThrow(says);
  });
});
