/**
 * New York civil time by integer arithmetic.
 *
 * The pure core has no time-zone database, and a host's database may be older than the law. Two rules
 * cover every year the calendar needs (15 U.S.C. 260a): from 1987 daylight time ran from the first
 * Sunday of April to the last Sunday of October, since 2007 it runs from the second Sunday of March to
 * the first Sunday of November. Clocks change at 02:00 local, so at 07:00 and at 06:00 UTC.
 */
import { InputError } from "../domain/assert.ts";
import {
  type DayNumber,
  dayNumber,
  dayOf,
  type EpochMicros,
  isoDate,
  MICROS_PER_DAY,
  MICROS_PER_MINUTE,
} from "../domain/time.ts";
import { nthWeekday, SUNDAY, weekdayOnOrBefore } from "./weekdays.ts";

/** Years whose rule is known here. New York years; the calendar itself covers 1990 to 2030. */
export const FIRST_ZONE_YEAR = 1987;
export const LAST_ZONE_YEAR = 2030;

const MINUTES_PER_DAY = 1440;
const STANDARD_OFFSET_MINUTES = -300;
const DAYLIGHT_OFFSET_MINUTES = -240;
/** 02:00 in standard time, 02:00 in daylight time, both as UTC. */
const SPRING_UTC_MINUTE = 2 * 60 - STANDARD_OFFSET_MINUTES;
const AUTUMN_UTC_MINUTE = 2 * 60 - DAYLIGHT_OFFSET_MINUTES;

const zoneYears = LAST_ZONE_YEAR - FIRST_ZONE_YEAR + 1;
/** Per year from FIRST_ZONE_YEAR: the instants daylight time begins and ends. */
const daylightFrom = new Float64Array(zoneYears).map((_, i) =>
  utcMinute(firstDaylightDay(FIRST_ZONE_YEAR + i), SPRING_UTC_MINUTE),
);
const daylightUntil = new Float64Array(zoneYears).map((_, i) =>
  utcMinute(firstStandardDay(FIRST_ZONE_YEAR + i), AUTUMN_UTC_MINUTE),
);
/** The zone's first and last instants: midnight to midnight in New York, both in standard time. */
const zoneFrom = utcMinute(dayNumber(FIRST_ZONE_YEAR, 1, 1), -STANDARD_OFFSET_MINUTES);
const zoneUntil = utcMinute(dayNumber(LAST_ZONE_YEAR + 1, 1, 1), -STANDARD_OFFSET_MINUTES);

/** The Sunday on which clocks go forward. */
export function firstDaylightDay(year: number): DayNumber {
  return year >= 2007 ? nthWeekday(year, 3, SUNDAY, 2) : nthWeekday(year, 4, SUNDAY, 1);
}

/** The Sunday on which clocks go back. */
export function firstStandardDay(year: number): DayNumber {
  return year >= 2007 ? nthWeekday(year, 11, SUNDAY, 1) : weekdayOnOrBefore(dayNumber(year, 10, 31), SUNDAY);
}

/** True when the instant lies in the years whose clock rule is known; others make the functions below throw. */
export function isZoneKnown(at: EpochMicros): boolean {
  return at >= zoneFrom && at < zoneUntil;
}

/** Minutes to add to UTC: -240 or -300. Throws InputError outside 1987 to 2030. */
export function newYorkOffsetMinutes(at: EpochMicros): number {
  if (!isZoneKnown(at)) throw outsideZone(at);
  // The division may name the neighbouring year within a day of New Year, when standard time holds in both.
  const elapsed = Math.floor((dayOf(at) - dayNumber(FIRST_ZONE_YEAR, 1, 1)) / 365.25);
  const year = Math.min(elapsed, zoneYears - 1);
  const isDaylight = at >= daylightFrom[year]! && at < daylightUntil[year]!;
  return isDaylight ? DAYLIGHT_OFFSET_MINUTES : STANDARD_OFFSET_MINUTES;
}

/** The date on New York's wall. Throws InputError outside 1987 to 2030. */
export function newYorkDay(at: EpochMicros): DayNumber {
  return Math.floor(newYorkWallMicros(at) / MICROS_PER_DAY) as DayNumber;
}

/** Whole minutes since New York's midnight by the wall clock, 0 to 1439. Throws InputError outside 1987 to 2030. */
export function newYorkMinuteOfDay(at: EpochMicros): number {
  const wall = newYorkWallMicros(at);
  return Math.floor((wall - Math.floor(wall / MICROS_PER_DAY) * MICROS_PER_DAY) / MICROS_PER_MINUTE);
}

/**
 * The instant of a wall-clock minute. A minute that occurs twice in autumn means the first of the two; one
 * that is skipped in spring moves an hour later, as clocks do. `minuteOfDay` 1440 is the next midnight.
 * Throws InputError outside 1987 to 2030.
 */
export function fromNewYork(day: DayNumber, minuteOfDay: number): EpochMicros {
  const carried = day + Math.floor(minuteOfDay / MINUTES_PER_DAY);
  const asDaylight = utcMinute(day, minuteOfDay - DAYLIGHT_OFFSET_MINUTES);
  const asStandard = utcMinute(day, minuteOfDay - STANDARD_OFFSET_MINUTES);
  if (!isZoneKnown(asStandard)) throw outsideZone((carried * MICROS_PER_DAY) as EpochMicros);
  // Reading the wall as daylight time gives the earlier instant; it stands only if daylight time then holds.
  if (!isZoneKnown(asDaylight)) return asStandard;
  return newYorkOffsetMinutes(asDaylight) === DAYLIGHT_OFFSET_MINUTES ? asDaylight : asStandard;
}

/** Wall-clock time as if it were UTC, so that day and minute fall out by division. */
function newYorkWallMicros(at: EpochMicros): number {
  return at + newYorkOffsetMinutes(at) * MICROS_PER_MINUTE;
}

function utcMinute(day: number, minute: number): EpochMicros {
  return (day * MICROS_PER_DAY + minute * MICROS_PER_MINUTE) as EpochMicros;
}

function outsideZone(at: EpochMicros): InputError {
  const given = Number.isFinite(at) ? isoDate(dayOf(at)) : String(at);
  const known = `${FIRST_ZONE_YEAR} to ${LAST_ZONE_YEAR}`;
  return new InputError(`date ${given}: New York time is known for ${known}; give a date in those years`);
}
