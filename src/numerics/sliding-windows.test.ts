/**
 * Goal    the window kernels equal what one computes over the window itself, for many series in one block, and
 *         what has left a window leaves no trace.
 * Method  random values of sizes far apart against a plain pass over the window.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMA_SIZE, emaShare, slideEma } from "./seeded-ema.ts";
import {
  emptyExtremes,
  extremesSize,
  slideExtremes,
  windowHighest,
  windowLowest,
} from "./sliding-extremes.ts";
import { emptyLags, lagSize, slideLag } from "./sliding-lag.ts";
import { emptySums, slideSum, sumSize } from "./sliding-sum.ts";

const length = fc.integer({ min: 1, max: 9 });
const sizes = fc.constantFrom(0, 1e-9, 0.1, 3, 1e6, 1e15);
const values = fc.array(fc.tuple(fc.boolean(), sizes), { minLength: 40, maxLength: 120, size: "max" });

/** Plays `slide` for two series in one block, dealt by the flag, and hands over the window each time. */
function deal(
  entries: readonly (readonly [boolean, number])[],
  n: number,
  check: (series: number, value: number, window: readonly number[] | undefined, seen: number[]) => void,
): void {
  const seen: [number[], number[]] = [[], []];
  for (const [second, value] of entries) {
    const mine = seen[second ? 1 : 0];
    mine.push(value);
    check(second ? 1 : 0, value, mine.length < n ? undefined : mine.slice(-n), mine);
  }
}

describe("the sliding sum", () => {
  it("is within n roundings of the sum of its window, and NaN before it is full", () => {
    fc.assert(
      fc.property(values, length, (entries, n) => {
        const block = new Float64Array(2 * sumSize(n));
        emptySums(block, n);
        deal(entries, n, (series, value, window) => {
          const got = slideSum(block, series * sumSize(n), n, value);
          const want = window?.reduce((a, b) => a + b, 0) ?? Number.NaN;
          if (Number.isNaN(want)) expect(got).toBeNaN();
          else expect(Math.abs(got - want)).toBeLessThanOrEqual(2 * n * Number.EPSILON * want);
        });
      }),
    );
  });

  it("is exactly 0 once the window holds zeros, where a running sum keeps a remnant", () => {
    const block = new Float64Array(sumSize(3));
    emptySums(block, 3);
    const stream = [0.1, 0.7, 1e17, 0.3, 0, 0, 0];
    expect(stream.map((value) => slideSum(block, 0, 3, value)).at(-1)).toBe(0);
    expect(0.1 + 0.7 + 1e17 + 0.3 - 0.1 - 0.7 - 1e17 - 0.3).not.toBe(0);
  });
});

describe("the sliding extremes", () => {
  it("are those of the window, exactly", () => {
    fc.assert(
      fc.property(values, length, (entries, n) => {
        const size = extremesSize(n);
        const block = new Float64Array(2 * size);
        emptyExtremes(block, n);
        deal(entries, n, (series, value, window) => {
          slideExtremes(block, series * size, n, value + 1, value - 1);
          const want =
            window === undefined
              ? [Number.NaN, Number.NaN]
              : [Math.max(...window) + 1, Math.min(...window) - 1];
          expect([windowHighest(block, series * size), windowLowest(block, series * size)]).toEqual(want);
        });
      }),
    );
  });
});

describe("the sliding lag", () => {
  it("gives the value n steps ago of the same series", () => {
    fc.assert(
      fc.property(values, length, (entries, n) => {
        const block = new Float64Array(2 * lagSize(n));
        emptyLags(block, n);
        deal(entries, n, (series, value, _, seen) => {
          expect(slideLag(block, series * lagSize(n), n, value)).toBe(seen.at(-1 - n) ?? Number.NaN);
        });
      }),
    );
  });
});

describe("the seeded average", () => {
  it("begins with the mean of its first n values and then moves by its share", () => {
    const block = new Float64Array(2 * EMA_SIZE);
    const got = [2, 4, 9, 5, 11].map((value) => slideEma(block, EMA_SIZE, 3, emaShare(3), value));
    expect(got).toEqual([Number.NaN, Number.NaN, 5, 5, 8]);
    expect([...block.subarray(0, EMA_SIZE)]).toEqual([0, 0, 0]);
  });
});
