/**
 * The phases of a trading day (OPS-1): what the orchestrator, the session gate and the sizing rules call the
 * hour. Phases hang on the session's own open and close, so a half day shifts them by itself.
 *
 *   PRE_MARKET     open - 3 h      06:30     orders may be prepared
 *   MARKET_OPEN    open            09:30     first five minutes, toxic
 *   TRADING        open + 5 min    09:35
 *   MARKET_CLOSE   close - 15 min  15:45
 *   AFTER_HOURS    close           16:00
 *   OVERNIGHT      close + 2 h     18:00     and the whole of a day without a session
 *
 * Each phase holds its first instant and not its last.
 */
import { InputError } from "../domain/assert.ts";
import type { Session } from "../domain/session.ts";
import { type EpochMicros, isoDate, MICROS_PER_MINUTE } from "../domain/time.ts";
import { CALENDAR_FIRST_DAY, CALENDAR_LAST_DAY, isCalendarDay, sessionOn } from "./calendar.ts";
import { newYorkDay } from "./us-eastern.ts";

export const phases = [
  "PRE_MARKET",
  "MARKET_OPEN",
  "TRADING",
  "MARKET_CLOSE",
  "AFTER_HOURS",
  "OVERNIGHT",
] as const;
export type Phase = (typeof phases)[number];

const PRE_MARKET_MICROS = 180 * MICROS_PER_MINUTE;
const OPENING_MICROS = 5 * MICROS_PER_MINUTE;
const CLOSING_MICROS = 15 * MICROS_PER_MINUTE;
const AFTER_HOURS_MICROS = 120 * MICROS_PER_MINUTE;
/** Quotes are wide and fills poor this long after the open and before the close. */
const TOXIC_MICROS = 5 * MICROS_PER_MINUTE;

/** When a phase of that session begins, epoch micros. OVERNIGHT is the one that follows the session. */
export function phaseStart(phase: Phase, session: Session): EpochMicros {
  switch (phase) {
    case "PRE_MARKET":
      return (session.open - PRE_MARKET_MICROS) as EpochMicros;
    case "MARKET_OPEN":
      return session.open;
    case "TRADING":
      return (session.open + OPENING_MICROS) as EpochMicros;
    case "MARKET_CLOSE":
      return (session.close - CLOSING_MICROS) as EpochMicros;
    case "AFTER_HOURS":
      return session.close;
    case "OVERNIGHT":
      return (session.close + AFTER_HOURS_MICROS) as EpochMicros;
  }
}

/** The phase of an instant relative to one session; instants of other days are OVERNIGHT. */
export function phaseIn(at: EpochMicros, session: Session): Phase {
  if (at < session.open - PRE_MARKET_MICROS || at >= session.close + AFTER_HOURS_MICROS) return "OVERNIGHT";
  if (at < session.open) return "PRE_MARKET";
  if (at < session.open + OPENING_MICROS) return "MARKET_OPEN";
  if (at < session.close - CLOSING_MICROS) return "TRADING";
  return at < session.close ? "MARKET_CLOSE" : "AFTER_HOURS";
}

/**
 * The phase of an instant by the calendar. Throws InputError on a day the calendar does not cover: calling it
 * OVERNIGHT would let the overnight tasks run every minute of an unknown year.
 */
export function phaseAt(at: EpochMicros): Phase {
  const day = newYorkDay(at);
  if (!isCalendarDay(day)) {
    const covered = `${isoDate(CALENDAR_FIRST_DAY)} to ${isoDate(CALENDAR_LAST_DAY)}`;
    throw new InputError(`date ${isoDate(day)}: phases are known for ${covered}; give a date in that range`);
  }
  const session = sessionOn(day);
  return session === undefined ? "OVERNIGHT" : phaseIn(at, session);
}

/** True from the session's open up to, not including, its close (C-43). */
export function isRegularHours(at: EpochMicros, session: Session): boolean {
  return at >= session.open && at < session.close;
}

/** Which toxic window holds the instant: the session's first or last five minutes; undefined in neither. */
export function toxicWindow(at: EpochMicros, session: Session): "open" | "close" | undefined {
  if (!isRegularHours(at, session)) return undefined;
  if (at < session.open + TOXIC_MICROS) return "open";
  return at >= session.close - TOXIC_MICROS ? "close" : undefined;
}
