/** Goal: another future leaves the past bit for bit as it was, shares no memory with it, and is still a market. */
import { describe, expect, it } from "vitest";
import { randomDaily } from "../../test/daily-market.ts";
import { type BarColumns, barCount, batchCount } from "../domain/bars.ts";
import type { TickColumns } from "../domain/ticks.ts";
import { ticksWithFuture, withFuture } from "./futures.ts";

const columns = randomDaily({ seed: 3, sessions: 60 });
const CUT = 40;
const lastKept = columns.offset[CUT]!;
const fields = ["open", "high", "low", "close", "volume"] as const;
const past = (from: BarColumns) => ({
  closedAt: from.closedAt.slice(0, CUT),
  offset: from.offset.slice(0, CUT + 1),
  instrument: from.instrument.slice(0, lastKept),
  prices: fields.map((field) => from[field].slice(0, lastKept)),
});

describe.each(["truncated", "poisoned"] as const)("%s", (future) => {
  const other = withFuture(columns, CUT, future, 7);

  it("keeps the past and owns its memory", () => {
    expect(past(other)).toEqual(past(columns));
    for (const field of fields) expect(other[field].buffer).not.toBe(columns[field].buffer);
    expect(other.closedAt.buffer).not.toBe(columns.closedAt.buffer);
  });

  it("leaves the columns it was made from alone", () => {
    const made = randomDaily({ seed: 3, sessions: 60 });
    for (const field of [...fields, "closedAt", "offset", "instrument"] as const)
      expect(columns[field]).toEqual(made[field]);
  });
});

it("truncated ends at the cut, rows and all", () => {
  const other = withFuture(columns, CUT, "truncated", 7);
  expect([batchCount(other), barCount(other), other.offset.length]).toEqual([CUT, lastKept, CUT + 1]);
});

it("poisoned changes every later price, and each bar is still a bar", () => {
  const other = withFuture(columns, CUT, "poisoned", 7);
  expect(barCount(other)).toBe(barCount(columns));
  expect(other.closedAt).toEqual(columns.closedAt);
  for (let row = lastKept; row < barCount(columns); row++) {
    const [open, high, low, close, volume] = fields.map((field) => other[field][row]!) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect(close).not.toBe(columns.close[row]);
    expect(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)).toBe(true);
    expect(Number.isInteger(volume) && volume >= 0).toBe(true);
  }
});

it("poison follows from the seed", () => {
  const close = (seed: number) => withFuture(columns, CUT, "poisoned", seed).close;
  expect(close(7)).toEqual(close(7));
  expect(close(8)).not.toEqual(close(7));
});

describe("quotes and trades", () => {
  const times = Float64Array.from([10, 20, 20, 30]);
  const some = () => Float64Array.from([1, 2, 3, 4]);
  const instrument = new Uint32Array(4);
  const ticks: TickColumns = {
    quotes: { at: times, instrument, bid: some(), bidSize: some(), ask: some(), askSize: some() },
    trades: { at: times, instrument, price: some(), size: some() },
  };

  it("truncated ends before the instant, poisoned changes every price from it on and none before", () => {
    const cut = ticksWithFuture(ticks, 20, "truncated", 7);
    expect([...cut.quotes.at, ...cut.trades.at]).toEqual([10, 10]);
    const mad = ticksWithFuture(ticks, 20, "poisoned", 7);
    for (const [before, after] of [
      [ticks.quotes.bid, mad.quotes.bid],
      [ticks.quotes.ask, mad.quotes.ask],
      [ticks.trades.price, mad.trades.price],
    ] as const) {
      expect([...before].map((value, n) => value === after[n])).toEqual([true, false, false, false]);
    }
    expect([...ticks.trades.price]).toEqual([1, 2, 3, 4]);
  });
});
