/** Goal: the rolling order statistics are exact. Method: sort the same window afresh and compare, ties included. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedWindow } from "./sorted-window.ts";

const middleOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

describe("SortedWindow", () => {
  it("gives the median, deviation and quartiles of its last values, whatever came before", () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -10, max: 10, noNaN: true }));
    const stream = fc.array(value, { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 20 }), value, (values, capacity, elsewhere) => {
        const window = new SortedWindow(capacity);
        for (const [i, each] of values.entries()) {
          window.push(each);
          const last = values.slice(Math.max(0, i + 1 - capacity), i + 1);
          expect(window.size).toBe(last.length);
          expect(window.median()).toBeCloseTo(middleOf(last), 12);
          for (const center of [middleOf(last), elsewhere]) {
            expect(window.deviation(center)).toBeCloseTo(middleOf(last.map((v) => Math.abs(v - center))), 12);
          }
          expect(window.quantile(0)).toBeCloseTo(Math.min(...last), 12);
          expect(window.quantile(1)).toBeCloseTo(Math.max(...last), 12);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("interpolates quartiles as type 7 does", () => {
    const window = new SortedWindow(4);
    for (const value of [99, 1, 2, 3, 4]) window.push(value);
    expect([0.25, 0.5, 0.75].map((share) => window.quantile(share))).toEqual([1.75, 2.5, 3.25]);
  });

  it("has no numbers while empty and takes none that is not finite", () => {
    const window = new SortedWindow(3);
    expect([window.median(), window.deviation(0)]).toEqual([Number.NaN, Number.NaN]);
    expect(() => window.push(Number.NaN)).toThrow(/SW-2/);
    expect(() => new SortedWindow(0)).toThrow(/SW-1/);
  });
});
