/**
 * Goal    a split or a dividend moves no money that nobody traded: not the account's value, not a lot, not a stop.
 * Method  random markets whose prices are cut by random actions, traded by restless strategies, with a second set of
 *         books beside the engine's; and single cases written by hand.
 */
import fc from "fast-check";
import "../../test/property-seed.ts";
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import {
  noisyStrategy,
  randomWorld,
  runWorld,
  strategyOf,
  testCosts,
  uniform,
  type World,
} from "../../test/engine-world.ts";
import { ratioOf, splitHolding } from "../domain/corporate-action.ts";
import { type CorporateActionEvent, eventAt } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { NANOS } from "../domain/money.ts";
import { type OrderNumber, OrderType, Purpose } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ActionField } from "../engine/action-table.ts";
import { eventText, parseEvent } from "../engine/event-text.ts";
import { IngestStage } from "../engine/ingest.ts";
import type { SingleLoop } from "../engine/single-loop.ts";
import { TradeField } from "../engine/trade-log.ts";
import { OrderField } from "../execution/order-table.ts";
import { barStartStamp } from "../market/gatekeeper/stamps.ts";
import type { StrategyView } from "../strategies/strategy.ts";
import type { SimulatedVenue } from "./venue.ts";

const I = 0 as InstrumentId;
type View = StrategyView<string, string, string>;
const free = {
  ...testCosts,
  slippage: "fixed" as const,
  fixedBps: 0,
  regulatory: false,
  maxParticipation: 1,
};
const risk = { position_size: { maxFraction: 0.06 }, per_trade_risk: { costBps: 0 } };

const sessions = testSessions(40, 390);
const closes = Array.from({ length: 40 }, (_, n) => barClose(sessions, n));
const dailyWorld = (text: string): World => ({
  columns: columnsOf("1d", 1, bars(0, text, closes)),
  sessions,
});

/** An action before the n-th bar, 0 the first. */
const beforeBar = (n: number): EpochMicros => ((closes[n] as number) - 12 * 3_600_000_000) as EpochMicros;
const split = (n: number, newShares: number, oldShares: number): CorporateActionEvent => ({
  kind: "SharesSplit",
  at: beforeBar(n),
  instrument: I,
  newShares,
  oldShares,
});
const dividend = (n: number, perShare: number): CorporateActionEvent => ({
  kind: "DividendPaid",
  at: beforeBar(n),
  instrument: I,
  perShare,
  isSpinOff: false,
});

/** What to do after each bar, from the first; nothing afterwards. */
function script(...steps: readonly ((view: View) => void)[]) {
  let bar = 0;
  return strategyOf((view) => steps[bar++]?.(view));
}

interface Seen {
  readonly equity: [before: number, after: number][];
}

/** Notes the account's value on both sides of each action. */
function watched(
  seen: Seen,
  check: (loop: SingleLoop, event: CorporateActionEvent) => void = () => undefined,
) {
  return (loop: SingleLoop) => ({
    commands: loop.commands,
    step(event: Parameters<SingleLoop["step"]>[0]) {
      if (event.kind !== "SharesSplit" && event.kind !== "DividendPaid") {
        loop.step(event);
        return;
      }
      const before = loop.execute.equity;
      loop.step(event);
      seen.equity.push([before, loop.execute.equity]);
      check(loop, event);
    },
  });
}

