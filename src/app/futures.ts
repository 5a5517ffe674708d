/**
 * Other futures for the same past: what the look-ahead canary re-runs a strategy on (STRAT-5).
 *
 * Both are real copies: a strategy that reaches past the present finds an end, or nonsense, never the data
 * that the first run saw.
 */
import { allocateColumns, type BarColumns, barCount, batchCount } from "../domain/bars.ts";
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
