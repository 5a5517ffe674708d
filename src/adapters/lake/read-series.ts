/**
 * Rows of many series, one after the other. Small series share a query, because preparing one costs more
 * than reading fifteen years of daily bars; large ones are cut by the file's own statistics.
 */
import { join } from "node:path";
import { type DayNumber, MICROS_PER_DAY, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { LakeFile, LakeSeries } from "./catalog.ts";
import type { Duck } from "./duck.ts";
import { keyText, type LakePaths } from "./paths.ts";
import { rowsBetween, type SeriesColumns } from "./series-columns.ts";
import { refuseDamaged } from "./sound-files.ts";

export interface DayRange {
  /** New York session dates, both included. */
  readonly from?: DayNumber;
  readonly to?: DayNumber;
}

export interface ReadSeries {
  readonly series: LakeSeries;
  /** `ts` = start of the bar. Memory of the caller's own, to overwrite as it likes. */
  readonly rows: SeriesColumns;
}

/** No bar of a New York date starts earlier than this after midnight UTC, nor later on the day after. */
const newYorkNightMicros = 4 * 3600 * MICROS_PER_SECOND;
/** Rows that one query may fetch for several series: 10 MB. */
const sharedQueryRows = 200_000;

/** In the order given. Throws InputError when a file that would be read is not what was written. */
export async function* readEach(
  duck: Duck,
  paths: LakePaths,
  all: readonly LakeSeries[],
  range: DayRange,
): AsyncGenerator<ReadSeries> {
  let waiting: LakeSeries[] = [];
  let rows = 0;
  for (const series of all) {
    if (series.rows + rows > sharedQueryRows) {
      yield* readTogether(duck, paths, waiting, range);
      waiting = [];
      rows = 0;
    }
    if (series.rows > sharedQueryRows || isSlice(series, range))
      yield { series, rows: await readOne(duck, paths, series, range) };
    else {
      waiting.push(series);
      rows += series.rows;
    }
  }
  yield* readTogether(duck, paths, waiting, range);
}

/** A part of a large file: the row groups outside the range need not be read. */
function isSlice({ timeframe }: LakeSeries, { from, to }: DayRange): boolean {
  return timeframe !== "1d" && (from !== undefined || to !== undefined);
}

/** Whole files in one query, cut apart by the row counts of the catalog and to the range by search. */
async function* readTogether(
  duck: Duck,
  paths: LakePaths,
  together: readonly LakeSeries[],
  range: DayRange,
): AsyncGenerator<ReadSeries> {
  const files = together.map((series) => filesWithin(series, range));
  const all = files.flat();
  for (const [i, series] of together.entries()) refuseDamaged(paths, files[i] ?? [], keyText(series));
  const columns = all.length === 0 ? noRows : await duck.readSeries(pathsOf(paths, all), rowsOf(all));
  let from = 0;
  for (const [i, series] of together.entries()) {
    const to = from + rowsOf(files[i] ?? []);
    yield { series, rows: cut(rowsBetween(columns, from, to), bounds(series, range)) };
    from = to;
  }
}

async function readOne(
  duck: Duck,
  paths: LakePaths,
  series: LakeSeries,
  range: DayRange,
): Promise<SeriesColumns> {
  const files = filesWithin(series, range);
  if (files.length === 0) return noRows;
  refuseDamaged(paths, files, keyText(series));
  return duck.readSeries(pathsOf(paths, files), rowsOf(files), bounds(series, range));
}

interface Bounds {
  /** Start of the first bar wanted, and the first start not wanted any more; epoch micros. */
  readonly from: number;
  readonly before: number;
}

function bounds({ timeframe }: LakeSeries, { from, to }: DayRange): Bounds {
  const shift = timeframe === "1d" ? 0 : newYorkNightMicros;
  return {
    from: from === undefined ? Number.NEGATIVE_INFINITY : from * MICROS_PER_DAY + shift,
    before: to === undefined ? Number.POSITIVE_INFINITY : (to + 1) * MICROS_PER_DAY + shift,
  };
}

function filesWithin(series: LakeSeries, range: DayRange): LakeFile[] {
  const { from, before } = bounds(series, range);
  return series.files.filter((file) => file.to >= from && file.from < before);
}

function cut(columns: SeriesColumns, { from, before }: Bounds): SeriesColumns {
  return rowsBetween(columns, firstAtLeast(columns.ts, from), firstAtLeast(columns.ts, before));
}

function firstAtLeast(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const none = new Float64Array(0);
const noRows: SeriesColumns = { ts: none, open: none, high: none, low: none, close: none, volume: none };
const rowsOf = (files: readonly LakeFile[]): number => files.reduce((sum, file) => sum + file.rows, 0);
const pathsOf = (paths: LakePaths, files: readonly LakeFile[]): string[] =>
  files.map(({ path }) => join(paths.data, path));
