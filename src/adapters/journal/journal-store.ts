/**
 * The writing side of a stage's journal, used by its thread alone: groups of rows, each group one transaction and one
 * flush. It never retries: after an error of a flush nobody knows what is on the disk (C-53, "fsyncgate"). A disk that
 * is full is no such error: nothing was written, and where room can be made it is, once, and the group is written.
 *
 * JL-1  Sequences of a run are gapless from 0, also across restarts; the chain's head is in the commit of its entries.
 * JL-2  A transaction is in one commit, whole.
 * JL-4  Who has lost the lease writes nothing more: two writers would make one run of two.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { InputError, invariant } from "../../domain/assert.ts";
import { openDatabase } from "../sqlite-file.ts";
import { auditLink, chainStart, entryLink, journalMigrations } from "./journal-schema.ts";
import type { AlertRow, AuditRow, JournalRow, RunHeader } from "./journal-terms.ts";
import { type LeaseWish, releaseLease, renewLease, takeLease } from "./lease.ts";

/** Moments inside a commit, so that tests strike there: a kill from outside almost never does (ADR 0002). */
export type CommitPoint = "before-append" | "before-commit" | "after-commit";

const SQLITE_FULL = 13;
/** The index of the write-ahead log could not grow: the other face of a full disk. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** Whose lease is renewed, and when that is: milliseconds since 1970. */
export interface LeaseBeat {
  readonly wish: LeaseWish;
  readonly atMs: number;
}

export class JournalStore {
  readonly #db: DatabaseSync;
  readonly #reached: (point: CommitPoint) => void;
  readonly #makeRoom: () => boolean;
  readonly #insertEntry: StatementSync;
  readonly #setHead: StatementSync;
  #run = 0;
  #sequence = 0;
  #hash = "";

  /**
   * Throws InputError (exit 1) naming the file when it is damaged or cannot be written. `makeRoom` is asked when the
   * disk is full, and says whether there may be room now. `isKnownSound`: the whole file is not checked again.
   */
  constructor(
    path: string,
    reached: (point: CommitPoint) => void = () => {},
    makeRoom = () => false,
    isKnownSound = false,
  ) {
    this.#reached = reached;
    this.#makeRoom = makeRoom;
    this.#db = openSound(path, isKnownSound);
    this.#insertEntry = this.#db.prepare("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)");
    this.#setHead = this.#db.prepare("UPDATE runs SET entries = ?, head = ? WHERE number = ?");
  }

  /** Of the next entry. */
  get sequence(): number {
    return this.#sequence;
  }

