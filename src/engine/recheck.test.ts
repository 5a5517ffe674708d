/**
 * Goal    an order for the opening auction waits for its window and is asked about again right before it leaves, and so
 *         is a further slice of a large one: by itself it stands in nobody's way, what has changed since the decision
 *         stops it, a restart changes nothing.
 * Method  live execute over the real rules and life cycle; the broker says nothing (EXEC-6).
 */
import { expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { BrokerLook } from "../domain/broker.ts";
import type { EngineEvent } from "../domain/events.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { EntryIntent } from "../domain/intent.ts";
import { type Money, usd } from "../domain/money.ts";
import { type OrderNumber, OrderStatus } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { auctionWindow } from "../execution/auction-window.ts";
import { OrderLifecycle } from "../execution/lifecycle/order-lifecycle.ts";
import { executionParams } from "../execution/order-policy.ts";
import { rules } from "../risk/registry.ts";
import { type ExecuteInput, LiveExecute } from "./live-execute.ts";
import { answerRechecks } from "./recheck.ts";

const sessions = testSessions(3, 390);
const closed = barClose(sessions, 0, 389);
const opens = (sessions.open[1] ?? 0) - 14.5 * 60 * MICROS_PER_MINUTE;
const stock = 0 as InstrumentId;
const entry = 0 as OrderNumber;

/** Of the next session, after the first minutes in which nothing is entered. */
const later = barClose(sessions, 1, 10);
const minute = (close: EpochMicros) =>
  columnsOf("1m", 2, [...bars(0, "100/100/100", [close]), ...bars(1, "100/100/100", [close])]);

/** The account holds nothing; each limit below leaves room for one such order and not for two. */
const limits: Readonly<Record<string, unknown>> = {
  position_size: { maxFraction: 0.11 },
  max_positions: { limit: 1 },
  gross_exposure: { maxFraction: 0.15 },
  buying_power: { maxFraction: 0.15, multiple: 1 },
  open_risk: { maxFraction: 0.003 },
  spread: { required: true },
  trades_per_day: { limit: 1 },
};

function built(): LiveExecute {
  return new LiveExecute({
    execute: {
      strategies: 2,
      instruments: 2,
      startingCash: usd(100_000),
      sessions,
      rules: rules.map((module) => module.configure(limits[module.id] ?? {})),
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
      auctionWindow: (auction, at) => auctionWindow(auction, at, sessions, "evening"),
    }),
    external: 1,
    strategies: 1,
    decisionAgeMicros: 10 * MICROS_PER_SECOND,
  });
}

const intent: EntryIntent = {
  kind: "Enter",
  at: closed,
  strategy: 0,
  instrument: stock,
  signal: 3,
  reference: 100,
  shares: 100,
  binding: "fixed_shares",
  stop: 98,
  target: Number.NaN,
  timing: "open_auction",
};
const at = (instant: number) => ({ at: instant as EpochMicros, mono: instant / 1000 });
const columns = columnsOf("1m", 2, [
  ...bars(0, "100/100/100", [closed]),
  ...bars(1, "100/100/100", [closed]),
]);
const event = (told: EngineEvent, instant: number): ExecuteInput => ({
  kind: "event",
  event: told,
  now: at(instant),
});
const decided: readonly ExecuteInput[] = [
  event({ kind: "BarsClosed", bars: { at: closed, from: 0, to: 2, columns } }, closed),
  {
    kind: "decision",
    decision: { at: closed, intents: [intent], signals: [] },
    now: at(closed + MICROS_PER_SECOND),
  },
];
const time = (instant: number): ExecuteInput => ({ kind: "time", now: at(instant) });

function after(inputs: readonly ExecuteInput[]): LiveExecute {
  const live = built();
  for (const input of inputs) live.step(input);
  return live;
}
const submits = (live: LiveExecute) => live.output.requests.filter(({ kind }) => kind === "Submit");
const ends = (live: LiveExecute) => live.output.notes.filter(({ to }) => to === "EXPIRED");

const lookAt = (instant: EpochMicros): BrokerLook => ({
  at: instant,
  account: {
    id: "a",
    number: "1",
    mayTrade: true,
    mayShort: true,
    cash: 100_000,
    equity: 100_000,
    lastEquity: 100_000,
    buyingPower: 200_000,
    multiplier: 2,
  },
  positions: [],
  orders: [],
  fills: [],
});

it("is approved at the close, waits three hours and leaves when the broker takes it", () => {
  const live = after(decided);
  expect(live.stage.orders.status(entry)).toBe(OrderStatus.Sent);
  expect(submits(live)).toEqual([]);
  expect(live.nextDue.at).toBe(opens);
  live.step(time(opens - 1));
  expect(submits(live)).toEqual([]);
  live.step(time(opens));
  expect(submits(live)).toMatchObject([
    { spec: { symbol: "ACME", shares: 100, timeInForce: "opg", limit: 100.5 } },
  ]);
  live.step(time(opens + MICROS_PER_MINUTE));
  expect(submits(live)).toHaveLength(1);
});

