/**
 * Goal    the figures beside the papers are counted right. Method: a case worked out by hand, and one where managing
 *         by variance must add, because the good months are the calm ones.
 */
import { describe, expect, it } from "vitest";
import {
  factorMomentum,
  type MonthlyFactor,
  monthlyFactors,
  volatilityManaged,
} from "./published-factors.ts";

const factor = (returns: readonly number[], variance = returns.map(() => 1e-4)): MonthlyFactor => ({
  ...{ name: "x", month: returns.map((_, m) => String(m)) },
  returns: Float64Array.from(returns),
  variance: Float64Array.from(variance),
});

describe("published factors", () => {
  it("compounds days into months and sums their squares; the riskless rate is no factor", () => {
    const found = monthlyFactors(
      "date,a,rf\n2000-01-03,10,0.1\n2000-01-04,-10,0.1\n2000-02-01,1,0.1\n",
      "f.csv",
    );
    expect(found.map(({ name }) => name)).toEqual(["a"]);
    expect(found[0]?.month).toEqual(["2000-01", "2000-02"]);
    expect([...(found[0]?.returns ?? [])].map((value) => value.toFixed(12))).toEqual([
      "-0.010000000000",
      "0.010000000000",
    ]);
    expect(found[0]?.variance[0]).toBeCloseTo(0.02, 12);
  });

  it("parts months by the year before them, and goes short after a bad one", () => {
    const up = [...Array(12).fill(0.01), 0.02, 0.03];
    const down = [...Array(12).fill(-0.01), -0.04, 0.01];
    const found = factorMomentum([factor(up), factor(down)]);
    expect(found.afterGain).toBeCloseTo(0.025, 12);
    expect(found.afterLoss).toBeCloseTo(-0.015, 12);
    expect(found.strategy.yearly).toBeCloseTo((12 * ((0.02 + 0.04) / 2 + (0.03 - 0.01) / 2)) / 2, 12);
  });

  it("finds an alpha where calm months are followed by good ones, and none where all months are alike", () => {
    const months = Array.from({ length: 240 }, (_, m) => (m % 2 === 0 ? 0.02 + 0.001 * (m % 3) : -0.01));
    // The variance of a month is small before a good one.
    const managed = volatilityManaged(
      factor(
        months,
        months.map((_, m) => (m % 2 === 0 ? 4e-3 : 1e-3)),
      ),
    );
    expect(managed.alpha).toBeGreaterThan(0.05);
    expect(managed.t).toBeGreaterThan(3);
    expect(managed.sharpe.managed).toBeGreaterThan(managed.sharpe.plain);
    expect(volatilityManaged(factor(months)).alpha).toBeCloseTo(0, 10);
  });
});
