/** Goal: every try counts, and only ratios that mean something say how far luck scatters. */
import { describe, expect, it } from "vitest";
import { sampleDeviation } from "../numerics/moments.ts";
import { type CountedTrial, trialOf, trialScatter } from "./trials.ts";

const long = (sharpe: number): CountedTrial => ({ sharpe, observations: 252 });

describe("the scatter of trials", () => {
  it("leaves out a run of two days whose daily Sharpe is noise, and counts it as a try", () => {
    const trials = [long(0.05), long(0.03), { sharpe: -2.98, observations: 2 }];
    expect(trialScatter(trials, 252)).toEqual({
      trials: 3,
      compared: 2,
      sharpeDeviation: sampleDeviation(Float64Array.from([0.05, 0.03])),
    });
  });

  it("takes a run of 20 days and none of 19", () => {
    const of = (observations: number) =>
      trialScatter([long(0.1), { sharpe: 0.2, observations }], 252).compared;
    expect([of(19), of(20)]).toEqual([1, 2]);
  });

  it("leaves out runs whose equity never moved, and counts them", () => {
    expect(trialScatter([long(0.05), long(Number.NaN), long(0.03)], 252)).toMatchObject({
      trials: 3,
      compared: 2,
    });
  });

  it("is what chance alone scatters when fewer than two are left, so that tries still cost something", () => {
    const { trials, sharpeDeviation } = trialScatter([long(0.05), { sharpe: 9, observations: 2 }], 257);
    expect([trials, sharpeDeviation]).toEqual([2, 1 / 16]);
    expect(trialScatter([], 1)).toEqual({ trials: 1, compared: 0, sharpeDeviation: 0 });
  });

  it("of two runs alike beside a search of 2,000 rules is what chance scatters: the search is not forgotten", () => {
    const searched = { sharpe: Number.NaN, observations: 0, tries: 2000 };
    const { trials, sharpeDeviation } = trialScatter([searched, long(0.04), long(0.041)], 257);
    expect([trials, sharpeDeviation]).toEqual([2002, 1 / 16]);
  });
});

describe("a trial's id", () => {
  const facts = {
    runId: "bt-1",
    scope: {
      strategies: [],
      symbols: ["A"],
      timeframe: "1d" as const,
      from: "2015-01-02",
      to: "2015-01-05",
      sessions: 2,
      bars: 2,
      cash: 1000,
      seed: 1,
      profile: "standard",
    },
    snapshot: "s",
    configHash: "c",
    daily: { equity: [1000, 1010], returns: Float64Array.of(0, 0.01) },
    equityDigest: "e",
  };
  const { trialId } = trialOf(facts);

  it("is the same for another run id, which names the code, and for another seed of the canary", () => {
    expect(trialOf({ ...facts, runId: "bt-2" }).trialId).toBe(trialId);
    expect(trialOf({ ...facts, scope: { ...facts.scope, seed: 2 } }).trialId).toBe(trialId);
    expect(trialId).toMatch(/^tr-[0-9a-f]{12}$/);
  });

  it.each([
    ["the equity", { equityDigest: "f" }],
    ["the data", { snapshot: "t" }],
    ["a setting", { configHash: "d" }],
    ["the cash", { scope: { ...facts.scope, cash: 1001 } }],
    ["the symbols", { scope: { ...facts.scope, symbols: ["A", "B"] } }],
  ])("is another when %s differs", (_, change) => {
    expect(trialOf({ ...facts, ...change }).trialId).not.toBe(trialId);
  });
});
