/** Goal: weights and edges come from the strategy's own last trades, bounded, and change when a trade closes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../test/between.ts";
import { kellyParams } from "./kelly.ts";
import { performanceParams, performanceWeight } from "./performance-weight.ts";
import { TrackRecord } from "./track-record.ts";

const params = performanceParams.parse({ trades: 4, floor: 0.25 });

describe("performanceWeight", () => {
  it.each([
    ["too few trades say nothing", [-1, -1, -1], 1],
    ["breaking even is worth all", [1, -1, 1, -1], 1],
    ["nothing is worth more than all", [1, 1, 1, 1], 1],
    ["a quarter won is worth half", [1, -1, -1, -1], 0.5],
    ["nothing won is worth the floor", [-1, -1, -1, -1], 0.25],
    ["only the last ones count", [5, 5, 5, 1, -1, -1, -1], 0.5],
    ["trades that made nothing are neither", [0, 0, 0, 0], 1],
    ["what is no number counts as the worst", [1, 1, 1, Number.NaN], 0.25],
  ] as const)("%s", (_, returns, weight) => {
    expect(performanceWeight(returns, params)).toBe(weight);
  });

  it("stays in its bounds, and a better last trade never weighs less", () => {
    const returns = fc.array(between(-0.2, 0.2), { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(returns, between(0, 0.1), (values, more) => {
        const weight = performanceWeight(values, params);
        expect(weight).toBeGreaterThanOrEqual(0.25);
        expect(weight).toBeLessThanOrEqual(1);
        const better = values.with(-1, (values.at(-1) ?? 0) + more);
        expect(performanceWeight(better, params)).toBeGreaterThanOrEqual(weight - 1e-12);
      }),
    );
  });
});

describe("TrackRecord", () => {
  it("keeps strategies apart, and sees a trade the moment it closed", () => {
    const record = new TrackRecord(2, kellyParams.parse({ window: 3 }), params);
    expect(record.edge(1).trades).toBe(0);
    for (const value of [-1, -2, -3, -4]) record.closed(1, value);
    expect(record.edge(1)).toMatchObject({ trades: 3, win: Number.NaN, loss: expect.closeTo(3, 9) });
    expect([record.weight(0), record.weight(1)]).toEqual([1, 0.25]);
    record.closed(1, 90);
    expect(record.edge(1).win).toBe(90);
    expect(record.weight(1)).toBe(1);
    expect(record.edge(0).trades).toBe(0);
  });

  it("Kelly looks at trades on paper too, the weight at those that earned or lost money alone", () => {
    const record = new TrackRecord(1, kellyParams.parse({ window: 30, minTrades: 5 }), params);
    for (const value of [-1, -1, -1, -1]) record.closed(0, value);
    for (let n = 0; n < 40; n++) record.closed(0, 2, true);
    expect(record.edge(0)).toMatchObject({ trades: 30, win: 2, loss: Number.NaN });
    expect(record.basis(0)).toEqual({ trades: 30, onPaper: 30, paperTrades: 40 });
    expect(record.weight(0)).toBe(0.25);
    record.closed(0, 1);
    expect(record.basis(0)).toEqual({ trades: 30, onPaper: 29, paperTrades: 40 });
    expect(record.weight(0)).toBe(0.5);
  });
});
