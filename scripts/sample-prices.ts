/**
 * Prints daily bars of twelve invented companies as CSV, so that the README's backtest runs without any data.
 * Made from the demo's synthetic market: same seed, same bytes.
 */
import { batchCount } from "../src/domain/bars.ts";
import { type EpochMicros, isoDate, parseIsoDate } from "../src/domain/time.ts";
import { newYorkDay } from "../src/market/us-eastern.ts";
import { createSyntheticMarket } from "../src/sim/synthetic-market.ts";

const SYMBOLS = 12;
const SESSIONS = 750;
const firstSession = parseIsoDate("2026-11-18");
if (firstSession === undefined) throw new Error("unreachable: the date is written above");

const market = createSyntheticMarket({ seed: 7, firstSession });
const lines = ["symbol,date,open,high,low,close,volume"];
for (let n = -SESSIONS; n < 0; n++) {
  const minutes = market.session(n);
  const date = isoDate(newYorkDay(minutes.closedAt[batchCount(minutes) - 1] as EpochMicros));
  const days = new Map<number, { open: number; high: number; low: number; close: number; volume: number }>();
  for (let row = 0; row < minutes.instrument.length; row++) {
    const bar = {
      open: minutes.open[row]!,
      high: minutes.high[row]!,
      low: minutes.low[row]!,
      close: minutes.close[row]!,
      volume: minutes.volume[row]!,
    };
    const day = days.get(minutes.instrument[row]!);
    if (day === undefined) days.set(minutes.instrument[row]!, bar);
    else {
      day.high = Math.max(day.high, bar.high);
      day.low = Math.min(day.low, bar.low);
      day.close = bar.close;
      day.volume += bar.volume;
    }
  }
  for (const [instrument, { open, high, low, close, volume }] of days) {
    if (instrument >= SYMBOLS) continue;
    lines.push(`${market.instruments.symbols[instrument]},${date},${open},${high},${low},${close},${volume}`);
  }
}
process.stdout.write(`${lines.join("\n")}\n`);
