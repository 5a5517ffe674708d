/**
 * Goal    where bars are all there is, a market that falls from bar to bar is not followed by limits that it has left,
 *         and the disaster stop is there when it moves (VS-4, VS-5).
 * Method  one position bought at 100 with a stop at 95, over bars without a spread or costs.
 */
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import { runWorld, strategyOf, testCosts } from "../../test/engine-world.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type OrderNumber, Purpose, purposeNames } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { FillField } from "./fill-table.ts";

const DAYS = 40;
const sessions = testSessions(DAYS, 390);
const costs = {
  ...testCosts,
  slippage: "fixed" as const,
  fixedBps: 0,
  regulatory: false,
  maxParticipation: 1,
};
const stock = 0 as InstrumentId;

/** What closed the position, and at what price. */
function closedBy(
  timeframe: "1d" | "1m",
  closes: readonly EpochMicros[],
  prices: readonly number[],
  stop: number,
) {
  const text = prices.map((price) => `${price}/${price}/${price}/${price}`).join(" ");
  const columns = columnsOf(timeframe, 1, bars(0, text, [...closes]));
  const buyer = strategyOf((view) => {
    if (view.at === closes[0]) view.enter({ instrument: stock, conviction: 1, stop }, "because");
  });
  const { execute } = runWorld({
    world: { columns, sessions },
    strategies: [buyer],
    costs,
    execution: { stops: "virtual" },
  });
  const { fills, orders } = execute;
  const sold = Array.from({ length: fills.length }, (_, n) => {
    const order = fills.get(n, FillField.order) as OrderNumber;
    return `${purposeNames[orders.purpose(order)]}@${fills.get(n, FillField.price)}`;
  });
  const exits = Array.from({ length: orders.length }, (_, n) => orders.purpose(n as OrderNumber));
  return {
    sold: sold.slice(1),
    attempts: exits.filter((purpose) => purpose === Purpose.VirtualStop).length,
    held: execute.portfolio.shares(stock),
  };
}

const days = (n: number) => Array.from({ length: n }, (_, day) => barClose(sessions, day));
const minutes = (n: number) => Array.from({ length: n }, (_, minute) => barClose(sessions, 0, minute + 30));

describe("a market that falls from bar to bar", () => {
  it("by days through the disaster stop at 90: that sells, at the next price there is", () => {
    const prices = [100, 100, 94, 90, 85, 80, 75];
    expect(closedBy("1d", days(7), prices, 95)).toEqual({ sold: ["stop_loss@85"], attempts: 1, held: 0 });
  });

  it("by less: the second attempt is at the market, because the price has left the collar of the first", () => {
    const prices = [100, 100, 94, 93, 92, 91, 90.5];
    expect(closedBy("1d", days(7), prices, 95)).toEqual({ sold: ["virtual_stop@92"], attempts: 2, held: 0 });
  });

  it("by one and a half per cent a minute: two bars after the breach it is out", () => {
    const prices = [100, 100, 98.5, 97.02, 95.56, 94.13, 92.72, 91.33];
    const { sold, attempts, held } = closedBy("1m", minutes(8), prices, 98.8);
    expect({ sold, attempts, held }).toEqual({ sold: ["virtual_stop@95.56"], attempts: 2, held: 0 });
  });
});
