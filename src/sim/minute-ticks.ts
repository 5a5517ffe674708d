/**
 * From a minute bar to the quotes and prints that could have made it: what the exchange twin streams where only bars
 * are known. Deterministic: seed, symbol and minute name the stream of chance, so history asked for later is the same
 * as what was streamed. Bars of a second are treated alike.
 *
 * MT-1  The prints of a bar aggregate exactly to it: first is the open, last the close, high and low are
 *       touched and never passed, sizes sum to the volume. A bar without volume has no prints.
 * MT-2  Every print stands on the bid or the ask of a quote given just before it; no quote is crossed or locked.
 */
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { createRng, type Rng } from "../numerics/rng.ts";

/** One minute, or second, of one symbol; `at` is its start. Dollars and shares. */
export interface MinuteBar {
  readonly at: EpochMicros;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface QuoteTick {
  readonly at: EpochMicros;
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
}

export interface TradeTick {
  readonly at: EpochMicros;
  readonly price: number;
  readonly size: number;
  /** Unique for a symbol over all time. */
  readonly id: number;
}

export interface MinuteTicks {
  readonly quotes: readonly QuoteTick[];
  readonly trades: readonly TradeTick[];
}

/** A quote precedes its print by this much. */
const LEAD_MICROS = 2000;
/** Most prints made for one minute: enough to look alive, few enough to stream thirty symbols at sixty times. */
const MOST_PRINTS = 24;
/** Room for the ids of a second's prints. */
const IDS_PER_SECOND = 32;

export class MinuteTickMaker {
  readonly #rng: Rng;

  /** `seed` whole, 0 to 2^53-1. */
  constructor(seed: number) {
    this.#rng = createRng(seed, "minute ticks");
  }

  /**
   * `halfSpread` is a fraction of the price, at least 0; the spread is at least one tick. `seconds` is the bar's
   * length, whole, at least 1.
   */
  ticks(symbol: string, bar: MinuteBar, halfSpread: number, seconds = 60): MinuteTicks {
    const trades = this.trades(symbol, bar, seconds);
    return { trades, quotes: this.quotes(symbol, { bar, seconds, trades, halfSpread }) };
  }