describe("a split of a held position", () => {
  it("turns 1 share into 7, moves stop and marks, and leaves the value of the account as it was", () => {
    const seen: Seen = { equity: [] };
    let stop = Number.NaN;
    const loop = runWorld({
      world: dailyWorld("700/707/693/700 700/707/693/700 100/101/99/100 100/101/99/100"),
      strategies: [script((v) => v.enter({ instrument: I, conviction: 1, stop: 630 }, "because"))],
      costs: free,
      risk,
      actions: [split(2, 7, 1)],
      around: watched(seen, ({ execute, compute }) => {
        stop = execute.restingStop(0, I);
        expect(execute.portfolio.shares(I)).toBe(35);
        expect(compute.shares(0, I)).toBe(35);
        expect(execute.lots.averageEntry(0, I)).toBeCloseTo(100, 9);
        expect(compute.averageEntry(0, I)).toBeCloseTo(100, 9);
      }),
    });
    expect(seen.equity).toEqual([[seen.equity[0]?.[0], seen.equity[0]?.[0]]]);
    expect(stop).toBe(90);
    expect(loop.execute.equity).toBeCloseTo(100_000, 6);
  });

  it("fills the stop at its price in new shares, for all of them, and says so in the round trip", () => {
    const loop = runWorld({
      world: dailyWorld("700/707/693/700 700/707/693/700 100/101/99/100 100/101/85/88"),
      strategies: [script((v) => v.enter({ instrument: I, conviction: 1, stop: 630 }, "because"))],
      costs: free,
      risk,
      actions: [split(2, 7, 1)],
    });
    const { trades } = loop.execute;
    expect(trades.length).toBe(1);
    const get = (field: TradeField) => trades.get(0, field);
    expect(get(TradeField.shares)).toBe(35);
    expect(get(TradeField.entryPrice)).toBeCloseTo(100, 9);
    expect(get(TradeField.exitPrice)).toBe(90);
    expect(get(TradeField.pnl)).toBeCloseTo(-350, 6);
    expect(get(TradeField.riskPerShare)).toBeCloseTo(10, 9);
    expect(loop.execute.portfolio.cash).toBeCloseTo(100_000 - 350, 6);
  });

  it("restates an entry that waits for the opening auction: shares, limit and stop", () => {
    const loop = runWorld({
      world: dailyWorld("700/707/693/700 100/101/99/100 100/101/85/88"),
      strategies: [script((v) => v.enter({ instrument: I, conviction: 1, stop: 630 }, "because"))],
      costs: free,
      risk,
      actions: [split(1, 7, 1)],
    });
    const { orders, trades } = loop.execute;
    const entry = 0 as OrderNumber;
    expect(orders.get(entry, OrderField.filled)).toBe(35);
    expect(orders.get(entry, OrderField.averagePrice)).toBe(100);
    // The limit of the evening before was 0.5 % above the close.
    expect(orders.get(entry, OrderField.limit)).toBeCloseTo(703.5 / 7, 9);
    expect(trades.get(0, TradeField.exitPrice)).toBe(90);
  });

  it("lets a later tightening through, measured against the stop in new shares", () => {
    const loop = runWorld({
      world: dailyWorld("700/707/693/700 100/101/99/100 100/101/99/100 100/101/92/93"),
      strategies: [
        script(
          (v) => v.enter({ instrument: I, conviction: 1, stop: 630 }, "because"),
          (v) => v.protect(I, 95),
        ),
      ],
      costs: free,
      risk,
      actions: [split(1, 7, 1)],
    });
    expect(loop.execute.trades.get(0, TradeField.exitPrice)).toBe(95);
  });

  it("pays the part of a share that a reverse split leaves, at the last mark", () => {
    const seen: Seen = { equity: [] };
    const loop = runWorld({
      world: dailyWorld("100/101/99/100 100/101/99/100 1500/1515/1485/1500"),
      strategies: [script((v) => v.enter({ instrument: I, conviction: 1 }, "because"))],
      costs: free,
      risk,
      actions: [split(2, 1, 15)],
      around: watched(seen),
    });
    const { portfolio, actions } = loop.execute;
    // 50 shares are three new ones and a third of one, at a mark of 1500.
    expect(portfolio.shares(I)).toBe(3);
    expect(portfolio.income.cashInLieu).toBeCloseTo(500, 5);
    expect(actions.log.get(0, ActionField.cash)).toBe(portfolio.income.cashInLieu);
    expect(seen.equity[0]?.[1]).toBeCloseTo(seen.equity[0]?.[0] as number, 5);
  });

  it("ends a position too small to be one new share, and cancels the orders around it", () => {
    const loop = runWorld({
      world: dailyWorld("400/404/396/400 400/404/396/400 6000/6060/5940/6000"),
      strategies: [script((v) => v.enter({ instrument: I, conviction: 1, stop: 300 }, "because"))],
      costs: free,
      risk,
      actions: [split(2, 1, 15)],
    });
    const { portfolio, orders, trades } = loop.execute;
    expect(portfolio.openPositions).toBe(0);
    expect(portfolio.income.cashInLieu).toBeCloseTo(3 * 400, 5);
    expect(trades.length).toBe(1);
    expect(trades.get(0, TradeField.pnl)).toBeCloseTo(0, 5);
    for (let n = 0; n < orders.length; n++) expect(orders.isWorking(n as OrderNumber)).toBe(false);
  });
});

