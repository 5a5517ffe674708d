/**
 * Turns rows of a series into immutable Parquet files: merged with what the lake already has, one file for
 * a daily series and one a year for an intraday one, named by content. It changes no catalog; until the
 * caller writes that, nobody sees the files.
 */
import { existsSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { civilDate, dayNumber, dayOf, type EpochMicros, startOfDay } from "../../domain/time.ts";
import { flushFile, flushFolder, makeFolder, sha256OfFile } from "../durable-file.ts";
import { type LakeFile, type LakeSeries, seriesFromFiles } from "./catalog.ts";
import type { Duck } from "./duck.ts";
import { keyText, type LakePaths, type SeriesKey, seriesFolder } from "./paths.ts";
import {
  changedRows,
  concatenated,
  ordered,
  rowsBetween,
  type SeriesColumns,
  sameColumns,
} from "./series-columns.ts";
import { fileProblem, refuseDamaged } from "./sound-files.ts";

const hashCharacters = 8;

export interface Merged {
  readonly series: LakeSeries;
  /** Rows of instants the lake did not have. */
  readonly added: number;
  /** Rows that repeated or replaced another one. */
  readonly duplicates: number;
  /** Of those, rows of the lake that now hold other values. */
  readonly replaced: number;
}

export class SeriesWriter {
  readonly #duck: Duck;
  readonly #paths: LakePaths;
  readonly #folders = new Set<string>();
  #written = 0;

  constructor(duck: Duck, paths: LakePaths) {
    this.#duck = duck;
    this.#paths = paths;
  }

  /** `incoming` in any order; the last of equal instants wins over earlier ones and over the lake's. */
  async merge(key: SeriesKey, existing: LakeSeries | undefined, incoming: SeriesColumns): Promise<Merged> {
    const { columns, dropped } = ordered(incoming);
    const parts = key.timeframe === "1d" ? [{ label: "all", columns }] : byYear(columns);
    let files: readonly LakeFile[] = existing?.files ?? [];
    let replaced = 0;
    for (const part of parts) {
      const merged = await this.#mergePart(key, files, part.label, part.columns);
      files = merged.files;
      replaced += merged.replaced;
    }
    const series = seriesFromFiles(key, files);
    const added = series.rows - (existing?.rows ?? 0);
    return { series, added, duplicates: dropped + columns.ts.length - added, replaced };
  }

  /** Joins several files of one year into one. Returns the same object when there is nothing to join. */
  async compact(series: LakeSeries): Promise<LakeSeries> {
    const groups = Map.groupBy(series.files, (file) => partLabel(series, file));
    if (groups.size === series.files.length) return series;
    const files: LakeFile[] = [];
    for (const [label, group] of groups) {
      const [only] = group;
      if (only !== undefined && group.length === 1) files.push(only);
      else files.push(await this.#publish(series, label, ordered(await this.#read(series, group)).columns));
    }
    return seriesFromFiles(series, files);
  }

  /** Makes the names of all written files durable; before it the catalog must not name them. */
  flush(): void {
    for (const folder of this.#folders) flushFolder(folder);
    this.#folders.clear();
  }

  async #mergePart(
    key: SeriesKey,
    files: readonly LakeFile[],
    label: string,
    incoming: SeriesColumns,
  ): Promise<{ readonly files: readonly LakeFile[]; readonly replaced: number }> {
    const same = files.filter((file) => partLabel(key, file) === label);
    const others = files.filter((file) => partLabel(key, file) !== label);
    const kept = this.#withoutHealed(same, incoming);
    const existing = kept.length === 0 ? undefined : await this.#read(key, kept);
    const { columns } =
      existing === undefined ? { columns: incoming } : ordered(concatenated([existing, incoming]));
    const isAsBefore =
      existing !== undefined && kept.length === same.length && sameColumns(existing, columns);
    if (isAsBefore) return { files, replaced: 0 };
    const replaced = existing === undefined ? 0 : changedRows(existing, incoming);
    const file = await this.#publish(key, label, columns);
    return { files: [...others, file].sort((a, b) => a.from - b.from), replaced };
  }

  /** Damaged files whose whole range comes in again are no loss: the rows that come in stand for theirs. */
  #withoutHealed(files: readonly LakeFile[], { ts }: SeriesColumns): readonly LakeFile[] {
    const [first, last] = [ts[0]!, ts[ts.length - 1]!];
    return files.filter((file) => {
      const comesIn = ts.length >= file.rows && first <= file.from && last >= file.to;
      return !comesIn || fileProblem(this.#paths, file) === undefined;
    });
  }

  async #read(key: SeriesKey, files: readonly LakeFile[]): Promise<SeriesColumns> {
    refuseDamaged(this.#paths, files, keyText(key));
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    return this.#duck.readSeries(
      files.map(({ path }) => join(this.#paths.data, path)),
      rows,
    );
  }

  async #publish(key: SeriesKey, label: string, columns: SeriesColumns): Promise<LakeFile> {
    const staged = join(this.#paths.staging, `series-${this.#written++}.parquet`);
    await this.#duck.writeSeries(staged, columns);
    flushFile(staged);
    const sha256 = sha256OfFile(staged);
    const bytes = statSync(staged).size;
    const folder = seriesFolder(key);
    const path = this.#freeName(`${folder}/${label}`, sha256);
    makeFolder(join(this.#paths.data, folder));
    renameSync(staged, join(this.#paths.data, path));
    for (let up = folder; up !== "."; up = dirname(up)) this.#folders.add(join(this.#paths.data, up));
    this.#folders.add(this.#paths.data);
    const rows = columns.ts.length;
    return { path, rows, from: columns.ts[0]!, to: columns.ts[rows - 1]!, sha256, bytes };
  }

  /**
   * A name is taken for ever by its content; should eight characters not tell two contents apart, all do. What lies
   * there under a hash that is not its own is damage, and gives way.
   */
  #freeName(stem: string, sha256: string): string {
    const short = `${stem}-${sha256.slice(0, hashCharacters)}.parquet`;
    const taken = join(this.#paths.data, short);
    const holds = existsSync(taken) ? sha256OfFile(taken) : sha256;
    const isOther = holds !== sha256 && holds.startsWith(sha256.slice(0, hashCharacters));
    return isOther ? `${stem}-${sha256}.parquet` : short;
  }
}

const yearOf = (ts: number): number => civilDate(dayOf(ts as EpochMicros)).year;

function partLabel({ timeframe }: Pick<SeriesKey, "timeframe">, file: LakeFile): string {
  return timeframe === "1d" ? "all" : String(yearOf(file.from));
}

function byYear(columns: SeriesColumns): { readonly label: string; readonly columns: SeriesColumns }[] {
  const parts: { label: string; columns: SeriesColumns }[] = [];
  const { ts } = columns;
  for (let from = 0; from < ts.length; ) {
    const year = yearOf(ts[from]!);
    const nextYear = startOfDay(dayNumber(year + 1, 1, 1));
    let to = from + 1;
    while (to < ts.length && ts[to]! < nextYear) to += 1;
    parts.push({ label: String(year), columns: rowsBetween(columns, from, to) });
    from = to;
  }
  return parts;
}
