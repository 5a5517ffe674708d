/** Goal: a trial counts once, however often it is run and by however many processes at once (LEARN-4). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ResearchDb, type StudyRow, type TrialRow } from "./research-db.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-research-"));
  path = join(folder, "db", "research.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const trial = (over: Partial<TrialRow> = {}): TrialRow => ({
  trialId: `tr-of-${over.runId ?? "bt-1"}`,
  runId: "bt-1",
  createdAt: "2026-11-18T00:00:00Z",
  strategies: ["a"],
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

function sharpesAfter(trials: readonly TrialRow[], ...strategies: string[]): number[] {
  const db = new ResearchDb(path);
  try {
    for (const each of trials) db.record(each);
    return db.trialsWith(strategies.length === 0 ? ["a"] : strategies).map(({ sharpe }) => sharpe);
  } finally {
    db.close();
  }
}

it("the same run again is one trial, and keeps what was first written", () => {
  expect(sharpesAfter([trial(), trial({ sharpe: 0.9 })])).toEqual([0.05]);
  expect(sharpesAfter([trial()])).toEqual([0.05]);
});

it("the same trial by other code is one trial, and another outcome another", () => {
  const again = trial({ runId: "bt-2", trialId: "tr-of-bt-1" });
  expect(sharpesAfter([trial(), again])).toEqual([0.05]);
  expect(sharpesAfter([trial({ runId: "bt-3", sharpe: 0.2 })])).toEqual([0.05, 0.2]);
});

it("other runs count in the order they came, those without a ratio, too", () => {
  const trials = [
    trial({ runId: "bt-2", sharpe: 0.3 }),
    trial({ runId: "bt-1", sharpe: -0.1 }),
    trial({ runId: "bt-3", sharpe: Number.NaN }),
  ];
  expect(sharpesAfter(trials)).toEqual([0.3, -0.1, Number.NaN]);
});

it("a set of strategies has tried each of them, and only them", () => {
  const trials = [
    trial({ runId: "bt-1", strategies: ["b", "a"], sharpe: 0.1 }),
    trial({ runId: "bt-2", strategies: ["a"], sharpe: 0.2 }),
    trial({ runId: "bt-3", strategies: ["ab"], sharpe: 0.3 }),
  ];
  expect(sharpesAfter(trials, "a")).toEqual([0.1, 0.2]);
  expect(sharpesAfter([], "b")).toEqual([0.1]);
  expect(sharpesAfter([], "c", "b", "a")).toEqual([0.1, 0.2]);
  expect(sharpesAfter([], "ab", "b")).toEqual([0.1, 0.3]);
  expect(sharpesAfter([], "c")).toEqual([]);
});

it("rows of a record without trial ids count once for each outcome, and still once when run again", () => {
  sharpesAfter([]);
  const old = new DatabaseSync(path);
  // As the first version wrote it: three codes, two outcomes, and two runs without a ratio that nothing tells apart.
  old.exec(
    "DROP TABLE decisions; DROP TABLE proposals; DROP TABLE studies; DROP INDEX trials_by_trial_id;" +
      "ALTER TABLE trials DROP COLUMN trial_id; ALTER TABLE trials DROP COLUMN tries; PRAGMA user_version = 1;",
  );
  const insert = old.prepare(
    `INSERT INTO trials (run_id, created_at, strategies, timeframe, first_session, last_session,
       snapshot, config_hash, sharpe, observations, total_return)
     VALUES (?, 't', 'a', '1d', '2015-01-02', '2016-01-04', 's', 'c', ?, 252, 0.1)`,
  );
  for (const [id, sharpe] of [
    ["v1", 0.05],
    ["v2", 0.05],
    ["v3", 0.07],
    ["v4", null],
    ["v5", null],
  ] as const)
    insert.run(id, sharpe);
  old.close();
  expect(sharpesAfter([])).toEqual([0.05, 0.07, Number.NaN, Number.NaN]);
  expect(sharpesAfter([trial({ runId: "new" })])).toEqual([0.07, Number.NaN, Number.NaN, 0.05]);
});

it("a study is kept as it came out last, as old as it was first, and found by its strategy alone", () => {
  const study: StudyRow = {
    ...{ studyId: "op-1", kind: "optimisation", at: "2026-11-18T00:00:00Z", strategies: ["a"] },
    ...{ timeframe: "1d", snapshot: "s", configHash: "c", params: { fast: 3 }, passed: false },
    ...{ figures: { sharpe: 0.4, overfitting: Number.NaN }, reasons: ["too few trades"] },
  };
  const db = new ResearchDb(path);
  db.keepStudy(study);
  db.keepStudy({ ...study, studyId: "wf-2", kind: "walk-forward", strategies: ["a", "b"] });
  db.keepStudy({ ...study, studyId: "wf-3", kind: "walk-forward", at: "2026-11-20T00:00:00Z" });
  db.keepStudy({ ...study, at: "2026-11-19T00:00:00Z", passed: true, reasons: [] });
  const found = db.studiesOf("a");
  db.close();
  expect(found.map(({ studyId }) => studyId)).toEqual(["wf-3", "op-1"]);
  expect(found[1]).toEqual({
    ...{ ...study, passed: true, reasons: [] },
    figures: { sharpe: 0.4, overfitting: null },
  });
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

it("a search's row stands for many tries, which other searches on the same data are told of", () => {
  const rows = [
    trial({ strategies: ["found"], tries: 400, sharpe: Number.NaN }),
    trial({ strategies: ["other"], runId: "bt-2", tries: 50 }),
    trial({ strategies: ["other"], runId: "bt-3", snapshot: "t", tries: 7 }),
    trial({ runId: "bt-4" }),
  ];
  expect(sharpesAfter(rows)).toEqual([0.05]);
  const db = new ResearchDb(path);
  expect(db.trialsWith(["found", "a"]).map(({ tries }) => tries)).toEqual([400, 1]);
  const { from, to } = rows[0]!;
  const years = { from: "1990-01-01", to: "1990-12-31" };
  expect([
    db.searchedOn({ from, to }, "found"),
    db.searchedOn({ from: to, to: "2100-01-01" }, "none"),
    db.searchedOn(years, ""),
  ]).toEqual([57, 457, 0]);
  db.close();
});
