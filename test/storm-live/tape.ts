/** The storm's bars as a market that moves within the minute: quotes and prints for the broker, bars for the stages. */
import type { BarBatch } from "../../src/domain/bars.ts";
import type { BarsClosed, EngineEvent } from "../../src/domain/events.ts";
import type { InstrumentId } from "../../src/domain/instrument.ts";
import type { Quote, TradePrint } from "../../src/domain/quote.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../src/domain/time.ts";
import type { Rng } from "../../src/numerics/rng.ts";
import type { StormMarket } from "../../src/sim/storm/market.ts";

/** What happens at one instant of the exchange. */
export type Moment = { readonly at: EpochMicros } & (
  | { readonly kind: "tick"; readonly quote: Quote; readonly print: TradePrint }
  | { readonly kind: "status"; readonly event: EngineEvent & { kind: "TradingHalted" | "TradingResumed" } }
  | { readonly kind: "bars"; readonly event: BarsClosed }
);

/** Seconds into the minute at which open, one extreme, the other, and close are told; then the market goes on. */
const OFFSETS = [6, 21, 37, 53, 59, 60.05] as const;
const CENT = 0.01;

export function tapeOf(market: StormMarket, minutes: number, displayed: number, rng: Rng): Moment[] {
  const moments: Moment[] = [];
  const halted = new Set<number>();
  const symbols = market.instruments.symbols.length;
  for (const batch of market.minutes.slice(0, minutes)) {
    const from = (batch.at - MICROS_PER_MINUTE) as EpochMicros;
    const rows = new Map<number, number>();
    for (let row = batch.from; row < batch.to; row++) rows.set(batch.columns.instrument[row] ?? 0, row);
    for (let i = 0; i < symbols; i++) {
      const instrument = i as InstrumentId;
      const row = rows.get(i);
      const at = (from + 1_000_000 + i * 1000) as EpochMicros;
      if (row === undefined && !halted.has(i)) {
        halted.add(i);
        moments.push({
          at,
          kind: "status",
          event: { kind: "TradingHalted", at, instrument, reason: "storm" },
        });
      } else if (row !== undefined && halted.delete(i))
        moments.push({ at, kind: "status", event: { kind: "TradingResumed", at, instrument } });
      if (row !== undefined) moments.push(...ticks(batch, row, from, displayed, rng));
    }
    moments.push({ at: batch.at, kind: "bars", event: { kind: "BarsClosed", bars: batch } });
  }
  return moments.toSorted((a, b) => a.at - b.at);
}

function ticks({ columns }: BarBatch, row: number, from: number, displayed: number, rng: Rng): Moment[] {
  const instrument = (columns.instrument[row] ?? 0) as InstrumentId;
  const [open, high, low, close] = [
    columns.open[row],
    columns.high[row],
    columns.low[row],
    columns.close[row],
  ];
  const falls = rng.uniform() < 0.5;
  const ends = [close, close, close];
  const path = falls ? [open, high, low, ...ends] : [open, low, high, ...ends];
  return path.map((price = 1, n): Moment => {
    const at = (from + (OFFSETS[n] ?? 0) * 1_000_000 + rng.integer(150_000)) as EpochMicros;
    const size = () => 1 + rng.integer(2 * displayed);
    const spread = CENT * (1 + rng.integer(3));
    const bid = Math.max(CENT, Math.round((price - spread) * 100) / 100);
    const ask = Math.round((price + spread) * 100) / 100;
    return {
      at,
      kind: "tick",
      quote: { at, instrument, bid, ask, bidSize: size(), askSize: size() },
      print: { at, instrument, price, size: size() },
    };
  });
}
