/** Columns as the CSV that `data import` reads, so that a test can fill a lake without market data. */
import { type BarColumns, batchCount } from "../src/domain/bars.ts";
import { type EpochMicros, isoDate } from "../src/domain/time.ts";
import { newYorkDay } from "../src/market/us-eastern.ts";

/** Daily bars, prices to the cent. */
export function dailyCsv(columns: BarColumns): string {
  const lines = ["symbol,date,open,high,low,close,volume"];
  for (let batch = 0; batch < batchCount(columns); batch++) {
    const date = isoDate(newYorkDay(columns.closedAt[batch] as EpochMicros));
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      const prices = (["open", "high", "low", "close"] as const).map((field) =>
        columns[field][row]!.toFixed(2),
      );
      lines.push(
        [columns.instruments.symbols[columns.instrument[row]!], date, ...prices, columns.volume[row]].join(
          ",",
        ),
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
