/**
 * The right to be the only one of a name, as a row of journal.db: only one execute may run (ARCHITECTURE 5). A lease
 * whose process is gone is taken over at once; one of another machine when it has not been renewed for a while, since
 * nobody can look there.
 */
import { hostname } from "node:os";
import type { DatabaseSync } from "node:sqlite";
import { InputError } from "../../domain/assert.ts";
import { isRunning, ownIdentity } from "../process-identity.ts";
import type { LeaseHolder } from "./journal-terms.ts";

/** Renewed every few seconds; this is long enough for a machine that was busy, short enough for a restart elsewhere. */
const FOREIGN_LEASE_MS = 30_000;

export interface LeaseWish {
  readonly name: string;
  /** Unique per start: tells two lives of one process id apart. */
  readonly owner: string;
}

/** Throws InputError (exit 1) naming who holds it and since when. `atMs` milliseconds since 1970. */
export function takeLease(db: DatabaseSync, wish: LeaseWish, atMs: number): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    const row = db.prepare("SELECT * FROM lease WHERE name = ?").get(wish.name);
    if (row !== undefined && isHeld(row, wish, atMs)) {
      throw new InputError(
        `${wish.name} is running already: process ${row.pid} on ${row.host} since ${row.started_at}; ` +
          `stop it first (kill ${row.pid})`,
        1,
      );
    }
    const { pid, started } = ownIdentity();
    const now = new Date(atMs).toISOString();
    db.prepare("INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?, ?, ?, ?)").run(
      wish.name,
      wish.owner,
      pid,
      started,
      hostname(),
      now,
      now,
    );
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

/** False when it is somebody else's by now: the caller has to stop. */
export function renewLease(db: DatabaseSync, { name, owner }: LeaseWish, atMs: number): boolean {
  const { changes } = db
    .prepare("UPDATE lease SET beat_at = ? WHERE name = ? AND owner = ?")
    .run(new Date(atMs).toISOString(), name, owner);
  return changes === 1;
}

/** Leaves somebody else's alone. */
export function releaseLease(db: DatabaseSync, { name, owner }: LeaseWish): void {
  db.prepare("DELETE FROM lease WHERE name = ? AND owner = ?").run(name, owner);
}

export function readLease(db: DatabaseSync, name: string): LeaseHolder | undefined {
  const row = db.prepare("SELECT * FROM lease WHERE name = ?").get(name);
  if (row === undefined) return undefined;
  return {
    name,
    owner: String(row.owner),
    pid: Number(row.pid),
    startedAt: String(row.started_at),
    beatAt: String(row.beat_at),
  };
}

type LeaseRow = Record<string, unknown>;

function isHeld(row: LeaseRow, wish: LeaseWish, atMs: number): boolean {
  if (row.owner === wish.owner) return false;
  if (row.host !== hostname()) return atMs - Date.parse(String(row.beat_at)) < FOREIGN_LEASE_MS;
  const holder = { pid: Number(row.pid), started: String(row.started) };
  return isRunning(holder);
}