  takeLease(wish: LeaseWish, atMs: number): void {
    takeLease(this.#db, wish, atMs);
  }

  /** Begins a run, or goes on with it after its last entry when it is there and open. */
  openRun({ run, startedAt, header }: RunHeader): void {
    const found = this.#db.prepare("SELECT * FROM runs WHERE run = ?").get(run);
    if (found === undefined) {
      this.#hash = chainStart(run, header);
      const row = this.#db
        .prepare(
          "INSERT INTO runs (run, started_at, header, entries, head) VALUES (?, ?, ?, 0, ?) RETURNING number",
        )
        .get(run, startedAt, header, this.#hash);
      this.#run = Number(row?.number);
      return;
    }
    if (found.closed_at !== null) throw new InputError(`journal: run ${run} is closed; start another one`, 1);
    if (found.header !== header) {
      throw new InputError(
        `journal: run ${run} was begun under other terms; close it and start another one`,
        1,
      );
    }
    const last = this.#db
      .prepare("SELECT sequence, hash FROM entries WHERE run = ? ORDER BY sequence DESC LIMIT 1")
      .get(Number(found.number));
    const entries = last === undefined ? 0 : Number(last.sequence) + 1;
    if (entries !== found.entries || (last !== undefined && last.hash !== found.head)) {
      throw new InputError(
        `journal: run ${run} has ${entries} entries where ${found.entries} were written; restore it from a backup`,
        1,
      );
    }
    this.#run = Number(found.number);
    this.#sequence = entries;
    this.#hash = String(found.head);
  }

  /**
   * Returns when all of them survive a power cut. With a lease it is renewed in the same commit; false: it is another
   * process's by now, and nothing was written (JL-4). After it has thrown, the store is not used again.
   */
  write(transactions: readonly (readonly JournalRow[])[], lease?: LeaseBeat): boolean {
    const [sequence, hash] = [this.#sequence, this.#hash];
    try {
      return this.#write(transactions, lease);
    } catch (error) {
      if (!isDiskFull(error) || !this.#makeRoom()) throw error;
      // SQLite may have done so itself.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      this.#sequence = sequence;
      this.#hash = hash;
      return this.#write(transactions, lease);
    }
  }

  #write(transactions: readonly (readonly JournalRow[])[], lease: LeaseBeat | undefined): boolean {
    this.#reached("before-append");
    this.#db.exec("BEGIN IMMEDIATE");
    if (lease !== undefined && !renewLease(this.#db, lease.wish, lease.atMs)) {
      this.#db.exec("ROLLBACK");
      return false;
    }
    for (const rows of transactions) for (const row of rows) this.#writeRow(row);
    this.#setHead.run(this.#sequence, this.#hash, this.#run);
    this.#reached("before-commit");
    this.#db.exec("COMMIT");
    this.#reached("after-commit");
    return true;
  }

  close(lease?: LeaseWish): void {
    if (lease !== undefined) releaseLease(this.#db, lease);
    this.#db.close();
  }

  #writeRow(row: JournalRow): void {
    if (row.kind === "entry") this.#writeEntry(row);
    else if (row.kind === "audit") this.#writeAudit(row.row);
    else if (row.kind === "alert") this.#writeAlert(row.row);
    else if (row.kind === "claims") this.#writeClaims(row.rows);
    else this.#db.prepare("UPDATE runs SET closed_at = ? WHERE run = ?").run(row.at, row.run);
  }

  #writeEntry({ part, at, payload }: Extract<JournalRow, { kind: "entry" }>): void {
    invariant(this.#run > 0, "JL-1", "an entry came before the run was opened");
    const hash = entryLink(this.#hash, { sequence: this.#sequence, part, at, payload });
    this.#insertEntry.run(this.#run, this.#sequence, part, at, payload, hash);
    this.#hash = hash;
    this.#sequence += 1;
  }

  #writeAudit(row: AuditRow): void {
    const known = this.#db.prepare("SELECT number FROM audit WHERE id = ?").get(row.id);
    if (known !== undefined) return;
    const before = this.#db.prepare("SELECT rows, head FROM audit_head").get();
    const number = Number(before?.rows) + 1;
    const hash = auditLink(String(before?.head), row);
    this.#db
      .prepare("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(number, row.id, row.at, row.who, row.action, row.reason, row.before, row.after, hash);
    this.#db.prepare("UPDATE audit_head SET rows = ?, head = ?").run(number, hash);
  }

  #writeAlert(row: AlertRow): void {
    const { id, at, level, cause, text, state, attempts, nextAt, deliveredAt, channel } = row;
    this.#db
      .prepare("INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(id, at, level, cause, text, state, attempts, nextAt ?? null, deliveredAt ?? null, channel ?? null);
  }

  #writeClaims(rows: Extract<JournalRow, { kind: "claims" }>["rows"]): void {
    this.#db.exec("DELETE FROM claims");
    const insert = this.#db.prepare("INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const [place, claim] of rows.entries()) {
      const { authority, source, scope, level, scalar, reason, since, until, liftedBy } = claim;
      // What cannot be read restricts (AU-4); it must not take the journal with it.
      const size = Number.isFinite(scalar) ? scalar : 0;
      const [from, to] = [whole(since) ?? 0, whole(until)];
      insert.run(place, authority, source, scope ?? null, level, size, reason, from, to, liftedBy);
    }
  }
}

function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return code === SQLITE_FULL || code === SQLITE_IOERR_SHMSIZE;
}

const whole = (at: number | undefined): number | null =>
  at === undefined || !Number.isFinite(at) ? null : Math.round(at);

function openSound(path: string, isKnownSound: boolean): DatabaseSync {
  try {
    const db = openDatabase(path, { synchronous: "FULL", migrations: journalMigrations });
    if (isKnownSound) return db;
    const said = String(db.prepare("PRAGMA quick_check(1)").get()?.quick_check);
    if (said === "ok") return db;
    db.close();
    throw new Error(said);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `journal: ${path} cannot be used (${why}); restore it from a backup or move it away`,
      1,
    );
  }
}
