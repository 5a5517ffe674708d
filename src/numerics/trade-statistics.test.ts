/** Goal: per-trade figures as the oracle has them, and definite answers where a side is empty. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { tradeStatistics } from "./trade-statistics.ts";

const golden = resolve(process.env.PLIMSOLL_GOLDEN ?? "../shared/golden", "trade_stats.json");
const has = existsSync(golden);
const of = (...values: number[]) => tradeStatistics(Float64Array.from(values));

describe.skipIf(!has)(`golden trade_stats${has ? "" : " (skipped: golden/trade_stats.json missing)"}`, () => {
  it("every figure of the oracle", () => {
    const { input, expected, tolerance } = JSON.parse(readFileSync(golden, "utf8")) as {
      input: { pnl: number[] };
      expected: Record<string, number>;
      tolerance: { rel: number; abs: number };
    };
    const found = of(...input.pnl);
    const actual: Record<string, number> = {
      win_rate: found.wins / found.trades,
      win_rate_excl_zero: found.winRate,
      profit_factor: found.profitFactor,
      expectancy: found.expectancy,
      avg_win: found.averageWin,
      avg_loss: found.averageLoss,
      payoff: found.payoff,
    };
    expect(Object.keys(actual).toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const [key, value] of Object.entries(expected)) {
      const slack = tolerance.abs + tolerance.rel * Math.abs(value);
      expect(Math.abs((actual[key] ?? Number.NaN) - value), key).toBeLessThanOrEqual(slack);
    }
  });
});

describe("tradeStatistics", () => {
  it("counts, sums and finds the extremes", () => {
    const found = of(10, -4, 0, 6, -2);
    expect(found).toMatchObject({
      trades: 5,
      wins: 2,
      losses: 2,
      zeros: 1,
      netProfit: 10,
      best: 10,
      worst: -4,
    });
    expect([found.grossProfit, found.grossLoss, found.averageWin, found.averageLoss]).toEqual([
      16, -6, 8, -3,
    ]);
  });

  it.each([
    [[1, 1, -1, 1], 2, 1],
    [[1, 0, 1, -1, 0, 0, -1, -1], 2, 3],
    [[0, 0], 0, 0],
    [[-1, -1, 1], 1, 2],
    [[], 0, 0],
  ])("streaks of %j are %d and %d: a scratch neither lengthens nor ends one", (profits, winning, losing) => {
    const found = of(...profits);
    expect([found.longestWinningStreak, found.longestLosingStreak]).toEqual([winning, losing]);
  });

  it("an empty side is NaN, and no losses make the profit factor unbounded", () => {
    const onlyWins = of(5, 1);
    expect([onlyWins.winRate, onlyWins.profitFactor, onlyWins.averageLoss, onlyWins.payoff]).toEqual([
      1,
      Infinity,
      Number.NaN,
      Number.NaN,
    ]);
    expect(of(-5).profitFactor).toBe(0);
    const none = of();
    expect([none.winRate, none.profitFactor, none.expectancy, none.best, none.worst]).toEqual(
      new Array(5).fill(Number.NaN),
    );
    expect([of(0, 0).winRate, of(0, 0).expectancy]).toEqual([Number.NaN, 0]);
  });

  it("NU-5: halts on a profit that is not a number", () => {
    expect(() => of(1, Number.NaN)).toThrow(/NU-5/);
  });
});
