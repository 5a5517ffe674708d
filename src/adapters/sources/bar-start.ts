/** When a bar of a provider begins, as the lake has it: daily ones are named by their session's date. */
import { type EpochMicros, startOfDay } from "../../domain/time.ts";
import { isZoneKnown, newYorkDay } from "../../market/us-eastern.ts";
import type { SourceTimeframe } from "./bar-source.ts";

/** `at` is any instant of the session for a daily bar, else the start. NaN where it is none, or of no known time. */
export function barStart(timeframe: SourceTimeframe, at: EpochMicros): EpochMicros {
  if (!Number.isFinite(at) || !isZoneKnown(at)) return Number.NaN as EpochMicros;
  return timeframe === "1d" ? startOfDay(newYorkDay(at)) : at;
}
