/** Prices of a market in which companies act: from its ex-date on, a share is another share and costs another price. */
import { lessDividend, ratioOf } from "../../domain/corporate-action.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import type { MinuteBar, MinuteTicks } from "../../sim/minute-ticks.ts";
import type { ScriptedAction } from "../scripted-actions.ts";
import { marketDay } from "../wire-time.ts";
import type { CountedBar, Hours, Listing, PriceSource } from "./price-source.ts";

const CENTS = 100;

interface Step {
  readonly exDate: DayNumber;
  price(before: number): number;
  size(before: number): number;
}

/** A source that knows of no actions, restated by them. Prices stay on whole cents, as they are quoted. */
export class ActedPrices implements PriceSource {
  readonly listings: readonly Listing[];
  readonly firstDay: DayNumber;
  readonly lastDay: DayNumber;
  readonly historyFrom: DayNumber;
  readonly #source: PriceSource;
  readonly #steps: ReadonlyMap<number, readonly Step[]>;

  constructor(source: PriceSource, actions: readonly ScriptedAction[]) {
    this.#source = source;
    this.listings = source.listings;
    this.firstDay = source.firstDay;
    this.lastDay = source.lastDay;
    this.historyFrom = source.historyFrom;
    this.#steps = new Map(
      source.listings.map(({ symbol }, row) => [
        row,
        actions.filter((action) => action.symbol === symbol).flatMap(stepOf),
      ]),
    );
  }

  hours(day: DayNumber): Hours | undefined {
    return this.#source.hours(day);
  }

  minutes(listing: number, day: DayNumber): readonly MinuteBar[] {
    const bars = this.#source.minutes(listing, day);
    const steps = this.#of(listing, day);
    return steps.length === 0 ? bars : bars.map((bar) => restatedBar(bar, steps));
  }

  /** Made by the source of its own bars, then restated: the same chance as without actions. */
  ticks(listing: number, at: EpochMicros): MinuteTicks {
    const ticks = this.#source.ticks(listing, at);
    const steps = this.#of(listing, marketDay(at));
    if (steps.length === 0) return ticks;
    return {
      quotes: ticks.quotes.map((quote) => ({
        ...quote,
        bid: priceAfter(quote.bid, steps, Math.floor),
        ask: priceAfter(quote.ask, steps, Math.ceil),
        bidSize: sizeAfter(quote.bidSize, steps),
        askSize: sizeAfter(quote.askSize, steps),
      })),
      trades: ticks.trades.map((trade) => restatedTrade(trade, steps)),
    };
  }

  trades(listing: number, bar: MinuteBar): MinuteTicks["trades"] {
    const steps = this.#of(listing, marketDay(bar.at));
    const own =
      steps.length === 0
        ? bar
        : this.#source.minutes(listing, marketDay(bar.at)).find(({ at }) => at === bar.at);
    const trades = this.#source.trades(listing, own ?? bar);
    return steps.length === 0 ? trades : trades.map((trade) => restatedTrade(trade, steps));
  }

  day(listing: number, day: DayNumber): CountedBar | undefined {
    const bar = this.#source.day(listing, day);
    const steps = this.#of(listing, day);
    if (bar === undefined || steps.length === 0) return bar;
    return { ...bar, ...restatedBar(bar, steps), average: priceAfter(bar.average, steps, Math.round) };
  }

  #of(listing: number, day: DayNumber): readonly Step[] {
    return (this.#steps.get(listing) ?? []).filter(({ exDate }) => exDate <= day);
  }
}

function stepOf(action: ScriptedAction): Step[] {
  const { exDate } = action;
  if (action.kind === "split") {
    const ratio = ratioOf(action);
    return [
      {
        exDate,
        price: (before) => before / ratio,
        size: (before) => Math.max(1, Math.round(before * ratio)),
      },
    ];
  }
  if (action.kind === "rename") return [];
  const { perShare } = action;
  return [{ exDate, price: (before) => lessDividend(before, perShare), size: (before) => before }];
}

function priceAfter(price: number, steps: readonly Step[], round: (cents: number) => number): number {
  if (Number.isNaN(price)) return price;
  const after = steps.reduce((now, step) => step.price(now), price);
  // What was a whole number of cents stays one, whatever the division left behind its last place.
  return Math.max(1, round(Number((after * CENTS).toFixed(6)))) / CENTS;
}

const sizeAfter = (size: number, steps: readonly Step[]): number =>
  steps.reduce((now, step) => step.size(now), size);

const restatedTrade = <Trade extends { readonly price: number; readonly size: number }>(
  trade: Trade,
  steps: readonly Step[],
): Trade => ({
  ...trade,
  price: priceAfter(trade.price, steps, Math.round),
  size: sizeAfter(trade.size, steps),
});

function restatedBar<Bar extends MinuteBar>(bar: Bar, steps: readonly Step[]): Bar {
  const price = (before: number) => priceAfter(before, steps, Math.round);
  return {
    ...bar,
    open: price(bar.open),
    high: price(bar.high),
    low: price(bar.low),
    close: price(bar.close),
    volume: sizeAfter(bar.volume, steps),
  };
}
