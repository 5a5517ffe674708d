/**
 * Where the twin's prices come from, as it sees them: minute by minute, day by day, the past as well as what is to
 * come. Whoever asks decides what "now" is; a source knows its whole time and gives the same answer each time.
 */
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import type { MinuteBar, MinuteTicks } from "../../sim/minute-ticks.ts";

export interface Listing {
  readonly symbol: string;
  readonly name: string;
  readonly exchange: "NYSE" | "NASDAQ" | "ARCA";
  /** Half of the quoted spread as a fraction of the price. */
  readonly halfSpread: number;
}

/** A bar with what the vendor adds to it. */
export interface CountedBar extends MinuteBar {
  /** Number of prints. */
  readonly count: number;
  /** Average price by volume. */
  readonly average: number;
}

/** First and last minute (its start, and one past the last) in which something can happen. */
export interface Hours {
  readonly from: EpochMicros;
  readonly to: EpochMicros;
}

export interface PriceSource {
  readonly listings: readonly Listing[];
  /** Where an exchange starts that was told no time. */
  readonly firstDay: DayNumber;
  /** No prices after it. */
  readonly lastDay: DayNumber;
  /** No prices before it. */
  readonly historyFrom: DayNumber;
  /** Undefined on days without prices. */
  hours(day: DayNumber): Hours | undefined;
  /** Minutes with prints, ascending. */
  minutes(listing: number, day: DayNumber): readonly MinuteBar[];
  /** Quotes and prints of the minute that begins at `at`, each ascending. */
  ticks(listing: number, at: EpochMicros): MinuteTicks;
  /** The prints of a minute alone. */
  trades(listing: number, bar: MinuteBar): MinuteTicks["trades"];
  /** The whole day as one bar, `at` its first print's minute; undefined without prints. */
  day(listing: number, day: DayNumber): CountedBar | undefined;
}

/** Minute bars in order as one longer bar; `at` is the first one's. Undefined for none. */
export function joinBars(bars: readonly CountedBar[]): CountedBar | undefined {
  const [first] = bars;
  if (first === undefined) return undefined;
  let { high, low, close } = first;
  let volume = 0;
  let count = 0;
  let value = 0;
  for (const bar of bars) {
    if (bar.high > high) high = bar.high;
    if (bar.low < low) low = bar.low;
    close = bar.close;
    volume += bar.volume;
    count += bar.count;
    value += bar.average * bar.volume;
  }
  const average = volume > 0 ? roundAverage(value / volume) : close;
  return { at: first.at, open: first.open, high, low, close, volume, count, average };
}

/** A minute with the count and the average of the prints it is made of. */
export function counted(bar: MinuteBar, trades: MinuteTicks["trades"]): CountedBar {
  let value = 0;
  for (const { price, size } of trades) value += price * size;
  const average = bar.volume > 0 ? roundAverage(value / bar.volume) : bar.close;
  return { ...bar, count: trades.length, average };
}

/** As the vendor shows it: a hundredth of a cent and two places more. */
const roundAverage = (price: number): number => Math.round(price * 1e6) / 1e6;

/** Row of the bar that begins at `at`; undefined when there is none. */
export function barStarting(bars: readonly MinuteBar[], at: EpochMicros): MinuteBar | undefined {
  const row = firstBarFrom(bars, at);
  const bar = bars[row];
  return bar?.at === at ? bar : undefined;
}

/** Index of the first bar that begins at `at` or later. */
export function firstBarFrom(bars: readonly { readonly at: number }[], at: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
