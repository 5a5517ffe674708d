/**
 * Average true range of the last sessions by instrument, made of the bars of a run as they come: how far a day usually
 * travels (C-20). As the feature `daily_atr`, for who must know it without asking for features.
 */
import { z } from "zod";
import type { BarBatch } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { trueRange } from "../features/atr.ts";

/** Wilder's (1978). */
const SESSIONS = 14;
const NONE = -1;

const column = (instruments: number) => z.array(z.number().nullable()).length(instruments);
export const savedRanges = (instruments: number) =>
  z.strictObject({
    session: column(instruments),
    high: column(instruments),
    low: column(instruments),
    close: column(instruments),
    /** Close of the session before. */
    before: column(instruments),
    seen: column(instruments),
    sum: column(instruments),
    range: column(instruments),
  });
export type SavedRanges = z.infer<ReturnType<typeof savedRanges>>;

export class DailyRanges {
  readonly #columns: Record<keyof SavedRanges, Float64Array>;

  constructor(instruments: number) {
    const made = (value: number) => new Float64Array(instruments).fill(value);
    const prices = { high: made(Number.NaN), low: made(Number.NaN), close: made(Number.NaN) };
    const counts = { session: made(NONE), seen: made(0), sum: made(0) };
    this.#columns = { ...prices, ...counts, before: made(Number.NaN), range: made(Number.NaN) };
  }

  /** Wilder's average over 14 sessions before this one, dollars per share; NaN before there were 15. */
  of(instrument: InstrumentId): number {
    return this.#columns.range[instrument]!;
  }

  /** Bars of regular hours; `date` is that of their session. */
  bars({ columns, from, to }: BarBatch, date: number): void {
    const { session, high, low, close } = this.#columns;
    for (let row = from; row < to; row++) {
      const i = columns.instrument[row]!;
      if (session[i] !== date) {
        if (session[i] !== NONE) this.#end(i);
        session[i] = date;
        high[i] = columns.high[row]!;
        low[i] = columns.low[row]!;
      } else {
        high[i] = Math.max(high[i]!, columns.high[row]!);
        low[i] = Math.min(low[i]!, columns.low[row]!);
      }
      close[i] = columns.close[row]!;
    }
  }

  /** Prices of before a split, in those of after it: `ratio` new shares for an old one. */
  split(instrument: InstrumentId, ratio: number): void {
    const { high, low, close, before, sum, range } = this.#columns;
    for (const prices of [high, low, close, before, sum, range])
      prices[instrument] = prices[instrument]! / ratio;
  }

  /** What is not known is null. */
  save(): SavedRanges {
    const plain = (values: Float64Array) => Array.from(values, (x) => (Number.isNaN(x) ? null : x));
    const entries = Object.entries(this.#columns).map(([name, values]) => [name, plain(values)]);
    return Object.fromEntries(entries) as SavedRanges;
  }

  /** Takes over what `save` gave, once it was checked. */
  load(saved: SavedRanges): void {
    for (const [name, values] of Object.entries(saved))
      this.#columns[name as keyof SavedRanges].set(values.map((x) => x ?? Number.NaN));
  }

  #end(i: number): void {
    const { high, low, close, before, seen, sum, range } = this.#columns;
    const x = trueRange(high[i]!, low[i]!, before[i]!);
    before[i] = close[i]!;
    if (Number.isNaN(x)) return;
    const count = seen[i]!;
    if (count >= SESSIONS) {
      range[i] = range[i]! + (x - range[i]!) / SESSIONS;
      return;
    }
    seen[i] = count + 1;
    sum[i] = sum[i]! + x;
    if (count + 1 === SESSIONS) range[i] = sum[i]! / SESSIONS;
  }
}
