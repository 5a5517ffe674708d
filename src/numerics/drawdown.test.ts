/** Goal: a drawdown is the worst an owner saw, dates included. Method: hand-made curves, then an O(n^2) rival. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawdowns, equityCurve } from "./drawdown.ts";

const of = (...values: number[]) => Float64Array.from(values);

describe("drawdowns", () => {
  it("counts a loss on the first day, for equity begins at 1", () => {
    const found = drawdowns(of(-0.1, 0.05));
    expect(found.maxDrawdown).toBeCloseTo(-0.1, 15);
    expect([found.peakIndex, found.troughIndex, found.recoveryIndex, found.longestPeriods]).toEqual([
      0,
      1,
      undefined,
      2,
    ]);
  });

  it("names peak, bottom and recovery of the deepest, and the longest even when it is another", () => {
    // 1 2 1 2 | 2 1.8 1.9 1.9 1.95 2.5
    const equity = [1, 2, 1, 2, 1.8, 1.9, 1.9, 1.95, 2.5];
    const found = drawdowns(Float64Array.from(equity.slice(1), (value, i) => value / (equity[i] ?? 1) - 1));
    expect(found.maxDrawdown).toBe(-0.5);
    expect([found.peakIndex, found.troughIndex, found.recoveryIndex]).toEqual([1, 2, 3]);
    expect(found.longestPeriods).toBe(4);
    expect(found.depth.length).toBe(8);
  });

  it("is nothing when equity never falls, or never moves, or never was", () => {
    for (const returns of [of(0.1, 0.2), of(0, 0, 0), of()]) {
      const found = drawdowns(returns);
      expect([found.maxDrawdown, found.longestPeriods, found.isRuined]).toEqual([0, 0, false]);
      expect([found.peakIndex, found.troughIndex, found.recoveryIndex]).toEqual([0, 0, 0]);
    }
  });

  it("ends the curve at ruin: two losses beyond -100 % make no gain", () => {
    const found = drawdowns(of(0.5, -1.2, -1.5, 3));
    expect([...found.equity].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([
      1, 1.5, -0.3, -0.3, -0.3,
    ]);
    expect(found.isRuined).toBe(true);
    expect(found.maxDrawdown).toBeCloseTo(-1.2, 14);
    expect(drawdowns(of(-1, 0.5)).isRuined).toBe(true);
    expect(drawdowns(of(-0.999)).isRuined).toBe(false);
  });

  it("agrees with comparing every pair of days", () => {
    const returns = fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), {
      minLength: 1,
      maxLength: 60,
      size: "max",
    });
    fc.assert(
      fc.property(returns, (list) => {
        const found = drawdowns(Float64Array.from(list));
        const equity = [...equityCurve(Float64Array.from(list))];
        let worst = 0;
        let longest = 0;
        for (let from = 0; from < equity.length; from++) {
          for (let to = from + 1; to < equity.length; to++) {
            worst = Math.min(worst, equity[to]! / equity[from]! - 1);
            if (equity.slice(from + 1, to + 1).every((value) => value < equity[from]!)) {
              longest = Math.max(longest, to - from);
            }
          }
        }
        expect(found.maxDrawdown).toBe(worst);
        expect(found.longestPeriods).toBe(longest);
        expect(equity[found.troughIndex]! / equity[found.peakIndex]! - 1).toBe(worst);
        const { recoveryIndex } = found;
        if (worst < 0 && recoveryIndex !== undefined) {
          expect(equity[recoveryIndex]).toBeGreaterThanOrEqual(equity[found.peakIndex]!);
          expect(
            equity.slice(found.troughIndex, recoveryIndex).every((e) => e < equity[found.peakIndex]!),
          ).toBe(true);
        }
      }),
    );
  });
});
