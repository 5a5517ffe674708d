/** What happened on the market as messages of the data streams, each made at most once. */
import type { EpochMicros } from "../domain/time.ts";
import { barWire, quoteWire, tapeOf, tradeWire } from "./data-wire.ts";
import type { Happening } from "./market-feed.ts";
import type { Story } from "./news.ts";
import type { CountedBar, Listing } from "./prices/price-source.ts";
import { instant, Message } from "./stream-codec.ts";

export const channels = [
  "trades",
  "quotes",
  "bars",
  "updatedBars",
  "dailyBars",
  "statuses",
  "lulds",
  "imbalances",
  "news",
] as const;
export type Channel = (typeof channels)[number];

/** One message and who may want it. */
export interface Told {
  readonly channel: Channel;
  readonly symbols: readonly string[];
  readonly message: Message;
}

export function tradeTold(listing: Listing, { tick }: Happening & { kind: "trade" }): Told {
  const message = new Message({ T: "t", S: listing.symbol, ...tradeWire(listing, tick, instant) });
  return { channel: "trades", symbols: [listing.symbol], message };
}

export function quoteTold(listing: Listing, { tick }: Happening & { kind: "quote" }): Told {
  const message = new Message({ T: "q", S: listing.symbol, ...quoteWire(listing, tick, instant) });
  return { channel: "quotes", symbols: [listing.symbol], message };
}

const letters = { bars: "b", updatedBars: "u", dailyBars: "d" } as const;

export function barTold(channel: keyof typeof letters, { symbol }: Listing, bar: CountedBar): Told {
  const message = new Message({ T: letters[channel], S: symbol, ...barWire(bar, instant) });
  return { channel, symbols: [symbol], message };
}

/** Halts and resumptions in the words of the listing's tape. */
export function statusTold(listing: Listing, isHalted: boolean, at: EpochMicros): Told {
  const tape = tapeOf(listing);
  const [sc, rc] = tape === "C" ? [isHalted ? "H" : "T", isHalted ? "T1" : "T3"] : [isHalted ? "2" : "3", ""];
  const sm = isHalted ? "Trading Halt" : "Trading Resumption";
  const rm = isHalted ? "News Pending" : "News and Resumption Times";
  const message = new Message({ T: "s", S: listing.symbol, sc, sm, rc, rm, t: instant(at), z: tape });
  return { channel: "statuses", symbols: [listing.symbol], message };
}

export function newsTold(story: Story): Told {
  const { createdAt, ...rest } = story;
  const times = { created_at: instant(createdAt), updated_at: instant(createdAt) };
  const message = new Message({ T: "n", ...rest, ...times });
  return { channel: "news", symbols: story.symbols, message };
}
