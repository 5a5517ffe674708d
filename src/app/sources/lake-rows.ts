/** What the lake has of one series, and how a source's answer gets there: as a file through the gatekeeper. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportResult } from "../../adapters/lake/import-files.ts";
import type { Lake, ListedSeries } from "../../adapters/lake/lake.ts";
import type { SourceBar, SourceTimeframe } from "../../adapters/sources/bar-source.ts";
import { type Adjustment, timeframeSeconds } from "../../domain/bars.ts";
import { dayOf, type EpochMicros, isoDate, MICROS_PER_SECOND, startOfDay } from "../../domain/time.ts";
import { newYorkDay } from "../../market/us-eastern.ts";

export interface SyncSeries {
  readonly symbol: string;
  readonly timeframe: SourceTimeframe;
  readonly adjustment: Adjustment;
  readonly source: string;
}

export const seriesText = ({ symbol, timeframe, adjustment, source }: SyncSeries): string =>
  [symbol, timeframe, adjustment, source].join(" ");

export const listed = (lake: Lake, of: SyncSeries): ListedSeries | undefined =>
  lake.list().find((series) => seriesText(series as SyncSeries) === seriesText(of));

/** Closes by the bar's start, of a series that is there. */
export async function lakeCloses(
  lake: Lake,
  { symbol, timeframe, adjustment, source }: SyncSeries,
): Promise<ReadonlyMap<EpochMicros, number>> {
  const request = { symbols: [symbol], timeframe, adjustment, source, extendedHours: true };
  const { columns } = await lake.loadBars(request);
  const length = timeframeSeconds[timeframe] * MICROS_PER_SECOND;
  const closes = new Map<EpochMicros, number>();
  for (let batch = 0; batch < columns.closedAt.length; batch += 1) {
    const closedAt = columns.closedAt[batch]! as EpochMicros;
    const start =
      timeframe === "1d" ? startOfDay(newYorkDay(closedAt)) : ((closedAt - length) as EpochMicros);
    closes.set(start, columns.close[columns.offset[batch]!]!);
  }
  return closes;
}

/** Numbers are written so that the same double is read: a second import of them changes nothing. */
export async function importBars(
  lake: Lake,
  folder: string,
  series: SyncSeries,
  bars: readonly SourceBar[],
  now: EpochMicros,
): Promise<ImportResult> {
  const { symbol, timeframe, adjustment, source } = series;
  const isDaily = timeframe === "1d";
  const when = ({ ts }: SourceBar) =>
    Number.isFinite(ts) ? (isDaily ? isoDate(dayOf(ts)) : String(ts / 1000)) : "";
  const lines = bars.map((bar) =>
    [symbol, when(bar), bar.open, bar.high, bar.low, bar.close, bar.volume].join(","),
  );
  const head = `symbol,${isDaily ? "date" : "ts_ms"},open,high,low,close,volume`;
  const path = join(folder, `${encodeURIComponent(symbol)}-${source}.csv`);
  writeFileSync(path, `${[head, ...lines].join("\n")}\n`, { mode: 0o600 });
  try {
    return await lake.importFiles({ files: [path], timeframe, adjustment, source, now });
  } finally {
    rmSync(path, { force: true });
  }
}