describe("a dividend", () => {
  const world = dailyWorld("100/101/99/100 100/101/99/100 98/99/97/98 98/99/97/98");

  it("is paid to who held at the close before, out of the price: equity does not move", () => {
    const seen: Seen = { equity: [] };
    const loop = runWorld({
      world,
      strategies: [
        script(
          (v) => v.enter({ instrument: I, conviction: 1 }, "because"),
          () => undefined,
          (v) => v.exit(I, "because"),
        ),
      ],
      costs: free,
      risk,
      actions: [dividend(2, 2)],
      around: watched(seen),
    });
    const { portfolio, trades } = loop.execute;
    expect(portfolio.income.dividends).toBe(100);
    expect(seen.equity[0]?.[1]).toBeCloseTo(seen.equity[0]?.[0] as number, 9);
    expect(trades.get(0, TradeField.dividends)).toBe(100);
    expect(trades.get(0, TradeField.pnl)).toBeCloseTo(0, 6);
    expect(portfolio.cash).toBeCloseTo(100_000, 6);
  });

  it("is owed by a short", () => {
    const loop = runWorld({
      world,
      strategies: [script((v) => v.enter({ instrument: I, conviction: -1 }, "because"))],
      costs: free,
      risk,
      actions: [dividend(2, 2)],
    });
    const { portfolio } = loop.execute;
    expect(portfolio.shares(I)).toBeLessThan(0);
    expect(portfolio.income.dividends).toBe(2 * portfolio.shares(I));
  });

  it("is not paid on an entry that fills on the ex-date", () => {
    const loop = runWorld({
      world: dailyWorld("100/101/99/100 98/99/97/98"),
      strategies: [script((v) => v.enter({ instrument: I, conviction: 1 }, "because"))],
      costs: free,
      risk,
      actions: [dividend(1, 2)],
    });
    expect(loop.execute.portfolio.shares(I)).toBeGreaterThan(0);
    expect(loop.execute.portfolio.income.dividends).toBe(0);
  });

  it("lowers the stop by what the price loses, so that the ex-date alone sells nothing (C-49)", () => {
    const loop = runWorld({
      world,
      strategies: [script((v) => v.enter({ instrument: I, conviction: 1, stop: 98.5 }, "because"))],
      costs: free,
      risk,
      actions: [dividend(2, 2)],
    });
    expect(loop.execute.trades.length).toBe(0);
    expect(loop.execute.restingStop(0, I)).toBeCloseTo(96.5, 9);
  });
});

