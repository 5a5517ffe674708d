/**
 * Goal    whatever strategies wish, netting leaves the account what its lots add up to, never trades with itself in
 *         the market, costs nobody a cent more than going alone, and books each micro-dollar to somebody (ENS-1, C-41).
 * Method  three or four noisy strategies over one or two wild and thin instruments, watched after every event; a second
 *         set of books at the venue's door; the crossings are counted, so that the generator is known to reach them.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { nothingSeen, WatchedEngine } from "../../test/engine-watch.ts";
import {
  CASH,
  noisyStrategy,
  randomWorld,
  runWorld,
  testCosts,
  type WorldShape,
} from "../../test/engine-world.ts";
import "../../test/property-seed.ts";
import { type EngineEvent, eventAt } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type OrderNumber, Purpose, type Side } from "../domain/order.ts";
import { MICROS_PER_SECOND } from "../domain/time.ts";
import { FillField } from "../engine/fill-table.ts";
import type { Command, EventSource, Venue } from "../engine/ports.ts";
import type { SingleLoop } from "../engine/single-loop.ts";

/** Dollars per share. */
const COMMISSION = 0.005;
const costs = { ...testCosts, commissionPerShare: COMMISSION };

interface Wishes extends WorldShape {
  readonly strategies: number;
}

const wishes: fc.Arbitrary<Wishes> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  strategies: fc.integer({ min: 2, max: 4 }),
  timeframe: fc.constant("1m" as const),
  instruments: fc.integer({ min: 1, max: 2 }),
  sessions: fc.integer({ min: 2, max: 4 }),
  minutes: fc.integer({ min: 14, max: 40 }),
  volatility: fc.constantFrom(0.002, 0.01),
  volume: fc.constantFrom(400, 5000, 100_000),
});

const counted = {
  crossedShares: 0,
  entryWithEntry: 0,
  entryWithExit: 0,
  exitWithExit: 0,
  held: 0,
  givenUp: 0,
  withdrawn: 0,
  turned: 0,
  overdue: 0,
};

interface Live {
  readonly side: Side;
  readonly instrument: InstrumentId;
  readonly isEntry: boolean;
  readonly sentAt: number;
  nanos: number;
}

/**
 * What of ours works at the venue, protective orders aside: a purchase and a sale must never do so together. The one
 * exception is an exit that finds no market for more than the second which an opposite exit waits for it (MP-3).
 */
class VenueDoor {
  readonly #live = new Map<OrderNumber, Live>();
  #now = 0;

  sent(command: Command): void {
    // Commands share one line: what was canceled before is over before what follows arrives.
    if (command.kind === "CancelOrder") this.#live.delete(command.order);
    if (command.kind !== "PlaceOrder") return;
    const { number, side, instrument, shares, purpose } = command.order;
    if (purpose === Purpose.StopLoss || purpose === Purpose.TakeProfit) return;
    const isEntry = purpose === Purpose.Entry;
    for (const [other, live] of this.#live) {
      if (live.instrument !== instrument || live.side === side) continue;
      const isOverdue = !isEntry && !live.isEntry && this.#now - live.sentAt >= MICROS_PER_SECOND;
      if (!isOverdue)
        throw new Error(`C-41: orders ${other} and ${number} work on both sides of ${instrument}`);
      counted.overdue += 1;
    }
    const sentAt = this.#now;
    this.#live.set(number, { side, instrument, isEntry, sentAt, nanos: Math.round(shares * 1e9) });
  }

  told(event: EngineEvent | undefined): void {
    if (event === undefined) return;
    this.#now = eventAt(event);
    if (event.kind === "OrderFilled") {
      const live = this.#live.get(event.order);
      if (live !== undefined) live.nanos -= event.quantity;
      if (live !== undefined && live.nanos <= 0) this.#live.delete(event.order);
    }
    if (event.kind === "OrderCanceled" || event.kind === "OrderExpired" || event.kind === "OrderRejected")
      this.#live.delete(event.order);
  }

  venue(venue: Venue): Venue {
    return {
      send: (command) => {
        this.sent(command);
        venue.send(command);
      },
    };
  }

  source(source: EventSource): EventSource {
    return {
      next: () => {
        const event = source.next();
        this.told(event);
        return event;
      },
    };
  }
}

