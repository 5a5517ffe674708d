/**
 * Instants as the wire writes them (RFC 3339, New York offsets where the vendor uses them) and as clients send them.
 */
import {
  type DayNumber,
  dayOf,
  type EpochMicros,
  isoDate,
  isoInstant,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  parseIsoDate,
  startOfDay,
} from "../domain/time.ts";
import { CALENDAR_FIRST_DAY, CALENDAR_LAST_DAY } from "../market/calendar.ts";
import { fromNewYork, newYorkDay, newYorkOffsetMinutes } from "../market/us-eastern.ts";

/** `2026-03-02T14:31:05.1205Z`: UTC, no zeros at the end of the fraction. */
export function wireTime(at: EpochMicros): string {
  return isoInstant(at).replace(/(\.\d*?)0+Z$/, "$1Z");
}

/** `2026-11-27T12:10:03.5-05:00`. */
export function newYorkTime(at: EpochMicros): string {
  const offset = newYorkOffsetMinutes(at);
  const wall = wireTime((at + offset * MICROS_PER_MINUTE) as EpochMicros);
  return `${wall.slice(0, -1)}-0${-offset / 60}:00`;
}

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:?\d{2})?$/;

/**
 * A date (midnight in New York) or an RFC 3339 instant; undefined when it is neither. A space where a plus stood is
 * how a query string that was not escaped arrives.
 */
export function parseWireTime(text: string): EpochMicros | undefined {
  const day = parseIsoDate(text);
  if (day !== undefined) return isCovered(day) ? fromNewYork(day, 0) : startOfDay(day);
  const match = INSTANT.exec(text.replace(/ (\d{2}:?\d{2})$/, "+$1"));
  const date = match === null ? undefined : parseIsoDate(match[1] ?? "");
  if (match === null || date === undefined) return undefined;
  const [hour, minute, second] = [match[2], match[3], match[4] ?? "0"].map(Number) as [
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const micros = Number((match[5] ?? "").padEnd(6, "0").slice(0, 6));
  const clock = ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + micros;
  return (startOfDay(date) + clock - offsetOf(match[6] ?? "Z") * MICROS_PER_MINUTE) as EpochMicros;
}

/** The day that a client means: a date, or the date that a full timestamp begins with (SDK 4.0.2 sends those). */
export function parseWireDay(text: string): DayNumber | undefined {
  const day = parseIsoDate(text.slice(0, 10));
  return day !== undefined && (text.length === 10 || parseWireTime(text) !== undefined) ? day : undefined;
}

/** New York's date of an instant, clipped to the years that the calendar knows. */
export function marketDay(at: EpochMicros): DayNumber {
  const day = dayOf(at);
  return isCovered(day) ? newYorkDay(at) : day;
}

/** `2026-03-02`, New York. */
export const marketDate = (at: EpochMicros): string => isoDate(marketDay(at));

const isCovered = (day: DayNumber): boolean => day > CALENDAR_FIRST_DAY && day < CALENDAR_LAST_DAY;

function offsetOf(zone: string): number {
  if (zone === "Z" || zone === "z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith("-") ? -minutes : minutes;
}
