/** The tables of journal.db and the hash chains over them. Read by everybody, written by execute's journal thread. */
import { createHash } from "node:crypto";
import type { AuditRow, JournalEntry } from "./journal-terms.ts";

/** Numbered migrations: never edited, only added to. */
export const journalMigrations = [
  `CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    started_at TEXT NOT NULL,
    closed_at TEXT,
    header TEXT NOT NULL,
    entries INTEGER NOT NULL,
    head TEXT NOT NULL
  ) STRICT;
  CREATE TABLE entries (
    run INTEGER NOT NULL REFERENCES runs (number),
    sequence INTEGER NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('input', 'command', 'note')),
    at INTEGER NOT NULL,
    payload ANY NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (run, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE TABLE audit_head (
    only INTEGER PRIMARY KEY CHECK (only = 0),
    rows INTEGER NOT NULL,
    head TEXT NOT NULL
  ) STRICT;
  INSERT INTO audit_head VALUES (0, 0, '');
  CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'critical')),
    cause TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'acknowledged')),
    attempts INTEGER NOT NULL,
    next_at INTEGER,
    delivered_at INTEGER,
    channel TEXT
  ) STRICT;
  CREATE INDEX alerts_by_state ON alerts (state, next_at);
  CREATE TABLE claims (
    place INTEGER PRIMARY KEY,
    authority TEXT NOT NULL,
    source TEXT NOT NULL,
    scope INTEGER,
    level TEXT NOT NULL,
    scalar REAL NOT NULL,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    lifted_by TEXT NOT NULL
  ) STRICT;
  CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL,
    host TEXT NOT NULL,
    started_at TEXT NOT NULL,
    beat_at TEXT NOT NULL
  ) STRICT;`,
] as const;

/** Where a run's chain begins: the header is part of it. */
export const chainStart = (run: string, header: string): string => sha256(`${run}\n${header}`);

/** The hash of an entry, given that of the one before. Text and bytes of the same content differ. */
export function entryLink(before: string, { sequence, part, at, payload }: JournalEntry): string {
  const form = typeof payload === "string" ? "text" : "bytes";
  return createHash("sha256")
    .update(`${before}\n${sequence}\n${part}\n${at}\n${form}\n`)
    .update(payload)
    .digest("hex");
}

/** JSON, because the texts may hold any separator. */
export const auditLink = (before: string, row: AuditRow): string =>
  sha256(JSON.stringify([before, row.id, row.at, row.who, row.action, row.reason, row.before, row.after]));

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
