/**
 * Goal    a win rate's lower bound is right to more digits than anyone needs, for few trades and for many.
 * Method  closed forms (integer parameters are binomial sums, a = 1 or b = 1 are powers), symmetry, and the
 *         inverse of the function that was checked.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../test/between.ts";
import { betaCdf, betaQuantile } from "./beta-distribution.ts";
import { logGamma } from "./gamma-distribution.ts";

describe("logGamma", () => {
  it("is the logarithm of the factorial, and of the square root of pi at one half", () => {
    let logFactorial = 0;
    for (let n = 1; n <= 170; n++) {
      expect(Math.abs(logGamma(n) - logFactorial)).toBeLessThanOrEqual(1e-13 * Math.max(1, logFactorial));
      logFactorial += Math.log(n);
    }
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
    expect(logGamma(1.5)).toBeCloseTo(0.5 * Math.log(Math.PI) - Math.log(2), 13);
    expect([logGamma(0), logGamma(-1), logGamma(Number.NaN)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});

/** P(at least a successes in a + b - 1 throws with chance x): the same number for whole a and b. */
function binomialTail(x: number, a: number, b: number): number {
  const n = a + b - 1;
  let sum = 0;
  let ways = 1;
  for (let k = 0; k <= n; k++) {
    if (k >= a) sum += ways * x ** k * (1 - x) ** (n - k);
    ways = (ways * (n - k)) / (k + 1);
  }
  return sum;
}

describe("betaCdf", () => {
  it("equals the binomial sum for whole parameters", () => {
    const whole = fc.integer({ min: 1, max: 25 });
    fc.assert(
      fc.property(between(0.001, 0.999), whole, whole, (x, a, b) => {
        expect(Math.abs(betaCdf(x, a, b) - binomialTail(x, a, b))).toBeLessThan(1e-12);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is a power when one parameter is 1, mirrors around one half, and the arcsine law at one half", () => {
    fc.assert(
      fc.property(between(0.001, 0.999), between(0.05, 400), between(0.05, 400), (x, a, b) => {
        expect(betaCdf(x, a, 1)).toBeCloseTo(x ** a, 12);
        expect(betaCdf(x, 1, b)).toBeCloseTo(1 - (1 - x) ** b, 12);
        expect(betaCdf(x, a, b)).toBeCloseTo(1 - betaCdf(1 - x, b, a), 11);
        expect(betaCdf(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 12);
      }),
      { numRuns: 1_000 },
    );
  });

  it("has its ends, and no number for what is none", () => {
    expect([betaCdf(-1, 2, 3), betaCdf(0, 2, 3), betaCdf(1, 2, 3), betaCdf(7, 2, 3)]).toEqual([0, 0, 1, 1]);
    expect([betaCdf(Number.NaN, 2, 3), betaCdf(0.5, 0, 3), betaCdf(0.5, 2, -1)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });
});

describe("betaQuantile", () => {
  it("inverts the distribution function, for tens and for tens of thousands of trades", () => {
    const count = fc.oneof(between(0.5, 300), between(300, 50_000));
    fc.assert(
      fc.property(between(0.001, 0.999), count, count, (p, a, b) => {
        const x = betaQuantile(p, a, b);
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(1);
        expect(Math.abs(betaCdf(x, a, b) - p)).toBeLessThan(1e-9);
      }),
      { numRuns: 1_000 },
    );
  });

  it("knows the median of a symmetric one, a power, and the arcsine law", () => {
    expect(betaQuantile(0.5, 20, 20)).toBeCloseTo(0.5, 14);
    expect(betaQuantile(0.1, 1, 4)).toBeCloseTo(1 - 0.9 ** 0.25, 14);
    expect(betaQuantile(0.1, 3, 1)).toBeCloseTo(0.1 ** (1 / 3), 14);
    expect(betaQuantile(0.1, 0.5, 0.5)).toBeCloseTo(Math.sin((0.1 * Math.PI) / 2) ** 2, 13);
    expect([betaQuantile(0, 2, 3), betaQuantile(1, 2, 3)]).toEqual([0, 1]);
    expect([betaQuantile(-0.1, 2, 3), betaQuantile(Number.NaN, 2, 3), betaQuantile(0.5, 0, 3)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it("the tenth percentile of no trades over the prior is below one half, and rises with every win", () => {
    let before = betaQuantile(0.1, 20, 20);
    expect(before).toBeGreaterThan(0.39);
    expect(before).toBeLessThan(0.41);
    for (let wins = 1; wins <= 200; wins++) {
      const now = betaQuantile(0.1, 20 + wins, 20);
      expect(now).toBeGreaterThan(before);
      before = now;
    }
  });
});
