/**
 * Goal    the whole engine over quotes and trades: its invariants hold through delays, partial fills and races, two
 *         runs are equal, fills respect the market of their instant, and no decision sees what comes after it.
 * Method  random bar worlds turned into quotes and trades, watched after every event; and the shared real ticks of
 *         IBM where they are on the machine.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLake } from "../src/adapters/lake/lake.ts";
import { compareDecisions, decideWithFuture, decisionsBefore } from "../src/app/canary.ts";
import { loadConfig } from "../src/app/config.ts";
import { runEngine } from "../src/app/engine-run.ts";
import type { EngineEvent } from "../src/domain/events.ts";
import { instrumentTable } from "../src/domain/instrument.ts";
import { toShares } from "../src/domain/money.ts";
import { BUY, type OrderNumber, Purpose } from "../src/domain/order.ts";
import type { TradePrint } from "../src/domain/quote.ts";
import { firstTickAt, type TickColumns } from "../src/domain/ticks.ts";
import { dayNumber, type EpochMicros, MICROS_PER_SECOND, startOfDay } from "../src/domain/time.ts";
import { FillField } from "../src/engine/fill-table.ts";
import { nullJournal } from "../src/engine/null-journal.ts";
import { pump } from "../src/engine/pump.ts";
import type { SingleLoop } from "../src/engine/single-loop.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { tradeBars } from "../src/market/trade-bars.ts";
import { TickTimeline } from "../src/sim/tick-timeline.ts";
import { TickVenue } from "../src/sim/tick-venue.ts";
import { nothingSeen, type Seen, WatchedEngine } from "./engine-watch.ts";
import {
  fingerprint,
  noisyStrategy,
  randomWorld,
  testCosts,
  testLoop,
  uniform,
  type World,
  type WorldShape,
} from "./engine-world.ts";

const costs = { ...testCosts, latency: { enabled: true, lowMs: 50, highMs: 250, seed: 9 } };

/** Ten seconds apart, each minute bar's prices as a print with a quote of a few cents around the last one. */
function ticksOf({ columns }: World, seed: number): TickColumns {
  const next = uniform(seed);
  const rows: { at: number; i: number; price: number; size: number; bid: number; ask: number }[] = [];
  for (let batch = 0; batch < columns.closedAt.length; batch++) {
    const start = columns.closedAt[batch]! - 60 * MICROS_PER_SECOND;
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      const path = [columns.open[row]!, columns.high[row]!, columns.low[row]!, columns.close[row]!];
      for (const [n, price] of path.entries()) {
        const at = start + (n * 14 + Math.floor(next() * 10)) * MICROS_PER_SECOND;
        const size = 1 + Math.floor(next() * (columns.volume[row]! / 4 + 1));
        const width = Math.floor(1 + next() * 4) / 100;
        rows.push({
          at,
          i: columns.instrument[row]!,
          price,
          size,
          bid: price - width / 2,
          ask: price + width / 2,
        });
      }
    }
  }
  rows.sort((a, b) => a.at - b.at || a.i - b.i);
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  const instrument = Uint32Array.from(rows, ({ i }) => i);
  const at = column((row) => row.at);
  const size = column((row) => row.size);
  return {
    trades: { at, instrument, price: column((row) => row.price), size },
    quotes: {
      at,
      instrument,
      bid: column((row) => Math.round(row.bid * 100) / 100),
      bidSize: size,
      ask: column((row) => Math.round(row.ask * 100) / 100),
      askSize: size,
    },
  };
}

const shapes: fc.Arbitrary<WorldShape> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  timeframe: fc.constant("1m" as const),
  instruments: fc.integer({ min: 1, max: 3 }),
  sessions: fc.integer({ min: 3, max: 8 }),
  minutes: fc.integer({ min: 14, max: 24 }),
  volatility: fc.constantFrom(0.002, 0.01),
  volume: fc.constantFrom(60, 400, 5000),
});

