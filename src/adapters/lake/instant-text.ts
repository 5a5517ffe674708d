/** How a bar's instant is printed: daily bars by session date, others as ISO 8601 UTC (CLI.md). */
import type { Timeframe } from "../../domain/bars.ts";
import { dayOf, type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";

/** `ts` = epoch micros of the bar's start; midnight UTC of the session date for daily bars. */
export function instantText(timeframe: Timeframe, ts: number): string {
  return timeframe === "1d" ? isoDate(dayOf(ts as EpochMicros)) : isoInstant(ts as EpochMicros);
}
