/** Opens a SQLite file and brings it to the newest schema, also when several processes do so at once. */
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeFolder } from "./durable-file.ts";

export interface DatabaseTerms {
  /** FULL where money is concerned (LEDGER-1). */
  readonly synchronous: "FULL" | "NORMAL";
  /** Numbered from 1 by their place: never edited, only added to. */
  readonly migrations: readonly string[];
}

const BUSY_MS = 5000;

/** Throws whatever SQLite says: the caller names the file and the cure. */
export function openDatabase(path: string, { synchronous, migrations }: DatabaseTerms): DatabaseSync {
  makeFolder(dirname(path));
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    useWriteAheadLog(db);
    db.exec(`PRAGMA synchronous = ${synchronous};`);
    migrate(db, migrations);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Turning it on needs the file alone, and that wait is not covered by the busy time-out. */
function useWriteAheadLog(db: DatabaseSync): void {
  if (db.prepare("PRAGMA journal_mode").get()?.journal_mode === "wal") return;
  const giveUpAtMs = performance.now() + BUSY_MS;
  for (;;) {
    try {
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (performance.now() > giveUpAtMs) throw error;
    }
  }
}

/** The version is read inside the transaction that changes it: of two first starts one does the work. */
function migrate(db: DatabaseSync, migrations: readonly string[]): void {
  const version = () => Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
  if (version() >= migrations.length) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const sql of migrations.slice(version())) db.exec(sql);
    db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
