/**
 * The errors as the page and the command line show them; plain reads of performance.db, fast over thousands
 * of rows.
 */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";

const BUSY_MS = 2000;

export const errorLevels = ["CRITICAL", "ERROR", "WARNING"] as const;
export type ErrorLevel = (typeof errorLevels)[number];

export interface ErrorLine {
  readonly id: number;
  readonly at: string;
  readonly level: ErrorLevel;
  readonly component: string;
  readonly logger: string;
  readonly message: string;
  readonly traceback: string | null;
  readonly source: string | null;
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
}

export interface ErrorsAnswer {
  /** Of those that were asked for. */
  readonly total: number;
  readonly open: { readonly critical: number; readonly error: number; readonly warning: number };
  /** Newest first. */
  readonly rows: readonly ErrorLine[];
}

export interface ErrorQuery {
  readonly from: number;
  readonly limit: number;
  readonly level?: ErrorLevel | undefined;
  /** Only what nobody has resolved. */
  readonly open?: boolean | undefined;
}

const NONE: ErrorsAnswer = { total: 0, open: { critical: 0, error: 0, warning: 0 }, rows: [] };

/** Throws what SQLite says when the file cannot be read. */
export function errorsAnswer(root: string, { from, limit, level, open }: ErrorQuery): ErrorsAnswer {
  const path = ledgerPlaces(root).performance;
  if (!existsSync(path)) return NONE;
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    const wanted = [
      ...(level === undefined ? [] : ["level = ?"]),
      ...(open === true ? ["is_resolved = 0"] : []),
    ];
    const where = wanted.length === 0 ? "" : `WHERE ${wanted.join(" AND ")}`;
    const values = level === undefined ? [] : [level];
    const count = (sql: string, ...given: readonly string[]): number =>
      Number(db.prepare(sql).get(...given)?.n ?? 0);
    const openOf = (one: ErrorLevel): number =>
      count("SELECT count(*) AS n FROM error_log WHERE is_resolved = 0 AND level = ?", one);
    return {
      total: count(`SELECT count(*) AS n FROM error_log ${where}`, ...values),
      open: { critical: openOf("CRITICAL"), error: openOf("ERROR"), warning: openOf("WARNING") },
      rows: db
        .prepare(`SELECT * FROM error_log ${where} ORDER BY id DESC LIMIT ? OFFSET ?`)
        .all(...values, limit, from)
        .map(lineOf),
    };
  } finally {
    db.close();
  }
}

const textOf = (value: unknown): string | null => (value === null ? null : String(value));

function lineOf(row: Readonly<Record<string, unknown>>): ErrorLine {
  const file = textOf(row.source_file);
  return {
    id: Number(row.id),
    at: String(row.timestamp),
    level: row.level as ErrorLevel,
    component: String(row.component),
    logger: String(row.logger_name),
    message: String(row.message),
    traceback: textOf(row.exception_traceback),
    source: file === null ? null : `${file}:${row.line_number ?? "?"}`,
    resolvedAt: textOf(row.resolved_at),
    resolvedBy: textOf(row.resolved_by),
  };
}
