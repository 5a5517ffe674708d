/**
 * journal.db: what happened and what was asked, in order, chained by hash (LEDGER-2). An entry is written
 * before its effect leaves; `verify` notices any row that was changed, removed or put in, the last ones too:
 * each flush writes down how many entries the run has and the hash of the newest.
 *
 * A transaction is open between commits, so that the pump's commit is the one flush a batch pays for.
 */
import { createHash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { InputError } from "../domain/assert.ts";
import { openDatabase } from "./sqlite-file.ts";

export type EntryPart = "event" | "command";

export interface JournalEntry {
  readonly run: number;
  readonly position: number;
  readonly sequence: number;
  readonly part: EntryPart;
  /** Canonical JSON. */
  readonly payload: string;
}

/** Numbered migrations: never edited, only added to. */
const migrations = [
  `CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    header TEXT NOT NULL
  ) STRICT;
  CREATE TABLE entries (
    run INTEGER NOT NULL REFERENCES runs (run),
    position INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('event', 'command')),
    payload TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (run, position)
  ) STRICT, WITHOUT ROWID;`,
  `ALTER TABLE runs ADD COLUMN entries INTEGER;
  ALTER TABLE runs ADD COLUMN head TEXT;`,
] as const;

export class RunJournal {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #setHead: StatementSync;
  #run = 0;
  #position = 0;
  #hash = "";
  #open = false;

  constructor(path: string) {
    try {
      this.#db = openDatabase(path, { synchronous: "FULL", migrations });
      this.#setHead = this.#db.prepare("UPDATE runs SET entries = ?, head = ? WHERE run = ?");
      this.#insert = this.#db.prepare(
        "INSERT INTO entries (run, position, sequence, part, payload, hash) VALUES (?, ?, ?, ?, ?, ?)",
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new InputError(`journal: ${path} cannot be opened (${why}); move it away to start a new one`, 1);
    }
  }

  /** Starts a new run. `header` is canonical JSON: all that a replay needs besides the entries. */
  start(startedAt: string, header: string): number {
    this.commit();
    this.#position = 0;
    this.#hash = sha256(header);
    const row = this.#db
      .prepare("INSERT INTO runs (started_at, header, entries, head) VALUES (?, ?, 0, ?) RETURNING run")
      .get(startedAt, header, this.#hash);
    this.#run = Number(row?.run);
    return this.#run;
  }

  append(sequence: number, part: EntryPart, payload: string): void {
    if (!this.#open) {
      this.#db.exec("BEGIN IMMEDIATE");
      this.#open = true;
    }
    this.#hash = link(this.#hash, sequence, part, payload);
    this.#insert.run(this.#run, this.#position, sequence, part, payload, this.#hash);
    this.#position += 1;
  }

  /** Returns once everything appended so far would survive a power cut. */
  commit(): void {
    if (!this.#open) return;
    this.#setHead.run(this.#position, this.#hash, this.#run);
    this.#db.exec("COMMIT");
    this.#open = false;
  }

  close(): void {
    this.commit();
    this.#db.close();
  }

  /** The newest run, or the one asked for; undefined when there is none. */
  findRun(
    run?: number,
  ): { readonly run: number; readonly startedAt: string; readonly header: string } | undefined {
    const row =
      run === undefined
        ? this.#db.prepare("SELECT run, started_at, header FROM runs ORDER BY run DESC LIMIT 1").get()
        : this.#db.prepare("SELECT run, started_at, header FROM runs WHERE run = ?").get(run);
    if (row === undefined) return undefined;
    return { run: Number(row.run), startedAt: String(row.started_at), header: String(row.header) };
  }

  /** Entries of a run in order, a row at a time. */
  *entries(run: number): Generator<JournalEntry> {
    const rows = this.#db.prepare(
      "SELECT position, sequence, part, payload FROM entries WHERE run = ? ORDER BY position",
    );
    for (const row of rows.iterate(run)) {
      yield {
        run,
        position: Number(row.position),
        sequence: Number(row.sequence),
        part: row.part as EntryPart,
        payload: String(row.payload),
      };
    }
  }

  /** Walks the chain of every run. `brokenAt` names the first entry that is not what it was. */
  verify(): { readonly runs: number; readonly entries: number; readonly brokenAt: string | null } {
    let entries = 0;
    const runs = this.#db.prepare("SELECT run FROM runs ORDER BY run").all();
    for (const { run } of runs) {
      const found = this.verifyRun(Number(run));
      entries += found.entries;
      if (found.brokenAt !== null) {
        return { runs: runs.length, entries, brokenAt: `run ${run}, entry ${found.brokenAt}` };
      }
    }
    return { runs: runs.length, entries, brokenAt: null };
  }

  /** Walks one run's chain: entries that are as they were written, and the first that is not. */
  verifyRun(run: number): { readonly entries: number; readonly brokenAt: number | null } {
    const start = this.#db.prepare("SELECT header, entries, head FROM runs WHERE run = ?").get(run);
    let hash = sha256(String(start?.header));
    let position = 0;
    const rows = this.#db.prepare("SELECT * FROM entries WHERE run = ? ORDER BY position");
    for (const row of rows.iterate(run)) {
      hash = link(hash, Number(row.sequence), row.part as EntryPart, String(row.payload));
      if (Number(row.position) !== position || row.hash !== hash)
        return { entries: position, brokenAt: position };
      position += 1;
    }
    const whole = start?.head === null || (start?.entries === position && start.head === hash);
    return { entries: position, brokenAt: whole ? null : position };
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const link = (before: string, sequence: number, part: EntryPart, payload: string): string =>
  sha256(`${before}\n${sequence}\n${part}\n${payload}`);
