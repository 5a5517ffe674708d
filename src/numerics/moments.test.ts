/** Goal: moments stay right where naive sums fail. Method: exact rational arithmetic as the rival, then known cases. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  autocorrelation,
  kurtosis,
  mean,
  populationVariance,
  quantile,
  sampleDeviation,
  sampleVariance,
  skewness,
  sum,
} from "./moments.ts";

const of = (...values: number[]) => Float64Array.from(values);
/** Values k / 1024 about an offset: their sums and squares are exact in BigInt. */
const grid = fc.record({
  offset: fc.constantFrom(0, 1, -1e6, 2 ** 30),
  steps: fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 2, maxLength: 60, size: "max" }),
});

describe("sum and mean", () => {
  it("keeps what plain addition loses", () => {
    expect(sum(of(1, 1e100, 1, -1e100))).toBe(2);
    expect(sum(Float64Array.from({ length: 10 }, () => 0.1))).toBe(1);
    expect(sum(of(Infinity, 1))).toBe(Infinity);
    expect(sum(of())).toBe(0);
  });

  it("the mean of equal values is that value, so their variance is exactly 0", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.integer({ min: 2, max: 300 }),
        (value, n) => {
          const values = new Float64Array(n).fill(value);
          expect(mean(values)).toBe(value + 0);
          expect(sampleVariance(values)).toBe(0);
          expect(skewness(values)).toBeNaN();
          expect(kurtosis(values)).toBeNaN();
        },
      ),
    );
  });
});

describe("variance, skewness, kurtosis", () => {
  it("agree with exact arithmetic, also far from zero", () => {
    fc.assert(
      fc.property(grid, ({ offset, steps }) => {
        const values = Float64Array.from(steps, (k) => offset + k / 1024);
        const n = BigInt(steps.length);
        const total = steps.reduce((a, k) => a + BigInt(k), 0n);
        const central = (power: bigint) => steps.reduce((a, k) => a + (n * BigInt(k) - total) ** power, 0n);
        const size = steps.length;
        const m2 = Number(central(2n)) / size ** 3;
        expect(populationVariance(values)).toBeCloseTo(m2 / 2 ** 20, 12);
        expect(sampleVariance(values) * (size - 1)).toBeCloseTo((m2 / 2 ** 20) * size, 9);
        if (m2 === 0) return;
        expect(skewness(values)).toBeCloseTo(Number(central(3n)) / size ** 4 / m2 ** 1.5, 9);
        expect(kurtosis(values)).toBeCloseTo(Number(central(4n)) / size ** 5 / m2 ** 2, 9);
      }),
    );
  });

  it("are the textbook's: 2 4 4 4 5 5 7 9", () => {
    const values = of(2, 4, 4, 4, 5, 5, 7, 9);
    expect([mean(values), populationVariance(values)]).toEqual([5, 4]);
    expect(sampleVariance(values)).toBeCloseTo(32 / 7, 15);
    expect(sampleDeviation(values)).toBeCloseTo(Math.sqrt(32 / 7), 15);
    expect(skewness(values)).toBeCloseTo(0.65625, 15);
    expect(kurtosis(values)).toBeCloseTo(2.78125, 15);
  });

  it("are NaN for samples too small, and for NaN inside", () => {
    expect([
      mean(of()),
      populationVariance(of()),
      sampleVariance(of(1)),
      skewness(of()),
      skewness(of(3)),
    ]).toEqual(new Array(5).fill(Number.NaN));
    const holed = of(1, Number.NaN, 2);
    expect([sum(holed), mean(holed), sampleVariance(holed), skewness(holed), quantile(holed, 0.1)]).toEqual(
      new Array(5).fill(Number.NaN),
    );
  });

  it("values alike but for their last bit have no shape", () => {
    const value = 0.1;
    expect(skewness(of(value, value, value + 2 ** -56, value))).toBeNaN();
  });
});

describe("quantile", () => {
  it.each([
    [0, 1],
    [0.25, 1.75],
    [0.5, 2.5],
    [0.9, 3.7],
    [1, 4],
  ])("type 7 of 4 1 3 2 at %d is %d", (q, expected) => {
    const values = of(4, 1, 3, 2);
    expect(quantile(values, q)).toBeCloseTo(expected, 14);
    expect([...values]).toEqual([4, 1, 3, 2]);
  });

  it("is NaN when empty or asked outside 0..1, and the value itself when there is one", () => {
    expect([quantile(of(), 0.5), quantile(of(1), -0.1), quantile(of(1), 1.1)]).toEqual(
      new Array(3).fill(Number.NaN),
    );
    expect(quantile(of(7), 0.3)).toBe(7);
  });
});

describe("autocorrelation", () => {
  it("matches a hand calculation, is 1 at lag 0 and NaN without a pair or a spread", () => {
    const values = of(1, 2, 3, 4);
    expect(autocorrelation(values, 0)).toBe(1);
    expect(autocorrelation(values, 1)).toBeCloseTo(0.25, 15);
    expect(autocorrelation(values, 2)).toBeCloseTo(-0.3, 15);
    expect(autocorrelation(values, 3)).toBeCloseTo(-0.45, 15);
    expect(autocorrelation(values, 4)).toBeNaN();
    expect(autocorrelation(of(2, 2, 2), 1)).toBeNaN();
  });

  it("does not change when the values move by 2^30", () => {
    const near = Float64Array.from({ length: 30 }, (_, i) => Math.round(Math.sin(i * 2.1) * 64) / 65_536);
    const far = near.map((value) => value + 2 ** 30);
    for (const lag of [1, 2, 7])
      expect(autocorrelation(far, lag)).toBeCloseTo(autocorrelation(near, lag), 10);
  });
});
