/**
 * Goal    when the time of an entry is over, the engine keeps what it got under its stop, or closes what is too little
 *         to be worth a place among the positions; late fills do not escape that (C-40).
 * Method  the execute stage by hand: an order for 100 shares at 100 with a stop at 95, fills and ends in any order.
 */
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { dollarsPerShare, type Money, shares, usd } from "../domain/money.ts";
import { type FillId, type OrderNumber, purposeNames } from "../domain/order.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { executionParams } from "../execution/order-policy.ts";
import { ExecuteStage } from "./execute.ts";

const sessions = testSessions(1, 390);
const at = barClose(sessions, 0, 0);
const stock = 0 as InstrumentId;
const entry = 0 as OrderNumber;
const stopLeg = 1 as OrderNumber;
const costs = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };

function entered(partialFill: Readonly<Record<string, number>>): ExecuteStage {
  const execute = new ExecuteStage(
    {
      strategies: 1,
      instruments: 1,
      startingCash: usd(100_000),
      sessions,
      rules: [],
      execution: executionParams.parse({ partialFill }),
      ensemble: ensembleParams.parse({}),
    },
    () => undefined,
  );
  execute.bars({ at, from: 0, to: 1, columns: columnsOf("1m", 1, bars(0, "100/100/100", [at])) });
  const wish = { at, strategy: 0, instrument: stock, signal: 0, reference: 100 } as const;
  const terms = { binding: "fixed_shares", target: Number.NaN, timing: "now" } as const;
  execute.decide([{ kind: "Enter", ...wish, ...terms, shares: 100, stop: 95 }]);
  execute.commands.length = 0;
  return execute;
}

const fill = (execute: ExecuteStage, quantity: number, fillId = 1) =>
  execute.broker({
    kind: "OrderFilled",
    at,
    order: entry,
    fillId: fillId as FillId,
    quantity: shares(quantity),
    price: dollarsPerShare(100),
    costs,
  });
const told = ({ commands }: ExecuteStage) =>
  commands
    .splice(0)
    .map((it) =>
      it.kind === "PlaceOrder"
        ? `${purposeNames[it.order.purpose]} ${it.order.shares}`
        : `${it.kind} ${it.order}`,
    )
    .join(", ");

const dear = { minValue: 8_000 };

describe("the end of an entry that filled in part", () => {
  it.each([
    { filled: 80, settings: dear, left: "", why: "80 of 100: kept, whatever it is worth" },
    { filled: 79, settings: dear, left: "CancelOrder 1", why: "79 of 100, worth less than 8,000: closed" },
    { filled: 79, settings: { minValue: 7_900 }, left: "", why: "79 of 100, worth 7,900: kept" },
    { filled: 79, settings: { minRisk: 400 }, left: "CancelOrder 1", why: "79 of 100, risking 395: closed" },
  ])("$why", ({ filled, settings, left }) => {
    const execute = entered(settings);
    fill(execute, filled);
    expect(told(execute)).toBe("");
    execute.broker({ kind: "OrderExpired", at, order: entry });
    expect(told(execute)).toBe(left);
    expect(execute.lots.shares(0, stock)).toBe(filled);
    if (left === "") return;
    // It leaves when its stop is known to be over, for exactly what it got.
    execute.broker({ kind: "OrderCanceled", at, order: stopLeg });
    expect(told(execute)).toBe(`exit ${filled}`);
  });

  it("an end that knows of more than was told waits for it, and judges all of it", () => {
    const execute = entered(dear);
    fill(execute, 50);
    execute.broker({ kind: "OrderCanceled", at, order: entry, filled: shares(85) });
    expect(told(execute)).toBe("");
    fill(execute, 35, 2);
    expect(told(execute)).toBe("");
    expect(execute.orders.isWorking(entry)).toBe(false);
  });

  it("an entry that got nothing, or all, has nothing to be judged", () => {
    const nothing = entered(dear);
    nothing.broker({ kind: "OrderExpired", at, order: entry });
    const all = entered(dear);
    fill(all, 100);
    all.broker({ kind: "OrderExpired", at, order: entry });
    expect([told(nothing), told(all)]).toEqual(["", ""]);
  });
});
