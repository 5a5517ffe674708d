/**
 * Joins small files of a year into one and drops files that neither the catalog nor a snapshot names. Imports
 * leave a lake compact; this is for lakes that other means have filled, and for reclaiming space (LAKE-1).
 */
import { existsSync, mkdirSync } from "node:fs";
import { type LakeSeries, readCatalog, writeCatalog } from "./catalog.ts";
import type { Duck } from "./duck.ts";
import type { LakePaths } from "./paths.ts";
import { SeriesWriter } from "./series-writer.ts";
import { sweep } from "./sweep.ts";
import { asOnlyWriter } from "./writer-lock.ts";

export interface Compacted {
  /** Files before and after, as the catalog names them. */
  readonly filesBefore: number;
  readonly filesAfter: number;
  readonly seriesChanged: number;
  /** Files that nothing named any more, and the space they took. */
  readonly dropped: number;
  readonly droppedBytes: number;
}

export async function compactLake(duck: Duck, paths: LakePaths): Promise<Compacted> {
  if (!existsSync(paths.catalog)) {
    return { filesBefore: 0, filesAfter: 0, seriesChanged: 0, dropped: 0, droppedBytes: 0 };
  }
  return asOnlyWriter(paths.lock, async () => {
    const before = readCatalog(paths);
    const left = sweep(paths, before);
    mkdirSync(paths.staging, { recursive: true, mode: 0o700 });
    const writer = new SeriesWriter(duck, paths);
    const after: LakeSeries[] = [];
    for (const series of before) after.push(await writer.compact(series));
    writer.flush();
    const seriesChanged = after.filter((series, i) => series !== before[i]).length;
    if (seriesChanged > 0) writeCatalog(paths, after);
    const swept = sweep(paths, after);
    return {
      filesBefore: fileCount(before),
      filesAfter: fileCount(after),
      seriesChanged,
      dropped: left.files + swept.files,
      droppedBytes: left.bytes + swept.bytes,
    };
  });
}

const fileCount = (series: readonly LakeSeries[]): number =>
  series.reduce((sum, { files }) => sum + files.length, 0);
