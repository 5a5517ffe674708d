/**
 * Goal    windows give the sums and moments of their last n rows, to the last digits, whatever has passed
 *         through them; a cross-section gives ranks and scores that no order of its values can change.
 * Method  plain two-pass arithmetic over the window beside the stream; shocks, flat stretches, hand-worked values.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CrossSection } from "./cross-section.ts";
import { WindowCoMoments } from "./window-co-moments.ts";
import { WindowSums } from "./window-sums.ts";

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
/** Quiet numbers, with shocks of twelve orders of magnitude and stretches that stand still. */
const series = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(1e12, -1e12) },
    { weight: 3, arbitrary: fc.constant(0.25) },
  ),
  { minLength: 30, maxLength: 120 },
);
const length = fc.integer({ min: 1, max: 25 });

function push(window: WindowCoMoments, at: number, x: number, y: number): void {
  window.pair.set([x, y]);
  window.add(at);
}

describe("window sums", () => {
  it("are the sums of the last n rows, for two series side by side, and NaN before", () => {
    fc.assert(
      fc.property(series, length, (values, n) => {
        const windows = new WindowSums(n, 2, new Float64Array(2 * WindowSums.sizeOf(n, 2)));
        for (const [t, value] of values.entries()) {
          windows.entry.set([-value, 1]);
          windows.add(1);
          windows.entry.set([value, 2 * value]);
          windows.add(0);
          const last = values.slice(Math.max(0, t + 1 - n), t + 1);
          const scale = sum(last.map(Math.abs));
          if (t + 1 < n) expect([...windows.total]).toEqual([Number.NaN, Number.NaN]);
          else expect(Math.abs(windows.total[0]! - sum(last))).toBeLessThanOrEqual(1e-14 * scale);
          if (t + 1 >= n) expect(windows.total[1]).toBe(2 * windows.total[0]!);
        }
      }),
    );
  });

  it("keep nothing of a shock that has left", () => {
    const windows = new WindowSums(4, 1, new Float64Array(WindowSums.sizeOf(4, 1)));
    const totals = [0.1, 1e16, 0.1, 0.1, 0.1, 0.1].map((value) => {
      windows.entry[0] = value;
      windows.add(0);
      return windows.total[0];
    });
    expect(totals.at(-1)).toBeCloseTo(0.4, 15);
  });

  it("begin anew for the one series that is cleared", () => {
    const windows = new WindowSums(2, 1, new Float64Array(2 * WindowSums.sizeOf(2, 1)));
    const add = (at: number, value: number) => {
      windows.entry[0] = value;
      windows.add(at);
      return windows.total[0];
    };
    expect([add(0, 1), add(0, 2), add(1, 5), add(1, 6)]).toEqual([Number.NaN, 3, Number.NaN, 11]);
    windows.clear(0);
    expect([add(0, 7), add(0, 8), add(1, 9)]).toEqual([Number.NaN, 15, 15]);
  });

  it("refuse a state of another size", () => {
    expect(() => new WindowSums(3, 2, new Float64Array(11))).toThrow(/NU-4/);
    expect(() => new WindowSums(0, 2, new Float64Array(0))).toThrow(/NU-4/);
    expect(() => new WindowCoMoments(3, new Float64Array(10))).toThrow(/NU-4/);
    expect(() => new WindowCoMoments(1.5, new Float64Array(0))).toThrow(/NU-4/);
  });
});

