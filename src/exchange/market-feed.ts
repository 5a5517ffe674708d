/**
 * What is going to happen, in order of time and minute by minute: a source's quotes, prints and bars as one stream.
 */
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { sessionOn } from "../market/calendar.ts";
import { AFTER_CLOSE_MICROS, BEFORE_OPEN_MICROS } from "../market/exchange-clock.ts";
import type { QuoteTick, TradeTick } from "../sim/minute-ticks.ts";
import {
  barStarting,
  type CountedBar,
  counted,
  type Hours,
  joinBars,
  type PriceSource,
} from "./prices/price-source.ts";
import { midnightOf } from "./timeframe.ts";
import { marketDay } from "./wire-time.ts";

/** `row` is the listing's place in the source. */
export type Happening =
  | { readonly kind: "quote"; readonly at: EpochMicros; readonly row: number; readonly tick: QuoteTick }
  | { readonly kind: "trade"; readonly at: EpochMicros; readonly row: number; readonly tick: TradeTick }
  | {
      readonly kind: "bar";
      /** When the minute was over. */
      readonly at: EpochMicros;
      readonly row: number;
      readonly bar: CountedBar;
      /** The day so far, this minute included. */
      readonly day: CountedBar;
    };

/** A batch a minute, sorted; the first holds what happens from `from` on. With `skips`, closed hours are left out. */
export function* happenings(
  source: PriceSource,
  from: EpochMicros,
  skips: boolean,
): Generator<readonly Happening[]> {
  for (let day = marketDay(from); day <= source.lastDay; day = (day + 1) as DayNumber) {
    const hours = livedHours(source.hours(day), day, skips);
    if (hours === undefined || hours.to <= from) continue;
    const walk = new DayWalk(source, day);
    for (let at = hours.from; at < hours.to; at = (at + MICROS_PER_MINUTE) as EpochMicros) {
      if (at + MICROS_PER_MINUTE <= from) walk.pass(at);
      else yield walk.minute(at).filter((happening) => happening.at >= from);
    }
  }
}

class DayWalk {
  readonly #source: PriceSource;
  readonly #midnight: EpochMicros;
  readonly #minutes: readonly ReturnType<PriceSource["minutes"]>[];
  readonly #days: (CountedBar | undefined)[];

  constructor(source: PriceSource, day: DayNumber) {
    this.#source = source;
    this.#midnight = midnightOf(day);
    this.#minutes = source.listings.map((_, row) => source.minutes(row, day));
    this.#days = source.listings.map(() => undefined);
  }

  /** A minute that was over before anyone looked: it counts for the day and is not told. */
  pass(at: EpochMicros): void {
    for (const [row, bars] of this.#minutes.entries()) {
      const bar = barStarting(bars, at);
      if (bar !== undefined) this.#add(row, counted(bar, this.#source.trades(row, bar)));
    }
  }

  minute(at: EpochMicros): readonly Happening[] {
    const batch: Happening[] = [];
    const ends: Happening[] = [];
    for (const [row, bars] of this.#minutes.entries()) {
      const { quotes, trades } = this.#source.ticks(row, at);
      for (const tick of quotes) batch.push({ kind: "quote", at: tick.at, row, tick });
      for (const tick of trades) batch.push({ kind: "trade", at: tick.at, row, tick });
      const plain = barStarting(bars, at);
      if (plain === undefined) continue;
      const bar = counted(plain, trades);
      ends.push({
        kind: "bar",
        at: (at + MICROS_PER_MINUTE) as EpochMicros,
        row,
        bar,
        day: this.#add(row, bar),
      });
    }
    // Stable: a quote that stands at a print's instant was pushed before it.
    batch.sort((a, b) => a.at - b.at);
    return [...batch, ...ends];
  }

  #add(row: number, bar: CountedBar): CountedBar {
    const before = this.#days[row];
    const joined = joinBars(before === undefined ? [bar] : [before, bar]) ?? bar;
    const day = { ...joined, at: this.#midnight };
    this.#days[row] = day;
    return day;
  }
}

function livedHours(hours: Hours | undefined, day: DayNumber, skips: boolean): Hours | undefined {
  if (hours === undefined || !skips) return hours;
  const session = sessionOn(day);
  if (session === undefined) return undefined;
  const from = Math.max(hours.from, session.open - BEFORE_OPEN_MICROS) as EpochMicros;
  const to = Math.min(hours.to, session.close + AFTER_CLOSE_MICROS) as EpochMicros;
  return from < to ? { from, to } : undefined;
}
