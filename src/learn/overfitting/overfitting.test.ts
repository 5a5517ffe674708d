/**
 * Goal    the probability of overfitting is pypbo's, noise gives about a half, an edge gives none, and blocks that are
 *         summed once give what whole series would.
 * Method  golden files (skipped by name without them), seeded noise, and the definition written out over whole series.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../../../test/golden-stock.ts";
import { combinations } from "../../numerics/combinations.ts";
import { mean } from "../../numerics/moments.ts";
import { sharpeRatio } from "../../numerics/return-ratios.ts";
import { createRng } from "../../numerics/rng.ts";
import { backtestOverfitting } from "./backtest-overfitting.ts";
import { bestOfTrials } from "./best-of-trials.ts";

const missing = goldenIsMissing ? ` (skipped: ${goldenFolder} is missing)` : "";

function columnsOf(file: string, skip: number): Float64Array[] {
  const [, ...lines] = readFileSync(join(goldenFolder, file), "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(",").slice(skip).map(Number));
  return rows[0]!.map((_, column) => Float64Array.from(rows, (row) => row[column]!));
}

function noise(seed: number, trials: number, periods: number): Float64Array[] {
  const rng = createRng(seed, "noise");
  return Array.from({ length: trials }, () =>
    Float64Array.from({ length: periods }, () => 0.01 * rng.normal()),
  );
}

interface Expected {
  readonly pbo: number;
  readonly prob_oos_loss: number;
  readonly slope?: number;
  readonly intercept?: number;
  readonly logits_sorted?: readonly number[];
  readonly dropped_head_rows?: number;
}

describe.skipIf(goldenIsMissing)(`pbo_cscv${missing}`, () => {
  const file = "pbo_cscv.json";
  it.each([
    ["S6", 6],
    ["S10", 10],
    ["noise_S8", 8],
    ["noise_plus_edge_col7_0.004_S8", 8],
  ] as const)("%s", (key, blocks) => {
    const expected = readGolden<{ expected: Record<string, Expected> }>(file).expected[key]!;
    const returns = key.startsWith("noise")
      ? columnsOf("noise_returns.csv", 0)
      : columnsOf("trials_returns.csv", 1);
    if (key.includes("edge")) returns[7] = returns[7]!.map((value) => value + 0.004);
    const found = backtestOverfitting(returns, { blocks });
    const { rel, abs } = toleranceOf(file);
    const agree = (actual: number, want: number) =>
      expect(Math.abs(actual - want), `${actual}, not ${want}`).toBeLessThanOrEqual(
        abs + rel * Math.abs(want),
      );
    agree(found.probability, expected.pbo);
    agree(found.lossProbability, expected.prob_oos_loss);
    if (expected.slope !== undefined) agree(found.slope, expected.slope);
    if (expected.intercept !== undefined) agree(found.intercept, expected.intercept);
    if (expected.dropped_head_rows !== undefined)
      expect(found.droppedPeriods).toBe(expected.dropped_head_rows);
    const logits = found.logits.toSorted();
    if (expected.logits_sorted !== undefined) expect(logits.length).toBe(expected.logits_sorted.length);
    expected.logits_sorted?.forEach((want, i) => {
      agree(logits[i]!, want);
    });
  });
});

describe("probability of backtest overfitting", () => {
  it("over twenty seeds of pure noise the mean lies between 0.4 and 0.6", () => {
    const found = Array.from(
      { length: 20 },
      (_, seed) => backtestOverfitting(noise(seed, 30, 480), { blocks: 10 }).probability,
    );
    const average = mean(Float64Array.from(found));
    expect(average).toBeGreaterThanOrEqual(0.4);
    expect(average).toBeLessThanOrEqual(0.6);
    // One seed alone says little, which is why twenty are asked.
    expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan(0.1);
  });

  it("an edge that is really there is found outside too", () => {
    const returns = noise(1, 20, 480);
    returns[3] = returns[3]!.map((value) => value + 0.004);
    const found = backtestOverfitting(returns, { blocks: 8 });
    expect(found.probability).toBe(0);
    expect(found.lossProbability).toBe(0);
  });

  it("16 blocks are 12,870 combinations", () => {
    const found = backtestOverfitting(noise(2, 10, 640), { blocks: 16 });
    expect(found.logits.length).toBe(12_870);
    expect(found.logits.every(Number.isFinite)).toBe(true);
  });

  it("sums by block give the Sharpe ratios of whole series, also far from zero", () => {
    const returns = noise(3, 5, 122).map((series, i) => series.map((value) => value + (i === 2 ? 50 : 0)));
    const found = backtestOverfitting(returns, { blocks: 6 });
    expect(found.droppedPeriods).toBe(2);
    Array.from(combinations(6, 3)).forEach((chosen, c) => {
      const take = (series: Float64Array, isIn: boolean) =>
        series.subarray(2).filter((_, t) => chosen.includes(Math.floor(t / 20)) === isIn);
      const terms = { periodsPerYear: 1, riskFree: 0 };
      const inside = returns.map((series) => sharpeRatio(take(series, true), terms));
      const best = inside.indexOf(Math.max(...inside));
      const outside = returns.map((series) => sharpeRatio(take(series, false), terms));
      expect(found.inside[c]! / inside[best]!).toBeCloseTo(1, 10);
      expect(found.outside[c]! / outside[best]!).toBeCloseTo(1, 10);
      const rank = outside.filter((sharpe) => sharpe <= outside[best]!).length;
      expect(found.logits[c]).toBeCloseTo(Math.log(rank / (6 - rank)), 12);
    });
  });

  it("a trial that stood still is never the best, and twins share their rank", () => {
    const [one = new Float64Array(), other = new Float64Array()] = noise(4, 2, 120);
    const still = new Float64Array(120).fill(0.001);
    const found = backtestOverfitting([still, one, other], { blocks: 4 });
    expect(found.inside.every(Number.isFinite)).toBe(true);
    // Both rank 1.5 of 2: the share is a half and its logit 0, which counts as overfit.
    expect(backtestOverfitting([one, one], { blocks: 4 }).probability).toBe(1);
    expect(Array.from(backtestOverfitting([one, one], { blocks: 4 }).logits)).toEqual(new Array(6).fill(0));
  });

  it("what cannot be judged is refused", () => {
    const good = noise(5, 3, 200);
    expect(() => backtestOverfitting(good.slice(0, 1), { blocks: 4 })).toThrow("returns of 1 trials");
    expect(() => backtestOverfitting(good, { blocks: 5 })).toThrow("blocks 5 is not even");
    expect(() => backtestOverfitting(good, { blocks: 22 })).toThrow("blocks 22");
    expect(() => backtestOverfitting(good, { blocks: 16 })).toThrow("at least 320 are needed");
    expect(() => backtestOverfitting([...good, new Float64Array(199)], { blocks: 4 })).toThrow("trial 3");
    expect(() =>
      backtestOverfitting([...good, new Float64Array(200).fill(Number.NaN)], { blocks: 4 }),
    ).toThrow("returns of trial 3 hold a value that is not a number");
  });
});

describe("the best of trials", () => {
  it.skipIf(goldenIsMissing)(`its parts are those of the golden file${missing}`, () => {
    const { dsr } = readGolden<{ expected: { dsr: Record<string, number> & { best: string } } }>(
      "psr_dsr.json",
    ).expected;
    const found = bestOfTrials(columnsOf("trials_returns.csv", 1), 20);
    expect([`s${found.best}`, found.effectiveTrials]).toEqual([dsr.best, dsr.independent_trials]);
    const { rel, abs } = toleranceOf("psr_dsr.json");
    for (const [actual, want] of [
      [found.averageCorrelation, dsr.avg_corr!],
      [found.sharpeDeviation, dsr.trials_sr_sd_ddof1!],
      [found.expectedMaximum, dsr.expected_max_sr!],
      [found.probability, dsr.dsr!],
    ] as const)
      expect(Math.abs(actual - want), `${actual}, not ${want}`).toBeLessThanOrEqual(
        abs + rel * Math.abs(want),
      );
  });

  it("trials that were thrown away count, and trying more can only lower the probability", () => {
    const returns = noise(6, 10, 300);
    const shown = bestOfTrials(returns, 10);
    const all = bestOfTrials(returns, 500);
    expect(all.effectiveTrials).toBeGreaterThan(40 * shown.effectiveTrials);
    expect(all.probability).toBeLessThan(shown.probability);
    const withStill = bestOfTrials([new Float64Array(300), ...returns], 11);
    expect(withStill.best).toBe(shown.best + 1);
    expect(() => bestOfTrials(returns, 9)).toThrow("counted 9");
    expect(() => bestOfTrials([returns[0]!, new Float64Array(300)], 2)).toThrow("returns of 1 trials moved");
  });
});
