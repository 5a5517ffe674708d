/**
 * Goal    cash changes by fills alone and to the micro-dollar (PF-1, I-3), a position is the sum of its fills
 *         (PF-2, I-2), and equity is what both are worth at the last marks, whenever it is read (PF-3).
 * Method  cases worked out by hand; random fills against BigInt; the bits of equity against a plain sum in
 *         instrument order.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateColumns, type BarBatch } from "../domain/bars.ts";
import type { FillCosts } from "../domain/events.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { dollarsPerShare, type Money, type Price, type Quantity, shares, usd } from "../domain/money.ts";
import { BUY, SELL, type Side } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { Portfolio } from "./portfolio.ts";

const instrument = (index: number) => index as InstrumentId;
const costs = (commission = 0, regulatory = 0, slippage = 0): FillCosts => ({
  commission: usd(commission),
  regulatory: usd(regulatory),
  slippage: usd(slippage),
});

/** Bars of one instant, of which only rows [from, to) are in the batch. */
function batchOf(
  closes: readonly (readonly [number, number])[],
  { from = 0, to = closes.length, at = 1 } = {},
): BarBatch {
  const columns = allocateColumns("1m", instrumentTable([]), closes.length, 1);
  columns.instrument.set(closes.map(([id]) => id));
  columns.close.set(closes.map(([, price]) => price));
  return { at: at as EpochMicros, from, to, columns };
}

const mark = (portfolio: Portfolio, ...closes: readonly (readonly [number, number])[]): void =>
  portfolio.markToMarket(batchOf(closes));

describe("by hand", () => {
  it("starts with its cash and nothing else", () => {
    const portfolio = new Portfolio(2, usd(1_000));
    expect([portfolio.cash, portfolio.equity, portfolio.gross, portfolio.net]).toEqual([1_000, 1_000, 0, 0]);
    expect([portfolio.openPositions, portfolio.traded, portfolio.mark(instrument(0))]).toEqual([
      0,
      0,
      Number.NaN,
    ]);
    expect(portfolio.positions()).toEqual([]);
  });

  it("a purchase pays its price and costs once; slippage is inside the price", () => {
    const portfolio = new Portfolio(1, usd(1_000));
    mark(portfolio, [0, 10]);
    portfolio.fill(instrument(0), BUY, shares(20), dollarsPerShare(10.01), costs(0.5, 0, 0.2));
    expect(portfolio.cash).toBe(799.3);
    expect(portfolio.shares(instrument(0))).toBe(20);
    expect(portfolio.equity).toBeCloseTo(999.3, 9);
    expect(portfolio.costs).toEqual({ commission: 0.5, regulatory: 0, slippage: 0.2 });
    expect(portfolio.traded).toBe(200.2);
  });

  it("a short sale takes cash in and owes shares", () => {
    const portfolio = new Portfolio(2, usd(1_000));
    mark(portfolio, [0, 10], [1, 5]);
    portfolio.fill(instrument(0), SELL, shares(30), dollarsPerShare(10), costs(0, 0.03));
    portfolio.fill(instrument(1), BUY, shares(10), dollarsPerShare(5), costs());
    expect(portfolio.cash).toBe(1_249.97);
    expect([portfolio.gross, portfolio.net]).toEqual([350, -250]);
    mark(portfolio, [0, 12]);
    expect([portfolio.gross, portfolio.net]).toEqual([410, -310]);
    expect(portfolio.equity).toBeCloseTo(939.97, 9);
    expect(portfolio.positions()).toEqual([
      { instrument: 0, shares: -30, mark: 12 },
      { instrument: 1, shares: 10, mark: 5 },
    ]);
  });

  it("PF-3 holds between a fill and the next bar, not only after it", () => {
    const portfolio = new Portfolio(1, usd(1_000));
    mark(portfolio, [0, 10]);
    portfolio.fill(instrument(0), BUY, shares(50), dollarsPerShare(9), costs(1));
    expect(portfolio.gross).toBe(500);
    portfolio.fill(instrument(0), SELL, shares(20), dollarsPerShare(10), costs());
    expect(portfolio.net).toBe(300);
    portfolio.fill(instrument(0), SELL, shares(30), dollarsPerShare(10), costs());
    expect(portfolio.equity).toBe(1_049);
    expect(portfolio.gross).toBe(0);
  });

  it("counts instruments, not fills, and a flip stays one position", () => {
    const portfolio = new Portfolio(2, usd(10_000));
    const trade = (side: Side, count: number, id = 0) => {
      portfolio.fill(instrument(id), side, shares(count), dollarsPerShare(10), costs());
      return portfolio.openPositions;
    };
    expect([trade(BUY, 5), trade(BUY, 5), trade(SELL, 25), trade(BUY, 1, 1)]).toEqual([1, 1, 1, 2]);
    expect([trade(BUY, 15), trade(SELL, 1, 1)]).toEqual([1, 0]);
  });

  it("a bar of one instrument moves no other mark, and only the given rows count", () => {
    const portfolio = new Portfolio(3, usd(0));
    mark(portfolio, [0, 10], [1, 20]);
    const rows = [
      [0, 11],
      [1, 21],
      [2, 31],
    ] as const;
    portfolio.markToMarket(batchOf(rows, { from: 1, to: 2, at: 60 }));
    expect([0, 1, 2].map((id) => portfolio.markedAt(instrument(id)))).toEqual([1, 60, Number.NaN]);
    expect([0, 1, 2].map((id) => portfolio.mark(instrument(id)))).toEqual([10, 21, Number.NaN]);
  });

  it("a position without a mark makes equity unknown, not smaller", () => {
    const portfolio = new Portfolio(2, usd(1_000));
    portfolio.fill(instrument(1), BUY, shares(1), dollarsPerShare(10), costs());
    expect([portfolio.equity, portfolio.gross]).toEqual([Number.NaN, Number.NaN]);
    mark(portfolio, [1, 10]);
    expect(portfolio.equity).toBe(1_000);
  });

  it("DM-3: halts before cash or shares leave the range in which they are exact", () => {
    const portfolio = new Portfolio(1, usd(0));
    const million = shares(5_000_000);
    portfolio.fill(instrument(0), BUY, million, dollarsPerShare(1), costs());
    expect(() => portfolio.fill(instrument(0), BUY, million, dollarsPerShare(1), costs())).toThrow(/DM-3/);
    const rich = new Portfolio(1, usd(9e9));
    expect(() => rich.fill(instrument(0), SELL, shares(10_000), dollarsPerShare(2_000), costs())).toThrow(
      /DM-3/,
    );
    expect([rich.cash, rich.shares(instrument(0))]).toEqual([9e9, 0]);
  });
});

