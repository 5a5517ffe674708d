/**
 * Brings foreign files into the lake: read, judge, merge, write, and only then name it all in the catalog.
 * A crash before that last step leaves the lake as it was; what it wrote is swept by the next import.
 */
import { mkdirSync, rmSync } from "node:fs";
import { InputError } from "../../domain/assert.ts";
import type { Adjustment, Timeframe } from "../../domain/bars.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { AuditFile } from "./audit-file.ts";
import { type LakeSeries, readCatalog, writeCatalog } from "./catalog.ts";
import { noteConflicts } from "./conflicting-rows.ts";
import type { Duck, DuckSession } from "./duck.ts";
import { instantText } from "./instant-text.ts";
import { keyText, type LakePaths } from "./paths.ts";
import { RowIntake } from "./row-intake.ts";
import { type ColumnMap, linesSetAside, type RowQuery, rowQuery } from "./row-query.ts";
import { SeriesCollector } from "./series-collector.ts";
import { SeriesWriter } from "./series-writer.ts";
import { inspectFile, readingProblem, type SourceFile } from "./source-file.ts";
import { sweep } from "./sweep.ts";
import { asOnlyWriter } from "./writer-lock.ts";

export interface ImportRequest {
  readonly files: readonly string[];
  readonly timeframe: Timeframe;
  readonly adjustment: Adjustment;
  /** Default "files". */
  readonly source?: string;
  readonly columns?: ColumnMap;
  /** Rows that were not complete by then are refused. */
  readonly now: EpochMicros;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Rows kept in memory before they go to disk; for tests. */
  readonly rowsInMemory?: number;
}

interface ImportProgress {
  readonly step: "read" | "write";
  /** File being read, or symbol being written. */
  readonly what: string;
  /** Rows read so far, or series written so far. */
  readonly done: number;
  /** Series to write; undefined while reading. */
  readonly of: number | undefined;
}

