/** Goal: the error covers the mean as often as it says, also where neighbours share most of their data. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neweyWest } from "./newey-west.ts";
import { createRng } from "./rng.ts";

describe("the error of a mean", () => {
  it("without lags it is the plain one, and it is never negative nor undefined", () => {
    const few = neweyWest(Float64Array.of(1, 2, 4), 0);
    expect(few.mean).toBeCloseTo(7 / 3, 15);
    expect(few.standardError).toBeCloseTo(Math.sqrt(14 / 3 / 3 / 3), 15);
    // By hand: products at lag 1 are (-4/3)(-1/3) + (-1/3)(5/3) = -1/9, with weight 2 * 1/2.
    expect(neweyWest(Float64Array.of(1, 2, 4), 1).standardError).toBeCloseTo(
      Math.sqrt(14 / 3 - 1 / 9) / 3,
      15,
    );
    const values = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 40 }), (sample, lag) => {
        expect(neweyWest(Float64Array.from(sample), lag).standardError).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(neweyWest(Float64Array.of(5), 2).standardError).toBeNaN();
    expect(() => neweyWest(Float64Array.of(1, 2), 0.5)).toThrow("NU-5");
  });

  it("windows that share two thirds of their days: the plain error is far too small, this one nearly right", () => {
    const count = 400;
    let plain = 0;
    let honest = 0;
    for (let seed = 0; seed < count; seed++) {
      const rng = createRng(seed, "windows");
      const steps = Float64Array.from({ length: 122 }, () => rng.normal());
      const windows = Float64Array.from({ length: 120 }, (_, i) => steps[i]! + steps[i + 1]! + steps[i + 2]!);
      const covers = (lag: number) => {
        const { mean, standardError } = neweyWest(windows, lag);
        return Math.abs(mean) <= 1.96 * standardError ? 1 / count : 0;
      };
      plain += covers(0);
      honest += covers(6);
    }
    expect(plain).toBeLessThan(0.8);
    expect(honest).toBeGreaterThan(0.88);
  });
});
