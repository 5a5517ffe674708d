/**
 * When a bar was known. Files stamp bars at their start, decisions are taken at their close: an intraday bar
 * closes its length later, a daily one when the session does, at 13:00 on a half day.
 */
import { type Timeframe, timeframeSeconds } from "../../domain/bars.ts";
import { type DayNumber, MICROS_PER_DAY, MICROS_PER_SECOND } from "../../domain/time.ts";
import { sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import { rowsBetween, type SeriesColumns } from "./series-columns.ts";

export interface ClosedBars {
  /** `ts` = when the bar closed. */
  readonly columns: SeriesColumns;
  /** Start of the first and last bar kept; undefined when none was. */
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/**
 * Bars of sessions only; without `extendedHours` those that start from the open up to the close. `starts` is
 * in order of time and is overwritten: the answer lies in the same memory.
 */
export function closedBars(timeframe: Timeframe, starts: SeriesColumns, extendedHours: boolean): ClosedBars {
  const { ts, open: o, high: h, low: l, close: c, volume: v } = starts;
  const { open, close } = xnysSessions();
  const lengthMicros = timeframeSeconds[timeframe] * MICROS_PER_SECOND;
  let kept = 0;
  let first: number | undefined;
  let last: number | undefined;
  let day = Number.NaN;
  let session = -1;
  for (let row = 0; row < ts.length; row++) {
    const at = ts[row]!;
    // Regular hours never cross midnight UTC, so the UTC date names the session.
    const today = Math.floor(at / MICROS_PER_DAY);
    if (today !== day) {
      day = today;
      session = sessionRowOn(today as DayNumber);
    }
    const isDaily = timeframe === "1d";
    const isRegular = session >= 0 && (isDaily || (at >= open[session]! && at < close[session]!));
    if (!isRegular && (isDaily || !extendedHours)) continue;
    first ??= at;
    last = at;
    o[kept] = o[row]!;
    h[kept] = h[row]!;
    l[kept] = l[row]!;
    c[kept] = c[row]!;
    v[kept] = v[row]!;
    ts[kept] = isDaily ? close[session]! : at + lengthMicros;
    kept += 1;
  }
  return { columns: rowsBetween(starts, 0, kept), first, last };
}
