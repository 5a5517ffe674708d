/** Goal: a trial counts once, however often it is run and by however many processes at once (LEARN-4). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ResearchDb, type TrialRow } from "./research-db.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-research-"));
  path = join(folder, "db", "research.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const trial = (over: Partial<TrialRow> = {}): TrialRow => ({
  runId: "bt-1",
  createdAt: "2026-11-18T00:00:00Z",
  strategies: "a",
  timeframe: "1d",
  from: "2015-01-02",
  to: "2016-01-04",
  snapshot: "s",
  configHash: "c",
  sharpe: 0.05,
  observations: 252,
  totalReturn: 0.1,
  ...over,
});

function sharpesAfter(trials: readonly TrialRow[], strategies = "a"): number[] {
  const db = new ResearchDb(path);
  try {
    for (const each of trials) db.record(each);
    return db.sharpes(strategies);
  } finally {
    db.close();
  }
}

it("the same run again is one trial, and keeps what was first written", () => {
  expect(sharpesAfter([trial(), trial({ sharpe: 0.9 })])).toEqual([0.05]);
  expect(sharpesAfter([trial()])).toEqual([0.05]);
});

it("other runs count in the order they came, other strategies apart, undefined ratios not at all", () => {
  const trials = [
    trial({ runId: "bt-2", sharpe: 0.3 }),
    trial({ runId: "bt-1", sharpe: -0.1 }),
    trial({ runId: "bt-3", sharpe: Number.NaN }),
    trial({ runId: "bt-4", strategies: "a+b", sharpe: 0.7 }),
  ];
  expect(sharpesAfter(trials)).toEqual([0.3, -0.1]);
  expect(sharpesAfter([], "a+b")).toEqual([0.7]);
});

it("several first starts at once all get through", async () => {
  const script = join(folder, "first-start.ts");
  writeFileSync(
    script,
    `import { workerData } from "node:worker_threads";
     import { ResearchDb } from ${JSON.stringify(new URL("research-db.ts", import.meta.url).href)};
     const { path, trial } = workerData;
     const db = new ResearchDb(path);
     db.record(trial);
     db.close();`,
  );
  const starts = Array.from({ length: 6 }, (_, n) => {
    const worker = new Worker(script, {
      workerData: { path, trial: trial({ runId: `bt-${n}`, sharpe: n }) },
      execArgv: [],
    });
    return new Promise<string>((resolve) => {
      worker.once("error", (error) => resolve((error as Error).message));
      worker.once("exit", () => resolve("done"));
    });
  });
  expect(await Promise.all(starts)).toEqual(Array(6).fill("done"));
  expect(sharpesAfter([]).toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
});

it("a file that is no database is refused by name, with the cure", () => {
  sharpesAfter([]);
  writeFileSync(path, "x".repeat(5000));
  expect(() => new ResearchDb(path)).toThrow(
    /research\.db cannot be opened .*move it away to start a new one/,
  );
});