it("does not leave after an operator has barred entries, and its note says who", () => {
  const paused = event(
    { kind: "OperatorActed", at: closed, action: "pause", by: "me", reason: "news" },
    closed + 60 * MICROS_PER_SECOND,
  );
  const live = after([...decided, paused, time(opens)]);
  expect(submits(live)).toEqual([]);
  expect(ends(live)).toMatchObject([{ number: entry, reason: "permission:operator: me: news" }]);
  expect(live.stage.orders.status(entry)).toBe(OrderStatus.Expired);
  expect(live.stage.facts.workingGross).toBe(0);
});

it("does not leave when the account has shrunk below its size", () => {
  const later = closed + 60 * MICROS_PER_SECOND;
  const told = {
    kind: "CashMoved",
    at: later as EpochMicros,
    dollars: -20_000,
    reason: "withdrawal",
  } as const;
  const live = after([...decided, event(told, later), time(opens)]);
  expect(submits(live)).toEqual([]);
  expect(ends(live)[0]?.reason).toMatch(/^position_size: 0.125/);
});

it("a halt while it waits ends it at once", () => {
  const live = after([
    ...decided,
    event(
      { kind: "TradingHalted", at: closed, instrument: stock, reason: "news" },
      closed + MICROS_PER_MINUTE,
    ),
  ]);
  expect(live.stage.orders.status(entry)).toBe(OrderStatus.Canceled);
  live.step(time(opens));
  expect(submits(live)).toEqual([]);
});

it("after a restart it waits until entries are allowed again; replaying its inputs sends the same order, once", () => {
  const live = built();
  const inputs: ExecuteInput[] = [];
  const give = (input: ExecuteInput) => {
    inputs.push(input);
    live.step(input);
  };
  for (const input of decided) give(input);
  give({ kind: "restarted", life: 2, now: { at: opens as EpochMicros, mono: 0 } });
  expect(live.stage.allowsEntries(0)).toBe(false);
  expect(live.nextDue.at).toBe(opens + MICROS_PER_SECOND);
  const up = { kind: "line", state: "up", reason: "test" } as const;
  give({ kind: "news", news: up, now: { at: opens as EpochMicros, mono: 1 } });
  for (let seconds = 1; seconds <= 20; seconds++) {
    const now = { at: (opens + seconds * MICROS_PER_SECOND) as EpochMicros, mono: seconds * 1000 };
    for (const { kind, id } of live.output.requests.splice(0)) {
      if (kind === "Submit") throw new Error("it left before entries were allowed");
      if (kind === "Look")
        give({ kind: "news", news: { kind: "look", request: id, look: lookAt(now.at) }, now });
    }
    if (submits(live).length > 0) break;
    give({ kind: "time", now });
    if (submits(live).length > 0) break;
  }
  expect(live.stage.allowsEntries(0)).toBe(true);
  expect(submits(live)).toHaveLength(1);
  const again = after(inputs);
  expect(submits(again)).toEqual(submits(live));
});

/** An order that left in the session, and what the gate says of the rest of it by a quote of then. */
function askedOfSlice(bid: number, ask: number, also: readonly ExecuteInput[] = []): string | undefined {
  const quoted = (instant: number, low: number, high: number) =>
    event(
      {
        ...{ kind: "QuoteUpdated", at: instant as EpochMicros, instrument: stock },
        ...{ bid: low, bidSize: 500, ask: high, askSize: 500 },
      },
      instant,
    );
  const live = after([
    event({ kind: "BarsClosed", bars: { at: later, from: 0, to: 2, columns: minute(later) } }, later),
    quoted(later + 1, 99.99, 100.01),
    {
      kind: "decision",
      decision: { at: later, intents: [{ ...intent, at: later, timing: "now" }], signals: [] },
      now: at(later + MICROS_PER_SECOND),
    },
    quoted(later + 15 * MICROS_PER_SECOND, bid, ask),
    ...also,
  ]);
  expect(live.stage.orders.status(entry)).toBe(OrderStatus.Sent);
  let said: string | undefined = "nobody was asked";
  const answer = (_: OrderNumber, refusal: string | undefined) => {
    said = refusal;
  };
  const desk = { asks: [entry], later: () => undefined, answer };
  answerRechecks(desk, live.stage, at(later + 15 * MICROS_PER_SECOND));
  return said;
}

it("a further slice stands in nobody's way by what its own order did, the only trade of the day included", () => {
  expect(askedOfSlice(99.99, 100.01)).toBeUndefined();
});

it("a further slice is judged by the quote of now", () => {
  expect(askedOfSlice(99, 101)).toMatch(/^spread: /);
  expect(askedOfSlice(97.99, 98.01)).toMatch(/^price_collar: /);
});

it("a further slice does not leave after an operator has barred entries", () => {
  const paused = event(
    { kind: "OperatorActed", at: later, action: "pause", by: "me", reason: "news" },
    later + 14 * MICROS_PER_SECOND,
  );
  expect(askedOfSlice(99.99, 100.01, [paused])).toBe("permission:operator: me: news");
});
