/** Brings company reports into the lake through their gatekeeper; what fails stands in an audit list (RES-4). */
import { mkdirSync, rmSync } from "node:fs";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { figureNames, type ReadFiling } from "../../market/fundamentals/filing.ts";
import { judgeFilings } from "../../market/fundamentals/judge-filings.ts";
import { AuditFile } from "./audit-file.ts";
import { COMPANY_FACTS, companyFactsFilings } from "./company-facts.ts";
import type { Duck } from "./duck.ts";
import { filingColumns, filingFormat, readFiling } from "./filing-formats.ts";
import { readFilings, writeFilings } from "./filing-store.ts";
import type { LakePaths } from "./paths.ts";
import { linesSetAside, rejectsOf, tableSql, type WideLine } from "./row-query.ts";
import { inspectFile, readingProblem, readWhole, type SourceFile } from "./source-file.ts";
import { asOnlyWriter } from "./writer-lock.ts";

export interface FilingsRequest {
  readonly files: readonly string[];
  /** Layout; told by the columns when absent. */
  readonly format?: string;
  /** Name in the store, 1 to 32 of a-z 0-9 . _ -; the layout's when absent. */
  readonly source?: string;
  /** Whose company facts a file has that names its company by number alone. */
  readonly symbolOf?: (company: number) => string | undefined;
  readonly today: DayNumber;
}

export interface FilingsImported {
  readonly imported: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly symbols: number;
  /** First and last end of a period among what was imported or is a duplicate. */
  readonly from: string | null;
  readonly to: string | null;
  readonly rejectedByRule: Readonly<Record<string, number>>;
  readonly audit: string | null;
}

const SCHEMA = "schema";
const SYMBOL = /^[A-Z0-9^][A-Z0-9.^/=_-]{0,23}$/;

/** Where a report was read. */
interface Origin {
  readonly file: string;
  readonly row: number;
}

/** A file that was looked into, not yet read. */
interface Inspected {
  readonly path: string;
  /** Its reports with their rows; lines that cannot be taken apart go to the audit. */
  readonly read: (audit: AuditFile) => Promise<readonly ReadFiling[]>;
}

const cells = ["form", "filed", "fiscal_year", ...figureNames];

/** Throws InputError when a file is unusable; nothing is imported then. */
export async function importFilings(
  duck: Duck,
  paths: LakePaths,
  request: FilingsRequest,
): Promise<FilingsImported> {
  const inspected: Inspected[] = [];
  for (const [n, path] of request.files.entries())
    inspected.push(
      isCompanyFacts(path, request)
        ? inspectFacts(path, request)
        : await inspectTable(duck, { path, ordinal: n }, request),
    );
  return asOnlyWriter(paths.lock, async () => {
    mkdirSync(paths.staging, { recursive: true, mode: 0o700 });
    const audit = new AuditFile(paths.audit, paths.staging, { kind: "fundamentals", cells });
    try {
      const read = new Map<ReadFiling, Origin>();
      for (const file of inspected)
        for (const [row, filing] of (await file.read(audit)).entries()) {
          const origin = { file: file.path, row: row + 1 };
          if (SYMBOL.test(filing.symbol)) read.set(filing, origin);
          else refuse(audit, origin, filing, SCHEMA, `symbol "${filing.symbol.slice(0, 40)}" is none`);
        }
      return finished(paths, read, request.today, audit);
    } finally {
      audit.discard();
      rmSync(paths.staging, { recursive: true, force: true });
    }
  });
}

const isCompanyFacts = (path: string, { format }: FilingsRequest): boolean =>
  format === undefined ? /\.json$/i.test(path) : format === COMPANY_FACTS;

function inspectFacts(path: string, request: FilingsRequest): Inspected {
  const filings = companyFactsFilings(readWhole(path), path, {
    source: request.source ?? COMPANY_FACTS,
    symbolOf: request.symbolOf ?? (() => undefined),
  });
  return { path, read: async () => filings };
}

async function inspectTable(
  duck: Duck,
  { path, ordinal }: { readonly path: string; readonly ordinal: number },
  { format: named, source }: FilingsRequest,
): Promise<Inspected> {
  const file = await inspectFile(duck, path);
  const format = filingFormat(file, named);
  return {
    path: file.path,
    async read(audit) {
      const lines = await readLines(duck, file, filingColumns(file, format), ordinal);
      for (const { line, reason, text } of lines.setAside) {
        const about = { file: file.path, row: Math.max(1, line - 1), symbol: "", timestamp: "" };
        audit.add({ ...about, rule: SCHEMA, reason, raw: [text, ...cells.slice(1).map(() => "")] });
      }
      return lines.rows.map((line) => readFiling(format, source ?? format.id, line));
    },
  };
}

function finished(
  paths: LakePaths,
  read: ReadonlyMap<ReadFiling, Origin>,
  today: DayNumber,
  audit: AuditFile,
): FilingsImported {
  const stored = readFilings(paths);
  const { accepted, duplicates, refused } = judgeFilings([...read.keys()], stored, today);
  for (const { filing, rule, reason } of refused)
    refuse(audit, read.get(filing) ?? { file: "", row: 0 }, filing, rule, reason);
  if (accepted.length > 0) writeFilings(paths, [...stored, ...accepted]);
  const wrong = new Set(refused.map(({ filing }) => filing));
  const good = [...read.keys()].filter((filing) => !wrong.has(filing));
  const ends = good.map(({ periodEnd }) => periodEnd).toSorted((a, b) => a - b);
  const [first, last] = [ends[0], ends.at(-1)];
  return {
    imported: accepted.length,
    duplicates,
    rejected: audit.rows,
    symbols: new Set(good.map(({ symbol }) => symbol)).size,
    from: first === undefined ? null : isoDate(first as DayNumber),
    to: last === undefined ? null : isoDate(last as DayNumber),
    rejectedByRule: audit.byRule(),
    audit: audit.finish(),
  };
}

async function readLines(
  duck: Duck,
  file: SourceFile,
  columns: readonly string[],
  ordinal: number,
): Promise<{ readonly rows: readonly Record<string, string>[]; readonly setAside: readonly WideLine[] }> {
  const sqlOf = (name: string) => file.columns.find((column) => column.name.toLowerCase() === name)?.sql;
  const cells = columns.map((name) => `coalesce(${sqlOf(name)}::VARCHAR, '')`).join(", ");
  const { rows, setAside } = await duck
    .during(async (session) => ({
      rows: await session.rows(`SELECT ${cells} FROM ${tableSql(file, ordinal)}`),
      setAside: await linesSetAside(session, rejectsOf(file, ordinal)),
    }))
    .catch((error: unknown) => {
      throw readingProblem(file.path, error);
    });
  const named = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, String(row[i])])));
  return { rows: named, setAside };
}

function refuse(audit: AuditFile, origin: Origin, filing: ReadFiling, rule: string, reason: string): void {
  const { symbol, form, periodEnd, filed, fiscalYear = "", figures } = filing;
  const day = (value: number | undefined) =>
    value !== undefined && Number.isFinite(value) ? isoDate(value as DayNumber) : "";
  const raw = [form, day(filed), fiscalYear, ...figureNames.map((name) => figures[name])].map(String);
  audit.add({ ...origin, symbol, timestamp: day(periodEnd), rule, reason, raw });
}
