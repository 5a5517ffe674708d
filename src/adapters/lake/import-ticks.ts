/**
 * Brings recorded quotes and trades into the lake: read, judge, write one Parquet file a symbol and day, and only then
 * name it all in the list of ticks. A day that is imported again is replaced whole.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import { flushFile, flushFolder, makeFolder, sha256OfFile } from "../durable-file.ts";
import { AuditFile } from "./audit-file.ts";
import type { Duck, DuckSession } from "./duck.ts";
import { quoted } from "./duck.ts";
import { checkedSource, type ImportResult } from "./import-files.ts";
import type { LakePaths } from "./paths.ts";
import { inspectFile, readingProblem } from "./source-file.ts";
import {
  readTickFiles,
  type TickFile,
  type TickKind,
  tickKey,
  tickKinds,
  writeTickFiles,
} from "./tick-catalog.ts";
import { type AcceptedDay, TickIntake } from "./tick-intake.ts";
import { type QuoteBook, type TickQuery, tickQuery } from "./tick-query.ts";
import { asOnlyWriter } from "./writer-lock.ts";

export interface TickImportRequest {
  readonly files: readonly string[];
  readonly kind: TickKind;
  readonly source: string;
  readonly book: QuoteBook;
  /** Rows after it are refused. */
  readonly now: EpochMicros;
}

/** Numbers of refused rows per INSERT: long enough to be few, short enough for the parser. */
const refusedPerInsert = 1000;
const hashCharacters = 8;

export async function importTicks(
  duck: Duck,
  paths: LakePaths,
  request: TickImportRequest,
): Promise<ImportResult> {
  checkedSource(request.source);
  const fields = request.kind === "quotes" ? ["bid", "bid_size", "ask", "ask_size"] : ["price", "size"];
  return asOnlyWriter(paths.lock, async () => {
    sweepTicks(paths);
    mkdirSync(paths.staging, { recursive: true, mode: 0o700 });
    const audit = new AuditFile(paths.audit, paths.staging, { cells: fields });
    try {
      return await importAll(duck, paths, request, audit);
    } finally {
      audit.discard();
      rmSync(paths.staging, { recursive: true, force: true });
    }
  });
}

async function importAll(
  duck: Duck,
  paths: LakePaths,
  request: TickImportRequest,
  audit: AuditFile,
): Promise<ImportResult> {
  const written: TickFile[] = [];
  const notes: string[] = [];
  for (const path of request.files) {
    const file = await inspectFile(duck, path);
    await duck.during(async (session) => {
      const query = await tickQuery(session, file, request.kind, request.book);
      if (query.note !== undefined) notes.push(query.note);
      const intake = new TickIntake(request.kind, request.now, audit);
      await session.run(`CREATE TEMP TABLE ticks_in AS ${query.sql}`).catch((error: unknown) => {
        throw readingProblem(path, error);
      });
      for await (const chunk of session.chunks(`SELECT * FROM ticks_in ORDER BY symbol, ts, n`))
        intake.take(chunk, path, query);
      await dropRefused(session, intake.refused);
      for (const day of intake.days) written.push(await writeDay(session, paths, request, query, day));
    });
  }
  const kept = new Map(readTickFiles(paths).map((file) => [tickKey(file), file]));
  const replaced = written.filter((file) => kept.has(tickKey(file)));
  for (const file of written) kept.set(tickKey(file), file);
  if (written.length > 0) writeTickFiles(paths, [...kept.values()]);
  return result(
    [...new Map(written.map((file) => [tickKey(file), file])).values()],
    audit,
    notes,
    replaced.length,
  );
}

/** Files of replaced days and of imports that crashed: the list names them no more. */
function sweepTicks(paths: LakePaths): void {
  const named = new Set(readTickFiles(paths).map(({ path }) => path));
  for (const kind of tickKinds) {
    const folder = join(paths.data, kind);
    if (!existsSync(folder) || named.size === 0) continue;
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const path = `${kind}/${name.replaceAll(sep, "/")}`;
      if (path.endsWith(".parquet") && !named.has(path)) rmSync(join(paths.data, path));
    }
  }
}

async function dropRefused(session: DuckSession, refused: readonly number[]): Promise<void> {
  for (let from = 0; from < refused.length; from += refusedPerInsert) {
    const numbers = refused.slice(from, from + refusedPerInsert).join(", ");
    await session.run(`DELETE FROM ticks_in WHERE n IN (${numbers})`);
  }
}

async function writeDay(
  session: DuckSession,
  paths: LakePaths,
  { kind, source }: TickImportRequest,
  { fields }: TickQuery,
  { symbol, day, rows, from, to }: AcceptedDay,
): Promise<TickFile> {
  const staged = join(paths.staging, "ticks.parquet");
  rmSync(staged, { force: true });
  const exchange = kind === "quotes" ? "exchange, " : "";
  await session.run(
    `COPY (SELECT ts::BIGINT AS ts, ${exchange}${fields.join(", ")} FROM ticks_in
     WHERE symbol = ${quoted(symbol)} AND ts BETWEEN ${from} AND ${to} ORDER BY ts, n) TO ${quoted(staged)}
     (FORMAT parquet, COMPRESSION zstd)`,
  );
  flushFile(staged);
  const sha256 = sha256OfFile(staged);
  const folder = [kind, `source=${encodeURIComponent(source)}`, `symbol=${encodeURIComponent(symbol)}`].join(
    "/",
  );
  const path = `${folder}/${isoDate(day)}-${sha256.slice(0, hashCharacters)}.parquet`;
  const bytes = statSync(staged).size;
  const place = join(paths.data, path);
  makeFolder(dirname(place));
  if (existsSync(place) && sha256OfFile(place) === sha256) rmSync(staged);
  else renameSync(staged, place);
  for (let up = folder; up !== "."; up = dirname(up)) flushFolder(join(paths.data, up));
  flushFolder(paths.data);
  return { path, kind, source, symbol, day, rows, from, to, sha256, bytes };
}

function result(
  written: readonly TickFile[],
  audit: AuditFile,
  notes: readonly string[],
  replacedDays: number,
): ImportResult {
  const symbolNames = [...new Set(written.map(({ symbol }) => symbol))].toSorted();
  const imported = written.reduce((sum, { rows }) => sum + rows, 0);
  const from = Math.min(...written.map((file) => file.from));
  const to = Math.max(...written.map((file) => file.to));
  const text = (at: number) => (Number.isFinite(at) ? isoInstant(at as EpochMicros) : null);
  if (imported === 0 && audit.rows === 0)
    throw new InputError("the files have no rows; nothing was imported", 1);
  return {
    imported,
    rejected: audit.rows,
    duplicates: 0,
    conflicts: 0,
    replaced: 0,
    symbols: symbolNames.length,
    symbolNames,
    from: text(from),
    to: text(to),
    rejectedByRule: audit.byRule(),
    audit: audit.finish(),
    notes:
      replacedDays === 0 ? notes : [...notes, `${replacedDays} days were there before and were replaced`],
  };
}
