/**
 * Goal    where a broker nets, what strategies hold of an instrument is on one side, so that what rests there is for
 *         the net position and all of it; what ended up on two sides all the same is closed (OS-1, OS-2).
 * Method  live execute with a broker that says what the test makes it say: decisions in, commands and lots out.
 */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import "../../test/property-seed.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { EntryIntent, ExitIntent, Intent } from "../domain/intent.ts";
import { type Money, usd } from "../domain/money.ts";
import { Purpose, type Side } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { OrderLifecycle } from "../execution/lifecycle/order-lifecycle.ts";
import { executionParams } from "../execution/order-policy.ts";
import { LiveExecute } from "./live-execute.ts";

const sessions = testSessions(2, 390);
const minute = (n: number) => barClose(sessions, 0, n) as EpochMicros;
const [stock, bond] = [0 as InstrumentId, 1 as InstrumentId];
const STRATEGIES = 3;
const EXTERNAL = 3;

let live: LiveExecute;
let at: EpochMicros;
let n: number;

beforeEach(begin);

function begin(): void {
  live = new LiveExecute({
    execute: {
      strategies: STRATEGIES + 1,
      instruments: 2,
      startingCash: usd(1_000_000),
      sessions,
      rules: [],
      execution: executionParams.parse({}),
      ensemble: ensembleParams.parse({}),
      symbols: ["ACME", "BOND"],
      strategyIds: ["one", "two", "three", "external"],
      externalStrategy: EXTERNAL,
    },
    instruments: instrumentTable(["ACME", "BOND"]),
    lifecycle: new OrderLifecycle({
      environment: "paper",
      fees: () => ({ commission: 0 as Money, regulatory: 0 as Money }),
    }),
    external: EXTERNAL,
    strategies: STRATEGIES,
    decisionAgeMicros: 10 * MICROS_PER_SECOND,
  });
  n = 20;
  bar();
}

function bar(): void {
  at = minute(n);
  n += 1;
  const columns = columnsOf("1m", 2, [...bars(0, "100/100/100", [at]), ...bars(1, "100/100/100", [at])]);
  const event = { kind: "BarsClosed", bars: { at, from: 0, to: 2, columns } } as const;
  live.step({ kind: "event", event, now: { at, mono: at / 1000 } });
}

const enter = (strategy: number, shares: number, instrument = stock): EntryIntent => ({
  kind: "Enter",
  ...{ at, strategy, instrument, signal: strategy, reference: 100, shares },
  ...{ binding: "fixed_shares", stop: shares > 0 ? 98 : 102, target: Number.NaN, timing: "now" },
});
const exit = (strategy: number): ExitIntent => ({
  kind: "Exit",
  ...{ at, strategy, instrument: stock, signal: 9, reference: 100 },
});

function decide(...intents: readonly Intent[]): void {
  const now = { at: (at + MICROS_PER_SECOND) as EpochMicros, mono: at / 1000 + 1000 };
  live.step({ kind: "decision", decision: { at, intents, signals: [] }, now });
}

/** Orders of that purpose that were commanded: strategy and side. */
const placed = (purpose: number = Purpose.Entry): readonly (readonly [number, Side])[] =>
  live.output.commands.flatMap((command) => {
    if (command.kind !== "PlaceOrder" || command.order.purpose !== purpose) return [];
    const { number, side } = command.order;
    return [[live.stage.orders.strategy(number), side] as const];
  });

/** As the late fill of an order that was given up would: the lots of two sides. */
const hold = (strategy: number, shares: number): void => {
  live.stage.lots.fill(strategy, stock, shares, 100);
};

describe("entries", () => {
  it("of one decision against each other: the side with more dollars leaves, nothing crosses", () => {
    decide(enter(0, 40), enter(1, -100), enter(2, 50));
    expect(placed()).toEqual([[1, -1]]);
    expect(live.stage.fills.length).toBe(0);
    expect(live.opposedEntries).toBe(2);
  });

  it("of two equal sides: the first", () => {
    decide(enter(2, 50), enter(0, -50));
    expect(placed()).toEqual([[2, 1]]);
  });

  it("without a price leave on no side that is opposed", () => {
    decide({ ...enter(0, 50), reference: Number.NaN }, enter(1, -50));
    expect(placed()).toEqual([]);
  });

  it("on one side, and of other instruments, leave as they are wished", () => {
    decide(enter(0, 40), enter(1, 60), enter(2, -30, bond));
    expect(placed().length).toBeGreaterThanOrEqual(2);
    expect(live.opposedEntries).toBe(0);
  });

  it("against what another strategy holds, or what nobody traded, are given up", () => {
    hold(0, 10);
    decide(enter(1, -5));
    expect([placed(), live.opposedEntries]).toEqual([[], 1]);
    decide(enter(1, 5));
    expect(placed()).toEqual([[1, 1]]);
  });

  it("against an entry of another strategy that works are given up", () => {
    decide(enter(0, 10));
    bar();
    decide(enter(1, -5));
    expect(placed()).toEqual([[0, 1]]);
  });

  it("against what nobody traded are given up", () => {
    hold(EXTERNAL, 10);
    decide(enter(1, -5));
    expect(placed()).toEqual([]);
  });

  it("never hold back what leaves or protects", () => {
    hold(0, 10);
    decide(exit(0), enter(1, -5));
    expect([placed(), placed(Purpose.Exit)]).toEqual([[], [[0, -1]]]);
  });
});

describe("two sides that are held all the same", () => {
  it("are both closed with the next bar, and cross for what they share", () => {
    hold(0, 10);
    hold(1, -4);
    bar();
    const { lots } = live.stage;
    // The exits cross four shares at once; six of the first are on their way.
    expect([lots.shares(0, stock), lots.shares(1, stock)]).toEqual([6, 0]);
    expect(placed(Purpose.Exit)).toEqual([[0, -1]]);
  });

  it("are left alone where one of them is nobody's", () => {
    hold(0, -4);
    hold(EXTERNAL, 10);
    bar();
    expect(placed(Purpose.Exit)).toEqual([]);
  });
});

it("whatever is wished, what leaves for an instrument is on one side", () => {
  let opposed = 0;
  const shares = fc.integer({ min: -100, max: 100 }).filter((count) => count !== 0);
  const wishes = fc.tuple(shares, shares, shares);
  fc.assert(
    fc.property(wishes, (counts) => {
      begin();
      decide(...counts.map((count, s) => enter(s, count)));
      const sides = new Set(
        live.output.commands.flatMap((command) =>
          command.kind === "PlaceOrder" ? [command.order.side] : [],
        ),
      );
      expect(sides.size).toBeLessThanOrEqual(1);
      if (live.opposedEntries > 0 && sides.size === 1) opposed += 1;
    }),
  );
  expect(opposed).toBeGreaterThan(0);
});
