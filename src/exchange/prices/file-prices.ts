/**
 * Recorded prices as a source: minute bars, second bars, quotes and trades, whatever the files hold of each symbol.
 * What they do not hold is made to fit what they do: prints from bars, quotes around prints.
 */
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { sessionOn } from "../../market/calendar.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import {
  type MinuteBar,
  MinuteTickMaker,
  type MinuteTicks,
  type QuoteTick,
  type TradeTick,
} from "../../sim/minute-ticks.ts";
import {
  type CountedBar,
  counted,
  firstBarFrom,
  type Hours,
  joinBars,
  type Listing,
  type PriceSource,
} from "./price-source.ts";

/** What the files hold of one symbol; each list ascends in time. */
export interface Recording {
  readonly symbol: string;
  readonly minutes: readonly MinuteBar[];
  readonly seconds: readonly MinuteBar[];
  readonly trades: readonly TradeTick[];
  readonly quotes: readonly QuoteTick[];
}

/** Where no quotes were recorded: one basis point each way. */
const HALF_SPREAD = 0.0001;

interface Series {
  readonly recording: Recording;
  readonly byDay: ReadonlyMap<DayNumber, readonly MinuteBar[]>;
}

export class FilePrices implements PriceSource {
  readonly listings: readonly Listing[];
  readonly firstDay: DayNumber;
  readonly lastDay: DayNumber;
  readonly historyFrom: DayNumber;
  readonly #series: readonly Series[];
  readonly #hours = new Map<DayNumber, Hours>();
  readonly #days = new Map<string, CountedBar | undefined>();
  readonly #ticks: MinuteTickMaker;

  /** Throws InputError when nothing lies on a session of the exchange. */
  constructor(recordings: readonly Recording[], seed: number) {
    const sorted = recordings.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
    this.#ticks = new MinuteTickMaker(seed);
    this.#series = sorted.map((recording) => ({ recording, byDay: daysOf(minutesOf(recording)) }));
    this.listings = sorted.map(({ symbol }) => ({
      symbol,
      name: symbol,
      exchange: "NASDAQ",
      halfSpread: HALF_SPREAD,
    }));
    for (const { recording, byDay } of this.#series) {
      for (const [day, bars] of byDay) this.#widen(day, bars);
      for (const quote of recording.quotes) this.#widen(newYorkDay(quote.at), [quote]);
    }
    const days = [...this.#hours.keys()].toSorted((a, b) => a - b);
    const first = days.find((day) => sessionOn(day) !== undefined);
    const [earliest] = days;
    const last = days.at(-1);
    if (first === undefined || earliest === undefined || last === undefined)
      throw new InputError(
        "--data: no prices on any session of XNYS; give files of minutes, seconds or ticks",
      );
    this.firstDay = first;
    this.historyFrom = earliest;
    this.lastDay = last;
  }

  hours(day: DayNumber): Hours | undefined {
    return this.#hours.get(day);
  }

  minutes(listing: number, day: DayNumber): readonly MinuteBar[] {
    return this.#series[listing]?.byDay.get(day) ?? [];
  }

  ticks(listing: number, at: EpochMicros): MinuteTicks {
    const series = this.#series[listing];
    if (series === undefined) return { quotes: [], trades: [] };
    const { recording } = series;
    const { symbol } = recording;
    const bars = this.minutes(listing, newYorkDay(at));
    const row = firstBarFrom(bars, at);
    const bar = bars[row]?.at === at ? bars[row] : still(at, bars[row - 1]?.close);
    const trades = bar === undefined ? [] : this.trades(listing, bar);
    if (recording.quotes.length > 0) return { trades, quotes: within(recording.quotes, at) };
    if (bar === undefined) return { trades, quotes: [] };
    return {
      trades,
      quotes: this.#ticks.quotes(symbol, { bar, trades, seconds: 60, halfSpread: HALF_SPREAD }),
    };
  }

  trades(listing: number, bar: MinuteBar): MinuteTicks["trades"] {
    const recording = this.#series[listing]?.recording;
    if (recording === undefined) return [];
    if (recording.trades.length > 0) return within(recording.trades, bar.at);
    const seconds = within(recording.seconds, bar.at);
    if (seconds.length > 0)
      return seconds.flatMap((second) => this.#ticks.trades(recording.symbol, second, 1));
    return this.#ticks.trades(recording.symbol, bar);
  }

  day(listing: number, day: DayNumber): CountedBar | undefined {
    const key = `${listing} ${day}`;
    if (!this.#days.has(key)) {
      const bars = this.minutes(listing, day).map((bar) => counted(bar, this.trades(listing, bar)));
      this.#days.set(key, joinBars(bars));
    }
    return this.#days.get(key);
  }

  #widen(day: DayNumber, rows: readonly { readonly at: EpochMicros }[]): void {
    const known = this.#hours.get(day);
    const [first] = rows;
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return;
    const from = floorMinute(first.at);
    const to = floorMinute(last.at) + MICROS_PER_MINUTE;
    this.#hours.set(day, {
      from: Math.min(known?.from ?? from, from) as EpochMicros,
      to: Math.max(known?.to ?? to, to) as EpochMicros,
    });
  }
}

const floorMinute = (at: EpochMicros): number => Math.floor(at / MICROS_PER_MINUTE) * MICROS_PER_MINUTE;

/** Trades say most, then seconds, then minutes. */
function minutesOf({ minutes, seconds, trades }: Recording): readonly MinuteBar[] {
  if (trades.length > 0) return joinedByMinute(trades.map(ofTrade));
  return seconds.length > 0 ? joinedByMinute(seconds) : minutes;
}

const ofTrade = ({ at, price, size }: TradeTick): MinuteBar => ({
  at,
  open: price,
  high: price,
  low: price,
  close: price,
  volume: size,
});

function joinedByMinute(bars: readonly MinuteBar[]): readonly MinuteBar[] {
  const joined: MinuteBar[] = [];
  for (const bar of bars) {
    const at = floorMinute(bar.at) as EpochMicros;
    const last = joined.at(-1);
    if (last?.at !== at) {
      joined.push({ ...bar, at });
      continue;
    }
    joined[joined.length - 1] = {
      at,
      open: last.open,
      high: Math.max(last.high, bar.high),
      low: Math.min(last.low, bar.low),
      close: bar.close,
      volume: last.volume + bar.volume,
    };
  }
  return joined;
}

function daysOf(minutes: readonly MinuteBar[]): ReadonlyMap<DayNumber, readonly MinuteBar[]> {
  return Map.groupBy(minutes, ({ at }) => newYorkDay(at));
}

/** A minute without prints, at the last price. */
function still(at: EpochMicros, price: number | undefined): MinuteBar | undefined {
  return price === undefined
    ? undefined
    : { at, open: price, high: price, low: price, close: price, volume: 0 };
}

/** Rows of the minute that begins at `at`. */
function within<Row extends { readonly at: EpochMicros }>(
  rows: readonly Row[],
  at: EpochMicros,
): readonly Row[] {
  return rows.slice(firstBarFrom(rows, at), firstBarFrom(rows, at + MICROS_PER_MINUTE));
}
