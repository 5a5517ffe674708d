/**
 * Ten fills with every number behind their price and their costs, so that a person with a calculator can check what
 * the run paid.
 */
import type { BarColumns } from "../domain/bars.ts";
import { BUY, type OrderNumber, purposeNames, sideName } from "../domain/order.ts";
import { type EpochMicros, isoDate, isoInstant } from "../domain/time.ts";
import { FillField } from "../engine/fill-table.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import { type FeeRates, feeRates } from "../sim/regulatory-fees.ts";
import type { Config } from "./config.ts";
import type { EngineRun } from "./engine-run.ts";
import { chooseFills } from "./hand-fills-choice.ts";
import type { FeeRatesUsed, HandFill } from "./run-result.ts";

const SHOWN = 10;

export function handFills(run: EngineRun, columns: BarColumns, { costs }: Pick<Config, "costs">): HandFill[] {
  const { fills, orders } = run.loop.execute;
  const rates = feeRates(costs.feeSchedule);
  return chooseFills(run.loop.execute, SHOWN).map((fill): HandFill => {
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

/** A date before the first row pays the first row's rate, as the venue has it. */
function inForce(rates: readonly FeeRates[], at: EpochMicros): FeeRatesUsed | null {
  const day = newYorkDay(at);
  const row = rates.findLast(({ from }) => from <= day) ?? rates[0];
  if (row === undefined) return null;
  const { secPerMillion, tafPerShare, tafCap } = row;
  return { from: isoDate(row.from), secPerMillion, tafPerShare, tafCap };
}