function tickWorld(shape: WorldShape) {
  const bars = randomWorld(shape);
  const ticks = ticksOf(bars, shape.seed);
  return { ...bars, ticks, columns: tradeBars(ticks.trades, "1m", bars.columns.instruments, bars.sessions) };
}

function tickLoop(world: World, shape: WorldShape, execution: Readonly<Record<string, unknown>>) {
  const strategies = [noisyStrategy(shape.seed % 1000), noisyStrategy((shape.seed % 1000) + 1)];
  // Random quotes are wide and thin: the rule on spreads would leave nothing to watch.
  const risk = { spread: { maxFraction: 0.1, maxAgeSeconds: 3_600 } };
  return testLoop({ world, strategies, risk, execution });
}

function runTicks(shape: WorldShape, seen: Seen = nothingSeen(), execution = {}) {
  const world = tickWorld(shape);
  const loop = tickLoop(world, shape, execution);
  const size = { strategies: 2, instruments: shape.instruments, grossCap: 1 };
  const venue = new TickVenue(shape.instruments, costs, world.sessions);
  const watched = new WatchedEngine(loop, size, seen);
  pump(new TickTimeline(world.columns, world.ticks, venue), watched, nullJournal, venue);
  return { loop, ticks: world.ticks };
}

/** Accepted stops that the print goes through. Cancels and moves may be on their way for a quarter of a second. */
function reachedStops({ execute: { orders, lots } }: SingleLoop, { instrument, price }: TradePrint) {
  const reached: OrderNumber[] = [];
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    const isStop = orders.purpose(order) === Purpose.StopLoss && orders.isWorking(order);
    if (!isStop || orders.instrument(order) !== instrument) continue;
    const held = lots.shares(orders.strategy(order), instrument);
    const side = orders.side(order);
    if (held * side >= 0 || orders.remaining(order) < 1) continue;
    if (side * (price - orders.get(order, OrderField.stop)) > 0) reached.push(order);
  }
  return reached;
}

it("the engine's invariants hold after every event (I-1 to I-4, I-8, I-11 to I-17, I-27, I-35, I-36)", () => {
  const seen = nothingSeen();
  fc.assert(
    fc.property(shapes, (shape) => {
      runTicks(shape, seen);
    }),
    { numRuns: 12, seed: 1 },
  );
  expect(seen.fills).toBeGreaterThan(300);
  for (const what of ["partialFills", "stops", "targets", "shorts"] as const)
    expect(seen[what], what).toBeGreaterThan(5);
});

it.each([0.08, 0.001])(
  "they hold with virtual stops, the disaster stop %s away: nothing is sold twice (I-15)",
  (away) => {
    const seen = nothingSeen();
    const execution = { stops: "virtual", virtualStop: { disasterFraction: away, disasterMultiple: 1 } };
    fc.assert(
      fc.property(shapes, (shape) => {
        runTicks(shape, seen, execution);
      }),
      { numRuns: 12, seed: 3 },
    );
    for (const what of ["partialFills", "virtualStops", "targets", "shorts"] as const)
      expect(seen[what], what).toBeGreaterThan(5);
    // Where both levels are close, the venue's is often the first to trade.
    expect(seen.stops).toBeGreaterThan(away < 0.01 ? 5 : -1);
  },
);

