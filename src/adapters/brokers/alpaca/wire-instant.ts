/**
 * RFC 3339 instants with up to nanoseconds and any offset. The core keeps micros; what is finer is kept beside them
 * where two events of one microsecond must keep their order. Read by arithmetic: a Date would cut to milliseconds.
 */
import { dayNumber, type EpochMicros, isoDate, isoInstant, MICROS_PER_DAY } from "../../../domain/time.ts";

export interface NanoInstant {
  readonly micros: EpochMicros;
  /** 0 to 999, on top of the micros. */
  readonly nanos: number;
}

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

/** Undefined when the text is no instant. A leap second counts as the second before it. */
export function parseNanoInstant(text: string): NanoInstant | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, date = "", hour, minute, second, fraction = "", , sign, offsetHour = "0", offsetMinute = "0"] =
    match;
  const [year = 0, month = 0, dayOfMonth = 0] = date.split("-").map(Number);
  const day = dayNumber(year, month, dayOfMonth);
  const isReal = isoDate(day) === date && Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;
  if (!isReal) return undefined;
  const shift = (sign === "-" ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const seconds = Number(hour) * 3600 + (Number(minute) - shift) * 60 + Math.min(59, Number(second));
  const nanoText = fraction.padEnd(9, "0");
  const micros = day * MICROS_PER_DAY + seconds * 1_000_000 + Number(nanoText.slice(0, 6));
  return { micros: micros as EpochMicros, nanos: Number(nanoText.slice(6)) };
}

/** A timestamp of msgpack: whole seconds and nanoseconds. */
export function nanoInstantOf(seconds: number, nanoseconds: number): NanoInstant {
  const micros = seconds * 1_000_000 + Math.floor(nanoseconds / 1000);
  return { micros: micros as EpochMicros, nanos: nanoseconds % 1000 };
}

/** As a query parameter. */
export const instantText = (at: EpochMicros): string => isoInstant(at);