describe("a split and a dividend of one day (CA-5)", () => {
  it.each([
    {
      name: "4:1 and 1 dollar",
      newShares: 4,
      oldShares: 1,
      perShare: 1,
      bar: "24/24/24/24",
      shares: 152,
      cash: 152,
      stop: 21.5,
    },
    {
      name: "1:5 and 25",
      newShares: 1,
      oldShares: 5,
      perShare: 25,
      bar: "475/475/475/475",
      shares: 7,
      cash: 175,
      stop: 425,
    },
  ] as const)(
    "$name: shares change first, each new one is paid, no value moves, the stop follows both",
    (row) => {
      const seen: Seen = { equity: [] };
      let stop = Number.NaN;
      const loop = runWorld({
        world: dailyWorld(`100/101/99/100 100/101/99/100 ${row.bar}`),
        strategies: [script((v) => v.enter({ instrument: I, conviction: 1, stop: 90 }, "because"))],
        costs: free,
        risk,
        actions: [split(2, row.newShares, row.oldShares), dividend(2, row.perShare)],
        around: watched(seen, ({ execute }) => {
          stop = execute.restingStop(0, I);
        }),
      });
      expect(loop.execute.portfolio.shares(I)).toBe(row.shares);
      expect(loop.execute.portfolio.income.dividends).toBe(row.cash);
      expect(stop).toBe(row.stop);
      expect(seen.equity.length).toBe(2);
      for (const [before, after] of seen.equity) expect(after).toBeCloseTo(before, 9);
      expect(loop.execute.equity).toBeCloseTo(100_000, 6);
    },
  );
});

describe("random actions in random markets", () => {
  it("keep equity, lots, orders and the venue together", () => {
    let actionsOnPositions = 0;
    let partsPaid = 0;
    let restated = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const smooth = randomWorld({
          seed,
          timeframe: seed % 2 === 0 ? "1d" : "1m",
          instruments: 3,
          sessions: 25,
          minutes: 8,
          volatility: 0.02,
          volume: 400,
        });
        const actions = randomActions(smooth, seed);
        const world = { ...smooth, columns: cutBy(smooth.columns, actions) };
        let venue: SimulatedVenue | undefined;
        const seen: Seen = { equity: [] };
        const cash = { last: 0 };
        runWorld({
          world,
          strategies: [noisyStrategy(1), noisyStrategy(2)],
          actions,
          around: (loop, itsVenue) => {
            venue = itsVenue;
            const check = (at: SingleLoop, event: CorporateActionEvent) => {
              const { execute, compute } = at;
              const i = event.instrument;
              const lots = [0, 1].map((s) => execute.lots.nanos(s, i));
              expect((lots[0] as number) + (lots[1] as number)).toBe(execute.portfolio.nanos(i));
              expect([0, 1].map((s) => compute.shares(s, i) * NANOS)).toEqual(
                lots.map((n) => (n / NANOS) * NANOS),
              );
              if (lots.some((n) => n !== 0)) actionsOnPositions += 1;
              if (execute.portfolio.income.cashInLieu !== cash.last) partsPaid += 1;
              cash.last = execute.portfolio.income.cashInLieu;
              for (const resting of venue?.resting() ?? []) {
                if (resting.instrument !== i) continue;
                restated += 1;
                // A protective order whose pair sold a part rests for less than its row says (SM-6).
                if (execute.orders.purpose(resting.number) <= Purpose.Exit) {
                  const remaining = execute.orders
                    .members(resting.number)
                    .reduce((sum, member) => sum + execute.orders.remaining(member), 0);
                  expect(remaining).toBeCloseTo(resting.remaining, 9);
                }
                if (resting.type === OrderType.Stop)
                  expect(execute.orders.get(resting.number, OrderField.stop)).toBe(resting.stop);
              }
            };
            return watched(seen, check)(loop);
          },
        });
        // A price is whole micro-dollars: half of one for each of some hundred shares.
        for (const [before, after] of seen.equity) expect(Math.abs(after - before)).toBeLessThan(1e-3);
      }),
      { numRuns: 40 },
    );
    expect(actionsOnPositions).toBeGreaterThan(20);
    expect(partsPaid).toBeGreaterThan(5);
    expect(restated).toBeGreaterThan(20);
  });
});

