/**
 * Goal: shares of the capital follow results within bounds, and never grow as a whole (SIZE-3). Method: results whose
 * Sharpe ratio is known, laws over random ones, and a future that is cut off.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AdaptiveWeights, adaptiveMultiples, adaptiveParams, shrunkSharpe } from "./adaptive-weights.ts";

const params = adaptiveParams.parse({ enabled: true });

/** Returns that swing by 1 % around a mean. */
const around = (mean: number, days: number) =>
  Array.from({ length: days }, (_, n) => mean + (n % 2 === 0 ? 0.01 : -0.01));

/** Plays days of dollars on an account of 100,000 that stays so large; the multiples after the last. */
function played(days: readonly (readonly number[])[], allocations = [0.5, 0.5], given = params) {
  const weights = new AdaptiveWeights(allocations, given);
  const won = allocations.map(() => 0);
  const seen = days.map((day) => {
    weights.startSession();
    const now = weights.multiples;
    for (const [s, dollars] of day.entries()) won[s] = (won[s] ?? 0) + dollars;
    weights.see(100_000, (s) => won[s] ?? Number.NaN);
    return now;
  });
  weights.startSession();
  return [...seen, weights.multiples];
}

const wins = (days: number) => around(0.002, days).map((value) => 100_000 * value);
const losses = (days: number) => around(-0.002, days).map((value) => 100_000 * value);
const both = (days: number) => wins(days).map((won, n) => [won, losses(days)[n] ?? 0]);

describe("the score", () => {
  it("is the annual Sharpe ratio, half of it where there are as many days as the prior weighs", () => {
    const daily = around(0.002, 126);
    const deviation = 0.01 * Math.sqrt(126 / 125);
    expect(shrunkSharpe(daily, 126)).toBeCloseTo((0.5 * 0.002 * Math.sqrt(252)) / deviation, 12);
    expect(shrunkSharpe(daily, 0)).toBeCloseTo((0.002 * Math.sqrt(252)) / deviation, 12);
  });

  it("is 0 for too few days, for days without a trade, and for days that are all alike", () => {
    expect(shrunkSharpe(around(0.002, 19), 0)).toBe(0);
    expect(shrunkSharpe(new Array<number>(60).fill(0), 0)).toBe(0);
    expect(shrunkSharpe(new Array<number>(60).fill(2 ** -8), 0)).toBe(0);
  });
});

describe("the shares", () => {
  it("DW-1 what wins gains and what loses gives, and the sum stays", () => {
    const [winner = 0, loser = 0] = played(both(60)).at(-1) ?? [];
    expect(winner).toBeGreaterThan(1.1);
    expect(loser).toBeLessThan(0.9);
    expect(0.5 * winner + 0.5 * loser).toBeLessThanOrEqual(1 + 1e-12);
  });

  it("are the allocations for the first 20 days", () => {
    const days = played(both(20));
    for (const multiples of days.slice(0, 20)) expect(multiples).toEqual([1, 1]);
    expect(days[20]).not.toEqual([1, 1]);
  });

  it("DW-1 holds for any allocations, scores and bounds", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const score = fc.double({ min: -50, max: 50, noNaN: true });
    const bounds = fc.record({
      k: fc.double({ min: 0, max: 5, noNaN: true }),
      low: fc.double({ min: 0.1, max: 1, noNaN: true }),
      high: fc.double({ min: 1, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(share, score), { minLength: 1, maxLength: 13 }), bounds, (all, given) => {
        const allocations = all.map(([allocation]) => allocation);
        const multiples = adaptiveMultiples(
          allocations,
          all.map(([, value]) => value),
          given,
        );
        const sum = (weigh: (n: number) => number) =>
          allocations.reduce((total, allocation, n) => total + allocation * weigh(n), 0);
        expect(sum((n) => multiples[n] ?? 0)).toBeLessThanOrEqual(sum(() => 1) * (1 + 1e-12));
        for (const multiple of multiples) {
          expect(multiple).toBeGreaterThan(0);
          expect(multiple).toBeLessThanOrEqual(given.high);
        }
        // The better score has never the smaller multiple.
        for (const [n, [, one]] of all.entries())
          for (const [m, [, other]] of all.entries())
            if (one > other) expect(multiples[n]).toBeGreaterThanOrEqual(multiples[m] ?? 0);
      }),
    );
  });

  it("DW-2 no later day moves an earlier share, and the day itself moves only the next", () => {
    const days = both(80);
    const whole = played(days);
    for (const cut of [25, 40, 79]) expect(played(days.slice(0, cut))).toEqual(whole.slice(0, cut + 1));
    const other = [...days.slice(0, 50), [-50_000, 50_000], ...days.slice(51)];
    expect(played(other).slice(0, 51)).toEqual(whole.slice(0, 51));
    expect(played(other)[51]).not.toEqual(whole[51]);
  });

  it("forget what is older than the window", () => {
    const short = adaptiveParams.parse({ enabled: true, sessions: 20, prior: 0 });
    const turned = [...both(60), ...both(40).map(([won = 0, lost = 0]) => [lost, won])];
    const [once = 0, twice = 0] = played(turned, [0.5, 0.5], short).at(-1) ?? [];
    expect(once).toBeLessThan(1);
    expect(twice).toBeGreaterThan(once);
  });

  it("keep what was known of a strategy whose books cannot be valued today", () => {
    const weights = new AdaptiveWeights([1], params);
    for (const dollars of [100, Number.NaN, 100]) {
      weights.startSession();
      weights.see(1000, () => dollars);
    }
    expect(weights.multiples).toEqual([1]);
  });
});

it.each([{ low: 1.2 }, { high: 2.5 }, { sessions: 5 }, { k: -1 }])("refuses %j", (wrong) => {
  expect(adaptiveParams.safeParse(wrong).success).toBe(false);
});
