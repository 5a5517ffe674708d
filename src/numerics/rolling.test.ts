/**
 * Goal: constant-time moments equal the two-pass answer to 1e-10 at every step, whatever passed through.
 * Method: the exact-rational golden series, then streams of regimes (cents on 1e9, outliers, flat stretches,
 * refused values) against a fresh two-pass over the window.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mean, populationVariance } from "./moments.ts";
import {
  momentsSize,
  slideMoments,
  windowMean,
  windowPopulationVariance,
  windowSampleVariance,
} from "./rolling.ts";

/** One window behind a name. */
class RollingMoments {
  readonly length: number;
  readonly state: Float64Array;
  constructor(length: number, state: Float64Array = new Float64Array(momentsSize(length))) {
    this.length = length;
    this.state = state;
  }
  get mean(): number {
    return windowMean(this.state, 0, this.length);
  }
  get populationVariance(): number {
    return windowPopulationVariance(this.state, 0, this.length);
  }
  get sampleVariance(): number {
    return windowSampleVariance(this.state, 0, this.length);
  }
  push(value: number): void {
    slideMoments(this.state, 0, this.length, value);
  }
  save(): number[] {
    return Array.from(this.state);
  }
}

function rolling(
  values: Float64Array,
  length: number,
  read: (window: RollingMoments) => number,
): Float64Array {
  const window = new RollingMoments(length);
  return values.map((value) => {
    window.push(value);
    return read(window);
  });
}
const rollingMean = (values: Float64Array, length: number) => rolling(values, length, ({ mean }) => mean);
const rollingPopulationVariance = (values: Float64Array, length: number) =>
  rolling(values, length, ({ populationVariance }) => populationVariance);
const rollingSampleVariance = (values: Float64Array, length: number) =>
  rolling(values, length, ({ sampleVariance }) => sampleVariance);

const golden = resolve(process.env.PLIMSOLL_GOLDEN ?? "../shared/golden", "stability_rolling_sd.json");
const has = existsSync(golden);

describe.skipIf(!has)(
  `golden stability_rolling_sd${has ? "" : " (skipped: golden/stability_rolling_sd.json missing)"}`,
  () => {
    it("equals the exact rational deviation of prices near 1e9, where naive code fails", () => {
      const { input, expected, tolerance, params } = JSON.parse(readFileSync(golden, "utf8")) as {
        input: { x: number[] };
        expected: { sd20: (number | null)[] };
        tolerance: { rel: number; abs: number };
        params: { n: number };
      };
      const x = Float64Array.from(input.x);
      const actual = rollingPopulationVariance(x, params.n).map(Math.sqrt);
      let compared = 0;
      expected.sd20.forEach((sd, t) => {
        if (sd === null) {
          expect(actual[t]).toBeNaN();
          return;
        }
        expect(Math.abs(actual[t]! - sd)).toBeLessThanOrEqual(tolerance.abs + tolerance.rel * sd);
        compared += 1;
      });
      expect(compared).toBe(x.length - params.n + 1);
      expect(worstNaive(x, expected.sd20, params.n)).toBeGreaterThan(tolerance.rel);
    });
  },
);

