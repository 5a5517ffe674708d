/** Market data in the vendor's letters: JSON numbers, one-letter keys. */
import type { EpochMicros } from "../domain/time.ts";
import type { QuoteTick, TradeTick } from "../sim/minute-ticks.ts";
import type { CountedBar, Listing } from "./prices/price-source.ts";
import { wireTime } from "./wire-time.ts";

/** Exchange letter and tape of a listing's own market. */
const markets = {
  NYSE: { letter: "N", tape: "A" },
  ARCA: { letter: "P", tape: "B" },
  NASDAQ: { letter: "Q", tape: "C" },
} as const;

export const tapeOf = ({ exchange }: Listing): string => markets[exchange].tape;
export const letterOf = ({ exchange }: Listing): string => markets[exchange].letter;
/** A plain print: tape C writes it as an at sign, the others as a blank. */
export const plainCondition = (listing: Listing): string => (tapeOf(listing) === "C" ? "@" : " ");

/** `time` turns an instant into what stands under `t`: text in JSON, an extension value in msgpack. */
type TimeForm<Time> = (at: EpochMicros) => Time;

export function barWire<Time>(bar: CountedBar, time: TimeForm<Time>) {
  const { open: o, high: h, low: l, close: c, volume: v } = bar;
  return { t: time(bar.at), o, h, l, c, v, n: bar.count, vw: bar.average };
}

export function tradeWire<Time>(listing: Listing, trade: TradeTick, time: TimeForm<Time>) {
  return {
    t: time(trade.at),
    x: letterOf(listing),
    p: trade.price,
    s: trade.size,
    c: [plainCondition(listing)],
    i: trade.id,
    z: tapeOf(listing),
  };
}

export function quoteWire<Time>(listing: Listing, quote: QuoteTick, time: TimeForm<Time>) {
  return {
    t: time(quote.at),
    ax: letterOf(listing),
    ap: sideOf(quote.ask),
    as: quote.askSize,
    bx: letterOf(listing),
    bp: sideOf(quote.bid),
    bs: quote.bidSize,
    c: [tapeOf(listing) === "C" ? "R" : " "],
    z: tapeOf(listing),
  };
}

/** 0 says that nobody quotes that side. */
const sideOf = (price: number): number => (Number.isFinite(price) ? price : 0);

/** The JSON form of all three. */
export const barJson = (bar: CountedBar) => barWire(bar, wireTime);
export const tradeJson = (listing: Listing, trade: TradeTick) => tradeWire(listing, trade, wireTime);
export const quoteJson = (listing: Listing, quote: QuoteTick) => quoteWire(listing, quote, wireTime);

export const exchangeNames: Readonly<Record<string, string>> = {
  N: "New York Stock Exchange",
  P: "NYSE Arca",
  Q: "NASDAQ",
  V: "IEX",
};

export const tradeConditions: Readonly<Record<string, string>> = {
  "@": "Regular Sale",
  " ": "Regular Sale",
  O: "Market Center Opening Trade",
  6: "Market Center Closing Trade",
  I: "Odd Lot Trade",
  T: "Form T",
};

export const quoteConditions: Readonly<Record<string, string>> = {
  R: "Regular Two-Sided Open",
  " ": "Regular Two-Sided Open",
  A: "Slow Quote Offer Side",
  H: "Slow Quote Bid Side",
};
