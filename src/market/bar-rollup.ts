/**
 * Longer bars from minute bars: five minutes, or a session.
 *
 * Buckets hang on the session's open, not on the clock's round numbers, and hold regular hours only, so that a
 * daily bar's open and close are the session's. A half day has fewer five-minute bars and a shorter daily one.
 */
import { invariant } from "../domain/assert.ts";
import { type Timeframe, timeframeSeconds } from "../domain/bars.ts";
import type { Session } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import type { BuiltBar } from "./bar-builder.ts";

export type RollupTimeframe = Extract<Timeframe, "5m" | "1d">;

/** `outside`: not in the session's regular hours. `late`: its bucket was closed, and stays as it was. */
export type MinuteFate = "rolled" | "outside" | "late";

export class SessionRollup {
  readonly #session: Session;
  readonly #bucketMicros: number;
  /** Per bucket's start: per series the minute bars, ascending. */
  readonly #buckets = new Map<number, Map<number, BuiltBar[]>>();
  #closedThrough = -Infinity;

  constructor({ timeframe, session }: { readonly timeframe: RollupTimeframe; readonly session: Session }) {
    this.#session = session;
    const asked = timeframeSeconds[timeframe] * MICROS_PER_SECOND;
    this.#bucketMicros = Math.min(asked, session.close - session.open);
  }

  /** Adds one finished minute bar. Minutes of a series may come in any order; each comes once. */
  add(minute: BuiltBar): MinuteFate {
    invariant(minute.end - minute.start === MICROS_PER_MINUTE, "RU-1", "only minute bars are rolled up");
    if (minute.start < this.#session.open || minute.end > this.#session.close) return "outside";
    const start = minute.start - ((minute.start - this.#session.open) % this.#bucketMicros);
    if (start < this.#closedThrough) return "late";
    const bucket = this.#buckets.get(start) ?? new Map<number, BuiltBar[]>();
    this.#buckets.set(start, bucket);
    const minutes = bucket.get(minute.series) ?? [];
    bucket.set(minute.series, minutes);
    const before = minutes.findLastIndex((other) => other.start <= minute.start);
    invariant(
      minutes[before]?.start !== minute.start,
      "RU-2",
      `minute ${minute.start} was rolled up already`,
    );
    minutes.splice(before + 1, 0, minute);
    return "rolled";
  }

  /** Closes every bucket that ends at or before `boundary`; bars by bucket, then series. Empty ones have none. */
  closeThrough(boundary: EpochMicros): BuiltBar[] {
    const ended = [...this.#buckets.keys()].filter((start) => this.#end(start) <= boundary);
    const isOver = boundary >= this.#session.close;
    const part = (boundary - this.#session.open) % this.#bucketMicros;
    this.#closedThrough = Math.max(this.#closedThrough, isOver ? this.#session.close : boundary - part);
    return ended
      .flatMap((start) => {
        const series = [...(this.#buckets.get(start)?.values() ?? [])];
        this.#buckets.delete(start);
        return series.map((minutes) => rolled(minutes, start, this.#end(start)));
      })
      .toSorted((a, b) => a.start - b.start || a.series - b.series);
  }

  /** A session whose length is no multiple of the bucket ends with a short one. */
  #end(start: number): number {
    return Math.min(start + this.#bucketMicros, this.#session.close);
  }
}

/** One bar from the minutes of a bucket, which ascend and are at least one. */
function rolled(minutes: readonly BuiltBar[], start: number, end: number): BuiltBar {
  const first = minutes[0];
  const last = minutes.at(-1);
  invariant(first !== undefined && last !== undefined, "RU-3", "a bucket holds at least one minute");
  let { high, low } = first;
  let volume = 0;
  let dollars = 0;
  let count = 0;
  for (const minute of minutes) {
    high = Math.max(high, minute.high);
    low = Math.min(low, minute.low);
    volume += minute.volume;
    dollars += minute.vwap * minute.volume;
    count += minute.count;
  }
  return {
    series: first.series,
    start: start as EpochMicros,
    end: end as EpochMicros,
    open: first.open,
    high,
    low,
    close: last.close,
    volume,
    vwap: volume > 0 ? dollars / volume : last.close,
    count,
  };
}
