/**
 * Bars out of the lake as CSV that the lake itself, and anything else, reads back: times are the bars' own
 * (session dates, or starts in ISO 8601 UTC), numbers the shortest text of the very double stored.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../../domain/assert.ts";
import type { Adjustment, Timeframe } from "../../domain/bars.ts";
import { isoDate } from "../../domain/time.ts";
import { makeFolder, unfinishedMark } from "../durable-file.ts";
import { outputFile } from "../output-place.ts";
import { readActions } from "./action-store.ts";
import { readActionsEntry, readCatalog } from "./catalog.ts";
import { chooseSeries, onlyTimeframe, type SeriesRequest } from "./choose-series.ts";
import type { Duck } from "./duck.ts";
import { instantText } from "./instant-text.ts";
import { emptyRange } from "./load-bars.ts";
import { compareText, type LakePaths } from "./paths.ts";
import { checkAdjust, RawSeries } from "./raw-series.ts";
import { type DayRange, readEach } from "./read-series.ts";
import { findSnapshot } from "./snapshots.ts";

export interface ExportRequest extends Omit<SeriesRequest, "timeframe">, DayRange {
  /** May be left out when the symbols exist in one only. */
  readonly timeframe?: Timeframe;
  readonly out: string;
  readonly snapshot?: string;
  /** Brings raw prices to the shares, or to the money, of the last bar of the range. */
  readonly adjust?: Adjustment;
}

export interface Exported {
  readonly out: string;
  readonly rows: number;
  readonly symbols: number;
  readonly from: string;
  readonly to: string;
}

const flushCharacters = 1 << 18;

/** Rows of a symbol after each other, symbols in order. The file appears whole or not at all. */
export async function exportCsv(duck: Duck, paths: LakePaths, request: ExportRequest): Promise<Exported> {
  const { from, to } = request;
  if (from !== undefined && to !== undefined && from > to) {
    throw new InputError(`--from ${isoDate(from)} is after --to ${isoDate(to)}; swap them`);
  }
  const out = outputFile(request.out, "bars.csv");
  const snapshot = request.snapshot === undefined ? undefined : findSnapshot(paths, request.snapshot);
  const catalog = snapshot?.series ?? readCatalog(paths);
  const entry = snapshot === undefined ? readActionsEntry(paths) : snapshot.actions;
  const timeframe = request.timeframe ?? onlyTimeframe(catalog, request.symbols);
  const chosen = chooseSeries(catalog, { ...request, timeframe });
  checkAdjust(request.adjust, chosen, entry?.rows ?? 0);
  // What is stored goes out as it is stored; only who asks for another basis gets other prices.
  const known = request.adjust === undefined ? [] : readActions(paths, entry);
  const raw = new RawSeries(known, request.adjust ?? "raw", "kept");
  makeFolder(dirname(out));
  const beside = `${out}${unfinishedMark}${process.pid}`;
  const file = openSync(beside, "w", 0o600);
  try {
    let pending = `symbol,${timeframe === "1d" ? "date" : "timestamp"},open,high,low,close,volume\n`;
    let rows = 0;
    const instants: string[] = [];
    for await (const { series, rows: bars } of readEach(duck, paths, chosen, request)) {
      const prepared = raw.take(series, bars);
      const { ts, open, high, low, close, volume } = prepared;
      for (let i = 0; i < ts.length; i++) {
        const at = instantText(timeframe, ts[i]!);
        if (i === 0 || i === ts.length - 1) instants.push(at);
        pending += `${series.symbol},${at},${open[i]!},${high[i]!},${low[i]!},${close[i]!},${volume[i]!}\n`;
        if (pending.length < flushCharacters) continue;
        writeSync(file, pending);
        pending = "";
      }
      rows += ts.length;
    }
    const [first, last] = [instants.toSorted(compareText)[0], instants.toSorted(compareText).at(-1)];
    if (first === undefined || last === undefined) throw emptyRange(chosen, { ...request, timeframe });
    writeSync(file, pending);
    fsyncSync(file);
    renameSync(beside, out);
    return { out, rows, symbols: chosen.length, from: first, to: last };
  } finally {
    closeSync(file);
    rmSync(beside, { force: true });
  }
}
