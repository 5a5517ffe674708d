/**
 * Goal    an optimisation is the same on two workers, after being interrupted and when run again, and counts each
 *         setting once (GO-3); what it finds in noise it does not propose; nor what is no better than what is traded.
 * Method  a lake of random bars; the record of jobs cut in the middle of a line; verdicts made by hand.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailyCsv } from "../../../test/bars-csv.ts";
import { randomDaily } from "../../../test/daily-market.ts";
import { runLine } from "../../../test/run-line.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { ResearchDb } from "../../adapters/research-db.ts";
import { loadConfig } from "../../app/config.ts";
import { InputError } from "../../domain/assert.ts";
import { type OptimiseRun, optimiseStrategy } from "./optimise-strategy.ts";
import { type Judged, permission } from "./optimise-verdict.ts";
import { parameterSpace } from "./parameter-space.ts";

const base = scratchFolder("plimsoll-optimise-");
afterAll(() => rmSync(base, { recursive: true, force: true }));
const entry = new URL("../walk-forward/window-worker.ts", import.meta.url);
const strategyId = "swing_trend_following";

async function lakeAt(name: string, columns: ReturnType<typeof randomDaily>): Promise<string> {
  const root = join(base, name);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "bars.csv"), dailyCsv(columns));
  await importBars(root);
  return root;
}

async function importBars(root: string): Promise<void> {
  const words = ["data", "import", join(root, "bars.csv"), "--timeframe", "1d", "--adjustment", "split"];
  expect((await runLine(["--root", root, ...words])).err).toBe("");
}

const run = (root: string, over: Partial<OptimiseRun> = {}) =>
  optimiseStrategy({
    ...{ root, config: loadConfig(), strategyId, bars: { symbols: "all", timeframe: "1d" } },
    ...{ from: undefined, cash: 1e5, terms: { train: 60, test: 40, step: 40, gap: 0 }, holdout: 2 },
    ...{ population: 4, generations: 2, seed: 7, workers: 1, entry, out: join(root, "out") },
    ...{ now: "2026-11-22T00:00:00Z", progress: () => undefined },
    ...over,
  });

function trials(root: string): number {
  const db = new ResearchDb(join(root, "db", "research.db"));
  try {
    return db.trialsWith([strategyId]).length;
  } finally {
    db.close();
  }
}

describe("in a random market", () => {
  let root: string;
  beforeAll(async () => {
    root = await lakeAt("random", randomDaily({ seed: 3, sessions: 260 }));
  });
  const record = (runId: string) => join(root, "run", "optimise", `${runId}.jsonl`);

  it("GO-3: two workers and an interruption change nothing, and each setting is one trial", async () => {
    const whole = await run(root);
    const files = ["optimise.json", "evaluations.csv"].map((file) =>
      readFileSync(join(root, "out", file), "utf8"),
    );
    expect([whole.evaluated, trials(root)]).toEqual([8, 8]);
    const lines = readFileSync(record(whole.runId), "utf8").split("\n");
    writeFileSync(record(whole.runId), `${lines.slice(0, 12).join("\n")}\n${lines[12]?.slice(0, 30)}`);
    expect(await run(root, { workers: 2 })).toEqual(whole);
    expect(readFileSync(record(whole.runId), "utf8").split("\n").toSorted()).toEqual(lines.toSorted());
    expect(
      ["optimise.json", "evaluations.csv"].map((file) => readFileSync(join(root, "out", file), "utf8")),
    ).toEqual(files);
    expect(trials(root)).toBe(8);
  });

  it("proposes nothing of it, and keeps what it came to as a study", async () => {
    const { passed, reasons, best, configured, runId } = await run(root);
    expect([passed, reasons.length > 0]).toEqual([false, true]);
    expect(best!.walk.sharpe).toBeGreaterThanOrEqual(configured.walk.sharpe);
    expect(configured.params).toMatchObject({ fast: 20, slow: 50, stopAtr: 2 });
    const db = new ResearchDb(join(root, "db", "research.db"));
    const [study] = db.studiesOf(strategyId);
    db.close();
    expect(study).toMatchObject({ studyId: runId, kind: "optimisation", passed: false, timeframe: "1d" });
    expect(study!.params).toMatchObject(best!.params);
    expect(study!.figures).toMatchObject({ evaluated: 8, sharpe: best!.walk.sharpe });
  });

  it("does not see the days that it holds back: with other prices in them it finds the same", async () => {
    const { best, to } = await run(root);
    const found = readFileSync(join(root, "out", "evaluations.csv"), "utf8");
    const other = join(base, "other");
    mkdirSync(other);
    const lines = readFileSync(join(root, "bars.csv"), "utf8").split("\n");
    const poisoned = lines.map((line, n) => {
      const [symbol, date = "", ...cells] = line.split(",");
      if (n === 0 || !(date > to)) return line;
      const factor = n % 8 < 4 ? 1.02 : 0.98;
      return [symbol, date, ...cells.map((cell, c) => (c < 4 ? Number(cell) * factor : cell))].join(",");
    });
    writeFileSync(join(other, "bars.csv"), poisoned.join("\n"));
    await importBars(other);
    const again = await run(other);
    expect(readFileSync(join(other, "out", "evaluations.csv"), "utf8")).toBe(found);
    expect([again.best!.params, again.best!.walk]).toEqual([best!.params, best!.walk]);
    expect(again.best!.held).not.toEqual(best!.held);
  });

  it("refuses what leaves nothing to search, and a strategy that declares nothing", async () => {
    await expect(run(root, { holdout: 50 })).rejects.toThrow(/--holdout 50: leaves/);
    expect(() => parameterSpace(loadConfig(), "buy_and_hold")).toThrow(InputError);
    expect(() => parameterSpace(loadConfig(), "buy_and_hold")).toThrow(/those that do are .*swing/);
    const pinned = loadConfig({ assignments: [`strategies.${strategyId}.model=swing.meta@3`] });
    await expect(run(root, { config: pinned })).rejects.toThrow("a walk-forward is of rules alone");
  });

  it("searches only what the strategy takes together, from what the configuration says", () => {
    const config = loadConfig({ assignments: [`strategies.${strategyId}.params={stopAtr: 3.5}`] });
    const { start, isAllowed, paramsOf } = parameterSpace(config, strategyId);
    expect(start.stopAtr).toBe(3.5);
    expect([isAllowed(start), isAllowed({ ...start, fast: 40, slow: 30 })]).toEqual([true, false]);
    expect(paramsOf({ fast: 12 })).toMatchObject({ fast: 12, stopAtr: 3.5, atrPeriod: 14 });
  });
});

describe("permission", () => {
  const judged = (sharpe: number, held: number, passed = true): Judged => ({
    walk: { sharpe, passed, gates: [], reasons: passed ? [] : ["Sharpe"] } as unknown as Judged["walk"],
    held: { sharpe: held } as Judged["held"],
  });

  it("is given to what passed every gate and was better where nobody had looked, and to nothing else", () => {
    expect(permission(judged(2, 1.2), judged(0.5, 0.4)).passed).toBe(true);
    expect(permission(judged(2, 1.2, false), judged(0.5, 0.4)).reasons).toEqual(["Sharpe"]);
    expect(permission(judged(2, -0.1), judged(0.5, -1)).reasons).toEqual([
      "Sharpe ratio of the days held back is -0.10, it must be above 0",
    ]);
    expect(permission(judged(2, 1), judged(0.5, 1.5)).reasons).toEqual([
      "what it is above the parameters of now there is -0.50, it must be above 0",
    ]);
    expect(permission(judged(2, Number.NaN), judged(0.5, 1)).reasons).toHaveLength(2);
    // What is traded already is no news.
    const same = judged(2, 1.2);
    expect(permission(same, same).passed).toBe(false);
  });
});
