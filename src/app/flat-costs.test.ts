/** Goal: fills that pay the same whatever happens are counted as such, and no other fill is. */
import { describe, expect, it } from "vitest";
import { randomDaily } from "../../test/daily-market.ts";
import { type OrderNumber, TimeInForce } from "../domain/order.ts";
import { FillField } from "../engine/fill-table.ts";
import { OrderField } from "../execution/order-table.ts";
import { xnysSessions } from "../market/calendar.ts";
import { loadConfig } from "./config.ts";
import { runEngine } from "./engine-run.ts";
import { flatCosts, flatCostWarnings } from "./flat-costs.ts";
import { strategyShares } from "./run-attribution.ts";
import { runCosts } from "./run-summary.ts";
import { tradeRows } from "./trade-rows.ts";
import { paidIn } from "./whole-micros.ts";

const columns = randomDaily({ seed: 6, sessions: 500 });
const [sessions, cash] = [xnysSessions(), 50_000];

function runWith(...assignments: string[]) {
  const config = loadConfig({
    assignments: ["strategies.reference_ema_cross.params={fast: 3, slow: 8}", ...assignments],
  });
  const strategyIds = ["reference_ema_cross", "swing_trend_following"];
  return { config, run: runEngine({ config, strategyIds, columns, sessions, cash }) };
}

describe("flat costs", () => {
  const { config, run } = runWith();
  const { fills } = run.loop.execute;

  it("are those of fills without drift and impact that paid the auction's charge", () => {
    const { fills: flat, of, bps, isAuction } = flatCosts(run, config.costs, "1d");
    const free = (n: number) =>
      [FillField.spread, FillField.drift, FillField.impact].every((field) => fills.get(n, field) === 0);
    const moved = (n: number) => fills.get(n, FillField.drift) > 0 || fills.get(n, FillField.impact) > 0;
    const rows = Array.from({ length: fills.length }, (_, n) => n);
    const market = rows.filter((n) => fills.get(n, FillField.crossed) === 0);
    expect(of).toBe(market.length);
    expect(flat).toBe(market.filter((n) => !free(n) && !moved(n)).length);
    expect([bps, isAuction]).toEqual([1, true]);
    // Both kinds are there, or the count would prove nothing.
    expect(flat).toBeGreaterThan(20);
    expect(market.some(moved)).toBe(true);
  });

  it("are a warning with how many, which share and how much", () => {
    const counted = flatCosts(run, config.costs, "1d");
    const share = Math.round((counted.fills / counted.of) * 100);
    expect(flatCostWarnings(counted)).toEqual([
      `${share}% of fills (${counted.fills} of ${counted.of}) met an opening or closing auction. ` +
        "Each is charged a flat 1.00 bps, whatever the volatility, the size and the stock: a real one may cost more.",
    ]);
    expect(flatCostWarnings({ fills: 0, of: 10, bps: 1, isAuction: true })).toEqual([]);
  });

  it("over recorded quotes, whose spreads look like one, and on minutes, are of orders for an auction only", () => {
    const { orders } = run.loop.execute;
    const rows = Array.from({ length: fills.length }, (_, n) => n);
    const inAuction = rows.filter((n) => {
      const life = orders.get(fills.get(n, FillField.order) as OrderNumber, OrderField.timeInForce);
      return life === TimeInForce.AtOpen || life === TimeInForce.AtClose;
    });
    const { fills: all } = flatCosts(run, config.costs, "1d");
    expect(inAuction.length).toBeGreaterThan(10);
    for (const counted of [
      flatCosts({ ...run, overTicks: true }, config.costs, "1d").fills,
      flatCosts(run, config.costs, "1m").fills,
    ]) {
      expect(counted).toBeLessThanOrEqual(inAuction.length);
      expect(counted).toBeLessThan(all);
    }
  });

  it("are all that paid where the model is a fixed one", () => {
    const fixed = runWith("costs.slippage=fixed", "costs.fixedBps=5");
    const { fills: flat, of, bps, isAuction } = flatCosts(fixed.run, fixed.config.costs, "1d");
    expect([bps, isAuction]).toEqual([5, false]);
    expect(flat / of).toBeGreaterThan(0.9);
    expect(flatCostWarnings({ fills: flat, of, bps, isAuction })[0]).toContain(
      "paid a fixed cost. Each is charged",
    );
  });
});

it("one strategy's costs are the account's, to the last digit that is shown", () => {
  const config = loadConfig({
    assignments: ["strategies.reference_ema_cross.params={fast: 3, slow: 8}"],
  });
  const setup = { config, strategyIds: ["reference_ema_cross"], columns, sessions, cash };
  const run = runEngine(setup);
  const [share] = strategyShares(run, tradeRows(run, columns), setup);
  expect(paidIn(runCosts(run))).toBeGreaterThan(1);
  expect(share?.costs).toBe(paidIn(runCosts(run)));
});