it("C-23: the process dies, the disaster stop at the venue still closes what is held, once", () => {
  let closed = 0;
  fc.assert(
    fc.property(shapes, fc.integer({ min: 100, max: 400 }), (shape, diesAfter) => {
      const world = tickWorld(shape);
      const execution = { stops: "virtual", virtualStop: { disasterFraction: 0.004, disasterMultiple: 1 } };
      const loop = tickLoop(world, shape, execution);
      const venue = new TickVenue(shape.instruments, costs, world.sessions);
      const after = new Map<OrderNumber, number>();
      const reached = new Set<OrderNumber>();
      /** Ended by a cancel that was on its way, or because the target sold. */
      const over = new Set<OrderNumber>();
      let events = 0;
      const dies = {
        get commands() {
          return loop.commands;
        },
        step(event: EngineEvent) {
          events += 1;
          if (events <= diesAfter) loop.step(event);
          else if (event.kind === "OrderFilled")
            after.set(event.order, (after.get(event.order) ?? 0) + toShares(event.quantity));
          else if (event.kind === "OrderCanceled") over.add(event.order);
          else if (event.kind === "TradePrinted")
            for (const stop of reachedStops(loop, event)) reached.add(stop);
        },
      };
      pump(new TickTimeline(world.columns, world.ticks, venue), dies, nullJournal, venue);
      const { orders } = loop.execute;
      for (const stop of reached) {
        const sold = after.get(stop) ?? 0;
        if (sold === 0 && over.has(stop)) continue;
        expect(sold, `stop ${stop}`).toBeGreaterThan(0);
        // What its entry still bought is covered as well.
        const bought = after.get(orders.get(stop, OrderField.parent) as OrderNumber) ?? 0;
        expect(sold).toBeLessThanOrEqual(orders.remaining(stop) + bought + 1e-9);
        closed += 1;
      }
    }),
    { numRuns: 24, seed: 4 },
  );
  expect(closed).toBeGreaterThan(5);
});

it("EN-1: two runs over the same ticks are equal, bit for bit", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      expect(fingerprint(runTicks(shape).loop)).toEqual(fingerprint(runTicks(shape).loop));
    }),
    { numRuns: 6, seed: 2 },
  );
});

const shelf = resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data");
const file = (kind: string) => join(shelf, `tick/${kind}_ibm_spy_2013.parquet`);
const absent = ["quotes", "trades"].some((kind) => !existsSync(file(kind)));

describe.skipIf(absent)(`IBM, 7 and 8 October 2013${absent ? " (skipped: not on this machine)" : ""}`, () => {
  const load = async () => {
    const root = mkdtempSync(join(tmpdir(), "plimsoll-ibm-"));
    const lake = createLake(root);
    const now = startOfDay(dayNumber(2026, 11, 1)) as EpochMicros;
    for (const kind of ["quotes", "trades"] as const)
      await lake.importTicks({ files: [file(kind)], kind, source: "files", book: "best", now });
    const { ticks } = await lake.loadTicks({ symbols: ["IBM"] });
    lake.close();
    rmSync(root, { recursive: true, force: true });
    return ticks;
  };

  it("fills lie within the best bid and offer of their instant, after the delay; the past never moves", async () => {
    const ticks = await load();
    const sessions = xnysSessions();
    const columns = tradeBars(ticks.trades, "1s", instrumentTable(["IBM"]), sessions);
    const config = loadConfig();
    const setup = { config, strategyIds: ["reference_ema_cross"], columns, sessions, cash: 97_000, ticks };
    const { loop } = runEngine(setup);
    const { fills, orders } = loop.execute;
    expect(fills.length).toBeGreaterThan(200);
    const { at, bid, ask } = ticks.quotes;
    for (let n = 0; n < fills.length; n++) {
      const when = fills.get(n, FillField.at);
      const order = fills.get(n, FillField.order) as OrderNumber;
      const quote = firstTickAt(at, when + 1) - 1;
      const price = fills.get(n, FillField.price);
      const isBuy = orders.side(order) === BUY;
      // Nobody does better than the best resting order of their own side.
      if (isBuy) expect(price).toBeGreaterThanOrEqual(bid[quote]!);
      else expect(price).toBeLessThanOrEqual(ask[quote]!);
      expect(when).toBeGreaterThan(orders.get(order, OrderField.decidedAt));
    }
    const cut = Math.floor(columns.closedAt.length * 0.6);
    const before = decisionsBefore(loop.compute.signals, orders, columns.closedAt[cut - 1]!);
    for (const future of ["truncated", "poisoned"] as const) {
      const after = decideWithFuture(setup, { cut, future, seed: 3 });
      const names = { strategies: setup.strategyIds, symbols: ["IBM"] };
      expect(compareDecisions(before, after, names)).toMatchObject({ moved: 0, first: null });
    }
  });
});
