/**
 * Other futures for the same past: what the look-ahead canary re-runs a strategy on (STRAT-5).
 *
 * Both are real copies: a strategy that reaches past the present finds an end, or nonsense, never the data
 * that the first run saw.
 */
import { allocateColumns, type BarColumns, barCount, batchCount } from "../domain/bars.ts";
import { firstTickAt, type TickColumns } from "../domain/ticks.ts";
import { createRng } from "../numerics/rng.ts";

export type Future = "truncated" | "poisoned";

/** The columns up to `cut` batches, followed by nothing or by nonsense. */
export function withFuture(columns: BarColumns, cut: number, future: Future, seed: number): BarColumns {
  const batches = future === "truncated" ? cut : batchCount(columns);
  const rows = future === "truncated" ? columns.offset[cut]! : barCount(columns);
  const copy = allocateColumns(columns.timeframe, columns.instruments, rows, batches);
  copy.closedAt.set(columns.closedAt.subarray(0, batches));
  copy.offset.set(columns.offset.subarray(0, batches + 1));
  copy.instrument.set(columns.instrument.subarray(0, rows));
  for (const field of ["open", "high", "low", "close", "volume"] as const) {
    copy[field].set(columns[field].subarray(0, rows));
  }
  if (future === "poisoned") poison(copy, columns.offset[cut]!, seed);
  return copy;
}

/** Prices three times too high or low, at random, still ordered as bars are: only the numbers are mad. */
function poison(columns: BarColumns, firstRow: number, seed: number): void {
  const rng = createRng(seed, "poisoned-future");
  for (let row = firstRow; row < barCount(columns); row++) {
    const factor = Math.exp(rng.normal());
    columns.open[row] = columns.open[row]! * factor;
    columns.high[row] = columns.high[row]! * factor;
    columns.low[row] = columns.low[row]! * factor;
    columns.close[row] = columns.close[row]! * factor;
    columns.volume[row] = Math.floor(columns.volume[row]! * rng.uniform() * 4);
  }
}

/** The same for quotes and trades: those up to the close of the last bar before the cut stay as they were. */
export function ticksWithFuture(ticks: TickColumns, from: number, future: Future, seed: number): TickColumns {
  const { quotes, trades } = ticks;
  const quote = firstTickAt(quotes.at, from);
  const trade = firstTickAt(trades.at, from);
  if (future === "truncated") {
    return {
      quotes: {
        at: quotes.at.slice(0, quote),
        instrument: quotes.instrument.slice(0, quote),
        bid: quotes.bid.slice(0, quote),
        bidSize: quotes.bidSize.slice(0, quote),
        ask: quotes.ask.slice(0, quote),
        askSize: quotes.askSize.slice(0, quote),
      },
      trades: {
        at: trades.at.slice(0, trade),
        instrument: trades.instrument.slice(0, trade),
        price: trades.price.slice(0, trade),
        size: trades.size.slice(0, trade),
      },
    };
  }
  const rng = createRng(seed, "poisoned-ticks");
  const bid = quotes.bid.slice();
  const ask = quotes.ask.slice();
  const price = trades.price.slice();
  for (let row = quote; row < bid.length; row++) {
    // One factor for both sides: a crossed market would be refused, not traded on.
    const factor = Math.exp(rng.normal());
    bid[row] = bid[row]! * factor;
    ask[row] = ask[row]! * factor;
  }
  for (let row = trade; row < price.length; row++) price[row] = price[row]! * Math.exp(rng.normal());
  return { quotes: { ...quotes, bid, ask }, trades: { ...trades, price } };
}
