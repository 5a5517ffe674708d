/** A known report as a row of the reference table `fundamentals`. */
import type { CorporateAction } from "../../domain/corporate-action.ts";
import type { DayNumber } from "../../domain/time.ts";
import type { KnownFiling } from "../../market/fundamentals/known-filings.ts";
import { sharesOn } from "./share-count.ts";

/**
 * In the order of the table, null for what is not known; `day` is when it is told, and of the company's `splits` those
 * up to the day number `upTo` have happened.
 */
export function fundamentalValues(
  { filing, filed }: KnownFiling,
  splits: readonly CorporateAction[],
  day: DayNumber,
  upTo: number = day,
): (number | null)[] {
  const { figures } = filing;
  const { equity, ebit, debt, cash, grossProfit, netIncome, operatingCashFlow, assets } = figures;
  const values = [
    ...[sharesOn(filing, splits, upTo), equity, ebit, debt, cash],
    ...[grossProfit / assets, (netIncome - operatingCashFlow) / assets, debt / assets],
    day - filed,
  ];
  return values.map((value) => (Number.isFinite(value) ? value : null));
}
