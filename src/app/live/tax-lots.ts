/**
 * Closed round trips as lines for a tax form: dates in New York, proceeds net of what both sides cost. Wash sales are
 * not judged here: they need the trades of every account of the household.
 */
import { type EpochMicros, isoDate } from "../../domain/time.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import type { LedgerRow } from "./ledger-reads.ts";

const HEADER = "symbol,strategy,side,shares,open_date,close_date,proceeds,cost_basis,gain,term,trade";

/** RFC 4180, one line for each trade, ended by a newline. Dollars and cents. */
export function taxLotCsv(trades: readonly LedgerRow[]): string {
  return `${[HEADER, ...trades.map(taxLotLine)].join("\n")}\n`;
}

/**
 * Gain is what the round trip won without dividends, which are income of another kind. Costs are on the selling side:
 * they lower the proceeds, whichever side they came with; the gain is the same.
 */
function taxLotLine(trade: LedgerRow): string {
  const number = (column: string) => Number(trade[column] ?? Number.NaN);
  const [shares, isLong] = [number("quantity"), trade.side === "long"];
  const [bought, sold] = isLong ? ["entry_price", "exit_price"] : ["exit_price", "entry_price"];
  const basis = cents(number(bought as string) * shares);
  const proceeds = cents(number(sold as string) * shares - number("commission"));
  const [opened, closed] = [number("timestamp") as EpochMicros, number("exit_timestamp") as EpochMicros];
  return [
    trade.symbol,
    trade.strategy,
    trade.side,
    shares,
    isoDate(newYorkDay(opened)),
    isoDate(newYorkDay(closed)),
    proceeds.toFixed(2),
    basis.toFixed(2),
    (proceeds - basis).toFixed(2),
    // A short sale is closed on the day it is covered and counts as short-term (IRC 1233).
    isLong && isOverAYear(opened, closed) ? "long" : "short",
    trade.id,
  ].join(",");
}

/** Held for more than a year: sold later than the same date of the year after (IRC 1222). */
function isOverAYear(opened: EpochMicros, closed: EpochMicros): boolean {
  const [year = "", ...rest] = isoDate(newYorkDay(opened)).split("-");
  const anniversary = [String(Number(year) + 1), ...rest].join("-");
  return isoDate(newYorkDay(closed)) > anniversary;
}

const cents = (dollars: number): number => Math.round(dollars * 100) / 100;