function play(shape: Wishes): SingleLoop {
  const door = new VenueDoor();
  const seen = nothingSeen();
  const { strategies, instruments } = shape;
  const size = { strategies, instruments, grossCap: 1, positionCap: 0.3 };
  return runWorld({
    world: randomWorld(shape),
    strategies: Array.from({ length: strategies }, (_, s) => noisyStrategy((shape.seed % 1000) + s)),
    costs,
    risk: { position_size: { maxFraction: 0.3 } },
    around: (loop) => new WatchedEngine(loop, size, seen),
    venue: (venue) => door.venue(venue),
    source: (timeline) => door.source(timeline),
  });
}

/** By strategy: dollars in and out of its own lots, and what they are worth now. */
function results({ execute }: SingleLoop, { strategies, instruments }: Wishes): number[] {
  const { fills, orders, lots, portfolio } = execute;
  const dollars = new Array<number>(strategies).fill(0);
  const add = (s: number, amount: number) => {
    dollars[s] = (dollars[s] ?? 0) + amount;
  };
  for (let n = 0; n < fills.length; n++) {
    const get = (field: FillField) => fills.get(n, field);
    const order = get(FillField.order) as OrderNumber;
    const paid = orders.side(order) * get(FillField.shares) * get(FillField.price);
    add(orders.strategy(order), -paid - get(FillField.commission) - get(FillField.regulatory));
  }
  for (let s = 0; s < strategies; s++)
    for (let i = 0; i < instruments; i++) {
      const held = lots.shares(s, i as InstrumentId);
      if (held !== 0) add(s, held * portfolio.mark(i as InstrumentId));
    }
  return dollars;
}

const isEntry = (loop: SingleLoop, fill: number): boolean => {
  const { fills, orders } = loop.execute;
  return orders.purpose(fills.get(fill, FillField.order) as OrderNumber) === Purpose.Entry;
};

/** Crossings by who met whom, purchases and sales booked in pairs. */
function count(loop: SingleLoop): { market: number; crossed: number; commission: number } {
  const { fills, wishes: tally } = loop.execute;
  const sums = { market: 0, crossed: 0, commission: 0 };
  for (let n = 0; n < fills.length; n++) {
    const shares = fills.get(n, FillField.shares);
    sums.commission += Math.round(fills.get(n, FillField.commission) * 1e6);
    if (fills.get(n, FillField.crossed) === 0) {
      sums.market += shares;
      continue;
    }
    sums.crossed += shares;
    const entries = Number(isEntry(loop, n)) + Number(isEntry(loop, n + 1));
    counted[(["exitWithExit", "entryWithExit", "entryWithEntry"] as const)[entries] ?? "exitWithExit"] += 1;
    sums.crossed += fills.get(n + 1, FillField.shares);
    n += 1;
  }
  counted.crossedShares += sums.crossed;
  for (const what of ["held", "givenUp", "withdrawn", "turned"] as const) counted[what] += tally[what];
  return sums;
}

it("ENS-1, C-41: lots add up, nobody trades with himself, crossings save, all of it is attributed", () => {
  fc.assert(
    fc.property(wishes, (shape) => {
      // Lots and positions, parts of shared fills and pairs of crossings: the watched engine asks after every event.
      const loop = play(shape);
      const { portfolio } = loop.execute;
      const { market, crossed, commission } = count(loop);
      const paid = Math.round(portfolio.costs.commission * 1e6);
      expect(commission).toBe(paid);
      // Alone each would have paid for its crossed shares as well.
      const alone = COMMISSION * (market + crossed) * 1e6;
      expect(Math.abs(alone - paid - COMMISSION * crossed * 1e6)).toBeLessThan(1);
      const sum = results(loop, shape).reduce((total, dollars) => total + dollars, 0);
      expect(Math.abs(CASH + sum - portfolio.equity)).toBeLessThan(1e-4);
    }),
    { numRuns: 60 },
  );
  // The generator reaches its subject, with margin for other seeds.
  const { crossedShares, entryWithEntry, entryWithExit, exitWithExit, held, givenUp, turned, overdue } =
    counted;
  expect(crossedShares).toBeGreaterThan(5_000);
  expect(Math.min(entryWithEntry, entryWithExit, held, turned)).toBeGreaterThan(25);
  expect(exitWithExit).toBeGreaterThan(3);
  expect(givenUp).toBeLessThan(held / 4);
  expect(overdue).toBeLessThan((entryWithEntry + entryWithExit + exitWithExit) / 4);
});
