/** The bars of minutes that nobody heard, as the broker lists them: as they were printed, all or none. */
import type { Answered } from "../../adapters/brokers/alpaca/account-reads.ts";
import type { AlpacaHistory } from "../../adapters/feeds/alpaca/history.ts";
import type { FeedBar } from "../../adapters/feeds/alpaca/records.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import type { IngestInput } from "../../engine/live-ingest.ts";
import { rawBar } from "./feed-words.ts";

/** `missed`: ends of the minutes, ascending; none asks for nothing. */
export async function missedBars(
  history: AlpacaHistory,
  symbols: readonly string[],
  missed: readonly EpochMicros[],
): Promise<Answered<readonly FeedBar[]>> {
  const [first, end] = [missed[0], missed.at(-1)];
  if (first === undefined || end === undefined) return { ok: true, value: [] };
  const answer = await history.bars({
    ...{ symbols, timeframe: "1Min", adjustment: "raw", priority: "reconcile" },
    from: (first - MICROS_PER_MINUTE) as EpochMicros,
    to: (end - MICROS_PER_MINUTE) as EpochMicros,
  });
  return answer.ok ? { ok: true, value: [...answer.value.values()].flat() } : answer;
}

export interface MissedParts {
  readonly step: (input: IngestInput) => void;
  /** What has to be told before the minute that ends then. */
  readonly before: (end: EpochMicros) => void;
  /** End of the last minute that was told. */
  readonly through: () => EpochMicros;
  readonly graceMicros: number;
  readonly now: EpochMicros;
  readonly fetchedThrough: EpochMicros;
}

/** Minute by minute, as if it were heard now; returns the end of the last one that was told of what was fetched. */
export function tellMissed(
  missed: readonly EpochMicros[],
  bars: readonly FeedBar[],
  { step, before, through, graceMicros, now, fetchedThrough }: MissedParts,
): EpochMicros {
  const byEnd = Map.groupBy(bars, ({ timestamp }) => timestamp + MICROS_PER_MINUTE);
  let told = fetchedThrough;
  for (const end of missed) {
    before(end);
    step({ kind: "minute", at: end, end });
    for (const bar of byEnd.get(end) ?? []) step({ kind: "bar", at: end, bar: rawBar(bar) });
    const due = (end + graceMicros) as EpochMicros;
    // Young minutes may still be on their way on the line.
    if (due <= now && through() < end) step({ kind: "time", at: due });
    if (through() >= end) told = end;
  }
  return told;
}