describe("the arithmetic of holdings", () => {
  it("keeps whole shares whole, loses nothing and rounds towards zero", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -2_000_000, max: 2_000_000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 100 }),
        (shares, newShares, oldShares) => {
          const { kept, fraction } = splitHolding(shares * NANOS, { newShares, oldShares });
          expect(Math.abs(kept % NANOS)).toBe(0);
          expect(Math.abs(kept + fraction - (shares * NANOS * newShares) / oldShares)).toBeLessThan(1);
          expect(Math.abs(fraction)).toBeLessThan(NANOS);
          expect(kept * shares).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

it("a journal keeps both events whole", () => {
  for (const event of [split(3, 1, 15), dividend(4, 0.57)]) {
    const again = parseEvent(eventText(event), dailyWorld("1 1 1 1").columns.instruments);
    expect(again).toEqual(event);
    expect(eventAt(again)).toBe(event.at);
  }
});

/** Splits and dividends before a third of the sessions, at most one per instrument and session. */
function randomActions({ sessions: table, columns }: World, seed: number): CorporateActionEvent[] {
  const next = uniform(seed + 1);
  const found: CorporateActionEvent[] = [];
  for (let session = 1; session < 25; session++) {
    const at = ((table.open[session] as number) - 3_600_000_000) as EpochMicros;
    for (let i = 0; i < columns.instruments.symbols.length; i++) {
      if (next() > 0.15) continue;
      const instrument = i as InstrumentId;
      if (next() < 0.5)
        found.push({ kind: "DividendPaid", at, instrument, perShare: 0.01 + 0.2 * next(), isSpinOff: false });
      else {
        const [newShares, oldShares] = [
          [2, 1],
          [3, 2],
          [1, 3],
          [1, 7],
          [7, 5],
        ][Math.floor(5 * next())] as [number, number];
        found.push({ kind: "SharesSplit", at, instrument, newShares, oldShares });
      }
    }
  }
  return found;
}

/** The same market as its tape would have printed it: prices fall by each split. */
function cutBy(columns: World["columns"], actions: readonly CorporateActionEvent[]): World["columns"] {
  const cut = { ...columns };
  const factor = new Float64Array(columns.instruments.symbols.length).fill(1);
  for (const field of ["open", "high", "low", "close", "volume"] as const)
    cut[field] = columns[field].slice();
  let taken = 0;
  for (let batch = 0; batch < columns.closedAt.length; batch++) {
    for (
      ;
      taken < actions.length &&
      (actions[taken] as CorporateActionEvent).at < (columns.closedAt[batch] as number);
      taken++
    ) {
      const event = actions[taken] as CorporateActionEvent;
      if (event.kind === "SharesSplit")
        factor[event.instrument] = (factor[event.instrument] as number) / ratioOf(event);
    }
    for (let row = columns.offset[batch] as number; row < (columns.offset[batch + 1] as number); row++) {
      const by = factor[columns.instrument[row] as number] as number;
      for (const field of ["open", "high", "low", "close"] as const)
        cut[field][row] = (columns[field][row] as number) * by;
      cut.volume[row] = Math.floor((columns.volume[row] as number) / by);
    }
  }
  return cut;
}

describe("live records after an action", () => {
  const stage = () => {
    const columns = dailyWorld("1/1/1/1").columns;
    const ingest = new IngestStage({
      instruments: columns.instruments,
      graceMicros: 0,
      skewMicros: 0,
      stamp: barStartStamp(60_000_000),
    });
    const bar = (minute: number, price: number) => {
      const timestamp = Date.UTC(2024, 2, 4, 15, minute) * 1000;
      const prices = { open: price, high: price, low: price, close: price, volume: 100 };
      ingest.record({ symbol: "S0", timestamp, ...prices }, (timestamp + 60_000_000) as EpochMicros);
    };
    return { ingest, bar };
  };

  it("a price that moved with its split passes the gatekeeper; no other leap does", () => {
    const { ingest, bar } = stage();
    bar(0, 700);
    bar(1, 100);
    expect(ingest.audit.map(({ rule }) => rule)).toEqual(["jump-corroborated"]);
    ingest.action(split(1, 7, 1));
    bar(2, 101);
    expect(ingest.audit.length).toBe(1);
    bar(3, 14.4);
    expect(ingest.audit.length).toBe(2);
  });
});
