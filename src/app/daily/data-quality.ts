/** How good the market data of a session was: ingest's journal goes through its stage once more and is counted. */
import { type EpochMicros, isoInstant, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { type IngestInput, LiveIngest } from "../../engine/live-ingest.ts";
import { ingestConfigOf } from "../live/ingest-config.ts";
import { entriesOf, type RecordedRun } from "../live/recorded-run.ts";
import type { DailyQuality } from "./daily-terms.ts";

interface SessionSpan {
  readonly open: number;
  readonly close: number;
  /** Epoch micros: the day in New York. */
  readonly from: number;
  readonly to: number;
}

/** `valued`: ends of the minutes that execute was told of. */
export function dataQuality(
  recorded: RecordedRun,
  span: SessionSpan,
  valued: readonly number[],
  { halts, asOf }: { readonly halts: number; readonly asOf: number },
): DailyQuality {
  const { terms, instruments } = recorded;
  const live = new LiveIngest(ingestConfigOf(terms, instruments), () => undefined);
  const rejected = new Map<string, { count: number; example: string }>();
  let [records, refused, lateBefore] = [0, 0, 0];
  for (const { part, payload, at } of entriesOf(recorded, "ingest")) {
    if (part !== "input" || at >= span.to) continue;
    const input = JSON.parse(String(payload)) as IngestInput;
    if (at < span.from) lateBefore = live.late;
    live.step(input);
    const told = live.audit.splice(0);
    if (at < span.from) continue;
    if (input.kind === "bar") records += 1;
    for (const { rule, symbol, reason } of told) {
      refused += 1;
      const known = rejected.get(rule);
      if (known === undefined) rejected.set(rule, { count: 1, example: `${symbol}: ${reason}` });
      else known.count += 1;
    }
  }
  const late = live.late - lateBefore;
  const told = valued.filter((at) => at > span.open && at <= span.close);
  return {
    records,
    accepted: records - refused,
    rejected: [...rejected]
      .map(([rule, { count, example }]) => ({ rule, count, example }))
      .toSorted((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1)),
    late,
    minutesDue: Math.max(0, Math.floor((Math.min(span.close, asOf) - span.open) / MICROS_PER_MINUTE)),
    minutesTold: new Set(told).size,
    gaps: gapsOf(new Set(told), span, asOf),
    halts,
  };
}

/** Runs of minutes that nobody was told of, as `2026-11-18T15:02:00Z/2026-11-18T15:04:00Z`. */
function gapsOf(told: ReadonlySet<number>, { open, close }: SessionSpan, asOf: number): string[] {
  const gaps: string[] = [];
  let from: number | undefined;
  const last = Math.min(close, asOf);
  for (let end = open + MICROS_PER_MINUTE; end <= last + MICROS_PER_MINUTE; end += MICROS_PER_MINUTE) {
    const isMissing = end <= last && !told.has(end);
    if (isMissing) from ??= end - MICROS_PER_MINUTE;
    else if (from !== undefined) {
      const to = end - MICROS_PER_MINUTE;
      gaps.push(`${isoInstant(from as EpochMicros)}/${isoInstant(to as EpochMicros)}`);
      from = undefined;
    }
  }
  return gaps;
}
