/**
 * The list of everything in a lake. Data files never change once named; the catalog is the only thing
 * that does, and it is replaced whole. So whoever has read a catalog has a consistent view (LAKE-2).
 */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { adjustments, timeframes } from "../../domain/bars.ts";
import { replaceFile, sha256OfText } from "../durable-file.ts";
import { compareKeys, type LakePaths } from "./paths.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Epoch micros of a bar's start; for daily bars midnight UTC of the session date. */
const instant = z.int();

const lakeFile = z.strictObject({
  /** Relative to the data folder, forward slashes. */
  path: z.string().regex(/^parquet\/(?!.*(?:^|\/)\.\.(?:\/|$))/),
  rows: z.int().positive(),
  from: instant,
  to: instant,
  sha256,
  bytes: z.int().positive(),
});

const lakeSeries = z.strictObject({
  source: z.string().min(1),
  timeframe: z.enum(timeframes),
  adjustment: z.enum(adjustments),
  symbol: z.string().min(1),
  rows: z.int().positive(),
  from: instant,
  to: instant,
  /** In order of time; ranges do not overlap. */
  files: z.array(lakeFile).min(1),
});

export const seriesList = z.array(lakeSeries);

/** The corporate actions of all symbols: one file, immutable and named by content like every other. */
export const actionsEntry = z.strictObject({
  path: z.string().regex(/^actions\/actions-[0-9a-f]+\.csv$/),
  rows: z.int().positive(),
  sha256,
  bytes: z.int().positive(),
});
const catalogShape = z.strictObject({
  version: z.literal(1),
  series: seriesList,
  actions: actionsEntry.optional(),
});

export type ActionsEntry = Readonly<z.infer<typeof actionsEntry>>;

export type LakeFile = Readonly<z.infer<typeof lakeFile>>;
export type LakeSeries = Readonly<z.infer<typeof lakeSeries>>;
export type Catalog = readonly LakeSeries[];

/** What the columns of every data file mean; part of each snapshot, so that a reader years later knows. */
export const fileSchema = [
  "ts BIGINT: epoch micros UTC of the bar's start; daily bars: midnight UTC of the session date",
  "open DOUBLE: dollars",
  "high DOUBLE: dollars",
  "low DOUBLE: dollars",
  "close DOUBLE: dollars",
  "volume DOUBLE: shares",
] as const;

/** An absent catalog is an empty lake. Halts with the cure when the file is not a catalog. */
export function readCatalog(paths: LakePaths): Catalog {
  return readWhole(paths).series;
}

/** The actions the lake knows; undefined when none were imported. */
export function readActionsEntry(paths: LakePaths): ActionsEntry | undefined {
  return readWhole(paths).actions;
}

/** False when the file is there and is no catalog, or cannot be read. */
export function isReadableCatalog(paths: LakePaths): boolean {
  try {
    readWhole(paths);
    return true;
  } catch {
    return false;
  }
}

function readWhole(paths: LakePaths): {
  readonly series: Catalog;
  readonly actions?: ActionsEntry | undefined;
} {
  if (!existsSync(paths.catalog)) return { series: [] };
  const cure =
    "restore it with `data snapshot restore NAME` or from a backup, or move it away and import everything again";
  try {
    return catalogShape.parse(JSON.parse(readFileSync(paths.catalog, "utf8")));
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error).split("\n")[0] : String(error);
    throw new InputError(`${paths.catalog} is not a lake catalog (${detail}); ${cure}`, 1);
  }
}

/**
 * The instant at which an import, a compaction or a restore happens: before it nothing did. Actions stay unless given;
 * null takes them away.
 */
export function writeCatalog(
  paths: LakePaths,
  series: Catalog,
  actions: ActionsEntry | null | "as they are" = "as they are",
): void {
  const sorted = series.toSorted(compareKeys);
  const kept = actions === "as they are" ? readActionsEntry(paths) : (actions ?? undefined);
  const whole = { version: 1, series: sorted, ...(kept === undefined ? {} : { actions: kept }) };
  replaceFile(paths.catalog, `${JSON.stringify(whole, null, 1)}\n`);
}

/** One series from its files, which must be in order of time. */
export function seriesFromFiles(
  key: Pick<LakeSeries, "source" | "timeframe" | "adjustment" | "symbol">,
  files: readonly LakeFile[],
): LakeSeries {
  const { source, timeframe, adjustment, symbol } = key;
  const first = files[0];
  const last = files.at(-1);
  if (first === undefined || last === undefined) throw new InputError(`${symbol} has no files left`, 1);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  return { source, timeframe, adjustment, symbol, rows, from: first.from, to: last.to, files: [...files] };
}

/**
 * Identity of a set of series: equal sets have equal ids on every machine, whenever they were written.
 * The same figure names a snapshot and the data a backtest ran on.
 */
export function contentId(series: Catalog, actions?: ActionsEntry): string {
  const lines = series
    .toSorted(compareKeys)
    .flatMap((entry) => [
      JSON.stringify([entry.symbol, entry.timeframe, entry.source, entry.adjustment]),
      ...entry.files.map((file) => JSON.stringify([file.path, file.rows, file.from, file.to, file.sha256])),
    ]);
  const known = actions === undefined ? [] : [JSON.stringify(["actions", actions.rows, actions.sha256])];
  return sha256OfText([...lines, ...known].join("\n"));
}
