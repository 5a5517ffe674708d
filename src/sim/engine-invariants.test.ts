/**
 * Goal    show that no market and no strategy can make the engine break its books, its caps or its promises,
 *         and that the same inputs give the same run.
 * Method  random bars and a restless strategy through the wiring of a backtest, watched event by event by a
 *         second set of books (test/engine-watch.ts); then the same events repeated, delayed and recorded.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { nothingSeen, WatchedEngine } from "../../test/engine-watch.ts";
import {
  fingerprint,
  inOwnColumns,
  noisyStrategy,
  randomWorld,
  runWorld,
  testLoop,
  type World,
  type WorldShape,
} from "../../test/engine-world.ts";
import type { BrokerEvent, EngineEvent } from "../domain/events.ts";
import { OrderStatus } from "../domain/order.ts";
import { nullJournal } from "../engine/null-journal.ts";
import type { Command, EventSource } from "../engine/ports.ts";
import { pump } from "../engine/pump.ts";
import { SignalField, TIME_STOP } from "../engine/signal-table.ts";
import type { SingleLoop } from "../engine/single-loop.ts";

const shapes: fc.Arbitrary<WorldShape> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  timeframe: fc.constantFrom("1d" as const, "1m" as const),
  instruments: fc.integer({ min: 1, max: 4 }),
  sessions: fc.integer({ min: 3, max: 12 }),
  minutes: fc.integer({ min: 14, max: 24 }),
  volatility: fc.constantFrom(0.002, 0.01, 0.03),
  volume: fc.constantFrom(60, 400, 5000),
});

/** Daily bars need more of them for anything to happen. */
function worldOf(shape: WorldShape): World {
  return randomWorld({ ...shape, sessions: shape.timeframe === "1d" ? shape.sessions * 8 : shape.sessions });
}

const strategiesOf = (shape: WorldShape) => [
  noisyStrategy(shape.seed % 1000),
  noisyStrategy((shape.seed % 1000) + 1),
];

it("I-1 to I-4, I-8, I-11 to I-17, I-27, I-35, I-36, EX-3, EN-4 hold after every event", () => {
  const seen = nothingSeen();
  fc.assert(
    fc.property(shapes, (shape) => {
      const world = worldOf(shape);
      const strategies = strategiesOf(shape);
      // One run in two is so tight that working orders decide what still fits.
      const grossCap = shape.seed % 2 === 0 ? 1 : 0.08;
      const size = { strategies: strategies.length, instruments: shape.instruments, grossCap };
      const watch = (loop: SingleLoop) => new WatchedEngine(loop, size, seen);
      const risk = { gross_exposure: { maxFraction: grossCap } };
      // One in three watches its stops itself, with disaster stops near enough to be reached as well.
      const virtualStop = { disasterFraction: 0.01, disasterMultiple: 1 };
      const execution = shape.seed % 3 === 0 ? { stops: "virtual", virtualStop } : {};
      const { compute, execute } = runWorld({ world, strategies, around: watch, risk, execution });
      for (let row = 0; row < compute.signals.length; row++) {
        if (compute.signals.get(row, SignalField.reason) === TIME_STOP) seen.timeStops += 1;
      }
      seen.held += execute.wishes.held;
      for (let n = 0; n < execute.orders.length; n++) {
        const status = execute.orders.status(n as never);
        if (status === OrderStatus.Expired) seen.unfilled += 1;
      }
    }),
    { numRuns: 120, seed: 1 },
  );
  // The generators reach their subject.
  expect(seen.fills).toBeGreaterThan(2000);
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5);
});

it("EN-1: the same inputs give the same run, bit for bit", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const equity: number[][] = [[], []];
      const [first, second] = equity.map((curve) =>
        runWorld({
          world: worldOf(shape),
          strategies: strategiesOf(shape),
          observe: { record: (execute) => void curve.push(execute.equity) },
        }),
      ) as [SingleLoop, SingleLoop];
      expect(fingerprint(first)).toEqual(fingerprint(second));
      expect(equity[0]).toEqual(equity[1]);
    }),
    { numRuns: 15, seed: 2 },
  );
});