describe("window co-moments", () => {
  it("are the centred sums of the last n pairs, to ten digits, with shocks and flat stretches", () => {
    fc.assert(
      fc.property(series, length, fc.double({ min: -3, max: 3, noNaN: true }), (values, n, slope) => {
        const window = new WindowCoMoments(n, new Float64Array(2 * WindowCoMoments.sizeOf(n)));
        const ys = values.map((x, t) => slope * x + ((t * 7919) % 13) / 13);
        for (const [t, x] of values.entries()) {
          push(window, 0, 1e3 * x, x);
          push(window, 1, x, ys[t] ?? 0);
          const pairs = values.slice(Math.max(0, t + 1 - n), t + 1);
          const others = ys.slice(Math.max(0, t + 1 - n), t + 1);
          if (t + 1 < n) {
            expect([window.meanX, window.sxx, window.sxy]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
            continue;
          }
          const [mx, my] = [mean(pairs), mean(others)];
          const sxx = sum(pairs.map((p) => (p - mx) ** 2));
          const sxy = sum(pairs.map((p, k) => (p - mx) * (others[k]! - my)));
          const syy = sum(others.map((o) => (o - my) ** 2));
          const rounding = 1e-15 * Math.max(...pairs.map(Math.abs), ...others.map(Math.abs));
          expect(Math.abs(window.meanX - mx)).toBeLessThanOrEqual(1e-10 * Math.abs(mx) + 10 * rounding);
          expect(Math.abs(window.sxx - sxx)).toBeLessThanOrEqual(1e-10 * sxx + n * rounding ** 2);
          expect(Math.abs(window.syy - syy)).toBeLessThanOrEqual(1e-10 * syy + n * rounding ** 2);
          expect(Math.abs(window.sxy - sxy)).toBeLessThanOrEqual(
            1e-10 * Math.sqrt(sxx * syy) + n * rounding ** 2,
          );
          expect(window.sxx).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("are exactly 0 for a window of equal values, also after a shock", () => {
    const window = new WindowCoMoments(5, new Float64Array(WindowCoMoments.sizeOf(5)));
    for (const x of [3, 1e15, 0.1, 7, 0.1, 0.1, 0.1, 0.1]) push(window, 0, x, -x);
    expect(window.sxx).toBeGreaterThan(0);
    push(window, 0, 0.1, -0.1);
    expect([window.sxx, window.sxy, window.syy]).toEqual([0, 0, 0]);
    expect(window.meanX).toBeCloseTo(0.1, 12);
  });

  it("keep their digits near a billion, where a sum of squares has none left", () => {
    const window = new WindowCoMoments(4, new Float64Array(WindowCoMoments.sizeOf(4)));
    for (let t = 0; t < 50; t++) push(window, 0, 1e9 + (t % 4) / 4, t);
    // 0, 1/4, 1/2, 3/4 in some order: the squares about their mean are 5/16.
    expect(window.sxx).toBe(5 / 16);
    expect(window.syy).toBe(5);
  });

  it("continue bit for bit from a copied state", () => {
    const block = new Float64Array(WindowCoMoments.sizeOf(6));
    const first = new WindowCoMoments(6, block);
    for (let t = 0; t < 20; t++) push(first, 0, Math.sin(t), Math.cos(t));
    const copied = block.slice();
    const otherBlock = new Float64Array(WindowCoMoments.sizeOf(6));
    const second = new WindowCoMoments(6, otherBlock);
    otherBlock.set(copied);
    push(first, 0, 0.3, 0.4);
    push(second, 0, 0.3, 0.4);
    expect([second.meanY, second.sxx, second.sxy]).toEqual([first.meanY, first.sxx, first.sxy]);
  });
});

describe("a cross-section", () => {
  const sectionOf = (values: readonly number[], winsorAt = 5) => {
    const section = new CrossSection(20, winsorAt);
    section.take(Float64Array.from(values), values.length);
    return section;
  };

  it("ranks from 0 to 1 and shares the average among ties", () => {
    const section = sectionOf([3, 1, Number.NaN, 2, 2, 5]);
    expect([1, 2, 3, 5].map((x) => section.rank(x))).toEqual([0, 0.375, 0.75, 1]);
    expect(section.rank(Number.NaN)).toBeNaN();
    expect(section.score(Number.NaN)).toBeNaN();
  });

  it("is silent below five values, and scores nothing when all are equal", () => {
    const few = sectionOf([1, 2, 3, 4, Number.NaN]);
    expect([few.rank(2), few.score(2)]).toEqual([Number.NaN, Number.NaN]);
    const equal = sectionOf([0.1, 0.1, 0.1, 0.1, 0.1, 0.1]);
    expect([equal.rank(0.1), equal.score(0.1)]).toEqual([0.5, Number.NaN]);
  });

  it("forgets the section before it", () => {
    const section = sectionOf([9, 8, 7, 6, 5, 4, 3]);
    section.take(Float64Array.from([1, 2, 3, 4, 5]), 5);
    expect(section.rank(5)).toBe(1);
    section.take(Float64Array.from([1, 2, 3, 4, 5]), 4);
    expect(section.rank(4)).toBeNaN();
  });

  it("pulls an outlier in to the median +- 5 robust deviations before it scores", () => {
    // Median 3, MAD 1: the ceiling is 3 + 5 * 1.4826 = 10.413.
    const values = [1, 2, 3, 4, 1000];
    const winsorised = [1, 2, 3, 4, 3 + 5 * 1.4826];
    const centre = mean(winsorised);
    const deviation = Math.sqrt(mean(winsorised.map((x) => (x - centre) ** 2)));
    expect(sectionOf(values).score(1000)).toBeCloseTo((10.413 - centre) / deviation, 12);
    expect(sectionOf(values).score(2)).toBeCloseTo((2 - centre) / deviation, 12);
    expect(sectionOf(values, Infinity).score(1000)).toBeCloseTo(2, 3);
    // More than half are equal: no robust scale, so nothing is pulled in.
    expect(sectionOf([0, 0, 0, 0, 1]).score(1)).toBeCloseTo(2, 12);
  });

  it("does not depend on the order of its values, to the last bit", () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 5, maxLength: 20 });
    fc.assert(
      fc.property(values, (given) => {
        const forwards = sectionOf(given);
        const backwards = sectionOf(given.toReversed());
        for (const x of given) {
          expect(backwards.rank(x)).toBe(forwards.rank(x));
          expect(backwards.score(x)).toBe(forwards.score(x));
        }
      }),
    );
  });

  it("refuses more values than it was made for", () => {
    expect(() => new CrossSection(3).take(new Float64Array(5), 5)).toThrow(/NU-4/);
  });
});
