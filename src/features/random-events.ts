/** Seeded quotes and trades for this room's tests: what was heard before one bar closed. */
import type { BarColumns } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { createRng, type Rng } from "../numerics/rng.ts";

export type MarketEvent =
  | { readonly kind: "quote"; readonly quote: Quote }
  | { readonly kind: "trade"; readonly trade: TradePrint };

/**
 * The events of the last four minutes before the bar of this row closed, in order. They follow from the
 * numbers of the row alone, so that another future, or another set of instruments, changes only its own.
 * A bar that traded brings 21 to 24 sound quotes and as many trades; one without volume brings one-sided,
 * crossed, locked and empty quotes, or nothing at all.
 */
export function eventsBefore(columns: BarColumns, row: number, closedAt: number): MarketEvent[] {
  const close = columns.close[row]!;
  const seed = Math.round(close * 100) * 1000 + (columns.volume[row]! % 1000);
  const rng = createRng(Math.floor(seed), "events");
  const isOdd = columns.volume[row] === 0;
  const count = isOdd ? rng.integer(6) : 21 + rng.integer(4);
  const instrument = columns.instrument[row]! as InstrumentId;
  const events: MarketEvent[] = [];
  for (let k = 0; k < count; k++) {
    // Whole seconds, so that a trade may share the instant of its quote.
    const at = (closedAt - MICROS_PER_SECOND * Math.floor(240 * (1 - k / count))) as EpochMicros;
    const book = isOdd && rng.uniform() < 0.7 ? oddBook(rng, close) : soundBook(rng, close);
    events.push({ kind: "quote", quote: { at, instrument, ...book } });
    const tradedAt = (at + MICROS_PER_SECOND * rng.integer(3)) as EpochMicros;
    const price = Math.max(0.01, Math.round(close * 100 + rng.integer(5) - 2) / 100);
    const trade = { at: tradedAt, instrument, price, size: 100 * (1 + rng.integer(9)) };
    if (tradedAt <= closedAt) events.push({ kind: "trade", trade });
  }
  return events;
}

type Book = Omit<Quote, "at" | "instrument">;

function soundBook(rng: Rng, close: number): Book {
  const bid = Math.max(0.01, (Math.round(close * 100) - 1 - rng.integer(2)) / 100);
  const ask = bid + (1 + rng.integer(3)) / 100;
  return { bid, bidSize: 100 * (1 + rng.integer(30)), ask, askSize: 100 * (1 + rng.integer(30)) };
}

function oddBook(rng: Rng, close: number): Book {
  const sound = soundBook(rng, close);
  const odd: readonly Book[] = [
    { ...sound, ask: sound.bid },
    { ...sound, bid: sound.ask, ask: sound.bid },
    { ...sound, bid: Number.NaN, bidSize: 0 },
    { ...sound, ask: Number.NaN, askSize: 0 },
    { bid: Number.NaN, bidSize: 0, ask: Number.NaN, askSize: 0 },
    { ...sound, bidSize: 0, askSize: 0 },
  ];
  return odd[rng.integer(odd.length)] ?? sound;
}
