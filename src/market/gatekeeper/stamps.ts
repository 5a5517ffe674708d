/**
 * What a source means by a record's timestamp. Sources differ (some stamp a bar's start, some its end, daily
 * files only its date), and taking one for the other shifts a series by a bar: look-ahead, silently.
 */
import { type DayNumber, type EpochMicros, MICROS_PER_DAY } from "../../domain/time.ts";
import { sessionRowOn, xnysSessions } from "../calendar.ts";
import { isZoneKnown, newYorkDay, newYorkMinuteOfDay } from "../us-eastern.ts";

export interface Stamp {
  /** For messages: "bar start". */
  readonly name: string;
  /** Whether the number is an instant this stamp can hold at all; the other three are asked only then. */
  isReadable(at: number): boolean;
  /** New York date the record belongs to. */
  day(at: number): DayNumber;
  /** When everything the record says had happened, epoch micros. */
  completeAt(at: number): number;
  /** Whether it lies in the extended trading day, 04:00 to 20:00 in New York. */
  isInHours(at: number): boolean;
}

const EXTENDED_OPEN_MINUTE = 4 * 60;
const EXTENDED_CLOSE_MINUTE = 20 * 60;

/** A session's date as UTC midnight; complete when the session has closed. */
export const sessionDateStamp: Stamp = {
  name: "session date",
  isReadable: (at) => at % MICROS_PER_DAY === 0 && isZoneKnown((at + MICROS_PER_DAY / 2) as EpochMicros),
  day: (at) => (at / MICROS_PER_DAY) as DayNumber,
  completeAt(at) {
    const row = sessionRowOn((at / MICROS_PER_DAY) as DayNumber);
    return row < 0 ? at + MICROS_PER_DAY : xnysSessions().close[row]!;
  },
  isInHours: () => true,
};

/** The instant a bar of that length began. */
export function barStartStamp(lengthMicros: number): Stamp {
  return {
    name: "bar start",
    isReadable: isInstant,
    day: (at) => newYorkDay(at as EpochMicros),
    completeAt: (at) => at + lengthMicros,
    isInHours: isWithinExtendedDay,
  };
}

/** The instant a bar ended, which belongs to the bar: 20:00 is the day's last, 04:00 is none. */
export const barEndStamp: Stamp = {
  name: "bar end",
  isReadable: isInstant,
  day: (at) => newYorkDay((at - 1) as EpochMicros),
  completeAt: (at) => at,
  isInHours: (at) => isWithinExtendedDay(at - 1),
};

/** The instant something happened: trades, quotes, filings. */
export const eventStamp: Stamp = { ...barStartStamp(0), name: "event time" };

function isInstant(at: number): boolean {
  return Number.isInteger(at) && isZoneKnown((at - 1) as EpochMicros) && isZoneKnown(at as EpochMicros);
}

function isWithinExtendedDay(at: number): boolean {
  const minute = newYorkMinuteOfDay(at as EpochMicros);
  return minute >= EXTENDED_OPEN_MINUTE && minute < EXTENDED_CLOSE_MINUTE;
}