  /** Quotes around prints that are known from elsewhere. */
  quotes(symbol: string, tape: Tape): readonly QuoteTick[] {
    return quotesAround(tape, this.#rngOf(symbol, tape.bar, "quotes"));
  }

  /** The prints alone: for a bar's count and average price without the cost of its quotes. */
  trades(symbol: string, bar: MinuteBar, seconds = 60): readonly TradeTick[] {
    return bar.volume > 0 ? prints(bar, seconds, this.#rngOf(symbol, bar, "prints")) : [];
  }

  #rngOf(symbol: string, { at }: MinuteBar, what: string): Rng {
    return this.#rng.fork(`${symbol} ${at / MICROS_PER_SECOND} ${what}`);
  }
}

/** Smallest step of a price: cents from a dollar on, hundredths of a cent below (Rule 612 of Regulation NMS). */
export const tickOf = (price: number): number => (price >= 1 ? 0.01 : 0.0001);

function prints(bar: MinuteBar, seconds: number, rng: Rng): TradeTick[] {
  const corners = cornersOf(bar, rng);
  const lively = seconds < 60 ? corners.length : 2 + Math.floor(Math.log2(bar.volume + 1));
  const wanted = Math.min(MOST_PRINTS, lively);
  const affordable = Math.max(corners.length, Math.min(wanted, Math.floor(bar.volume)));
  const path = fillIn(corners, affordable - corners.length, bar, rng);
  const sizes = shareOut(bar.volume, path.length, rng);
  const slot = (seconds * MICROS_PER_SECOND) / path.length;
  return path.map((price, i) => ({
    at: Math.floor(bar.at + (i + 0.2 + 0.6 * rng.uniform()) * slot) as EpochMicros,
    price,
    size: sizes[i] as number,
    id: Math.floor(bar.at / MICROS_PER_SECOND) * IDS_PER_SECOND + i,
  }));
}

/** Open, both extremes in an order that chance decides, close; what repeats its neighbour is one print. */
function cornersOf({ open, high, low, close }: MinuteBar, rng: Rng): number[] {
  const inner = rng.uniform() < 0.5 ? [high, low] : [low, high];
  const missing = inner.filter((price) => price !== open && price !== close);
  const all = [open, ...missing];
  if (close !== all.at(-1)) all.push(close);
  return all;
}

/** `more` prints between the corners, on the way from one to the next. */
function fillIn(corners: readonly number[], more: number, bar: MinuteBar, rng: Rng): number[] {
  const legs = Math.max(1, corners.length - 1);
  const path: number[] = [];
  for (const [i, from] of corners.entries()) {
    path.push(from);
    if (i === legs) break;
    const to = corners[i + 1] ?? from;
    const extra = Math.floor(more / legs) + (i < more % legs ? 1 : 0);
    for (let k = 1; k <= extra; k++) {
      const along = from + ((to - from) * k) / (extra + 1);
      const noise = (bar.high - bar.low) * 0.1 * (rng.uniform() - 0.5);
      path.push(Math.min(bar.high, Math.max(bar.low, toTick(along + noise))));
    }
  }
  // A minute at one price has one corner, and its prints after it.
  return path;
}

/** Whole shares where there are enough; the parts of less are powers of two, so that their sum is exact. */
function shareOut(volume: number, count: number, rng: Rng): number[] {
  const sizes = new Array<number>(count).fill(0);
  const whole = Math.floor(volume);
  if (whole < count) {
    const part = volume / 2 ** Math.ceil(Math.log2(count));
    sizes.fill(part);
    sizes[count - 1] = volume - part * (count - 1);
    return sizes;
  }
  const weights = sizes.map(() => 0.2 + rng.exponential());
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let left = whole - count;
  for (let i = 0; i < count - 1; i++) {
    const extra = Math.min(left, Math.floor(((whole - count) * (weights[i] as number)) / sum));
    sizes[i] = 1 + extra;
    left -= extra;
  }
  sizes[count - 1] = 1 + left + (volume - whole);
  return sizes;
}

/** Prints of a bar, and how wide quotes stand around them. */
interface Tape {
  readonly bar: MinuteBar;
  readonly seconds: number;
  readonly trades: readonly TradeTick[];
  readonly halfSpread: number;
}

/** One quote in each second without a print, and one just before each print. */
function quotesAround({ bar, seconds, trades, halfSpread }: Tape, rng: Rng): QuoteTick[] {
  const quotes: QuoteTick[] = [];
  let next = 0;
  let price = bar.open;
  for (let second = 0; second < seconds; second++) {
    const from = bar.at + second * MICROS_PER_SECOND;
    const until = from + MICROS_PER_SECOND;
    const first = next;
    for (let trade = trades[next]; trade !== undefined && trade.at < until; trade = trades[next]) {
      const at = Math.max(quotes.at(-1)?.at ?? bar.at, trade.at - LEAD_MICROS);
      quotes.push(quoteOnPrint(at, trade.price, halfSpread, rng));
      price = trade.price;
      next += 1;
    }
    if (next > first) continue;
    const ahead = trades[next];
    if (ahead !== undefined)
      price += (ahead.price - price) / Math.max(1, (ahead.at - from) / MICROS_PER_SECOND);
    const at = Math.floor(from + rng.uniform() * 0.9 * MICROS_PER_SECOND);
    quotes.push(quoteAround(at, price, halfSpread, rng));
  }
  return quotes;
}

/** The print's price is one side of the quote; which, chance decides. */
function quoteOnPrint(at: number, price: number, halfSpread: number, rng: Rng): QuoteTick {
  const width = spreadOf(price, halfSpread);
  const below = toTick(price - width);
  const isBuy = rng.uniform() < 0.5 && below > 0;
  return isBuy ? withSizes(at, below, price, rng) : withSizes(at, price, toTick(price + width), rng);
}

function quoteAround(at: number, price: number, halfSpread: number, rng: Rng): QuoteTick {
  const tick = tickOf(price);
  const width = spreadOf(price, halfSpread);
  const bid = Math.max(tick, toTick(price - width * rng.uniform()));
  return withSizes(at, bid, toTick(bid + width), rng);
}

function withSizes(at: number, bid: number, ask: number, rng: Rng): QuoteTick {
  const sides = { bidSize: 100 * (1 + rng.integer(12)), askSize: 100 * (1 + rng.integer(12)) };
  return { at: at as EpochMicros, bid, ask, ...sides };
}

const spreadOf = (price: number, halfSpread: number): number =>
  Math.max(tickOf(price), toTick(2 * halfSpread * price));

function toTick(price: number): number {
  const perDollar = price >= 1 ? 100 : 10_000;
  return Math.round(price * perDollar) / perDollar;
}
