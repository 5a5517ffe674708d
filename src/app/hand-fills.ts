/**
 * Ten fills with every number behind their price and their costs, so that a person with a calculator can check what
 * the run paid. Chosen by a rule that looks at no result: the fills are cut into ten stretches of equal count and the
 * middle one of each is taken; the stretch that holds the largest fill of the run shows that one.
 *
 * Fills that crossed inside the account cost nothing, and those of a shared order carry a part of costs that were
 * rounded as a whole: neither is among them.
 */
import type { BarColumns } from "../domain/bars.ts";
import { BUY, type OrderNumber, purposeNames, sideName } from "../domain/order.ts";
import { type EpochMicros, isoDate, isoInstant } from "../domain/time.ts";
import { FillField } from "../engine/fill-table.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import { type FeeRates, feeRates } from "../sim/regulatory-fees.ts";
import type { Config } from "./config.ts";
import type { EngineRun } from "./engine-run.ts";
import type { FeeRatesUsed, HandFill } from "./run-result.ts";

const SHOWN = 10;

export function handFills(run: EngineRun, columns: BarColumns, { costs }: Pick<Config, "costs">): HandFill[] {
  const { fills, orders } = run.loop.execute;
  const rates = feeRates(costs.feeSchedule);
  return chosen(run).map((fill): HandFill => {
    const get = (field: FillField) => fills.get(fill, field);
    const order = get(FillField.order) as OrderNumber;
    const side = orders.side(order);
    const at = get(FillField.at) as EpochMicros;
    const pays = side !== BUY && costs.regulatory;
    return {
      at: isoInstant(at),
      order,
      strategy: run.allocated[orders.strategy(order)]?.strategy.id ?? "unknown",
      symbol: columns.instruments.symbols[orders.instrument(order)] ?? "unknown",
      side: sideName(side),
      purpose: purposeNames[orders.purpose(order)],
      shares: get(FillField.shares),
      unslipped: get(FillField.price) - (side * get(FillField.slippage)) / get(FillField.shares),
      price: get(FillField.price),
      spread: get(FillField.spread),
      drift: get(FillField.drift),
      impact: get(FillField.impact),
      commission: get(FillField.commission),
      commissionPerShare: costs.commissionPerShare,
      fees: get(FillField.regulatory),
      rates: pays ? inForce(rates, at) : null,
    };
  });
}

/** Rows of fills, ascending. */
function chosen({ loop }: EngineRun): number[] {
  const { fills, orders } = loop.execute;
  const own = Array.from({ length: fills.length }, (_, fill) => fill).filter(
    (fill) =>
      fills.get(fill, FillField.crossed) === 0 &&
      !orders.isShared(fills.get(fill, FillField.order) as OrderNumber),
  );
  if (own.length <= SHOWN) return own;
  const value = (fill: number) => fills.get(fill, FillField.shares) * fills.get(fill, FillField.price);
  const largest = own.reduce((best, fill, n) => (value(fill) > value(own[best]!) ? n : best), 0);
  return Array.from({ length: SHOWN }, (_, k) => {
    const from = Math.floor((k * own.length) / SHOWN);
    const to = Math.floor(((k + 1) * own.length) / SHOWN);
    return own[largest >= from && largest < to ? largest : (from + to) >> 1]!;
  });
}

/** A date before the first row pays the first row's rate, as the venue has it. */
function inForce(rates: readonly FeeRates[], at: EpochMicros): FeeRatesUsed | null {
  const day = newYorkDay(at);
  const row = rates.findLast(({ from }) => from <= day) ?? rates[0];
  if (row === undefined) return null;
  const { secPerMillion, tafPerShare, tafCap } = row;
  return { from: isoDate(row.from), secPerMillion, tafPerShare, tafCap };
}
