/**
 * Between the floor and the data streams: what happened becomes messages, with the delays and doubts that were
 * armed.
 */
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import { barTold, newsTold, quoteTold, statusTold, type Told, tradeTold } from "./data-messages.ts";
import type { DataStream } from "./data-stream.ts";
import type { FaultBook } from "./faults.ts";
import type { Happening } from "./market-feed.ts";
import type { NewsDesk } from "./news.ts";
import type { CountedBar, Listing } from "./prices/price-source.ts";

export interface CrierParts {
  readonly listings: readonly Listing[];
  /** Every stream of stocks: iex and sip show the same market. */
  readonly stocks: readonly DataStream[];
  readonly news: DataStream;
  /** Always on, with one invented symbol. */
  readonly test: DataStream;
  readonly desk: NewsDesk;
  readonly faults: FaultBook;
}

/** How late an updated bar follows its first edition, and a late bar when nothing else was said. */
const REVISION_MICROS = 30 * MICROS_PER_SECOND;
const TEST_LISTING: Listing = { symbol: "FAKEPACA", name: "Test", exchange: "NASDAQ", halfSpread: 0.0005 };

interface Later {
  readonly at: number;
  readonly told: Told;
}

export class MarketCriers {
  readonly #parts: CrierParts;
  #later: Later[] = [];
  #toldUntil: EpochMicros;

  constructor(parts: CrierParts, now: EpochMicros) {
    this.#parts = parts;
    this.#toldUntil = now;
  }

  happened(batch: readonly Happening[], now: EpochMicros): void {
    const { stocks, news, test } = this.#parts;
    const told = batch.flatMap((happening) => this.#told(happening, now));
    const due = this.#later.filter(({ at }) => at <= now);
    if (due.length > 0) this.#later = this.#later.filter(({ at }) => at > now);
    const all = [...told, ...due.map((late) => late.told)];
    for (const stream of stocks) stream.tell(all);
    if (news.size > 0) news.tell(this.#stories(now));
    if (test.size > 0) test.tell(testTicks(this.#toldUntil, now));
    this.#toldUntil = now;
  }

  statusChanged(row: number, isHalted: boolean, at: EpochMicros): void {
    const listing = this.#parts.listings[row] as Listing;
    for (const stream of this.#parts.stocks) stream.tell([statusTold(listing, isHalted, at)]);
  }

  #told(happening: Happening, now: EpochMicros): readonly Told[] {
    const listing = this.#parts.listings[happening.row] as Listing;
    if (happening.kind === "quote") return this.#isWanted("quotes") ? [quoteTold(listing, happening)] : [];
    if (happening.kind === "trade") return this.#isWanted("trades") ? [tradeTold(listing, happening)] : [];
    return this.#barsTold(listing, happening.bar, happening.day, now);
  }

  #barsTold(listing: Listing, bar: CountedBar, day: CountedBar, now: EpochMicros): readonly Told[] {
    const { faults } = this.#parts;
    const occasion = { stream: "data", symbol: listing.symbol } as const;
    const first = barTold("bars", listing, bar);
    if (faults.standing("bars-updated", occasion, now) !== undefined) {
      const revised = { ...bar, volume: bar.volume + 100, count: bar.count + 1 };
      this.#later.push({ at: now + REVISION_MICROS, told: barTold("updatedBars", listing, revised) });
    }
    const daily = barTold("dailyBars", listing, day);
    if (faults.standing("bars-late", occasion, now) === undefined) return [first, daily];
    this.#later.push({ at: now + REVISION_MICROS, told: first });
    return [daily];
  }

  #isWanted(channel: "quotes" | "trades"): boolean {
    return this.#parts.stocks.some((stream) => stream.isWanted(channel));
  }

  #stories(now: EpochMicros): readonly Told[] {
    const stories = this.#parts.desk.stories(newYorkDay(now));
    return stories.filter(({ createdAt }) => createdAt > this.#toldUntil && createdAt <= now).map(newsTold);
  }
}

/** A print, a quote and each minute a bar: one a second of the exchange, the last of them when time runs fast. */
function testTicks(after: EpochMicros, now: EpochMicros): readonly Told[] {
  const second = Math.floor(now / MICROS_PER_SECOND);
  if (second === Math.floor(after / MICROS_PER_SECOND)) return [];
  const at = (second * MICROS_PER_SECOND) as EpochMicros;
  const price = Math.round(13_400 + 60 * Math.sin(second / 30)) / 100;
  const trade = { at, price, size: 100, id: second };
  const quote = { at, bid: price, bidSize: 300, ask: Math.round(price * 100 + 2) / 100, askSize: 200 };
  const ticks: Told[] = [
    quoteTold(TEST_LISTING, { kind: "quote", at, row: 0, tick: quote }),
    tradeTold(TEST_LISTING, { kind: "trade", at, row: 0, tick: trade }),
  ];
  const minute = Math.floor(now / MICROS_PER_MINUTE);
  if (minute === Math.floor(after / MICROS_PER_MINUTE)) return ticks;
  const start = ((minute - 1) * MICROS_PER_MINUTE) as EpochMicros;
  const bar = {
    at: start,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 6000,
    count: 60,
    average: price,
  };
  return [...ticks, barTold("bars", TEST_LISTING, bar)];
}
