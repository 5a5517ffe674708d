/**
 * Marks lines of `error_log` as resolved. Beside the collector, which adds lines, the only one who writes
 * there: one short transaction, and only of a line that nobody has resolved before.
 */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../../domain/assert.ts";

const BUSY_MS = 2000;

export interface ErrorMark {
  readonly id: number;
  readonly by: string;
  /** ISO instant. */
  readonly at: string;
}

/** Of a group, those that nobody has resolved yet, all or none; returns how many. Throws InputError (exit 1). */
export function markAllResolved(
  path: string,
  { ids, by, at }: Omit<ErrorMark, "id"> & { readonly ids: readonly number[] },
): number {
  return marked(path, (db) => {
    const sql = `UPDATE error_log SET is_resolved = 1, resolved_at = ?, resolved_by = ?
      WHERE is_resolved = 0 AND id IN (SELECT value FROM json_each(?))`;
    const changes = Number(db.prepare(sql).run(at, by, JSON.stringify(ids)).changes);
    if (changes > 0) return changes;
    throw new InputError("errors: none of these is open any more; see: plimsoll errors ls", 1);
  });
}

/** Throws InputError (exit 1) when there is no such line, or it was resolved before, or the file cannot be used. */
export function markResolved(path: string, { id, by, at }: ErrorMark): void {
  marked(path, (db) => {
    const sql =
      "UPDATE error_log SET is_resolved = 1, resolved_at = ?, resolved_by = ? WHERE id = ? AND is_resolved = 0";
    const { changes } = db.prepare(sql).run(at, by, id);
    if (Number(changes) === 1) return;
    const row = db.prepare("SELECT resolved_at, resolved_by FROM error_log WHERE id = ?").get(id);
    if (row === undefined)
      throw new InputError(`errors: there is no error ${id}; see: plimsoll errors ls`, 1);
    throw new InputError(`errors: ${id} was resolved by ${row.resolved_by} at ${row.resolved_at}`, 1);
  });
}

function marked<Result>(path: string, work: (db: DatabaseSync) => Result): Result {
  if (!existsSync(path)) throw new InputError("errors: nothing has been recorded yet", 1);
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    return work(db);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`errors: ${path} cannot be written (${why}); try again`, 1);
  } finally {
    db.close();
  }
}
