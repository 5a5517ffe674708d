/**
 * When the channels are tested: so many minutes before each open, or as soon after as somebody is there
 * (C-60).
 */
import { sessionIndexAt } from "../../domain/session.ts";
import { type EpochMicros, isoDate, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { sessionAt, xnysSessions } from "../../market/calendar.ts";

/** The date of the session whose test is due at that instant of the exchange; undefined while none is. */
export function preOpenTest(at: EpochMicros, minutesBefore: number): string | undefined {
  if (minutesBefore === 0) return undefined;
  const table = xnysSessions();
  const row = sessionIndexAt(table, at);
  if (row >= table.close.length) return undefined;
  const { date, open } = sessionAt(table, row);
  return at >= open - minutesBefore * MICROS_PER_MINUTE ? isoDate(date) : undefined;
}
