/**
 * A consistent copy of a SQLite database that others write to meanwhile, and what can be proven of a copy: its pages,
 * its references, and the hash chain of a journal (RELIABILITY 6.7). Never the file itself: without its write-ahead log
 * it is an older state, and torn.
 */
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { JournalReader } from "../journal/journal-reader.ts";
import { RunJournal } from "../run-journal.ts";

const BUSY_MS = 5000;

const chain = z.strictObject({
  runs: z.int(),
  entries: z.int(),
  auditRows: z.int(),
  /** Hash of the last act of an operator; empty before the first. Absent in backups of older programs. */
  auditHead: z.string().optional(),
  /** Of the newest run; its head is the hash of its last entry. */
  run: z.string().nullable(),
  runEntries: z.int(),
  head: z.string(),
});

/** What a copy must still say of itself when it is unpacked. */
export const databaseFacts = z.strictObject({
  /** Number of its last migration. */
  schema: z.int(),
  /** Rows by table. */
  rows: z.record(z.string(), z.int()),
  /** Of a journal; absent for any other database. */
  chain: chain.optional(),
});
export type DatabaseFacts = z.infer<typeof databaseFacts>;

/** Writes all that is committed at this moment to the new file `to`. Throws InputError (exit 1) naming `from`. */
export function copyDatabase(from: string, to: string): void {
  named(from, () => {
    const db = new DatabaseSync(from, { readOnly: true, timeout: BUSY_MS });
    try {
      // A snapshot: writers go on, and what they write meanwhile is not in it.
      db.prepare("VACUUM INTO ?").run(to);
    } finally {
      db.close();
    }
  });
}

/** Throws InputError (exit 1) naming `name` when a page, a reference or a chain is not sound. */
export function provenFacts(path: string, name: string): DatabaseFacts {
  const { facts, kind } = named(name, () => {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    try {
      return { facts: soundFacts(db), kind: journalKind(db) };
    } finally {
      db.close();
    }
  });
  if (kind === "none") return facts;
  const found = named(name, () => (kind === "live" ? liveChain(path) : demoChain(path)));
  if (found.brokenAt !== null)
    throw new InputError(`${name}: its chain is broken at ${found.brokenAt}; take another backup`, 1);
  return { ...facts, chain: found.chain };
}

function soundFacts(db: DatabaseSync): DatabaseFacts {
  const said = String(db.prepare("PRAGMA integrity_check(1)").get()?.integrity_check);
  if (said !== "ok") throw new Error(said);
  const [orphan] = db.prepare("PRAGMA foreign_key_check").all();
  if (orphan !== undefined) throw new Error(`a row of ${orphan.table} refers to nothing`);
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all();
  const rows = tables.map(({ name }) => {
    const quoted = `"${String(name).replaceAll('"', '""')}"`;
    return [String(name), Number(db.prepare(`SELECT count(*) AS n FROM ${quoted}`).get()?.n)];
  });
  return {
    schema: Number(db.prepare("PRAGMA user_version").get()?.user_version),
    rows: Object.fromEntries(rows),
  };
}

/** A stage's journal, or the one of a demo in one process; told by what they are made of. */
function journalKind(db: DatabaseSync): "live" | "demo" | "none" {
  const has = (table: string, column: string) =>
    db.prepare("SELECT 1 FROM pragma_table_info(?) WHERE name = ?").get(table, column) !== undefined;
  if (has("audit_head", "head")) return "live";
  return has("entries", "hash") && has("entries", "position") ? "demo" : "none";
}

interface Walked {
  readonly brokenAt: string | null;
  readonly chain: z.infer<typeof chain>;
}

function liveChain(path: string): Walked {
  const reader = new JournalReader(path);
  try {
    const { brokenAt, runs, entries, auditRows } = reader.verify();
    const { head: auditHead } = reader.heads().audit;
    return { brokenAt, chain: { runs, entries, auditRows, auditHead, ...newest(path, "number") } };
  } finally {
    reader.close();
  }
}

function demoChain(path: string): Walked {
  const journal = new RunJournal(path);
  try {
    const { brokenAt, runs, entries } = journal.verify();
    return { brokenAt, chain: { runs, entries, auditRows: 0, ...newest(path, "run") } };
  } finally {
    journal.close();
  }
}

function newest(path: string, order: "number" | "run") {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    const row = db.prepare(`SELECT run, entries, head FROM runs ORDER BY ${order} DESC LIMIT 1`).get();
    return {
      run: row === undefined ? null : String(row.run),
      runEntries: Number(row?.entries ?? 0),
      head: String(row?.head ?? ""),
    };
  } finally {
    db.close();
  }
}

/** What SQLite says of a damaged file does not say which. */
function named<Result>(name: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError && error.message.startsWith(name)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`${name}: is no sound database (${why}); take another backup`, 1);
  }
}