/** What a bad line does to a broker's stream: repeats, and acceptances that come after what they announce. */
function unruly(timeline: EventSource, loop: SingleLoop): EventSource {
  const queue: EngineEvent[] = [];
  const late: BrokerEvent[] = [];
  const isOver = (event: BrokerEvent) => !loop.execute.orders.isWorking(event.order);
  let last: BrokerEvent | undefined;
  return {
    next() {
      if (last !== undefined) {
        // The step on it is done: now the order's state is known.
        queue.unshift({ ...last });
        if (isOver(last)) {
          const { at, order } = last;
          queue.unshift(
            { kind: "OrderCanceled", at, order },
            { kind: "OrderAccepted", at, order },
            { kind: "OrderExpired", at, order },
            { kind: "OrderRejected", at, order, reason: "late" },
          );
        }
        last = undefined;
      }
      const repeated = queue.shift();
      if (repeated !== undefined) return repeated;
      const event = timeline.next();
      if (event === undefined || !isBroker(event)) {
        queue.push(...late.splice(0));
        if (event !== undefined) queue.push(copyOf(event));
        return queue.shift();
      }
      if (event.kind === "OrderAccepted") {
        late.push(event);
        return this.next();
      }
      last = event;
      return event;
    },
  };
}

const copyOf = (event: EngineEvent): EngineEvent =>
  event.kind === "BarsClosed" ? { kind: "BarsClosed", bars: { ...event.bars } } : event;

it("EX-4, EX-5: events that come twice, late or after the end change nothing", () => {
  let fills = 0;
  fc.assert(
    fc.property(shapes, (shape) => {
      const strategies = strategiesOf(shape);
      const clean = runWorld({ world: worldOf(shape), strategies });
      const disturbed = runWorld({ world: worldOf(shape), strategies, source: unruly });
      fills += clean.execute.fills.length;
      expect(fingerprint(disturbed)).toEqual(fingerprint(clean));
      expect(disturbed.execute.availableCash).toBe(clean.execute.availableCash);
    }),
    { numRuns: 25, seed: 3 },
  );
  expect(fills).toBeGreaterThan(300);
});

/** One line per command, with every number to the last bit. */
function textOf(command: Command): string {
  return JSON.stringify(command, (_, value) => (typeof value === "number" ? `${value}` : value));
}

it("I-25: the recorded events, without the venue, give the same commands", () => {
  let commands = 0;
  fc.assert(
    fc.property(shapes, (shape) => {
      const world = worldOf(shape);
      const strategies = strategiesOf(shape);
      const recorded: EngineEvent[] = [];
      const sent: string[] = [];
      const original = runWorld({
        world,
        strategies,
        source: (timeline) => ({
          next() {
            const event = timeline.next();
            if (event !== undefined) recorded.push(copyOf(event));
            return event;
          },
        }),
        venue: (venue) => ({
          send(command) {
            sent.push(textOf(command));
            venue.send(command);
          },
        }),
      });
      const again: string[] = [];
      const loop = testLoop({ world, strategies });
      const source = { next: () => recorded.shift() };
      pump(source, loop, nullJournal, { send: (command) => again.push(textOf(command)) });
      commands += again.length;
      expect(again).toEqual(sent);
      expect(fingerprint(loop)).toEqual(fingerprint(original));
    }),
    { numRuns: 15, seed: 4 },
  );
  expect(commands).toBeGreaterThan(300);
});

it("I-28: what the engine is told of a batch is that batch, though columns may be reused for the next", () => {
  // Live, one set of columns holds the minute at hand: a row of an absent instrument is somebody else's.
  fc.assert(
    fc.property(shapes, (shape) => {
      const world = worldOf(shape);
      const strategies = strategiesOf(shape);
      const clean = runWorld({ world, strategies });
      expect(fingerprint(runWorld({ world, strategies, source: inOwnColumns }))).toEqual(fingerprint(clean));
    }),
    { numRuns: 15, seed: 6 },
  );
});

const isBroker = (event: EngineEvent): event is BrokerEvent =>
  "order" in event && event.kind.startsWith("Order");
