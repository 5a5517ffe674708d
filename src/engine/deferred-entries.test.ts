/**
 * Goal    an entry that only a quote stood in the way of leaves with the first quote that fits, once, while its
 *         decision is valid; nothing else of ours is ever asked twice, and no quote that does not fit makes a row.
 * Method  live execute with a broker that says nothing: decisions and quotes in, requests and counts out (EXEC-4).
 */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import "../../test/property-seed.ts";
import type { EngineEvent } from "../domain/events.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { EntryIntent, Intent } from "../domain/intent.ts";
import { type Money, usd } from "../domain/money.ts";
import { OrderStatus } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { OrderLifecycle } from "../execution/lifecycle/order-lifecycle.ts";
import { executionParams } from "../execution/order-policy.ts";
import { halt } from "../risk/rules/halt.ts";
import { priceCollar } from "../risk/rules/price-collar.ts";
import { session } from "../risk/rules/session.ts";
import { spread } from "../risk/rules/spread.ts";
import { type ExecuteInput, LiveExecute } from "./live-execute.ts";

const sessions = testSessions(2, 390);
const minute = (n: number) => barClose(sessions, 0, n) as EpochMicros;
const stock = 0 as InstrumentId;
const later = (at: EpochMicros, seconds: number) => (at + seconds * MICROS_PER_SECOND) as EpochMicros;

let live: LiveExecute;
let decidedAt: EpochMicros;

function built(): LiveExecute {
  return new LiveExecute({
    execute: {
      strategies: 2,
      instruments: 2,
      startingCash: usd(100_000),
      sessions,
      rules: [
        session.configure({}),
        halt.configure({}),
        priceCollar.configure({}),
        spread.configure({ required: true }),
      ],
      execution: executionParams.parse({}),
      ensemble: ensembleParams.parse({}),
      symbols: ["ACME", "BOND"],
      strategyIds: ["one", "external"],
      externalStrategy: 1,
    },
    instruments: instrumentTable(["ACME", "BOND"]),
    lifecycle: new OrderLifecycle({
      environment: "paper",
      fees: () => ({ commission: 0 as Money, regulatory: 0 as Money }),
    }),
    external: 1,
    strategies: 1,
    decisionAgeMicros: 10 * MICROS_PER_SECOND,
  });
}

const give = (
  word: Omit<Extract<ExecuteInput, { kind: "decision" }>, "now"> | EngineEvent | "time",
  at: number,
) => {
  const now = { at: at as EpochMicros, mono: at / 1000 };
  if (word === "time") live.step({ kind: "time", now });
  else if (word.kind === "decision") live.step({ ...word, now });
  else live.step({ kind: "event", event: word, now });
};

function bar(n: number): void {
  const at = minute(n);
  const columns = columnsOf("1m", 2, [...bars(0, "100/100/100", [at]), ...bars(1, "100/100/100", [at])]);
  give({ kind: "BarsClosed", bars: { at, from: 0, to: 2, columns } }, at);
}

const quote = (at: EpochMicros, half: number, instrument = stock) =>
  give(
    {
      kind: "QuoteUpdated",
      at,
      instrument,
      bid: 100 - half,
      ask: 100 + half,
      bidSize: 1,
      askSize: 1,
    } as EngineEvent,
    at,
  );

const enter = (at: EpochMicros, shares = 100): EntryIntent => ({
  kind: "Enter",
  at,
  strategy: 0,
  instrument: stock,
  signal: 7,
  reference: 100,
  shares,
  binding: "fixed_shares",
  stop: 98,
  target: Number.NaN,
  timing: "now",
});
const decide = (intents: readonly Intent[], at = decidedAt) =>
  give({ kind: "decision", decision: { at, intents, signals: [] } }, later(at, 1));

const entries = () => live.output.commands.filter(({ kind }) => kind === "PlaceOrder").length;
const rows = () => live.stage.orders.length;
const { ended, deferred } = {
  ended: () => live.deferred.count.ended,
  deferred: () => live.deferred.count.deferred,
};

beforeEach(() => {
  live = built();
  decidedAt = minute(20);
  bar(20);
});

