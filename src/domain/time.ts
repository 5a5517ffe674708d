/**
 * Instants, dates and their text forms. The core never asks what time it is; it is told, on every event.
 *
 * Dates use the proleptic Gregorian calendar by integer arithmetic (era-based, after H. Hinnant,
 * "chrono-compatible low-level date algorithms"), so no clock and no locale can reach the core.
 */
import type { Brand } from "./brand.ts";

/** Microseconds since 1970-01-01T00:00:00Z. Exact in a double until the year 2255. */
export type EpochMicros = Brand<number, "epoch-microseconds">;

/** Position in the journal. Breaks ties between events that share an instant. */
export type Sequence = Brand<number, "journal sequence">;

/** A calendar date as whole days since 1970-01-01. A session is named by its New York date. */
export type DayNumber = Brand<number, "days since 1970-01-01">;

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
export const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

export function dayNumber(year: number, month: number, day: number): DayNumber {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) as DayNumber;
}

export function civilDate(day: DayNumber): CivilDate {
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

/** 0 = Monday to 6 = Sunday. */
export function weekday(day: DayNumber): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** `2024-01-15`. */
export function isoDate(day: DayNumber): string {
  const { year, month, day: d } = civilDate(day);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(d)}`;
}

/** Strict `YYYY-MM-DD` to a day; undefined when the text is not an existing date. */
export function parseIsoDate(text: string): DayNumber | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const day = dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
  return isoDate(day) === text ? day : undefined;
}

export function dayOf(at: EpochMicros): DayNumber {
  return Math.floor(at / MICROS_PER_DAY) as DayNumber;
}

export function startOfDay(day: DayNumber): EpochMicros {
  return (day * MICROS_PER_DAY) as EpochMicros;
}

/** `2024-01-15T14:31:00Z`, with micros only when they are not zero. */
export function isoInstant(at: EpochMicros): string {
  const day = dayOf(at);
  const rest = at - day * MICROS_PER_DAY;
  const seconds = Math.floor(rest / MICROS_PER_SECOND);
  const micros = rest - seconds * MICROS_PER_SECOND;
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${isoDate(day)}T${clock}${micros === 0 ? "" : `.${String(micros).padStart(6, "0")}`}Z`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
