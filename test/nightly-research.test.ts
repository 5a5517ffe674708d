/**
 * Goal    research at night does each step once and in time, says what failed and goes on, leaves the tasks of 02:00 what
 *         it did not get done, walks what is traded less its models, and a demo proposes nothing.
 * Method  tasks over the fake world, whose commands answer as a test sets; what an earlier task left is put there by hand.
 */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import type { TaskResult } from "../src/app/orchestrator/task.ts";
import type { TaskContext } from "../src/app/orchestrator/task-context.ts";
import { tasks } from "../src/app/orchestrator/task-registry.ts";
import { resultOf } from "../src/app/orchestrator/task-result.ts";
import { walkSettings } from "../src/app/orchestrator/walk-settings.ts";
import { fakeWorld } from "./task-context-fake.ts";

const WALK = "--strategies swing_trend_following --symbols all --timeframe 1d";
const SEARCH = "--strategy swing_trend_following --symbols all --timeframe 1d";
const SYNC = "--symbols SPY --timeframe 1d --from 2020-01-02";

interface Asked {
  readonly words: readonly string[];
  readonly folder: string | null;
  readonly minutes: number | undefined;
}

/** What each command answers with; the first word, or the first two of a group. */
const answers: Readonly<Record<string, unknown>> = {
  "data sync": { imported: 3, upToDate: 1 },
  "universe build": [{ symbol: "AAA", tier: "core", reasons: [] }],
  train: { model: "a.meta@2", why: null, passed: true, gates: [] },
  "walk-forward": { verdict: { passed: false, sharpe: 0.38 } },
  "research optimize": {
    passed: false,
    evaluated: 72,
    best: { walk: { sharpe: 0.98 } },
    reasons: ["a", "b"],
  },
  "research propose": { made: [{ id: 4, strategy: "a", kind: "disable" }], kept: [], withdrawn: [] },
};
const nameOf = ([first = "", second = ""]: readonly string[]): string =>
  first in answers ? first : `${first} ${second}`;

function night(over: Partial<TaskContext> = {}, fails: readonly string[] = [], took = () => 1000) {
  const asked: Asked[] = [];
  const reports: string[] = [];
  const world = fakeWorld();
  const { nightly } = world.context.researchParams;
  const context: TaskContext = {
    ...world.context,
    ...{ sourceSettings: ["--set", "data={}"], mode: "paper", now: () => ({ at: world.at, mono: world.ms }) },
    params: { ...world.context.params, trainings: ["a.yaml"], walkForwards: [WALK] },
    researchParams: {
      ...world.context.researchParams,
      optimisations: [SEARCH],
      nightly: { ...nightly, enabled: true, sync: [SYNC] },
    },
    research: async (words, folder, minutes) => {
      asked.push({ words, folder, minutes });
      world.ms += took();
      if (fails.includes(nameOf(words))) throw new Error(`${nameOf(words)} went wrong`);
      return answers[nameOf(words)];
    },
    writeReport: (name, text) => {
      reports.push(text);
      return `reports/${name}`;
    },
    ...over,
  };
  return { context, asked, reports, names: () => asked.map(({ words }) => nameOf(words)) };
}

const run = (id: string, context: TaskContext): Promise<TaskResult> =>
  resultOf(tasks.find((task) => task.id === id)!, context, false);
const left = (task: string, state: string, steps: readonly object[]): Partial<TaskContext> => ({
  earlier: (id) => (id === task ? { state, output: { steps } } : undefined),
});
const doneStep = (step: string) => ({ step, state: "done", text: "was done", tookMs: 1 });

