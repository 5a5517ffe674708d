/** Goal: the verdict follows from the gates alone, and its words name what is missing with both numbers. */
import { describe, expect, it } from "vitest";
import { sampleRun } from "../../../test/sample-run.ts";
import type { RunResult } from "../../app/run-result.ts";
import { deflatedTrackRecord, judge } from "./verdict.ts";
import { verdictWords } from "./verdict-words.ts";

const { result: sample } = sampleRun({ sessions: 1000, seed: 5, drift: 0.0006, tradeCount: 200, trials: 3 });

interface Change {
  readonly metrics?: Partial<RunResult["metrics"]>;
  readonly honesty?: Partial<RunResult["honesty"]>;
  readonly scope?: Partial<RunResult["scope"]>;
}

/** A run that passes every gate, with some of its figures changed. */
function run({ metrics, honesty, scope }: Change = {}): RunResult {
  return {
    ...sample,
    scope: { ...sample.scope, ...scope },
    metrics: {
      ...sample.metrics,
      totalReturn: 0.5,
      cagr: 0.11,
      sharpe: 1.5,
      skew: 0,
      kurtosis: 3,
      trades: 200,
      ...metrics,
    },
    honesty: {
      ...sample.honesty,
      psr: 0.99,
      dsr: 0.97,
      trials: 3,
      expectedMaxSharpe: 0.4,
      minTrackRecord: 320,
      observations: 1000,
      ...honesty,
    },
  };
}

const canary = { passed: true, decisions: 900, moved: 0, firstDifference: null };
const inf = Number.POSITIVE_INFINITY;

describe("judge", () => {
  it.each<[why: string, change: Change, kind: string, cause: string | undefined]>([
    ["every gate passes", {}, "passes", undefined],
    [
      "gates are passed at their value",
      { honesty: { dsr: 0.95, psr: 0.95, minTrackRecord: 1000 }, metrics: { trades: 100 } },
      "passes",
      undefined,
    ],
    ["deflated Sharpe short", { honesty: { dsr: 0.9499 } }, "not proven", undefined],
    ["probabilistic Sharpe short", { honesty: { psr: 0.9 } }, "not proven", undefined],
    ["even odds are not yet a failure", { honesty: { psr: 0.5, dsr: 0.3 } }, "not proven", undefined],
    ["under even odds", { honesty: { psr: 0.4999 } }, "failed", "odds"],
    ["record too short", { honesty: { minTrackRecord: 1001 } }, "not proven", undefined],
    ["99 trades", { metrics: { trades: 99 } }, "not proven", undefined],
    [
      "a canary that compared nothing",
      { honesty: { canary: { ...canary, decisions: 0 } } },
      "not proven",
      undefined,
    ],
    ["lost money with good odds", { metrics: { totalReturn: -0.0001 } }, "failed", "loss"],
    [
      "one decision moved, whatever the flag says",
      { honesty: { canary: { ...canary, moved: 1 } } },
      "failed",
      "look-ahead",
    ],
    ["canary failed", { honesty: { canary: { ...canary, passed: false } } }, "failed", "look-ahead"],
    [
      "look-ahead comes before a loss",
      { metrics: { totalReturn: -0.5 }, honesty: { canary: { ...canary, passed: false } } },
      "failed",
      "look-ahead",
    ],
    [
      "nineteen days prove nothing",
      { honesty: { observations: 19, minTrackRecord: 5 } },
      "not proven",
      undefined,
    ],
    [
      "nineteen days with bad odds fail nothing either",
      { honesty: { observations: 19, psr: 0.1 } },
      "not proven",
      undefined,
    ],
    [
      "figures that do not exist",
      { honesty: { psr: Number.NaN, dsr: Number.NaN, minTrackRecord: Number.NaN } },
      "not proven",
      undefined,
    ],
    ["no finite record", { honesty: { minTrackRecord: inf } }, "not proven", undefined],
  ])("%s", (_, change, kind, cause) => {
    expect(judge(run(change))).toMatchObject({ kind, cause });
  });

  it("a void run has no gate that passes", () => {
    const gates = judge(run({ honesty: { canary: { ...canary, passed: false } } })).gates;
    expect(Object.values(gates)).not.toContain("pass");
  });
});

