/** Which days a sync asks for: sessions that are over, in spans that a source can answer at once. */
import { type DayNumber, dayOf, type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { CALENDAR_FIRST_DAY, CALENDAR_LAST_DAY, sessionOn, sessionsBetween } from "../../market/calendar.ts";
import type { DaySpan } from "./sync-record.ts";

/** The newest 15 minutes are refused by some, and closes are corrected in the first minutes. */
const AFTER_CLOSE_MICROS = 30 * MICROS_PER_MINUTE;
/** A session is asked about again until its bars are this old: they are corrected in the evening. */
const SETTLED_MICROS = 24 * 60 * MICROS_PER_MINUTE;
/** The longest row of days without a session in the calendar is ten; this many days hold one for sure. */
const LOOK_BACK = 14;
const SPAN_UNBOUNDED = 40_000;

/** The last session that is over; undefined before the calendar's first. */
export const lastClosed = (now: EpochMicros): DayNumber | undefined => lastBefore(now, AFTER_CLOSE_MICROS);

/** The last session whose bars will not change any more. */
export const lastSettled = (now: EpochMicros): DayNumber | undefined => lastBefore(now, SETTLED_MICROS);

function lastBefore(now: EpochMicros, afterMicros: number): DayNumber | undefined {
  const today = Math.min(dayOf(now), CALENDAR_LAST_DAY);
  for (let day = today; day > today - LOOK_BACK && day >= CALENDAR_FIRST_DAY; day -= 1) {
    const session = sessionOn(day as DayNumber);
    if (session !== undefined && session.close + afterMicros <= now) return session.date;
  }
  return undefined;
}

/** Spans without a session fall away, the others begin and end with one. */
export function withSessions(spans: readonly DaySpan[]): DaySpan[] {
  return spans.flatMap(({ from, to }) => {
    const { date } = sessionsBetween(from, to);
    const [first, last] = [date[0], date[date.length - 1]];
    return first === undefined || last === undefined
      ? []
      : [{ from: first as DayNumber, to: last as DayNumber }];
  });
}

/** Cut into spans of at most `days` days, oldest first; undefined: whole. */
export function inParts(spans: readonly DaySpan[], days: number = SPAN_UNBOUNDED): DaySpan[] {
  return spans.flatMap(({ from, to }) => {
    const parts: DaySpan[] = [];
    for (let first = from as number; first <= to; first += days)
      parts.push({ from: first as DayNumber, to: Math.min(to, first + days - 1) as DayNumber });
    return parts;
  });
}
