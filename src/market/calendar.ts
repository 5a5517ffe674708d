/**
 * The trading calendar of the New York Stock Exchange (XNYS), 1990 to 2030, computed from rules (DATA-9).
 *
 * One table of sessions is made when the program starts and handed to whoever asks. Its columns are shared:
 * read them, never write them.
 */
import { InputError } from "../domain/assert.ts";
import type { Session, SessionTable } from "../domain/session.ts";
import { civilDate, type DayNumber, dayNumber, type EpochMicros, isoDate, weekday } from "../domain/time.ts";
import {
  earlyCloseMinute,
  earlyCloseRules,
  holidayRules,
  specialClosures,
  specialEarlyCloses,
} from "./holidays.ts";
import { fromNewYork } from "./us-eastern.ts";
import { SATURDAY } from "./weekdays.ts";

export const CALENDAR_FIRST_YEAR = 1990;
export const CALENDAR_LAST_YEAR = 2030;
/** First and last calendar day that the rules speak of, sessions or not. */
export const CALENDAR_FIRST_DAY = dayNumber(CALENDAR_FIRST_YEAR, 1, 1);
export const CALENDAR_LAST_DAY = dayNumber(CALENDAR_LAST_YEAR, 12, 31);

/** Minutes of the New York day. */
export const REGULAR_OPEN_MINUTE = 9 * 60 + 30;
export const REGULAR_CLOSE_MINUTE = 16 * 60;

/** Why the exchange is shut on a weekday, by day. */
const closures: ReadonlyMap<DayNumber, string> = weekdayClosures();
/** Why, and when, a session ends early, by day. */
const earlyCloses: ReadonlyMap<DayNumber, EarlyClose> = sessionEarlyCloses();
const sessions: SessionTable = Object.freeze(buildSessions());
/** Per day from CALENDAR_FIRST_DAY: its row in `sessions`, or -1. Makes the gatekeeper's check one read. */
const rowOfDay: Int16Array = indexByDay(sessions.date);

interface EarlyClose {
  readonly name: string;
  readonly minute: number;
}

/** Every session from 1990-01-02 to 2030-12-31. */
export function xnysSessions(): SessionTable {
  return sessions;
}

/** True for days the rules speak of. Outside, no answer of this file means "closed"; it means "not known". */
export function isCalendarDay(day: DayNumber): boolean {
  return day >= CALENDAR_FIRST_DAY && day <= CALENDAR_LAST_DAY;
}

/** Row of the session of that New York date; -1 when there is none, or when the day is not covered. */
export function sessionRowOn(day: DayNumber): number {
  return isCalendarDay(day) ? rowOfDay[day - CALENDAR_FIRST_DAY]! : -1;
}

/** The session of that New York date; undefined when there is none, or when the day is not covered. */
export function sessionOn(day: DayNumber): Session | undefined {
  const row = sessionRowOn(day);
  return row < 0 ? undefined : sessionAt(sessions, row);
}

/** One row of a session table as a value. */
export function sessionAt(table: SessionTable, row: number): Session {
  return {
    date: table.date[row]! as DayNumber,
    open: table.open[row]! as EpochMicros,
    close: table.close[row]! as EpochMicros,
  };
}

/** Sessions from `from` through `to`, both included. Throws InputError when the calendar does not cover both. */
export function sessionsBetween(from: DayNumber, to: DayNumber): SessionTable {
  for (const day of [from, to]) if (!isCalendarDay(day)) throw notCovered(day);
  const first = firstRowFrom(from);
  const last = firstRowFrom((to + 1) as DayNumber);
  return {
    date: sessions.date.slice(first, last),
    open: sessions.open.slice(first, last),
    close: sessions.close.slice(first, last),
  };
}

/** True when that day is a session that ends before 16:00. */
export function isEarlyClose(day: DayNumber): boolean {
  return earlyCloses.has(day);
}

/** Name of the holiday or event that shuts a weekday; undefined on sessions, weekends and uncovered days. */
export function closureReason(day: DayNumber): string | undefined {
  return closures.get(day);
}

/** Name of the occasion on which a session ends early; undefined on other days. */
export function earlyCloseReason(day: DayNumber): string | undefined {
  return earlyCloses.get(day)?.name;
}

/**
 * The first session after `day`; undefined past the calendar's last. Throws InputError when the calendar does
 * not cover `day`.
 */
export function nextSession(day: DayNumber): Session | undefined {
  if (!isCalendarDay(day)) throw notCovered(day);
  const row = firstRowFrom((day + 1) as DayNumber);
  return row < sessions.date.length ? sessionAt(sessions, row) : undefined;
}

/** Row of the first session on or after `day`. */
function firstRowFrom(day: DayNumber): number {
  let low = 0;
  let high = sessions.date.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sessions.date[middle]! < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function weekdayClosures(): Map<DayNumber, string> {
  const found = new Map<DayNumber, string>();
  for (let year = CALENDAR_FIRST_YEAR; year <= CALENDAR_LAST_YEAR; year += 1) {
    for (const rule of holidayRules) {
      const day = year >= rule.fromYear ? rule.dayIn(year) : undefined;
      if (day !== undefined) found.set(day, rule.name);
    }
  }
  for (const { day, reason } of specialClosures) found.set(day, `Special: ${reason}`);
  return found;
}

function sessionEarlyCloses(): Map<DayNumber, EarlyClose> {
  const found = new Map<DayNumber, EarlyClose>();
  for (let year = CALENDAR_FIRST_YEAR; year <= CALENDAR_LAST_YEAR; year += 1) {
    const minute = earlyCloseMinute(year);
    for (const rule of earlyCloseRules) {
      const day = rule.dayIn(year);
      if (year >= rule.fromYear && isSessionDay(day)) found.set(day, { name: rule.name, minute });
    }
  }
  for (const { day, reason } of specialEarlyCloses) {
    found.set(day, { name: reason, minute: earlyCloseMinute(civilDate(day).year) });
  }
  return found;
}

function isSessionDay(day: DayNumber): boolean {
  return weekday(day) < SATURDAY && !closures.has(day);
}

function buildSessions(): SessionTable {
  const dates: DayNumber[] = [];
  for (let day = CALENDAR_FIRST_DAY; day <= CALENDAR_LAST_DAY; day = (day + 1) as DayNumber) {
    if (isSessionDay(day)) dates.push(day);
  }
  const open = Float64Array.from(dates, (day) => fromNewYork(day, REGULAR_OPEN_MINUTE));
  const close = Float64Array.from(dates, (day) =>
    fromNewYork(day, earlyCloses.get(day)?.minute ?? REGULAR_CLOSE_MINUTE),
  );
  return { date: Int32Array.from(dates), open, close };
}

function indexByDay(dates: Int32Array): Int16Array {
  const rows = new Int16Array(CALENDAR_LAST_DAY - CALENDAR_FIRST_DAY + 1).fill(-1);
  for (const [row, day] of dates.entries()) rows[day - CALENDAR_FIRST_DAY] = row;
  return rows;
}

function notCovered(day: DayNumber): InputError {
  const covered = `${isoDate(CALENDAR_FIRST_DAY)} to ${isoDate(CALENDAR_LAST_DAY)}`;
  return new InputError(
    `date ${isoDate(day)}: the XNYS calendar covers ${covered}; give a date in that range`,
  );
}
