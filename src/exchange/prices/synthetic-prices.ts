/**
 * The seeded synthetic market as a source of prices: three years of history and as many sessions as the calendar
 * has.
 */
import { barCount } from "../../domain/bars.ts";
import { type DayNumber, type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { CALENDAR_LAST_DAY, sessionOn, sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import { createRng } from "../../numerics/rng.ts";
import { type MinuteBar, MinuteTickMaker, type MinuteTicks } from "../../sim/minute-ticks.ts";
import { drawTraits, MARKET_SECTOR, syntheticListings } from "../../sim/synthetic-listings.ts";
import {
  createSyntheticMarket,
  MOST_HISTORY_SESSIONS,
  type SyntheticMarket,
} from "../../sim/synthetic-market.ts";
import {
  barStarting,
  type CountedBar,
  firstBarFrom,
  type Hours,
  joinBars,
  type Listing,
  type PriceSource,
} from "./price-source.ts";

/** Sessions kept as bars: enough for a client that reads a week of minutes in pages. */
const KEPT_SESSIONS = 8;

export class SyntheticPrices implements PriceSource {
  readonly listings: readonly Listing[];
  readonly firstDay: DayNumber;
  readonly lastDay = (CALENDAR_LAST_DAY - 1) as DayNumber;
  readonly historyFrom: DayNumber;
  readonly #market: SyntheticMarket;
  readonly #ticks: MinuteTickMaker;
  readonly #firstRow: number;
  readonly #sessions = new Map<DayNumber, readonly (readonly MinuteBar[])[]>();
  readonly #days = new Map<DayNumber, readonly (CountedBar | undefined)[]>();

  /** `firstDay` must be a session with three years of calendar before it; throws InputError otherwise. */
  constructor(seed: number, firstDay: DayNumber) {
    this.#market = createSyntheticMarket({ seed, firstSession: firstDay });
    this.#ticks = new MinuteTickMaker(seed);
    this.firstDay = firstDay;
    this.#firstRow = sessionRowOn(firstDay);
    this.historyFrom = xnysSessions().date[this.#firstRow - MOST_HISTORY_SESSIONS]! as DayNumber;
    // The same streams of chance that the market draws its listings' traits from.
    const rng = createRng(seed, "synthetic market");
    this.listings = syntheticListings.map((listing) => ({
      symbol: listing.symbol,
      name:
        listing.sector === MARKET_SECTOR ? `${listing.symbol} Market Fund` : `${listing.symbol} Corporation`,
      exchange: listing.sector === MARKET_SECTOR ? "ARCA" : "NASDAQ",
      halfSpread: drawTraits(listing, rng.fork(`traits ${listing.symbol}`)).halfSpread,
    }));
  }

  hours(day: DayNumber): Hours | undefined {
    const session = day >= this.historyFrom && day <= this.lastDay ? sessionOn(day) : undefined;
    return session && { from: session.open, to: session.close };
  }

  minutes(listing: number, day: DayNumber): readonly MinuteBar[] {
    return this.#session(day)?.[listing] ?? [];
  }

  ticks(listing: number, at: EpochMicros): MinuteTicks {
    const day = Math.floor(at / MICROS_PER_DAY) as DayNumber;
    const { symbol, halfSpread } = this.listings[listing] as Listing;
    const bars = this.minutes(listing, day);
    const row = firstBarFrom(bars, at);
    const bar = barStarting(bars, at) ?? silent(at, bars[row - 1]?.close ?? bars[0]?.open);
    return bar === undefined ? { quotes: [], trades: [] } : this.#ticks.ticks(symbol, bar, halfSpread);
  }

  trades(listing: number, bar: MinuteBar): MinuteTicks["trades"] {
    return this.#ticks.trades((this.listings[listing] as Listing).symbol, bar);
  }

  /** Count and average are those of whole minutes, at their typical price: a day's prints are not made for it. */
  day(listing: number, day: DayNumber): CountedBar | undefined {
    const known = this.#days.get(day);
    if (known !== undefined) return known[listing];
    const session = this.#session(day);
    if (session === undefined) return undefined;
    const bars = session.map((minutes) => joinBars(minutes.map(typical)));
    this.#days.set(day, bars);
    return bars[listing];
  }

  #session(day: DayNumber): readonly (readonly MinuteBar[])[] | undefined {
    const known = this.#sessions.get(day);
    if (known !== undefined) return known;
    if (this.hours(day) === undefined) return undefined;
    const columns = this.#market.session(sessionRowOn(day) - this.#firstRow);
    const bars: MinuteBar[][] = this.listings.map(() => []);
    let batch = 0;
    for (let row = 0; row < barCount(columns); row++) {
      while (columns.offset[batch + 1]! <= row) batch += 1;
      bars[columns.instrument[row]!]?.push({
        at: (columns.closedAt[batch]! - MICROS_PER_MINUTE) as EpochMicros,
        open: columns.open[row]!,
        high: columns.high[row]!,
        low: columns.low[row]!,
        close: columns.close[row]!,
        volume: columns.volume[row]!,
      });
    }
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= KEPT_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(day, bars);
    return bars;
  }
}

/** A minute in which nobody trades: quotes stand around the last price. */
function silent(at: EpochMicros, price: number | undefined): MinuteBar | undefined {
  return price === undefined
    ? undefined
    : { at, open: price, high: price, low: price, close: price, volume: 0 };
}

const typical = (bar: MinuteBar): CountedBar => ({
  ...bar,
  count: Math.min(24, 2 + Math.floor(Math.log2(bar.volume + 1))),
  average: (bar.high + bar.low + bar.close) / 3,
});
