/**
 * Does the two-day RSI still tell a fall that comes back? Reads an index's daily bars (`date,open,high,low,close`; a
 * file with `date,close` alone is enough for the rule of the averages) and prints the rule of Connors and Alvarez
 * (2009) at the close, without costs, before and after their book, and the variant whose figure was published: RSI2
 * below 15, out above yesterday's high, 0.46 % a trade from 2005 to September 2016.
 *
 *   node scripts/published-reversion.ts FILE [FILE]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { csvRows } from "../src/cli/csv-rows.ts";
import { InputError } from "../src/domain/assert.ts";
import { columnsFromBars } from "../src/domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { computeColumns } from "../src/features/batch.ts";
import { rsi } from "../src/features/rsi.ts";
import { sma } from "../src/features/sma.ts";
import { mean, sampleVariance } from "../src/numerics/moments.ts";

export interface DailyCloses {
  readonly date: readonly string[];
  readonly close: Float64Array;
  /** Undefined where the file has closes alone. */
  readonly high: Float64Array | undefined;
}

/** Returns of trades from close to close, fractions. */
export interface Trades {
  readonly count: number;
  /** Fraction of trades that gained. */
  readonly winners: number;
  readonly mean: number;
  /** Of the mean against 0. */
  readonly t: number;
}

export function dailyCloses(content: string, file: string): DailyCloses {
  const [header = [], ...rows] = csvRows(content);
  const [date, close, high] = ["date", "close", "high"].map((name) => header.indexOf(name)) as [
    number,
    number,
    number,
  ];
  if (date < 0 || close < 0)
    throw new InputError(`${file}: columns ${header.join(", ")}; needs date and close`);
  const column = (at: number) => Float64Array.from(rows, (row) => Number(row[at]));
  return {
    date: rows.map((row) => row[date] ?? ""),
    close: column(close),
    high: high < 0 ? undefined : column(high),
  };
}

/** Of the features that the strategies trade on. */
function indicators({ close }: DailyCloses): Record<"trend" | "exit" | "rsi", Float64Array> {
  const bars = Array.from(close, (price, t) => {
    return {
      instrument: 0 as InstrumentId,
      closedAt: t as EpochMicros,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 1,
    };
  });
  const [trend, exit, two] = [sma({ period: 200 }), sma({ period: 5 }), rsi({ period: 2 })];
  const values = computeColumns([trend, exit, two], columnsFromBars("1d", instrumentTable(["INDEX"]), bars));
  return { trend: values.get("sma_200")!, exit: values.get("sma_5")!, rsi: values.get("rsi_2")! };
}

/** One position at a time, in at a close and out at a later one; entries from `from` to before `to`. */
function trade(
  { date, close }: DailyCloses,
  [from, to]: readonly [string, string],
  enters: (t: number) => boolean,
  leaves: (t: number) => boolean,
): Trades {
  const gains: number[] = [];
  let entry = -1;
  for (let t = 1; t < close.length; t++) {
    if (entry >= 0 && leaves(t)) {
      gains.push(close[t]! / close[entry]! - 1);
      entry = -1;
    } else if (entry < 0 && date[t]! >= from && date[t]! < to && enters(t)) entry = t;
  }
  return tradesOf(gains);
}

function tradesOf(gains: readonly number[]): Trades {
  const all = Float64Array.from(gains);
  return {
    count: all.length,
    winners: all.filter((gain) => gain > 0).length / all.length,
    mean: mean(all),
    t: (mean(all) / Math.sqrt(sampleVariance(all))) * Math.sqrt(all.length),
  };
}

/** Above the average of 200 days and RSI2 below `most`: in; above the average of five days: out. */
export function ruleOfTheBook(days: DailyCloses, span: readonly [string, string], most = 10): Trades {
  const { trend, exit, rsi: two } = indicators(days);
  const { close } = days;
  return trade(
    days,
    span,
    (t) => close[t]! > trend[t]! && two[t]! < most,
    (t) => close[t]! > exit[t]!,
  );
}

/** RSI2 below 15: in; a close above the high of the day before: out. Needs highs. */
export function ruleOfTheHigh(days: DailyCloses, span: readonly [string, string]): Trades {
  const { rsi: two } = indicators(days);
  const { close, high } = days;
  if (high === undefined) throw new InputError("a column high is needed");
  return trade(
    days,
    span,
    (t) => two[t]! < 15,
    (t) => close[t]! > high[t - 1]!,
  );
}

/** The five days after each day above its average of 200, by RSI2, and after all of them; overlapping. */
export function fiveDaysAfter(days: DailyCloses, span: readonly [string, string], below: number): Trades {
  const { trend, rsi: two } = indicators(days);
  const { date, close } = days;
  const gains: number[] = [];
  for (let t = 0; t + 5 < close.length; t++)
    if (date[t]! >= span[0] && date[t]! < span[1] && close[t]! > trend[t]! && two[t]! < below)
      gains.push(close[t + 5]! / close[t]! - 1);
  return tradesOf(gains);
}

const line = (name: string, { count, winners, mean: average, t }: Trades): string =>
  `${name.padEnd(52)} ${String(count).padStart(5)} trades, ${(100 * winners).toFixed(1)} % gained, ` +
  `${(100 * average).toFixed(2)} % each, t ${t.toFixed(1)}`;

function report(file: string): string[] {
  const days = dailyCloses(readFileSync(file, "utf8"), file);
  const [first = "", last = ""] = [days.date[0], days.date.at(-1)];
  const spans: readonly (readonly [string, string])[] = [
    [first, "2009-01-01"],
    ["2009-01-01", "9999"],
  ];
  const lines = [`${file.split("/").at(-1)}: ${first} to ${last}, at the close, no costs, no dividends`];
  for (const span of spans) {
    const years = `${span[0].slice(0, 4)} to ${span[1] === "9999" ? last.slice(0, 4) : "2008"}`;
    for (const most of [5, 10])
      lines.push(line(`${years}: RSI2 < ${most}, out above SMA5`, ruleOfTheBook(days, span, most)));
    for (const below of [5, 10, 101])
      lines.push(
        line(
          `${years}: five days after RSI2 < ${below === 101 ? "anything" : below}`,
          fiveDaysAfter(days, span, below),
        ),
      );
  }
  if (days.high !== undefined)
    lines.push(
      line(
        "2005 to September 2016: RSI2 < 15, out above the high",
        ruleOfTheHigh(days, ["2005-01-01", "2016-10-01"]),
      ),
    );
  return lines;
}

if (process.argv[1] === import.meta.filename) {
  const { positionals } = parseArgs({ allowPositionals: true });
  for (const file of positionals) for (const text of report(file)) console.log(text);
}