describe("words", () => {
  const wordsOf = (change: Change, net = 50_000) => {
    const result = run(change);
    return verdictWords(judge(result), result, net);
  };

  it("not proven names both numbers and the months that are missing", () => {
    const words = wordsOf({ honesty: { dsr: 0.924, trials: 214, expectedMaxSharpe: 0.92 } });
    expect(words.headline).toBe("It made 11.0% a year after costs, but 214 trials were made to find it.");
    expect(words.detail).toBe(
      "With those counted, the deflated Sharpe probability is 0.924; the gate is 0.950.",
    );
    expect(words.cure).toBe("Cure: 50 more months at this rate, or fewer trials. Do not promote it yet.");
  });

  it("a Sharpe under luck is cured by no record", () => {
    const { cure } = wordsOf({ honesty: { dsr: 0.3, trials: 900, expectedMaxSharpe: 1.6 } });
    expect(cure).toContain("no longer record is enough (Sharpe 1.50, luck alone 1.60)");
  });

  it("too few trades wait for the trades, at the rate they came", () => {
    const words = wordsOf({ metrics: { trades: 40 } });
    expect(words.detail).toBe("Missing: 40 of 100 closed trades.");
    expect(words.cure).toContain("72 more months at this rate, or more symbols.");
  });

  it("a loss says whether costs made it", () => {
    const lost = { metrics: { totalReturn: -0.02, cagr: -0.005 } };
    const { commission, fees, slippage, borrow } = sample.costs;
    const costs = commission + fees + slippage + borrow;
    expect(wordsOf(lost, -costs / 2).detail).toMatch(/^Before costs it made /);
    expect(wordsOf(lost, -costs * 2).detail).toMatch(/^Before costs it lost .* as well/);
    expect(wordsOf(lost, -costs).headline).toBe("It lost 0.5% a year after costs.");
  });

  it("a run shorter than a year is not annualised", () => {
    const { headline } = wordsOf({ scope: { sessions: 63 }, metrics: { totalReturn: 0.031, cagr: 0.13 } });
    expect(headline).toContain("made 3.10% in 63 sessions");
  });

  it("look-ahead names the first decision that moved, in market time", () => {
    const first = { at: "2024-03-04T14:31:00Z", strategy: "mean_reversion", symbol: "AAPL" };
    const words = wordsOf({
      honesty: { canary: { passed: false, decisions: 18_204, moved: 3, firstDifference: first } },
    });
    expect(words.stamp).toBe("Failed");
    expect(words.headline).toBe("Look-ahead found: figures are void.");
    expect(words.detail).toContain("3 of 18,204 decisions");
    expect(words.detail).toContain("mean_reversion, AAPL, 2024-03-04 09:31 ET");
  });
});

it("the deflated track record is where the deflated probability reaches its gate", () => {
  const result = run({ honesty: { expectedMaxSharpe: 0.92 } });
  const needed = deflatedTrackRecord(result);
  const [sharpe, luck] = [1.5 / Math.sqrt(252), 0.92 / Math.sqrt(252)];
  const z = (days: number) => ((sharpe - luck) * Math.sqrt(days - 1)) / Math.sqrt(1 + 0.5 * sharpe * sharpe);
  expect(z(needed)).toBeGreaterThanOrEqual(1.6448);
  expect(z(needed - 1)).toBeLessThan(1.645);
});

it("a universe of survivors never passes, whatever the gates say", () => {
  expect(judge(run()).kind).toBe("passes");
  const biased = run({ honesty: { survivorsOnly: true } });
  expect(judge(biased).kind).toBe("not proven");
  expect(verdictWords(judge(biased), biased, 1).headline).toMatch(/names that survived/);
});
