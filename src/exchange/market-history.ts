/**
 * Everything that has happened up to now, out of a source that knows the future too: the one place where the two are
 * kept apart. A bar is history when its minute is over, a quote or print when its instant has come.
 */
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import type { QuoteTick, TradeTick } from "../sim/minute-ticks.ts";
import {
  type CountedBar,
  counted,
  firstBarFrom,
  joinBars,
  type Listing,
  type PriceSource,
} from "./prices/price-source.ts";
import { dayBucket, midnightOf, minuteBucket, type Timeframe } from "./timeframe.ts";
import { marketDay } from "./wire-time.ts";

/** Both included. */
export interface Span {
  readonly from: EpochMicros;
  readonly to: EpochMicros;
}

export interface AuctionDay {
  readonly day: DayNumber;
  readonly opening: TradeTick;
  /** Absent while the session runs. */
  readonly closing: TradeTick | undefined;
}

/** Days looked back for a last price: longer than any closure. */
const MOST_DAYS_BACK = 14;

export class MarketHistory {
  readonly #source: PriceSource;
  readonly #now: () => EpochMicros;
  readonly #rows: ReadonlyMap<string, number>;

  constructor(source: PriceSource, now: () => EpochMicros) {
    this.#source = source;
    this.#now = now;
    this.#rows = new Map(source.listings.map(({ symbol }, i) => [symbol, i]));
  }

  /** Undefined for a symbol that is not listed. */
  find(symbol: string): number | undefined {
    return this.#rows.get(symbol);
  }

  listing(row: number): Listing {
    return this.#source.listings[row] as Listing;
  }

  /** Bars whose left edge lies in the span, in order of time or against it. */
  *bars(row: number, span: Span, timeframe: Timeframe, descending: boolean): Generator<CountedBar> {
    if (timeframe.unit === "minute") {
      for (const day of this.#days(span, descending))
        yield* directed(this.#minuteBuckets(row, day, timeframe).filter(within(span)), descending);
      return;
    }
    let bucket: DayNumber | undefined;
    let parts: CountedBar[] = [];
    const finished = (): CountedBar[] => {
      const bar = joinBars(parts.toSorted((a, b) => a.at - b.at));
      return bar === undefined || bucket === undefined ? [] : [{ ...bar, at: midnightOf(bucket) }];
    };
    // A span that begins inside a week or a month does not hold that bucket's left edge.
    for (const day of this.#days(span, descending)) {
      const first = dayBucket(day, timeframe);
      if (first !== bucket) {
        yield* finished().filter(within(span));
        bucket = first;
        parts = [];
      }
      const bar = this.dayBar(row, day);
      if (bar !== undefined) parts.push(bar);
    }
    yield* finished().filter(within(span));
  }

  *trades(row: number, span: Span, descending: boolean): Generator<TradeTick> {
    for (const day of this.#days(span, descending)) {
      const minutes = this.#source.minutes(row, day).filter(({ at }) => at + MICROS_PER_MINUTE > span.from);
      for (const bar of directed(minutes, descending)) {
        if (bar.at > span.to) continue;
        const trades = this.#source.trades(row, bar).filter(within(span));
        yield* directed(trades, descending);
      }
    }
  }

  *quotes(row: number, span: Span, descending: boolean): Generator<QuoteTick> {
    for (const day of this.#days(span, descending)) {
      const hours = this.#source.hours(day);
      if (hours === undefined) continue;
      const minutes: EpochMicros[] = [];
      const from = Math.max(hours.from, Math.floor(span.from / MICROS_PER_MINUTE) * MICROS_PER_MINUTE);
      for (let at = from; at < hours.to && at <= span.to; at += MICROS_PER_MINUTE)
        minutes.push(at as EpochMicros);
      for (const at of directed(minutes, descending))
        yield* directed(this.#source.ticks(row, at).quotes.filter(within(span)), descending);
    }
  }

  *auctions(row: number, span: Span, descending: boolean): Generator<AuctionDay> {
    for (const day of this.#days(span, descending)) {
      const bars = this.minutesSoFar(row, day);
      const [first] = bars;
      const last = bars.at(-1);
      const opening = first && this.#source.trades(row, first)[0];
      const isOver = this.#now() >= (this.#source.hours(day)?.to ?? 0);
      const closing = isOver && last !== undefined ? this.#source.trades(row, last).at(-1) : undefined;
      if (opening !== undefined) yield { day, opening, closing };
    }
  }

  latestTrade(row: number): TradeTick | undefined {
    return first(this.trades(row, this.#recent(), true));
  }

  latestQuote(row: number): QuoteTick | undefined {
    return first(this.quotes(row, this.#recent(), true));
  }

  /** The last minute that is over. */
  latestBar(row: number): CountedBar | undefined {
    return first(this.bars(row, this.#recent(), { unit: "minute", count: 1 }, true));
  }

  /** A day as one bar, the present one as far as it is known. */
  dayBar(row: number, day: DayNumber): CountedBar | undefined {
    const hours = this.#source.hours(day);
    if (hours === undefined || hours.from > this.#now()) return undefined;
    const bar = hours.to <= this.#now() ? this.#source.day(row, day) : joinBars(this.minutesSoFar(row, day));
    return bar && { ...bar, at: midnightOf(day) };
  }

  /** The latest days with prints, newest first, at most `count`. */
  latestDays(row: number, count: number): readonly CountedBar[] {
    const found: CountedBar[] = [];
    for (const day of this.#days(this.#recent(), true)) {
      const bar = this.dayBar(row, day);
      if (bar !== undefined) found.push(bar);
      if (found.length === count) break;
    }
    return found;
  }

  minutesSoFar(row: number, day: DayNumber): readonly CountedBar[] {
    const bars = this.#source.minutes(row, day);
    const over = firstBarFrom(bars, this.#now() - MICROS_PER_MINUTE + 1);
    return bars.slice(0, over).map((bar) => counted(bar, this.#source.trades(row, bar)));
  }

  #minuteBuckets(row: number, day: DayNumber, timeframe: Timeframe): readonly CountedBar[] {
    const minutes = this.minutesSoFar(row, day);
    if (timeframe.count === 1) return minutes;
    const midnight = midnightOf(day);
    const buckets = Map.groupBy(minutes, ({ at }) => minuteBucket(at, midnight, timeframe));
    return [...buckets].flatMap(([at, bars]) => {
      const bar = joinBars(bars);
      return bar === undefined ? [] : [{ ...bar, at }];
    });
  }

  #recent(): Span {
    const to = this.#now();
    return { from: (to - MOST_DAYS_BACK * 24 * 60 * MICROS_PER_MINUTE) as EpochMicros, to };
  }

  /** Days of the span that the source knows, none of them after today. */
  *#days(span: Span, descending: boolean): Generator<DayNumber> {
    const earliest = Math.max(marketDay(span.from), this.#source.historyFrom);
    const latest = Math.min(marketDay(span.to), marketDay(this.#now()), this.#source.lastDay);
    for (let i = 0; i <= latest - earliest; i++) yield (descending ? latest - i : earliest + i) as DayNumber;
  }
}

const within =
  ({ from, to }: Span) =>
  ({ at }: { readonly at: number }): boolean =>
    at >= from && at <= to;

const directed = <Row>(rows: readonly Row[], descending: boolean): readonly Row[] =>
  descending ? rows.toReversed() : rows;

function first<Row>(rows: Generator<Row>): Row | undefined {
  const { value, done } = rows.next();
  return done === true ? undefined : value;
}
