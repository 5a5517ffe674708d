/**
 * Goal    a halt takes the working entries with it and lets no new one leave; exits leave and wait at the venue.
 *         What borrowed shares cost comes off the cash, to the micro-dollar.
 * Method  the execute stage by hand: intents and events in, commands and the account out (C-44, C-24).
 */
import { expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent } from "../domain/intent.ts";
import { dollarsPerShare, type Money, shares, usd } from "../domain/money.ts";
import { type FillId, type OrderNumber, OrderStatus } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { executionParams } from "../execution/order-policy.ts";
import { halt } from "../risk/rules/halt.ts";
import { ExecuteStage } from "./execute.ts";

const sessions = testSessions(2, 390);
const at = barClose(sessions, 0, 0);
const stock = 0 as InstrumentId;
const order = (n: number) => n as OrderNumber;

function stage(): ExecuteStage {
  const made = new ExecuteStage(
    {
      strategies: 1,
      instruments: 2,
      startingCash: usd(100_000),
      sessions,
      rules: [halt.configure({})],
      execution: executionParams.parse({}),
      ensemble: ensembleParams.parse({}),
    },
    () => undefined,
  );
  const columns = columnsOf("1m", 2, [...bars(0, "100/100/100", [at]), ...bars(1, "100/100/100", [at])]);
  made.bars({ at, from: 0, to: 2, columns });
  return made;
}

const enter = (instrument: number): EntryIntent => ({
  kind: "Enter",
  at,
  strategy: 0,
  instrument: instrument as InstrumentId,
  signal: 0,
  reference: 100,
  shares: 100,
  binding: "fixed_shares",
  stop: Number.NaN,
  target: Number.NaN,
  timing: "now",
});
const exit = { kind: "Exit", at, strategy: 0, instrument: stock, signal: 1, reference: 100 } as const;

const status = (kind: "TradingHalted" | "TradingResumed") =>
  kind === "TradingHalted"
    ? ({ kind, at, instrument: stock, reason: "LULD" } as const)
    : ({ kind, at, instrument: stock } as const);

const filled = (number: number, price: number) =>
  ({
    kind: "OrderFilled",
    at,
    order: order(number),
    fillId: 1 as FillId,
    quantity: shares(100),
    price: dollarsPerShare(price),
    costs: { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money },
  }) as const;

const taken = (execute: ExecuteStage) => execute.commands.splice(0).map(({ kind }) => kind);

it("cancels the working entry of the halted instrument and of no other", () => {
  const execute = stage();
  execute.decide([enter(0), enter(1)]);
  taken(execute);
  execute.tradingStatus(status("TradingHalted"));
  expect(execute.commands).toEqual([{ kind: "CancelOrder", order: 0 }]);
});

it("refuses entries from the halt to the resumption; an exit leaves all the same", () => {
  const execute = stage();
  execute.decide([enter(0)]);
  execute.broker(filled(0, 100));
  taken(execute);
  execute.tradingStatus(status("TradingHalted"));
  execute.decide([exit]);
  expect(taken(execute)).toEqual(["PlaceOrder"]);
  execute.broker(filled(1, 99));
  execute.decide([enter(0)]);
  expect(execute.orders.status(order(2))).toBe(OrderStatus.Denied);
  expect(execute.blocked.list()).toMatchObject([{ rule: "halt", count: 1 }]);
  execute.tradingStatus(status("TradingResumed"));
  execute.decide([enter(0)]);
  expect(taken(execute)).toEqual(["PlaceOrder"]);
});

it("borrow comes off the cash and the equity, exactly, and no position moves", () => {
  const execute = stage();
  const dollars = 12_345_678 as Money;
  execute.charged({ kind: "BorrowCharged", at: at as EpochMicros, instrument: stock, dollars });
  expect(execute.portfolio.cashMicros).toBe(100_000_000_000 - 12_345_678);
  expect(execute.equity).toBe(100_000 - 12.345678);
  expect(execute.portfolio.borrowPaid).toBe(12.345678);
  expect(execute.portfolio.shares(stock)).toBe(0);
});
