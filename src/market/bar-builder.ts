/**
 * Minute bars from trades.
 *
 * A bar is closed by the caller, who knows when its minute is over (the builder reads no clock); from then on
 * it never changes, and a trade that belongs to it is late. Trades may arrive out of order inside an open
 * minute: the open is the earliest by event time, the close the latest, ties go by arrival. Conditions that bar
 * a trade from setting prices are the source's knowledge; the caller leaves such trades out.
 */
import { invariant } from "../domain/assert.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";

/** Open bars of all series at once. A whole extended day of 30 names fits; more means nobody closes minutes. */
export const OPEN_BARS_MAX = 32_768;

/** One finished bar. Prices in dollars, volume in shares. */
export interface BuiltBar {
  readonly series: number;
  /** First instant, and the first instant after it. */
  readonly start: EpochMicros;
  readonly end: EpochMicros;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** Volume-weighted average price; the close when nothing traded. */
  readonly vwap: number;
  /** Trades in it. */
  readonly count: number;
}

export interface BuilderTrade {
  readonly series: number;
  readonly at: EpochMicros;
  /** Dollars per share, positive; the gatekeeper has seen to that. */
  readonly price: number;
  /** Shares, positive. */
  readonly size: number;
}

interface OpenBar {
  readonly series: number;
  readonly start: EpochMicros;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  dollars: number;
  count: number;
  firstAt: number;
  lastAt: number;
}

export class MinuteBarBuilder {
  /** Per minute's start: the open bars by series. */
  readonly #minutes = new Map<number, Map<number, OpenBar>>();
  #closedThrough = -Infinity;
  #openBars = 0;
  #late = 0;

  /** Adds a trade to its minute; `late` when that minute is closed, and then nothing changes. */
  add(trade: BuilderTrade): "built" | "late" {
    if (trade.at < this.#closedThrough) {
      this.#late += 1;
      return "late";
    }
    const start = (Math.floor(trade.at / MICROS_PER_MINUTE) * MICROS_PER_MINUTE) as EpochMicros;
    const minute = this.#minutes.get(start) ?? new Map<number, OpenBar>();
    this.#minutes.set(start, minute);
    const bar = minute.get(trade.series);
    if (bar === undefined) {
      invariant(
        this.#openBars < OPEN_BARS_MAX,
        "BB-1",
        `${this.#openBars} bars are open: nobody closes minutes`,
      );
      this.#openBars += 1;
      minute.set(trade.series, firstTrade(trade, start));
    } else {
      addTrade(bar, trade);
    }
    return "built";
  }

  /**
   * Closes every minute that ends at or before `boundary`, and returns their bars by minute, then series.
   * A minute without trades has no bar.
   */
  closeThrough(boundary: EpochMicros): BuiltBar[] {
    const through = Math.floor(boundary / MICROS_PER_MINUTE) * MICROS_PER_MINUTE;
    if (through <= this.#closedThrough) return [];
    this.#closedThrough = through;
    const starts = [...this.#minutes.keys()].filter((start) => start < through).toSorted((a, b) => a - b);
    return starts.flatMap((start) => {
      const bars = [...(this.#minutes.get(start)?.values() ?? [])].toSorted((a, b) => a.series - b.series);
      this.#minutes.delete(start);
      this.#openBars -= bars.length;
      return bars.map(finished);
    });
  }

  /** Trades that came after their minute was closed, since the start. */
  get late(): number {
    return this.#late;
  }
}

function firstTrade({ series, at, price, size }: BuilderTrade, start: EpochMicros): OpenBar {
  return {
    series,
    start,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: size,
    dollars: price * size,
    count: 1,
    firstAt: at,
    lastAt: at,
  };
}

function addTrade(bar: OpenBar, { at, price, size }: BuilderTrade): void {
  if (at < bar.firstAt) {
    bar.firstAt = at;
    bar.open = price;
  }
  if (at >= bar.lastAt) {
    bar.lastAt = at;
    bar.close = price;
  }
  bar.high = Math.max(bar.high, price);
  bar.low = Math.min(bar.low, price);
  bar.volume += size;
  bar.dollars += price * size;
  bar.count += 1;
}

function finished(bar: OpenBar): BuiltBar {
  const { series, start, open, high, low, close, volume, dollars, count } = bar;
  const end = (start + MICROS_PER_MINUTE) as EpochMicros;
  return { series, start, end, open, high, low, close, volume, vwap: dollars / volume, count };
}
