/**
 * Goal    show that round trips are what happened: shares, prices, profit and costs, through parts and flips.
 * Method  trades worked out by hand, then a naive model that takes positions apart share by share.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { type LoggedFill, TradeField, TradeLog } from "./trade-log.ts";

const fillOf = (
  at: number,
  signedShares: number,
  price: number,
  parts: Partial<LoggedFill> = {},
): LoggedFill => ({
  at: at as EpochMicros,
  strategy: 0,
  instrument: 0 as InstrumentId,
  signedShares,
  price,
  costs: 0,
  slippage: 0,
  signal: at,
  purpose: 0,
  crossed: false,
  riskPerShare: 2,
  ...parts,
});

function tradeOf(log: TradeLog, trade: number) {
  const names = Object.entries(TradeField) as [keyof typeof TradeField, TradeField][];
  return Object.fromEntries(names.map(([name, field]) => [name, log.get(trade, field)]));
}

describe("by hand", () => {
  it("a split counts the open lot in new shares, what crossed of it too; the dollars stay", () => {
    const log = new TradeLog(1, 1);
    log.fill(fillOf(1, 10, 700, { crossed: true, riskPerShare: 70 }));
    log.split(0, 0 as InstrumentId, 70, 7);
    log.fill(fillOf(2, -70, 110));
    expect(tradeOf(log, 0)).toMatchObject({
      shares: 70,
      crossed: 70,
      entryPrice: 100,
      exitPrice: 110,
      pnl: 700,
      riskPerShare: 10,
    });
  });

  it("a trade in parts has mean prices, all its costs, the first signal in and the last one out", () => {
    const log = new TradeLog(1, 1);
    log.fill(fillOf(1, 60, 100, { costs: 1, slippage: 0.5 }));
    log.fill(fillOf(2, 40, 105, { costs: 1, riskPerShare: 9 }));
    log.fill(fillOf(3, -30, 110, { costs: 1, purpose: 3 }));
    expect(log.length).toBe(0);
    log.fill(fillOf(4, -70, 90, { costs: 2, slippage: 0.25, purpose: 2 }));
    expect(tradeOf(log, 0)).toEqual({
      strategy: 0,
      instrument: 0,
      side: 1,
      shares: 100,
      openedAt: 1,
      closedAt: 4,
      entryPrice: 102,
      exitPrice: 96,
      pnl: -605,
      costs: 5,
      slippage: 0.75,
      riskPerShare: 2,
      signalIn: 1,
      signalOut: 4,
      exitPurpose: 2,
      dividends: 0,
      crossed: 0,
    });
  });

  it("a short earns when the price falls", () => {
    const log = new TradeLog(1, 1);
    log.fill(fillOf(1, -10, 50));
    log.fill(fillOf(2, 10, 45, { costs: 3 }));
    expect(tradeOf(log, 0)).toMatchObject({ side: -1, shares: 10, entryPrice: 50, exitPrice: 45, pnl: 47 });
  });

  it("one fill that turns the position around closes one trade and opens the next, costs split by shares", () => {
    const log = new TradeLog(1, 1);
    log.fill(fillOf(1, 30, 100));
    log.fill(fillOf(2, -40, 110, { costs: 4, slippage: 8 }));
    log.fill(fillOf(3, 10, 100, { costs: 1 }));
    expect(tradeOf(log, 0)).toMatchObject({
      side: 1,
      shares: 30,
      pnl: 297,
      costs: 3,
      slippage: 6,
      closedAt: 2,
    });
    expect(tradeOf(log, 1)).toMatchObject({
      side: -1,
      shares: 10,
      pnl: 98,
      costs: 2,
      slippage: 2,
      openedAt: 2,
    });
  });

  it("strategies and instruments do not touch each other", () => {
    const log = new TradeLog(2, 3);
    log.fill(fillOf(1, 10, 100, { strategy: 0, instrument: 1 as InstrumentId }));
    log.fill(fillOf(2, -10, 90, { strategy: 1, instrument: 1 as InstrumentId }));
    log.fill(fillOf(3, 10, 80, { strategy: 0, instrument: 2 as InstrumentId }));
    expect(log.length).toBe(0);
    log.fill(fillOf(4, -10, 101, { strategy: 0, instrument: 1 as InstrumentId }));
    expect(tradeOf(log, 0)).toMatchObject({ strategy: 0, instrument: 1, pnl: 10 });
  });
});

it("agrees with a model that knows one share at a time", () => {
  const fills = fc.array(
    fc.record({
      shares: fc.integer({ min: -9, max: 9 }).filter((n) => n !== 0),
      price: fc.integer({ min: 50, max: 150 }),
      costs: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: 5, maxLength: 40 },
  );
  let compared = 0;
  fc.assert(
    fc.property(fills, (path) => {
      const log = new TradeLog(1, 1);
      const model: {
        side: number;
        shares: number;
        pnl: number;
        costs: number;
        openedAt: number;
        closedAt: number;
      }[] = [];
      let open = { side: 0, held: 0, entered: 0, paid: 0, costs: 0, openedAt: 0 };
      for (const [at, { shares, price, costs }] of path.entries()) {
        log.fill(fillOf(at, shares, price, { costs }));
        const side = Math.sign(shares);
        for (let share = 0; share < Math.abs(shares); share++) {
          if (open.held === 0) open = { side, held: 0, entered: 0, paid: 0, costs: 0, openedAt: at };
          open.costs += costs / Math.abs(shares);
          open.paid += side * price;
          open.held += side;
          if (side === open.side) open.entered += 1;
          if (open.held !== 0) continue;
          const pnl = -open.paid - open.costs;
          model.push({
            side: open.side,
            shares: open.entered,
            pnl,
            costs: open.costs,
            openedAt: open.openedAt,
            closedAt: at,
          });
        }
      }
      expect(log.length).toBe(model.length);
      for (const [n, trade] of model.entries()) {
        compared += 1;
        expect(log.get(n, TradeField.side)).toBe(trade.side);
        expect(log.get(n, TradeField.shares)).toBe(trade.shares);
        expect(log.get(n, TradeField.openedAt)).toBe(trade.openedAt);
        expect(log.get(n, TradeField.closedAt)).toBe(trade.closedAt);
        expect(log.get(n, TradeField.costs)).toBeCloseTo(trade.costs, 9);
        expect(log.get(n, TradeField.pnl)).toBeCloseTo(trade.pnl, 8);
      }
    }),
    { seed: 8, numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(500);
});
