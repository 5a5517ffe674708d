/**
 * journal.db: what happened and what was asked, in order, chained by hash (LEDGER-2). An entry is written
 * before its effect leaves; `verify` notices any row that was changed, removed or put in.
 *
 * A transaction is open between commits, so that the pump's commit is the one flush a batch pays for.
 */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { InputError } from "../domain/assert.ts";

export type EntryPart = "event" | "command";

export interface JournalEntry {
  readonly run: number;
  readonly position: number;
  readonly sequence: number;
  readonly part: EntryPart;
  /** Canonical JSON. */
  readonly payload: string;
}

const schema = `
  CREATE TABLE runs (
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
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 1;`;

export class RunJournal {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  #run = 0;
  #position = 0;
  #hash = "";
  #open = false;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      this.#db = new DatabaseSync(path);
      this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
      const version = Number(this.#db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
      if (version === 0) this.#db.exec(schema);
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
    const row = this.#db.prepare("INSERT INTO runs (started_at, header) VALUES (?, ?) RETURNING run").get(startedAt, header);
    this.#run = Number(row?.run);
    this.#position = 0;
    this.#hash = sha256(header);
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
    this.#db.exec("COMMIT");
    this.#open = false;
  }

  close(): void {
    this.commit();
    this.#db.close();
  }

  /** The newest run, or the one asked for; undefined when there is none. */
  findRun(run?: number): { readonly run: number; readonly startedAt: string; readonly header: string } | undefined {
    const row =
      run === undefined
        ? this.#db.prepare("SELECT run, started_at, header FROM runs ORDER BY run DESC LIMIT 1").get()
        : this.#db.prepare("SELECT run, started_at, header FROM runs WHERE run = ?").get(run);
    if (row === undefined) return undefined;
    return { run: Number(row.run), startedAt: String(row.started_at), header: String(row.header) };
  }

  /** Entries of a run in order, a row at a time. */
  *entries(run: number): Generator<JournalEntry> {
    const rows = this.#db.prepare("SELECT position, sequence, part, payload FROM entries WHERE run = ? ORDER BY position");
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

  /** Walks every run's chain. `brokenAt` names the first entry that is not what it was. */
  verify(): { readonly runs: number; readonly entries: number; readonly brokenAt: string | null } {
    let count = 0;
    const runs = this.#db.prepare("SELECT run, header FROM runs ORDER BY run").all();
    for (const { run, header } of runs) {
      let hash = sha256(String(header));
      let position = 0;
      const rows = this.#db.prepare("SELECT * FROM entries WHERE run = ? ORDER BY position");
      for (const row of rows.iterate(Number(run))) {
        hash = link(hash, Number(row.sequence), row.part as EntryPart, String(row.payload));
        if (Number(row.position) !== position || row.hash !== hash) {
          return { runs: runs.length, entries: count, brokenAt: `run ${run}, entry ${position}` };
        }
        position += 1;
        count += 1;
      }
    }
    return { runs: runs.length, entries: count, brokenAt: null };
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const link = (before: string, sequence: number, part: EntryPart, payload: string): string =>
  sha256(`${before}\n${sequence}\n${part}\n${payload}`);