export interface ImportResult {
  /** Rows of instants the lake did not have. imported + rejected + duplicates = rows read. */
  readonly imported: number;
  readonly rejected: number;
  /** Rows that repeated or replaced another one. */
  readonly duplicates: number;
  /** Of those, rows of the lake that now hold other values: the last import wins. */
  readonly replaced: number;
  /** Of the duplicates, rows that another row of the same import contradicts: the last one stays, `audit` has all. */
  readonly conflicts: number;
  readonly symbols: number;
  readonly symbolNames: readonly string[];
  /** First and last accepted bar: session dates for daily bars, instants otherwise; null when none. */
  readonly from: string | null;
  readonly to: string | null;
  /** Where rejected and conflicting rows stand; null when there are none. */
  readonly audit: string | null;
  readonly rejectedByRule: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

const sourcePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;
const reportEveryRows = 100_000;

/** Throws InputError when a file is unusable; a lake in which nothing could be imported stays as it was. */
export async function importFiles(
  duck: Duck,
  paths: LakePaths,
  request: ImportRequest,
): Promise<ImportResult> {
  const source = checkedSource(request.source ?? "files");
  if (request.files.length === 0) throw new InputError("name at least one CSV or Parquet file");
  // All files are looked at first: a wrong column in the last one must not cost reading the others.
  const inspected: { file: SourceFile; query: RowQuery }[] = [];
  for (const [i, path] of request.files.entries()) {
    const file = await inspectFile(duck, path);
    inspected.push({ file, query: rowQuery(file, request.timeframe, request.columns ?? new Map(), i) });
  }
  return asOnlyWriter(paths.lock, async () => {
    sweep(paths, readCatalog(paths));
    mkdirSync(paths.staging, { recursive: true, mode: 0o700 });
    const audit = new AuditFile(paths.audit, paths.staging);
    try {
      return await importInspected(duck, paths, { ...request, source }, inspected, audit);
    } finally {
      audit.discard();
      rmSync(paths.staging, { recursive: true, force: true });
    }
  });
}

export function checkedSource(source: string): string {
  if (sourcePattern.test(source)) return source;
  throw new InputError(`--source ${source}: give 1 to 32 letters, digits, dots, dashes or underscores`);
}

async function importInspected(
  duck: Duck,
  paths: LakePaths,
  request: ImportRequest & { readonly source: string },
  inspected: readonly { file: SourceFile; query: RowQuery }[],
  audit: AuditFile,
): Promise<ImportResult> {
  const { timeframe, rowsInMemory } = request;
  const collector = new SeriesCollector(
    duck,
    paths.staging,
    rowsInMemory === undefined ? {} : { rowsInMemory },
  );
  const intake = new RowIntake(timeframe, request.now, audit, collector);
  const notes: string[] = [];
  for (const { file, query } of inspected) {
    const rows = await duck.during((session) =>
      readFile(session, file, query, intake, collector, audit, request.onProgress),
    );
    if (rows === 0) throw new InputError(`${file.path} has no rows; nothing was imported`, 1);
    intake.endFile(file, rows);
    notes.push(...query.notes);
  }
  notes.push(...intake.notes);
  const merged = await mergeAll(duck, paths, request, collector, audit);
  const text = (ts: number | undefined) => (ts === undefined ? null : instantText(timeframe, ts));
  const { imported, duplicates, replaced, conflicts, symbolNames } = merged;
  return {
    imported,
    rejected: audit.rows,
    duplicates,
    replaced,
    conflicts,
    symbols: symbolNames.length,
    from: text(intake.range?.from),
    to: text(intake.range?.to),
    rejectedByRule: audit.byRule(),
    audit: audit.finish(),
    symbolNames,
    notes: [...new Set(notes)],
  };
}

async function readFile(
  session: DuckSession,
  file: SourceFile,
  query: RowQuery,
  intake: RowIntake,
  collector: SeriesCollector,
  audit: AuditFile,
  onProgress: ImportRequest["onProgress"],
): Promise<number> {
  let rows = 0;
  try {
    for await (const chunk of session.chunks(query.sql)) {
      intake.take(chunk, file, query, rows + 1);
      await collector.spillIfLarge();
      const isDue =
        Math.floor(rows / reportEveryRows) < Math.floor((rows + chunk.rowCount) / reportEveryRows);
      rows += chunk.rowCount;
      if (isDue) onProgress?.({ step: "read", what: file.path, done: rows, of: undefined });
    }
  } catch (error) {
    throw readingProblem(file.path, error);
  }
  onProgress?.({ step: "read", what: file.path, done: rows, of: undefined });
  return rows + (await refuseWideLines(session, file, query, audit));
}

/** Lines with more cells than the header: DuckDB sets them aside, here they join the refused. */
async function refuseWideLines(
  session: DuckSession,
  file: SourceFile,
  query: RowQuery,
  audit: AuditFile,
): Promise<number> {
  const lines = await linesSetAside(session, query.rejects);
  for (const { line, reason, text } of lines) {
    const about = { file: file.path, row: Math.max(1, line - 1), symbol: "", timestamp: "" };
    audit.add({ ...about, rule: "schema", reason, raw: [text, "", "", "", ""] });
  }
  return lines.length;
}

async function mergeAll(
  duck: Duck,
  paths: LakePaths,
  { source, timeframe, adjustment, files, onProgress }: ImportRequest & { readonly source: string },
  collector: SeriesCollector,
  audit: AuditFile,
): Promise<Pick<ImportResult, "imported" | "duplicates" | "replaced" | "conflicts" | "symbolNames">> {
  const symbolNames = collector.symbols();
  const catalog = new Map(readCatalog(paths).map((series) => [keyText(series), series]));
  const writer = new SeriesWriter(duck, paths);
  let imported = 0;
  let duplicates = 0;
  let replaced = 0;
  let conflicts = 0;
  for (const [i, symbol] of symbolNames.entries()) {
    const key = { source, timeframe, adjustment, symbol };
    const existing: LakeSeries | undefined = catalog.get(keyText(key));
    const rows = await collector.rowsOf(symbol);
    conflicts += noteConflicts(audit, { symbol, timeframe, files }, rows);
    const merged = await writer.merge(key, existing, rows);
    catalog.set(keyText(key), merged.series);
    imported += merged.added;
    duplicates += merged.duplicates;
    replaced += merged.replaced;
    onProgress?.({ step: "write", what: symbol, done: i + 1, of: symbolNames.length });
  }
  writer.flush();
  if (symbolNames.length > 0) writeCatalog(paths, [...catalog.values()]);
  return { imported, duplicates, replaced, conflicts, symbolNames };
}