describe("the pipeline", () => {
  const id = "run_nightly_research_pipeline";
  const all = "data sync,universe build,train,walk-forward,research propose".split(",");

  it("does every step in its order, in bounded time, and writes a report of them", async () => {
    const { context, names, asked, reports } = night();
    const { state, text } = await run(id, context);
    expect([state, names()]).toEqual(["done", all]);
    expect(asked.every(({ minutes }) => minutes === 15)).toBe(true);
    expect(asked[0]!.words).toEqual(["data", "sync", ...SYNC.split(" "), "--set", "data={}"]);
    expect(asked.map(({ folder }) => folder)).toEqual([null, "universe", "train-1", "walk-1", null]);
    expect(asked.some(({ words }) => words.includes("promote") || words.includes("accept"))).toBe(false);
    expect(text).toMatch(
      /^6 steps: sync SPY: 3 bars imported.*1 new proposal: 4 \(disable a\).*nightly-2026-11-24.txt$/,
    );
    expect(reports[0]).toMatch(/6 done, 0 failed, 0 left out/);
    expect(reports[0]).toContain(`walk ${WALK}`);
  });

  it("a step that fails stops no other, and the result and the report say it", async () => {
    const { context, names, reports } = night({}, ["train", "data sync"]);
    const { state, text } = await run(id, context);
    expect([state, names()]).toEqual(["failed", all]);
    expect(text).toMatch(/^6 steps, 2 failed: sync SPY failed: data sync went wrong/);
    expect(reports[0]).toMatch(/FAILED .* train a.yaml\n +train went wrong/);
  });

  it("without daily bars the universe is left out, and that is no failure", async () => {
    const { context } = night();
    const research: TaskContext["research"] = async (words, ...more) => {
      if (words[0] === "universe") throw new Error("the lake is empty; import bars first");
      return context.research!(words, ...more);
    };
    const { state, text } = await run(id, { ...context, research });
    expect([state, text]).toEqual(["done", expect.stringContaining("universe left out: the lake is empty")]);
  });

  it("begins no step for which no time is left", async () => {
    const { context, names } = night({}, [], () => 20 * 60_000);
    const { text } = await run(id, context);
    expect(names()).toEqual(all.slice(0, 3));
    expect(text).toContain("walk swing_trend_following left out: no time was left for it");
  });

  it("asks for the day's bars again, which came too early after the close; after a failure takes what it did", async () => {
    const synced = night(left("run_daily_research", "done", [doneStep(`sync ${SYNC}`), doneStep("propose")]));
    await run(id, synced.context);
    expect(synced.names()).toEqual(all);
    const again = night(
      left(id, "failed", [doneStep("universe"), doneStep("train a.yaml"), doneStep("propose")]),
    );
    await run(id, again.context);
    expect(again.names()).toEqual(["data sync", "walk-forward", "research propose"]);
    // Asked for once more after it had ended well, it works again.
    const anew = night(left(id, "done", [doneStep("train a.yaml")]));
    await run(id, anew.context);
    expect(anew.names()).toEqual(all);
  });

  it("is off until somebody says otherwise", async () => {
    const { context } = night();
    const { nightly } = loadConfig().research;
    const off = { ...context, researchParams: { ...context.researchParams, nightly } };
    expect(tasks.find((task) => task.id === id)!.missing(off)).toMatch(/research.nightly.enabled is false/);
  });
});

describe("tasks of 02:00 after the pipeline", () => {
  const pipeline = "run_nightly_research_pipeline";

  it("leave out what it did, and do what it did not get done", async () => {
    const steps = [
      doneStep(`walk ${WALK}`),
      { ...doneStep("train a.yaml"), state: "failed" },
      doneStep("cleanup"),
    ];
    const { context, names } = night(left(pipeline, "failed", steps));
    expect((await run("run_walk_forward", context)).text).toContain(`was done (by ${pipeline})`);
    expect(names()).toEqual([]);
    expect((await run("retrain_models", context)).text).toContain("a.meta@2 passed every gate");
    expect(names()).toEqual(["train"]);
    expect((await run("clean_up", context)).text).toBe(`was done (by ${pipeline})`);
  });
});

describe("after the close", () => {
  it("the day's research syncs and proposes; a demo proposes nothing", async () => {
    const paper = night();
    expect((await run("run_daily_research", paper.context)).state).toBe("done");
    expect(paper.names()).toEqual(["data sync", "research propose"]);
    const demo = night({ mode: "demo" });
    expect((await run("run_daily_research", demo.context)).text).toContain("a demo proposes nothing");
    expect(demo.names()).toEqual(["data sync"]);
  });

  it("searches each line, says what the gates said, and proposes anew", async () => {
    const { context, names, asked } = night();
    const { state, text } = await run("run_strategy_optimization", context);
    expect([state, names(), asked[0]?.folder]).toEqual([
      "done",
      ["research optimize", "research propose"],
      "optimise-1",
    ]);
    expect(text).toContain("72 settings, best Sharpe 0.98, refused, 2 gates said no");
    const wrong = night();
    const researchParams = { ...wrong.context.researchParams, optimisations: [`${SEARCH} --out /x`, SEARCH] };
    const refused = await run("run_strategy_optimization", { ...wrong.context, researchParams });
    expect([refused.state, wrong.names()]).toEqual(["failed", ["research optimize", "research propose"]]);
    expect(refused.text).toContain("research.optimisations");
  });
});

describe("what is walked at night", () => {
  const config = loadConfig({
    assignments: [
      "strategies.swing_trend_following={ model: swing.meta@3, params: { stopAtr: 3 } }",
      "strategies.mean_reversion.universe=core",
      "sizing.riskPerTrade=0.003",
    ],
  });

  it("is what is traded by day, but for models of one version and tiers, which it says", async () => {
    const settings = walkSettings(config);
    const { context, asked } = night({ walkSettings: settings });
    const { state, text } = await run("run_walk_forward", context);
    expect([state, text]).toEqual([
      "done",
      expect.stringContaining("(swing_trend_following walked as rules, without swing.meta@3)"),
    ]);
    // As the command line reads them back.
    const words = asked[0]!.words;
    const assignments = words.filter((_, n) => words[n - 1] === "--set");
    const walked = loadConfig({ assignments });
    expect(walked.strategies.swing_trend_following).toMatchObject({ model: "rules", params: { stopAtr: 3 } });
    expect([walked.sizing, walked.strategies.mean_reversion?.universe]).toEqual([config.sizing, "all"]);
    // What is proposed is of what stands in the run.
    const named = settings.named.filter((_, n) => settings.named[n - 1] === "--set");
    expect(loadConfig({ assignments: named }).strategies).toEqual(config.strategies);
  });
});
