/** Dates that rules name by weekday: "the third Monday of January", "the last Sunday of October". */
import { type DayNumber, dayNumber, weekday } from "../domain/time.ts";

/** Weekdays as `weekday` of the domain counts them. */
export const MONDAY = 0;
export const THURSDAY = 3;
export const SATURDAY = 5;
export const SUNDAY = 6;

/** The `nth` (from 1) given weekday of a month. The result may leave the month when it has no such day. */
export function nthWeekday(year: number, month: number, weekdayWanted: number, nth: number): DayNumber {
  const first = dayNumber(year, month, 1);
  const ahead = (weekdayWanted - weekday(first) + 7) % 7;
  return (first + ahead + 7 * (nth - 1)) as DayNumber;
}

/** The last given weekday that is not after `day`. */
export function weekdayOnOrBefore(day: DayNumber, weekdayWanted: number): DayNumber {
  return (day - ((weekday(day) - weekdayWanted + 7) % 7)) as DayNumber;
}
