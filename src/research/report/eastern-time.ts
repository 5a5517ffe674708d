/** Instants of the run, written as market time: Eastern, by the exchange's clock (DESIGN 5). */
import {
  type EpochMicros,
  isoDate,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  parseIsoDate,
  startOfDay,
} from "../../domain/time.ts";
import { isZoneKnown, newYorkDay, newYorkMinuteOfDay } from "../../market/us-eastern.ts";

/**
 * `2026-10-30T14:12:00Z` as `2026-10-30 10:12`. A bare date, or text that is no instant, stays as it is; an
 * instant outside the years whose clock rule is known keeps UTC and says so.
 */
export function easternTime(instant: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?Z$/.exec(instant);
  const day = parseIsoDate(match?.[1] ?? "");
  if (match === null || day === undefined) return instant;
  const [hours, minutes, seconds] = [Number(match[2]), Number(match[3]), Number(match[4] ?? 0)];
  const micros = startOfDay(day) + (hours * 60 + minutes) * MICROS_PER_MINUTE + seconds * MICROS_PER_SECOND;
  const at = micros as EpochMicros;
  if (!isZoneKnown(at)) return `${match[1]} ${match[2]}:${match[3]} UTC`;
  const minute = newYorkMinuteOfDay(at);
  return `${isoDate(newYorkDay(at))} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** The same with its zone, for prose; a bare date has none. */
export function easternMoment(instant: string): string {
  const text = easternTime(instant);
  return /\d{2}:\d{2}$/.test(text) && text !== instant ? `${text} ET` : text;
}

const two = (value: number): string => String(value).padStart(2, "0");