describe("rolling moments against two passes", () => {
  const regime = fc.record({
    level: fc.constantFrom(0, 1, 100, 1e9, -1e6),
    scale: fc.constantFrom(1e-6, 0.01, 1, 1e5),
    spikes: fc.constantFrom(0, 0, 1e8, 1e12),
    count: fc.integer({ min: 5, max: 120 }),
  });

  it("agree to 1e-10 through regimes, outliers and more than one exact recompute", () => {
    const regimes = fc.array(regime, { minLength: 3, maxLength: 8, size: "max" });
    fc.assert(
      fc.property(regimes, fc.integer({ min: 2, max: 40 }), fc.nat(), (parts, length, seed) => {
        const values = series(parts, seed);
        const means = rollingMean(values, length);
        const variances = rollingPopulationVariance(values, length);
        for (let t = 0; t < values.length; t++) {
          if (t < length - 1) {
            expect(variances[t]).toBeNaN();
            continue;
          }
          const window = values.subarray(t - length + 1, t + 1);
          const size = window.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          const exact = populationVariance(window);
          // Beside 1e-10 relative, what one rounding of the values themselves is worth.
          const slack = 1e-10 * exact + (4 * Number.EPSILON * size) ** 2;
          expect(Math.abs(variances[t]! - exact)).toBeLessThanOrEqual(slack);
          expect(Math.abs(means[t]! - mean(window))).toBeLessThanOrEqual(1e-10 * (Math.sqrt(exact) + size));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("stay exact over 20,000 updates of a trending price", () => {
    const values = Float64Array.from({ length: 20_000 }, (_, i) => 50 + i * 0.01 + Math.sin(i * 1.7) * 0.05);
    const last = rollingSampleVariance(values, 60).at(-1) ?? Number.NaN;
    const exact = (populationVariance(values.subarray(-60)) * 60) / 59;
    expect(Math.abs(last / exact - 1)).toBeLessThan(1e-12);
  });

  it("a window as wide as one value has variance 0 and no sample variance", () => {
    expect([...rollingMean(Float64Array.of(3, 5), 1)]).toEqual([3, 5]);
    expect([...rollingPopulationVariance(Float64Array.of(3, 5), 1)]).toEqual([0, 0]);
    expect([...rollingSampleVariance(Float64Array.of(3, 5), 1)]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("the flat-window rule", () => {
  it("gives exactly 0 once the window holds one value, whatever came before", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.integer({ min: 2, max: 30 }),
        (flat, length) => {
          const window = new RollingMoments(length);
          for (let i = 0; i < 40; i++) window.push(Math.sin(i) * 1e7 + 0.1);
          for (let i = 0; i < length; i++) window.push(flat);
          expect(window.populationVariance).toBe(0);
          expect(window.mean).toBe(flat + 0);
          window.push(flat);
          expect(window.sampleVariance).toBe(0);
        },
      ),
    );
  });

  it("a window one short of flat is not flat", () => {
    const window = new RollingMoments(3);
    for (const value of [1, 2, 2]) window.push(value);
    expect(window.populationVariance).toBeCloseTo(2 / 9, 15);
  });
});

describe("the NaN policy", () => {
  it.each([Number.NaN, Infinity, -Infinity])(
    "%d answers NaN, moves nothing and takes no place",
    (refused) => {
      const plain = new RollingMoments(3);
      const disturbed = new RollingMoments(3);
      for (const value of [1, 2, 4, 8, 16]) {
        plain.push(value);
        disturbed.push(refused);
        expect([disturbed.mean, disturbed.populationVariance, disturbed.sampleVariance]).toEqual([
          Number.NaN,
          Number.NaN,
          Number.NaN,
        ]);
        disturbed.push(value);
        expect(disturbed.save()).toEqual(plain.save());
      }
      expect(disturbed.mean).toBeCloseTo(28 / 3, 14);
    },
  );
});

describe("checkpoints", () => {
  it("continue bit for bit after JSON, at any step", () => {
    const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), {
      minLength: 30,
      maxLength: 600,
      size: "max",
    });
    fc.assert(
      fc.property(values, fc.nat(), (list, cut) => {
        const at = cut % list.length;
        const whole = new RollingMoments(7);
        for (const value of list) whole.push(value);
        const before = new RollingMoments(7);
        for (const value of list.slice(0, at)) before.push(value);
        const after = new RollingMoments(7);
        after.state.set(JSON.parse(JSON.stringify(before.save())) as number[]);
        for (const value of list.slice(at)) after.push(value);
        expect(after.save()).toEqual(whole.save());
      }),
    );
  });

  it("many series share one block without touching each other", () => {
    const size = momentsSize(4);
    const block = new Float64Array(2 * size);
    const first = new RollingMoments(4, block.subarray(0, size));
    const second = new RollingMoments(4, block.subarray(size));
    const alone = new RollingMoments(4);
    for (let i = 0; i < 10; i++) {
      first.push(i * i);
      second.push(-i);
      alone.push(i * i);
    }
    expect([...block.subarray(0, size)]).toEqual(alone.save());
    expect(second.mean).toBe(-7.5);
  });
});

interface Regime {
  readonly level: number;
  readonly scale: number;
  readonly spikes: number;
  readonly count: number;
}

/** Deterministic noise by a golden-ratio sequence; about every seventeenth value is a spike. */
function series(parts: readonly Regime[], seed: number): Float64Array {
  const values = parts.flatMap(({ level, scale, spikes, count }, part) =>
    Array.from({ length: count }, (_, i) => {
      const noise = (((seed % 1009) + part * 131 + i) * 0.6180339887498949) % 1;
      return level + scale * (noise - 0.5) + (i % 17 === 5 ? spikes : 0);
    }),
  );
  return Float64Array.from(values);
}

/** Worst relative error of sum of squares less square of sum, to show that the golden series is a test at all. */
function worstNaive(x: Float64Array, expected: readonly (number | null)[], n: number): number {
  let total = 0;
  let squares = 0;
  let worst = 0;
  x.forEach((value, t) => {
    total += value - (t >= n ? x[t - n]! : 0);
    squares += value * value - (t >= n ? x[t - n]! ** 2 : 0);
    const sd = expected[t];
    if (typeof sd !== "number") return;
    const naive = Math.sqrt(Math.max(0, squares / n - (total / n) ** 2));
    worst = Math.max(worst, Math.abs(naive / sd - 1));
  });
  return worst;
}
