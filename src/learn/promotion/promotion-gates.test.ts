/**
 * Goal: each gate of LEARN-9 alone can reject a model, what is unknown rejects it, and the reason says by how much.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PromotionFigures, promotionLimits, promotionVerdict } from "./promotion-gates.ts";

const limits = promotionLimits.parse({});
const good: PromotionFigures = {
  sharpe: 1.4,
  maxDrawdown: 0.08,
  trades: 240,
  winRate: 0.52,
  overfitting: 0.2,
  deflatedSharpe: 0.97,
};

describe("promotion gates", () => {
  it("the limits are those of LEARN-9", () => {
    expect(limits).toEqual({
      sharpe: 1,
      maxDrawdown: 0.1,
      trades: 100,
      winRate: 0.45,
      overfitting: 0.5,
      deflatedSharpe: 0.95,
    });
  });

  it("a model that passes all six is promoted, without a reason against it", () => {
    const verdict = promotionVerdict(good, limits);
    expect(verdict).toMatchObject({ passed: true, reasons: [] });
    expect(verdict.gates.map(({ gate, value }) => [gate, value])).toEqual(Object.entries(good));
  });

  it.each([
    ["sharpe", 1, "out-of-sample Sharpe ratio is 1.00, it must be above 1.00"],
    ["maxDrawdown", 0.1, "largest drawdown is 10.0 %, it must be below 10.0 %"],
    ["trades", 100, "number of trades is 100, it must be above 100"],
    ["winRate", 0.45, "win rate is 45.0 %, it must be above 45.0 %"],
    ["overfitting", 0.5, "probability of backtest overfitting is 0.500, it must be below 0.500"],
    ["overfitting", Number.NaN, "probability of backtest overfitting is not known, it must be below 0.500"],
    ["deflatedSharpe", Number.NaN, "deflated Sharpe probability is not known, it must be above 0.950"],
  ] as const)("%s of %d alone rejects it", (gate, value, reason) => {
    const verdict = promotionVerdict({ ...good, [gate]: value }, limits);
    expect(verdict.passed).toBe(false);
    expect(verdict.reasons).toEqual([reason]);
    expect(verdict.gates.filter(({ passed }) => !passed).map((failed) => failed.gate)).toEqual([gate]);
  });

  it("making one figure worse never lets a rejected model pass", () => {
    const worse: PromotionFigures = {
      sharpe: -1,
      maxDrawdown: 1,
      trades: -1,
      winRate: -1,
      overfitting: 1,
      deflatedSharpe: -1,
    };
    const names = Object.keys(good) as (keyof PromotionFigures)[];
    const figure = fc.double({ noNaN: true, min: 0, max: 2 });
    const anyFigures = fc.record({
      sharpe: figure,
      maxDrawdown: figure,
      trades: fc.integer({ min: 0, max: 300 }),
      winRate: figure,
      overfitting: figure,
      deflatedSharpe: figure,
    });
    fc.assert(
      fc.property(
        anyFigures,
        fc.constantFrom(...names),
        fc.double({ min: 0, max: 1 }),
        (figures, name, share) => {
          const before = promotionVerdict(figures, limits);
          const moved = figures[name] + worse[name] * share;
          const after = promotionVerdict({ ...figures, [name]: moved }, limits);
          expect(after.passed && !before.passed).toBe(false);
          expect(after.passed).toBe(after.reasons.length === 0);
        },
      ),
    );
  });
});