describe("an entry across a wide quote", () => {
  beforeEach(() => {
    quote(later(decidedAt, 0.5), 1);
    decide([enter(decidedAt)]);
  });

  it("does not leave, is watched, and is counted by its rule", () => {
    expect(entries()).toBe(0);
    expect(live.hearsEvery(stock)).toBe(MICROS_PER_SECOND);
    expect(deferred()).toEqual({ spread: 1 });
    expect(live.deferred.waiting).toMatchObject([
      { strategy: 0, instrument: 0, shares: 100, rule: "spread" },
    ]);
  });

  it("leaves once with the first quote that fits, at the price of its decision", () => {
    const before = rows();
    for (const seconds of [2, 3, 4]) quote(later(decidedAt, seconds), 0.5);
    expect(rows()).toBe(before);
    quote(later(decidedAt, 5), 0.01);
    quote(later(decidedAt, 6), 0.01);
    expect(entries()).toBe(1);
    expect(live.output.commands[0]).toMatchObject({ order: { shares: 100, limit: 100.05, decidedAt } });
    expect(live.output.requests.filter(({ kind }) => kind === "Submit")).toHaveLength(1);
    expect(live.deferred.count).toEqual({ deferred: { spread: 1 }, retried: 1, ended: { entered: 1 } });
  });

  it("waits for a quote of its own instrument", () => {
    quote(later(decidedAt, 5), 0.01, 1 as InstrumentId);
    expect(entries()).toBe(0);
    expect(live.deferred.watches(stock)).toBe(true);
  });

  it("is over a minute after its decision", () => {
    quote(later(decidedAt, 61), 0.01);
    expect(entries()).toBe(0);
    expect(ended()).toEqual({ "too old": 1 });
    expect(live.hearsEvery(stock)).toBe(Number.POSITIVE_INFINITY);
  });

  it("is over when the clock alone says so", () => {
    give("time", later(decidedAt, 61));
    expect(ended()).toEqual({ "too old": 1 });
  });

  it.each([
    ["nothing", []],
    [
      "an exit",
      [{ kind: "Exit", at: minute(20), strategy: 0, instrument: stock, signal: 8, reference: 100 } as const],
    ],
  ])("is over with the next decision when that wants %s", (_, intents) => {
    decide(intents, later(decidedAt, 30));
    quote(later(decidedAt, 32), 0.01);
    expect(entries()).toBe(0);
    expect(ended()).toEqual({ superseded: 1 });
  });

  it("gives way to what the next decision wants instead", () => {
    decide([enter(later(decidedAt, 30), -50)], later(decidedAt, 30));
    quote(later(decidedAt, 32), 0.01);
    expect(live.output.commands).toMatchObject([{ order: { side: -1, shares: 50 } }]);
    expect(entries()).toBe(1);
  });

  it("is over with a halt, also when that is over at once", () => {
    const at = later(decidedAt, 3);
    give({ kind: "TradingHalted", at, instrument: stock, reason: "LULD" }, at);
    give({ kind: "TradingResumed", at, instrument: stock }, at);
    quote(later(decidedAt, 5), 0.01);
    expect(entries()).toBe(0);
    expect(ended()).toEqual({ halt: 1 });
  });

  it("is over once entries are barred, and does not come back when they are allowed again", () => {
    const at = later(decidedAt, 3);
    const acted = (action: "pause" | "resume") =>
      ({ kind: "OperatorActed", at, action, by: "me", reason: "test" }) as const;
    give(acted("pause"), at);
    give(acted("resume"), at);
    quote(later(decidedAt, 5), 0.01);
    expect(entries()).toBe(0);
    expect(ended()).toEqual({ permission: 1 });
  });

  it("is over with a split: its price is of another share", () => {
    const at = later(decidedAt, 3);
    give({ kind: "SharesSplit", at, instrument: stock, oldShares: 1, newShares: 2 }, at);
    quote(later(decidedAt, 5), 0.01);
    expect(entries()).toBe(0);
    expect(ended()).toEqual({ "acted on": 1 });
  });
});

it("waits where no quote was ever seen, and where the last one is old", () => {
  decide([enter(decidedAt)]);
  expect(deferred()).toEqual({ spread: 1 });
  quote(later(decidedAt, 3), 0.01);
  expect(entries()).toBe(1);
});

it("never enters the last minutes of a session", () => {
  decidedAt = minute(383);
  bar(383);
  quote(later(decidedAt, 0.5), 1);
  decide([enter(decidedAt)]);
  expect(deferred()).toEqual({ spread: 1 });
  const before = rows();
  quote(later(decidedAt, 60), 0.01);
  expect(entries()).toBe(0);
  expect(ended()).toEqual({ session: 1 });
  expect(rows()).toBe(before);
});

it("an entry that another rule refused is not deferred", () => {
  give({ kind: "TradingHalted", at: decidedAt, instrument: stock, reason: "LULD" }, decidedAt);
  quote(later(decidedAt, 0.5), 1);
  decide([enter(decidedAt)]);
  expect(deferred()).toEqual({});
  expect(live.hearsEvery(stock)).toBe(Number.POSITIVE_INFINITY);
});

it("a limit beyond the collar of a good quote is refused for good", () => {
  quote(later(decidedAt, 0.5), 0.01);
  decide([{ ...enter(decidedAt), reference: 110 }]);
  expect(live.stage.blocked.list()).toMatchObject([{ rule: "price_collar" }]);
  expect(deferred()).toEqual({});
});

it("whatever quotes come, at most one order leaves a decision, across a quote that fits, in time", () => {
  const quotes = fc.array(
    fc.record({ seconds: fc.integer({ min: 1, max: 70 }), half: fc.constantFrom(0.01, 0.5) }),
    {
      maxLength: 20,
    },
  );
  let left = 0;
  fc.assert(
    fc.property(quotes, (all) => {
      live = built();
      bar(20);
      quote(later(decidedAt, 0.5), 1);
      decide([enter(decidedAt)]);
      const ordered = all.toSorted((a, b) => a.seconds - b.seconds);
      for (const { seconds, half } of ordered) quote(later(decidedAt, 1 + seconds), half);
      const due = ordered.some(({ seconds, half }) => half < 0.02 && seconds <= 59);
      expect(entries()).toBe(due ? 1 : 0);
      if (due) left += 1;
      const { orders } = live.stage;
      const denied = Array.from({ length: orders.length }, (_, n) => orders.status(n as never));
      expect(denied.filter((status) => status === OrderStatus.Denied)).toHaveLength(1);
    }),
  );
  expect(left).toBeGreaterThan(20);
});
