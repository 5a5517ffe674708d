/** Goal: each ratio's definition and its empty denominators. The golden figures stand with the whole object. */
import { describe, expect, it } from "vitest";
import { benchmarkRatios } from "./benchmark-ratios.ts";
import { autocorrelation } from "./moments.ts";
import {
  annualVolatility,
  downsideDeviation,
  expectedShortfall,
  lo2002Eta,
  loLags,
  omegaRatio,
  sharpeRatio,
  sortinoRatio,
  stabilityOfGrowth,
  tailRatio,
  ulcerIndex,
  valueAtRisk,
} from "./return-ratios.ts";
import { createRng } from "./rng.ts";

const of = (...values: number[]) => Float64Array.from(values);
const daily = { periodsPerYear: 252, riskFree: 0 };

describe("Sharpe and Sortino", () => {
  it("follow their definitions on three returns", () => {
    const returns = of(0.01, -0.02, 0.04);
    expect(sharpeRatio(returns, { periodsPerYear: 4, riskFree: 0.001 })).toBeCloseTo((0.009 / 0.03) * 2, 14);
    const downside = Math.sqrt(0.021 ** 2 / 3) * 2;
    expect(downsideDeviation(returns, { periodsPerYear: 4, riskFree: 0.001 })).toBeCloseTo(downside, 15);
    expect(sortinoRatio(returns, { periodsPerYear: 4, riskFree: 0.001 })).toBeCloseTo(
      (0.009 * 4) / downside,
      12,
    );
    expect(annualVolatility(returns, 4)).toBeCloseTo(0.06, 15);
  });

  it("are NaN, never infinite, without risk to divide by", () => {
    for (const returns of [of(), of(0.01), of(0.01, 0.01, 0.01), of(0, 0)]) {
      expect(sharpeRatio(returns, daily)).toBeNaN();
      expect(sortinoRatio(returns, daily)).toBeNaN();
    }
    expect(sortinoRatio(of(0.01, 0.03), daily)).toBeNaN();
  });
});

describe("Lo's eta", () => {
  it("is sqrt(q) without lags, and the hand calculation with them", () => {
    const returns = of(0.01, 0.02, -0.01, 0.03, 0, -0.02);
    expect(lo2002Eta(returns, 12, 0)).toBeCloseTo(Math.sqrt(12), 14);
    const [r1, r2] = [autocorrelation(returns, 1), autocorrelation(returns, 2)];
    expect(lo2002Eta(returns, 12, 2)).toBeCloseTo(12 / Math.sqrt(12 + 2 * (11 * r1 + 10 * r2)), 12);
    expect(lo2002Eta(returns, 2, 5)).toBeCloseTo(2 / Math.sqrt(2 + 2 * r1), 12);
  });

  it("is lower than sqrt(q) for returns that trend, about the closed form of a first-order process", () => {
    const rng = createRng(5, "trending");
    const phi = 0.2;
    let previous = 0;
    const returns = new Float64Array(20_000).map(() => {
      previous = phi * previous + rng.normal() * 0.01;
      return previous;
    });
    // Variance of a sum of q terms of an AR(1) tends to q (1 + phi) / (1 - phi).
    const limit = Math.sqrt((252 * (1 - phi)) / (1 + phi));
    expect(Math.abs(lo2002Eta(returns, 252, loLags(returns.length)) / limit - 1)).toBeLessThan(0.05);
  });

  it("is NaN when returns stand still or their sums do", () => {
    expect(lo2002Eta(of(1, 1, 1), 12, 2)).toBeNaN();
    const alternating = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.01 : -0.01));
    expect(lo2002Eta(alternating, 12, 1)).toBeNaN();
    expect([loLags(100), loLags(2009), loLags(0)]).toEqual([4, 7, 0]);
  });
});

describe("tails", () => {
  it("value at risk interpolates; shortfall is the mean of floor((n - 1) q) + 1 smallest", () => {
    const sorted = Float64Array.from({ length: 41 }, (_, i) => (i - 20) / 100);
    expect(valueAtRisk(sorted, 0.05)).toBeCloseTo(-0.18, 15);
    expect(expectedShortfall(sorted, 0.05)).toBeCloseTo(-0.19, 15);
    expect(expectedShortfall(sorted, 0.0499)).toBeCloseTo(-0.195, 15);
    expect(expectedShortfall(of(-0.3), 0.01)).toBe(-0.3);
    expect(expectedShortfall(of(), 0.05)).toBeNaN();
    expect(tailRatio(sorted)).toBeCloseTo(1, 14);
    expect(tailRatio(of(0, 0, 0, 0.1))).toBeNaN();
  });

  it("omega is infinite without a shortfall and NaN without anything", () => {
    expect(omegaRatio(of(0.02, -0.01), 0)).toBeCloseTo(2, 14);
    expect(omegaRatio(of(0.02, -0.01), 0.005)).toBeCloseTo(1, 14);
    expect(omegaRatio(of(0.02), 0)).toBe(Infinity);
    expect(omegaRatio(of(0), 0)).toBeNaN();
  });

  it("ulcer divides by n - 1; stability is 1 for steady growth", () => {
    expect(ulcerIndex(of(-0.3, -0.4, 0))).toBeCloseTo(Math.sqrt(0.25 / 2), 15);
    expect(ulcerIndex(of(-0.3))).toBeNaN();
    expect(stabilityOfGrowth(Float64Array.from({ length: 50 }, (_, t) => 1.01 ** t))).toBeCloseTo(1, 12);
    expect(stabilityOfGrowth(of(1, 1, 1))).toBeNaN();
    expect(stabilityOfGrowth(of(1, 0.5, -0.1))).toBeNaN();
  });
});

describe("against a benchmark", () => {
  it("a doubled benchmark plus a constant has beta 2 and that constant as alpha", () => {
    const benchmark = of(0.01, -0.02, 0.03, 0.005);
    const found = benchmarkRatios(
      benchmark.map((b) => 2 * b + 0.001),
      benchmark,
      daily,
    );
    expect(found.beta).toBeCloseTo(2, 12);
    expect(found.alpha).toBeCloseTo(1.001 ** 252 - 1, 10);
  });

  it("the risk-free rate leaves both sides of the regression, so beta 1 leaves alpha alone", () => {
    const benchmark = of(0.01, -0.02, 0.03);
    const own = benchmark.map((b, t) => b + [0.001, 0.002, 0.003][t]! - 0.002);
    const free = benchmarkRatios(own, benchmark, daily);
    const charged = benchmarkRatios(own, benchmark, { periodsPerYear: 252, riskFree: 0.01 });
    expect(charged.beta).toBe(free.beta);
    expect(charged.informationRatio).toBe(free.informationRatio);
    const shift = (1 + charged.alpha) ** (1 / 252) - (1 + free.alpha) ** (1 / 252);
    expect(shift).toBeCloseTo(-0.01 * (1 - free.beta), 12);
  });

  it("is NaN where the benchmark stands still or the two are one, and halts on another length", () => {
    expect(benchmarkRatios(of(0.1, 0.2), of(0.01, 0.01), daily).beta).toBeNaN();
    expect(benchmarkRatios(of(0.1, 0.2), of(0.1, 0.2), daily).informationRatio).toBeNaN();
    expect(() => benchmarkRatios(of(0.1), of(), daily)).toThrow(/NU-5: 1 returns stand against 0/);
  });
});
