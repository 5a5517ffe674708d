/** Earnings reports out of a table with a header. */
import { InputError } from "../../domain/assert.ts";
import type { EarningsReport } from "../../market/earnings-report.ts";
import { knownInstant } from "../known-instant.ts";

const SYMBOL = /^[A-Z0-9.^-]{1,20}$/;
const needed = ["symbol", "announced", "eps"] as const;

/** Throws InputError naming the column that is missing, or the line that is wrong. */
export function reportsOf(
  header: readonly string[],
  rows: readonly string[][],
  where: string,
): EarningsReport[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = needed.find((name) => !names.includes(name));
  if (missing !== undefined)
    throw new InputError(
      `${where}: has no column ${missing}; it must have symbol,announced,eps and may have expected`,
    );
  const cell = (row: readonly string[], name: string) => (row[names.indexOf(name)] ?? "").trim();
  return rows.map((row, n) => {
    const line = `${where}: line ${n + 2}`;
    const symbol = cell(row, "symbol");
    if (!SYMBOL.test(symbol))
      throw new InputError(`${line}: symbol "${symbol.slice(0, 30)}" must be as AAPL`, 1);
    const announcedAt = knownInstant(cell(row, "announced"), line, "announced");
    const [eps, expected] = [cell(row, "eps"), cell(row, "expected")];
    return { symbol, announcedAt, eps: dollars(eps, line, "eps"), expected: maybe(expected, line) };
  });
}

const maybe = (text: string, line: string): number =>
  text === "" ? Number.NaN : dollars(text, line, "expected");

function dollars(text: string, line: string, what: string): number {
  const value = Number(text);
  if (text !== "" && Math.abs(value) < 1e6) return value;
  throw new InputError(`${line}: ${what} "${text.slice(0, 30)}" must be dollars per share`, 1);
}
