/**
 * Goal    a dividend is earned on its ex-date and spent from its pay date: the account's worth never jumps for it, and
 *         nobody trades with cash that has not come (CA-4).
 * Method  one position by hand through ex-date and pay date; then many claims at once against a sum.
 */
import fc from "fast-check";
import "./property-seed.ts";
import { describe, expect, it } from "vitest";
import { actionEvents } from "../src/app/run-actions.ts";
import { actionInstant, type CorporateAction } from "../src/domain/corporate-action.ts";
import type { DividendPaid, EngineEvent } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { Money } from "../src/domain/money.ts";
import { dayOf, type EpochMicros } from "../src/domain/time.ts";
import { eventText, parseEvent } from "../src/engine/event-text.ts";
import { Receivables } from "../src/engine/receivables.ts";
import { barClose, bars, columnsOf, testSessions } from "./bar-text.ts";
import { CASH, runWorld, strategyOf, testCosts } from "./engine-world.ts";

const I = 0 as InstrumentId;
const HOUR = 3_600_000_000;
const sessions = testSessions(7, 390);
const closes = Array.from({ length: 7 }, (_, n) => barClose(sessions, n));
const morningOf = (n: number) => (closes[n]! - 12 * HOUR) as EpochMicros;
/** Ex before the third bar, worth 2 dollars a share; the market does nothing else. */
const columns = columnsOf(
  "1d",
  1,
  bars(0, `100/101/99/100 100/101/99/100 ${"98/99/97/98 ".repeat(5).trim()}`, closes),
);
const dividend = (payAt?: EpochMicros): DividendPaid => ({
  kind: "DividendPaid",
  at: morningOf(2),
  instrument: I,
  perShare: 2,
  isSpinOff: false,
  ...(payAt === undefined ? {} : { payAt }),
});

/** The account after each bar. */
function curve(side: 1 | -1, ...actions: readonly DividendPaid[]) {
  const rows: { equity: number; cash: number; available: number; receivable: number }[] = [];
  const moved: number[] = [];
  let hasEntered = false;
  runWorld({
    world: { columns, sessions },
    strategies: [
      strategyOf((v) => {
        if (!hasEntered) v.enter({ instrument: I, conviction: side }, "because");
        hasEntered = true;
      }),
    ],
    costs: { ...testCosts, slippage: "fixed", fixedBps: 0, regulatory: false, maxParticipation: 1 },
    risk: { position_size: { maxFraction: 0.06 } },
    actions,
    around: (loop) => ({
      commands: loop.commands,
      step(event: EngineEvent) {
        const { execute } = loop;
        const worth = execute.equity;
        loop.step(event);
        if (event.kind === "DividendPaid") moved.push(execute.equity - worth);
        if (event.kind !== "BarsClosed") return;
        const { cash, receivable } = execute.portfolio;
        rows.push({ equity: execute.equity, cash, available: execute.availableCash, receivable });
      },
    }),
  });
  return { rows, moved, column: (name: keyof (typeof rows)[number]) => rows.map((row) => row[name]) };
}

describe("a dividend with a pay date", () => {
  const { rows, moved, column } = curve(1, dividend(morningOf(4)));

  it("is worth of the account from the ex-date on: nothing moves then, nor on the pay date", () => {
    expect(moved).toEqual([0]);
    for (const equity of column("equity")) expect(equity).toBeCloseTo(CASH, 6);
  });

  it("is cash from the first bar of the pay date, and not before", () => {
    const paidFor = rows[1]!.cash;
    expect(column("receivable")).toEqual([0, 0, 100, 100, 0, 0, 0]);
    expect(column("cash").slice(1)).toEqual([0, 0, 0, 100, 100, 100].map((more) => paidFor + more));
    expect(column("available")).toEqual(
      column("cash").map((cash, n) => (n === 0 ? rows[0]!.available : cash)),
    );
  });

  it("without one it is cash on the ex-date, and the account is worth the same at every close", () => {
    const plain = curve(1, dividend());
    expect(plain.column("receivable")).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(plain.column("cash")[2]).toBe(rows[1]!.cash + 100);
    expect(plain.column("equity")).toEqual(column("equity"));
  });

  it("is taken from a short on the ex-date: a debt is not put off", () => {
    const short = curve(-1, dividend(morningOf(4)));
    const [, first = 0, second = 0] = short.column("cash");
    expect(second - first).toBeLessThan(-90);
    expect(short.column("receivable")).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it("two at once, paid in the other order", () => {
    const late = dividend(morningOf(6));
    const both = curve(1, late, { ...dividend(morningOf(5)), perShare: 1 });
    expect(both.column("receivable")).toEqual([0, 0, 150, 150, 150, 100, 0]);
    for (const equity of both.column("equity").slice(2)) expect(equity).toBeCloseTo(CASH + 50, 6);
  });

  it("stays in the journal", () => {
    const event = dividend(morningOf(4));
    expect(parseEvent(eventText(event), columns.instruments)).toEqual(event);
  });
});

it("the pay date of a list becomes the instant; one that is not after the ex-date is cash at once", () => {
  const exDate = dayOf(morningOf(2));
  const action = (payDate?: number): CorporateAction => ({
    symbol: "S0",
    exDate,
    kind: "dividend",
    newShares: 1,
    oldShares: 1,
    cashPerShare: 2,
    reference: Number.NaN,
    ...(payDate === undefined ? {} : { payDate: payDate as typeof exDate }),
  });
  const events = actionEvents([action(), action(exDate + 20), action(exDate), action(exDate - 1)], columns);
  const payAt = events.map((event) => (event.kind === "DividendPaid" ? event.payAt : Number.NaN));
  expect(payAt).toEqual([undefined, actionInstant((exDate + 20) as typeof exDate), undefined, undefined]);
});

it("claims are paid once, each when it is due, whatever the order they came in", () => {
  const due = fc.record({ at: fc.integer({ min: 0, max: 50 }), amount: fc.integer({ min: 1, max: 1e9 }) });
  fc.assert(
    fc.property(
      fc.array(due, { maxLength: 30 }),
      fc.array(fc.nat(60), { maxLength: 10 }),
      (claims, times) => {
        const book = new Receivables();
        for (const { at, amount } of claims) book.add(at as EpochMicros, amount as Money);
        let paid = 0;
        for (const now of times.toSorted((a, b) => a - b)) {
          paid += book.take(now as EpochMicros);
          const owed = claims.filter(({ at }) => at <= now);
          expect(paid).toBe(owed.reduce((sum, { amount }) => sum + amount, 0));
          const left = claims.filter(({ at }) => at > now).map(({ at }) => at);
          expect(book.next).toBe(Math.min(Number.POSITIVE_INFINITY, ...left));
        }
      },
    ),
  );
});
