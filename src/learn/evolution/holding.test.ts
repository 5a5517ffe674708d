/**
 * Goal    what holding would have paid is what a hand reckons, a rule that merely holds has next to nothing beyond it,
 *         and rules without skill have nothing, also those that buy what has fallen.
 * Method  markets of chance, fixed seeds; the mean of many.
 */
import { describe, expect, it } from "vitest";
import { dailyColumns } from "../../../test/daily-market.ts";
import { noiseMarkets, plantedDaily } from "../../../test/discovery-market.ts";
import { parseRule } from "../../features/formula/formula.ts";
import { sharpeRatio } from "../../numerics/return-ratios.ts";
import { Holding } from "./holding.ts";
import { RuleTrader } from "./judge.ts";
import { panelOf } from "./panel.ts";

const YEARS = { periodsPerYear: 252, riskFree: 0 };

describe("holding", () => {
  it("pays each instrument's return on the dollars of the other days, each part for itself", () => {
    const closes = [10, 11, 12.1, 12.1, 6.05, 6.05, 12.1];
    const days = closes.map((close) => ({ open: close, high: close + 1, low: close - 1, close }));
    const panel = panelOf(dailyColumns({ AAA: days, BBB: days.map(() => undefined) }), [], {
      ...{ market: "", drop: true },
    });
    const holding = new Holding(panel, [5]);
    holding.dollars.set([9, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7]);
    const excess = new Float64Array(7);
    holding.takeFrom(excess, 0, 0);
    // Four rows to reckon over, of which a day and the one after it are left out: half of them.
    const paid = [0, ((0.3 + 0.4) / 2) * 0.1, ((0.1 + 0.4) / 2) * 0.1, 0, ((0.1 + 0.2 + 0.3) / 3) * -0.5];
    // Two in the second part: the other one of both.
    const wanted = [...paid, 0, 0.5];
    for (const [t, each] of wanted.entries()) expect(-excess[t]!).toBeCloseTo(each, 12);
  });

  it.each([
    ["buys what fell of late", "below(rsi_2, 0.3)", "above(rsi_2, 0.5)"],
    ["buys what is below its mean", "over(sma(close, 60), close)", "over(close, sma(close, 60))"],
    ["buys what is above its mean", "over(close, sma(close, 60))", "over(sma(close, 60), close)"],
  ])("gives no skill to a rule without any that %s", (_, entry, exit) => {
    const rule = parseRule({ entry, exit, size: "constant(1)" });
    const ratios = yearly(Object.values(noiseMarkets(0)), 12, rule);
    expect(Math.abs(ratios.excess)).toBeLessThan(0.4);
  });

  it("leaves next to nothing of a rule that holds", () => {
    const rule = parseRule({ entry: "over(high, low)", exit: "over(low, high)", size: "constant(1)" });
    const ratios = yearly([noiseMarkets(0).boom], 12, rule);
    expect(ratios.outright).toBeGreaterThan(3);
    expect(ratios.excess).toBeLessThan(0.5);
  });
});

/** Mean over markets and seeds of the yearly ratios of the last of four years, at no costs. */
function yearly(
  markets: readonly Partial<Parameters<typeof plantedDaily>[0]>[],
  seeds: number,
  rule: ReturnType<typeof parseRule>,
) {
  const sums = { outright: 0, excess: 0 };
  for (const market of markets)
    for (let seed = 1; seed <= seeds; seed++) {
      const columns = plantedDaily({ seed, symbols: 12, sessions: 1008, edge: 0, ...market });
      const panel = panelOf(columns, ["rsi_2"], { market: "", drop: false });
      const { profit, excess } = new RuleTrader(panel, 0, [252, 756]).trade(rule);
      sums.outright += sharpeRatio(profit.subarray(756), YEARS);
      sums.excess += sharpeRatio(excess.subarray(756), YEARS);
    }
  const runs = markets.length * seeds;
  return { outright: sums.outright / runs, excess: sums.excess / runs };
}
