/**
 * Where things lie in a data lake, and how a series is named on disk. One file owns the layout, so that
 * the writer, the reader and the sweeper cannot disagree about it (LAKE-1).
 */
import { join, resolve } from "node:path";
import type { Adjustment, Timeframe } from "../../domain/bars.ts";

/** What tells one series of bars from another. */
export interface SeriesKey {
  readonly source: string;
  readonly timeframe: Timeframe;
  readonly adjustment: Adjustment;
  readonly symbol: string;
}

/** Absolute folders and files of one lake. Everything but `catalog` may be absent. */
export interface LakePaths {
  readonly data: string;
  readonly catalog: string;
  readonly lock: string;
  readonly parquet: string;
  /** Files in the making; nothing here is ever referenced. */
  readonly staging: string;
  readonly snapshots: string;
  readonly audit: string;
  /** Corporate actions: files named by content, the current one by the catalog. */
  readonly actions: string;
}

export function lakePaths(root: string): LakePaths {
  const data = resolve(root, "data");
  return {
    data,
    catalog: join(data, "catalog.json"),
    lock: join(data, "lake.lock"),
    parquet: join(data, "parquet"),
    staging: join(data, "staging"),
    snapshots: join(data, "snapshots"),
    audit: join(data, "audit"),
    actions: join(data, "actions"),
  };
}

/** Folder of a series, relative to `data`, with forward slashes on every system. */
export function seriesFolder(key: SeriesKey): string {
  const { source, timeframe, adjustment, symbol } = key;
  return [
    "parquet/ohlcv",
    `source=${encodeURIComponent(source)}`,
    `timeframe=${timeframe}`,
    `adjustment=${adjustment}`,
    `symbol=${encodeURIComponent(symbol)}`,
  ].join("/");
}

/** Total order over series: the order of the catalog and of everything printed from it. */
export function compareKeys(a: SeriesKey, b: SeriesKey): number {
  return (
    compareText(a.symbol, b.symbol) ||
    compareText(a.timeframe, b.timeframe) ||
    compareText(a.source, b.source) ||
    compareText(a.adjustment, b.adjustment)
  );
}

/** By code unit, the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export const keyText = (key: SeriesKey): string =>
  `${key.symbol} ${key.timeframe} ${key.adjustment} from ${key.source}`;