const INSTRUMENTS = 4;
const anyFill = fc.record({
  on: fc.integer({ min: 0, max: INSTRUMENTS - 1 }),
  side: fc.constantFrom<Side>(BUY, SELL),
  quantity: fc
    .oneof(
      fc.integer({ min: 1, max: 3_000_000_000 }),
      fc.integer({ min: 1, max: 2_000 }).map((whole) => whole * 1_000_000_000),
    )
    .map((n) => n as Quantity),
  price: fc.integer({ min: 1, max: 900_000_000 }).map((n) => n as Price),
  commission: fc.integer({ min: 0, max: 5_000_000 }).map((n) => n as Money),
  regulatory: fc.integer({ min: 0, max: 900_000 }).map((n) => n as Money),
  slippage: fc.integer({ min: -900_000, max: 900_000 }).map((n) => n as Money),
  closes: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});
const history = fc.array(anyFill, { minLength: 20, maxLength: 60, size: "max" });

it("PF-1, PF-2: cash, positions and totals agree with BigInt after every fill", () => {
  fc.assert(
    fc.property(history, fc.integer({ min: 0, max: 1_000_000_000_000 }), (fills, start) => {
      const portfolio = new Portfolio(INSTRUMENTS, start as Money);
      const held = new Array<bigint>(INSTRUMENTS).fill(0n);
      const sums = { cash: BigInt(start), commission: 0n, regulatory: 0n, slippage: 0n, traded: 0n };
      for (const { on, price, commission, regulatory, slippage, closes, ...wanted } of fills) {
        const open = held[on] ?? 0n;
        const isClosing = closes && open !== 0n;
        const side: Side = isClosing ? (open > 0n ? SELL : BUY) : wanted.side;
        const size = isClosing ? (open > 0n ? open : -open) : BigInt(wanted.quantity);
        portfolio.fill(instrument(on), side, Number(size) as Quantity, price, {
          commission,
          regulatory,
          slippage,
        });

        const amount = (BigInt(price) * size + 500_000_000n) / 1_000_000_000n;
        held[on] = open + BigInt(side) * size;
        sums.cash -= BigInt(side) * amount + BigInt(commission) + BigInt(regulatory);
        sums.commission += BigInt(commission);
        sums.regulatory += BigInt(regulatory);
        sums.slippage += BigInt(slippage);
        sums.traded += amount;

        expect(BigInt(portfolio.cashMicros)).toBe(sums.cash);
        expect(portfolio.cash).toBe(Number(sums.cash) / 1e6);
        expect(held.map((_, i) => portfolio.shares(instrument(i)))).toEqual(held.map((n) => Number(n) / 1e9));
        expect(portfolio.openPositions).toBe(held.filter((n) => n !== 0n).length);
        expect(portfolio.costs).toEqual({
          commission: Number(sums.commission) / 1e6,
          regulatory: Number(sums.regulatory) / 1e6,
          slippage: Number(sums.slippage) / 1e6,
        });
        expect(portfolio.traded).toBe(Number(sums.traded) / 1e6);
      }
    }),
    { numRuns: 200 },
  );
});

it("PF-3: equity is cash plus positions at their marks, to the bit, whatever order they were opened in", () => {
  const closes = fc.array(fc.integer({ min: 100, max: 50_000 }), {
    minLength: INSTRUMENTS,
    maxLength: INSTRUMENTS,
  });
  fc.assert(
    fc.property(history, closes, fc.boolean(), (fills, cents, marksFirst) => {
      const forwards = new Portfolio(INSTRUMENTS, usd(50_000));
      const backwards = new Portfolio(INSTRUMENTS, usd(50_000));
      const prices = cents.map((price, id) => [id, price / 100] as const);
      const play = (portfolio: Portfolio, order: typeof fills) => {
        if (marksFirst) mark(portfolio, ...prices);
        for (const { on, side, quantity, price, ...paid } of order) {
          portfolio.fill(instrument(on), side, quantity, price, paid);
        }
        if (!marksFirst) mark(portfolio, ...prices);
      };
      play(forwards, fills);
      play(backwards, fills.toReversed());

      let [net, gross] = [0, 0];
      for (const [id, price] of prices) {
        net += forwards.shares(instrument(id)) * price;
        gross += Math.abs(forwards.shares(instrument(id)) * price);
      }
      expect([forwards.net, forwards.gross, forwards.equity]).toEqual([net, gross, forwards.cash + net]);
      expect([backwards.net, backwards.gross, backwards.equity]).toEqual([net, gross, forwards.equity]);
    }),
    { numRuns: 200 },
  );
});
