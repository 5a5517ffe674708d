/** Goal: ranks, correlations and areas are what their definitions say, ties included. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaUnderCurve, averageRanks, correlation, rankCorrelation } from "./rank-statistics.ts";

const tied = fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 1,
  maxLength: 40,
});

describe("rank statistics", () => {
  it("a rank is one more than those below, and half of those equal", () => {
    fc.assert(
      fc.property(tied, (rows) => {
        const values = Float64Array.from(rows, ([value]) => value);
        const expected = Array.from(values, (value) => {
          const below = values.filter((other) => other < value).length;
          const equal = values.filter((other) => other === value).length;
          return below + (equal + 1) / 2;
        });
        expect(Array.from(averageRanks(values))).toEqual(expected);
      }),
    );
    expect(() => averageRanks(Float64Array.of(1, Number.NaN))).toThrow("NU-7");
  });

  it("the area is the share of pairs in the right order, ties half", () => {
    fc.assert(
      fc.property(tied, (rows) => {
        const pairs = rows.flatMap(([high, cls]) =>
          cls === 0
            ? []
            : rows.filter(([, other]) => other === 0).map(([low]) => Math.sign(high - low) / 2 + 0.5),
        );
        const area = areaUnderCurve(
          Float64Array.from(rows, ([value]) => value),
          Uint8Array.from(rows, ([, cls]) => cls),
        );
        if (pairs.length === 0) expect(area).toBeNaN();
        else expect(area).toBeCloseTo(pairs.reduce((a, b) => a + b, 0) / pairs.length, 12);
      }),
    );
  });

  it("correlations of lines, curves and columns that stand still", () => {
    const x = Float64Array.of(1, 2, 3, 4, 5);
    expect(
      correlation(
        x,
        x.map((value) => 7 - 2 * value),
      ),
    ).toBeCloseTo(-1, 15);
    expect(rankCorrelation(x, x.map(Math.exp))).toBeCloseTo(1, 15);
    expect(correlation(x, x.map(Math.exp))).toBeLessThan(0.95);
    expect(correlation(x, new Float64Array(5))).toBeNaN();
    expect(correlation(Float64Array.of(1, 2, 3), Float64Array.of(1, 3, 2))).toBeCloseTo(0.5, 15);
    expect(() => correlation(x, new Float64Array(4))).toThrow("NU-7");
  });
});
