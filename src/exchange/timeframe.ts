/**
 * The grammar of bar lengths, and which bucket an instant or a day falls into. Buckets count from New York's
 * midnight.
 */
import {
  civilDate,
  type DayNumber,
  dayNumber,
  type EpochMicros,
  MICROS_PER_MINUTE,
  weekday,
} from "../domain/time.ts";
import { fromNewYork } from "../market/us-eastern.ts";
import { badParameter } from "./http-words.ts";

export interface Timeframe {
  readonly unit: "minute" | "day" | "week" | "month";
  readonly count: number;
}

const GRAMMAR: readonly (readonly [RegExp, Timeframe["unit"], readonly number[], number])[] = [
  [/^(\d{1,2})(?:Min|T)$/, "minute", range(59), 1],
  [/^(\d{1,2})(?:Hour|H)$/, "minute", range(23), 60],
  [/^(\d{1,2})(?:Day|D)$/, "day", [1], 1],
  [/^(\d{1,2})(?:Week|W)$/, "week", [1], 1],
  [/^(\d{1,2})(?:Month|M)$/, "month", [1, 2, 3, 4, 6, 12], 1],
];

/** Throws the 400 of a length that is not offered. */
export function parseTimeframe(text: string | null): Timeframe {
  for (const [pattern, unit, allowed, factor] of GRAMMAR) {
    const count = Number(pattern.exec(text ?? "")?.[1] ?? Number.NaN);
    if (allowed.includes(count)) return { unit, count: count * factor };
  }
  throw badParameter(`invalid timeframe: ${(text ?? "").slice(0, 20)}`);
}

/** Left edge of the bucket of minutes that holds `at`, an instant of that New York day. */
export function minuteBucket(at: EpochMicros, midnight: EpochMicros, { count }: Timeframe): EpochMicros {
  const lengthMicros = count * MICROS_PER_MINUTE;
  return (midnight + Math.floor((at - midnight) / lengthMicros) * lengthMicros) as EpochMicros;
}

/** First day of the day, week or months that hold `day`. */
export function dayBucket(day: DayNumber, { unit, count }: Timeframe): DayNumber {
  if (unit === "week") return (day - weekday(day)) as DayNumber;
  if (unit !== "month") return day;
  const { year, month } = civilDate(day);
  return dayNumber(year, month - ((month - 1) % count), 1);
}

/** Midnight in New York: how daily and longer bars are stamped. */
export const midnightOf = (day: DayNumber): EpochMicros => fromNewYork(day, 0);

function range(most: number): number[] {
  return Array.from({ length: most }, (_, i) => i + 1);
}
