/**
 * Goal    a person with a calculator gets every price and fee of the ten fills from what the page shows.
 * Method  each row worked out again here, from its own figures, from the bars and from the cost settings, without
 *         the code that made it.
 */
import { describe, expect, it } from "vitest";
import { randomDaily } from "../../test/daily-market.ts";
import { batchCount } from "../domain/bars.ts";
import { type OrderNumber, purposeNames } from "../domain/order.ts";
import { isoInstant } from "../domain/time.ts";
import { FillField } from "../engine/fill-table.ts";
import { xnysSessions } from "../market/calendar.ts";
import { loadConfig } from "./config.ts";
import { runEngine } from "./engine-run.ts";
import { handFills } from "./hand-fills.ts";
import { chooseFills } from "./hand-fills-choice.ts";
import type { HandFill } from "./run-result.ts";

const config = loadConfig({
  assignments: ["strategies.reference_ema_cross.params={fast: 3, slow: 8}", "costs.commissionPerShare=0.005"],
});
const columns = randomDaily({ seed: 6, sessions: 500 });
const run = runEngine({
  config,
  strategyIds: ["reference_ema_cross", "swing_trend_following"],
  columns,
  sessions: xnysSessions(),
  cash: 50_000,
});
const fills = handFills(run, columns, config);
const cents = (dollars: number) => Math.ceil(dollars * 100 - 1e-9) / 100;

describe.each(fills.map((fill, n) => [n, fill] as const))("fill %d", (_, fill: HandFill) => {
  const { shares, unslipped, price, spread, drift, impact, side } = fill;

  it("its price is the unslipped one moved by spread, drift and impact", () => {
    const away = (spread + drift + impact) / shares;
    expect(side === "buy" ? unslipped + away : unslipped - away).toBeCloseTo(price, 6);
  });

  it("the unslipped price is one that its bar printed, and an auction costs one basis point", () => {
    const bar = barOf(fill);
    const isAtOpen = Math.abs(bar.open - unslipped) < 1e-5;
    expect(unslipped).toBeGreaterThanOrEqual(bar.low - 1e-5);
    expect(unslipped).toBeLessThanOrEqual(bar.high + 1e-5);
    if (!isAtOpen || drift !== 0) return;
    expect(spread / (unslipped * shares)).toBeLessThanOrEqual(0.0001 + 1e-6);
  });

  it("its commission and fees come from the rates in force, each rounded up to the cent", () => {
    expect(fill.commission).toBeCloseTo(shares * 0.005, 6);
    if (side === "buy") {
      expect([fill.fees, fill.rates]).toEqual([0, null]);
      return;
    }
    const rates = fill.rates ?? { from: "", secPerMillion: Number.NaN, tafPerShare: 0, tafCap: 0 };
    const row = config.costs.feeSchedule
      .toSorted((a, b) => (a.from < b.from ? -1 : 1))
      .findLast(({ from }) => from <= fill.at.slice(0, 10));
    expect(rates.from).toBe(row?.from);
    const sec = cents((shares * price * rates.secPerMillion) / 1e6);
    const taf = cents(Math.min(shares * rates.tafPerShare, rates.tafCap));
    expect(fill.fees).toBeCloseTo(sec + taf, 9);
  });
});

it("the ten are the same every time, in order of time, the largest among them", () => {
  const table = run.loop.execute.fills;
  expect(table.length).toBeGreaterThan(40);
  const values = Array.from(
    { length: table.length },
    (_, n) => table.get(n, FillField.shares) * table.get(n, FillField.price),
  );
  expect(fills.length).toBe(10);
  expect(Math.max(...fills.map(({ shares, price }) => shares * price))).toBe(Math.max(...values));
  expect(new Set(fills.map(({ order, at }) => `${order} ${at}`)).size).toBe(10);
  expect(fills.map(({ at }) => at)).toEqual(fills.map(({ at }) => at).toSorted());
  expect(handFills(run, columns, config)).toEqual(fills);
  expect(new Set(fills.map(({ side }) => side))).toEqual(new Set(["buy", "sell"]));
});

/** Fills that met the market on their own, as the table of fills has them. */
function ownRows() {
  const { fills: table, orders } = run.loop.execute;
  return Array.from({ length: table.length }, (_, n) => n).filter(
    (n) =>
      table.get(n, FillField.crossed) === 0 && !orders.isShared(table.get(n, FillField.order) as OrderNumber),
  );
}

it("each cause of cost that the run paid is among them, with the fill that paid the most of it", () => {
  const { fills: table } = run.loop.execute;
  const causes = [
    ["spread", FillField.spread],
    ["drift", FillField.drift],
    ["impact", FillField.impact],
    ["commission", FillField.commission],
    ["fees", FillField.regulatory],
  ] as const;
  for (const [name, field] of causes) {
    const most = Math.max(...ownRows().map((n) => table.get(n, field)));
    expect(most, name).toBeGreaterThan(0);
    expect(Math.max(...fills.map((fill) => fill[name])), name).toBe(most);
  }
});

it("each purpose of the run is among them: entries, exits and stops", () => {
  const { fills: table, orders } = run.loop.execute;
  const all = ownRows().map(
    (n) => purposeNames[orders.purpose(table.get(n, FillField.order) as OrderNumber)],
  );
  expect(new Set(all).size).toBeGreaterThan(2);
  expect(new Set(fills.map(({ purpose }) => purpose))).toEqual(new Set(all));
});

it("fewer than ten are asked for in the same order of need: the largest first, then the dearest cause", () => {
  const { execute } = run.loop;
  const value = (n: number) => execute.fills.get(n, FillField.shares) * execute.fills.get(n, FillField.price);
  const rows = ownRows();
  const largest = rows.reduce((best, n) => (value(n) > value(best) ? n : best));
  expect(chooseFills(execute, 1)).toEqual([largest]);
  for (let most = 1; most <= 12; most++) {
    const chosen = chooseFills(execute, most);
    expect(new Set(chosen).size).toBe(most);
    expect(chosen).toContain(largest);
    expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
  }
});

function barOf({ at, symbol }: HandFill) {
  const day = at.slice(0, 10);
  for (let batch = 0; batch < batchCount(columns); batch++) {
    if (isoInstant(columns.closedAt[batch] as Parameters<typeof isoInstant>[0]).slice(0, 10) !== day)
      continue;
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      if (columns.instruments.symbols[columns.instrument[row]!] !== symbol) continue;
      return { open: columns.open[row]!, low: columns.low[row]!, high: columns.high[row]! };
    }
  }
  throw new RangeError(`no bar of ${symbol} on ${day}`);
}
