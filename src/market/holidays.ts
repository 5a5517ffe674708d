/**
 * When the New York Stock Exchange closes, and when it closes early: rules with the years they hold, then
 * the exceptions no rule foretells.
 *
 * Source: NYSE Rule 7.2 and the exchange's historical list of holidays and special closings. Late opens and
 * halts within a day are not closures and are not here.
 */
import { type DayNumber, dayNumber, weekday } from "../domain/time.ts";
import { MONDAY, nthWeekday, SATURDAY, SUNDAY, THURSDAY, weekdayOnOrBefore } from "./weekdays.ts";

export interface HolidayRule {
  readonly name: string;
  /** First year the exchange kept it, within the calendar's range. */
  readonly fromYear: number;
  /** The weekday the exchange stays shut that year; undefined when it falls away. */
  dayIn(year: number): DayNumber | undefined;
}

export const holidayRules: readonly HolidayRule[] = [
  { name: "New Year's Day", fromYear: 1990, dayIn: newYearsDay },
  { name: "Martin Luther King Jr. Day", fromYear: 1998, dayIn: (year) => nthWeekday(year, 1, MONDAY, 3) },
  { name: "Washington's Birthday", fromYear: 1990, dayIn: (year) => nthWeekday(year, 2, MONDAY, 3) },
  { name: "Good Friday", fromYear: 1990, dayIn: (year) => (easterSunday(year) - 2) as DayNumber },
  {
    name: "Memorial Day",
    fromYear: 1990,
    dayIn: (year) => weekdayOnOrBefore(dayNumber(year, 5, 31), MONDAY),
  },
  { name: "Juneteenth", fromYear: 2022, dayIn: (year) => nearestWeekday(dayNumber(year, 6, 19)) },
  { name: "Independence Day", fromYear: 1990, dayIn: (year) => nearestWeekday(dayNumber(year, 7, 4)) },
  { name: "Labor Day", fromYear: 1990, dayIn: (year) => nthWeekday(year, 9, MONDAY, 1) },
  { name: "Thanksgiving", fromYear: 1990, dayIn: thanksgiving },
  { name: "Christmas", fromYear: 1990, dayIn: (year) => nearestWeekday(dayNumber(year, 12, 25)) },
];

export interface SpecialClosure {
  readonly day: DayNumber;
  readonly reason: string;
}

/** Whole days the exchange stayed shut for once. */
export const specialClosures: readonly SpecialClosure[] = [
  { day: dayNumber(1994, 4, 27), reason: "mourning for Richard Nixon" },
  { day: dayNumber(2001, 9, 11), reason: "September 11 attacks" },
  { day: dayNumber(2001, 9, 12), reason: "September 11 attacks" },
  { day: dayNumber(2001, 9, 13), reason: "September 11 attacks" },
  { day: dayNumber(2001, 9, 14), reason: "September 11 attacks" },
  { day: dayNumber(2004, 6, 11), reason: "mourning for Ronald Reagan" },
  { day: dayNumber(2007, 1, 2), reason: "mourning for Gerald Ford" },
  { day: dayNumber(2012, 10, 29), reason: "Hurricane Sandy" },
  { day: dayNumber(2012, 10, 30), reason: "Hurricane Sandy" },
  { day: dayNumber(2018, 12, 5), reason: "mourning for George H. W. Bush" },
  { day: dayNumber(2025, 1, 9), reason: "mourning for Jimmy Carter" },
];

export interface EarlyCloseRule {
  readonly name: string;
  readonly fromYear: number;
  /** The day trading stops early that year, should it be a session. */
  dayIn(year: number): DayNumber;
}

export const earlyCloseRules: readonly EarlyCloseRule[] = [
  { name: "Around Independence Day", fromYear: 1995, dayIn: independenceHalfDay },
  { name: "Day after Thanksgiving", fromYear: 1992, dayIn: (year) => (thanksgiving(year) + 1) as DayNumber },
  { name: "Christmas Eve", fromYear: 1990, dayIn: (year) => dayNumber(year, 12, 24) },
];

/** Days that closed early for once, at the hour usual that year. */
export const specialEarlyCloses: readonly SpecialClosure[] = [
  { day: dayNumber(1997, 12, 26), reason: "day after Christmas" },
  { day: dayNumber(1999, 12, 31), reason: "eve of the year 2000" },
  { day: dayNumber(2003, 12, 26), reason: "day after Christmas" },
];

/** Minute of the New York day at which an early close falls: 14:00 through 1992, 13:00 since. */
export function earlyCloseMinute(year: number): number {
  return year <= 1992 ? 14 * 60 : 13 * 60;
}

/** Easter of the Gregorian calendar, by the anonymous algorithm of 1876 (Meeus, Astronomical Algorithms, ch. 8). */
export function easterSunday(year: number): DayNumber {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const leapCenturies = Math.floor(century / 4);
  const lunarShift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - leapCenturies - lunarShift + 15) % 30;
  const toSunday =
    (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const marchBased = epact + toSunday - 7 * late + 114;
  return dayNumber(year, Math.floor(marchBased / 31), (marchBased % 31) + 1);
}

/** A Saturday New Year is not kept: the Friday before it closes the books of the year. */
function newYearsDay(year: number): DayNumber | undefined {
  const day = dayNumber(year, 1, 1);
  if (weekday(day) === SATURDAY) return undefined;
  return nearestWeekday(day);
}

function thanksgiving(year: number): DayNumber {
  return nthWeekday(year, 11, THURSDAY, 4);
}

/**
 * The half day beside July 4: the day before. Through 2012 a Thursday holiday made the Friday after it the short
 * one instead. Beside a weekend the day named is no session, so the rule falls away by itself.
 */
function independenceHalfDay(year: number): DayNumber {
  const holiday = dayNumber(year, 7, 4);
  const isFridayAfter = weekday(holiday) === THURSDAY && year <= 2012;
  return (isFridayAfter ? holiday + 1 : holiday - 1) as DayNumber;
}

/** Saturday is kept on Friday, Sunday on Monday. */
function nearestWeekday(day: DayNumber): DayNumber {
  const falls = weekday(day);
  if (falls === SATURDAY) return (day - 1) as DayNumber;
  if (falls === SUNDAY) return (day + 1) as DayNumber;
  return day;
}
