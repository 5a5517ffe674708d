/** One database that another process writes, for questions alone: opened read-only, when it is there. */
import { existsSync, statSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { InputError } from "../../domain/assert.ts";

export type Row = Readonly<Record<string, string | number | null>>;
export type Cell = string | number | null;

const BUSY_MS = 1000;
const STATEMENTS_MAX = 64;

export class ReadDatabase {
  readonly #path: string;
  #db: DatabaseSync | undefined;
  /** Who moves the file away and makes a new one is followed. */
  #inode = -1;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(path: string) {
    this.#path = path;
  }

  /** No row where there is no file yet. Throws InputError (exit 1) with one line when it cannot be read. */
  all(sql: string, ...values: readonly Cell[]): Row[] {
    try {
      const db = this.#opened();
      if (db === undefined) return [];
      let statement = this.#prepared.get(sql);
      if (statement === undefined) {
        if (this.#prepared.size >= STATEMENTS_MAX) this.#prepared.clear();
        statement = db.prepare(sql);
        this.#prepared.set(sql, statement);
      }
      return statement.all(...values) as Row[];
    } catch (error) {
      this.close();
      const why = error instanceof Error ? error.message : String(error);
      throw new InputError(`${this.#path} cannot be read now (${why}); plimsoll doctor tells more`, 1);
    }
  }

  first(sql: string, ...values: readonly Cell[]): Row | undefined {
    return this.all(sql, ...values)[0];
  }

  close(): void {
    this.#prepared.clear();
    this.#db?.close();
    this.#db = undefined;
  }

  #opened(): DatabaseSync | undefined {
    if (!existsSync(this.#path)) {
      this.close();
      return undefined;
    }
    const { ino } = statSync(this.#path);
    if (this.#db !== undefined && ino === this.#inode) return this.#db;
    this.close();
    this.#inode = ino;
    this.#db = new DatabaseSync(this.#path, { readOnly: true, timeout: BUSY_MS });
    return this.#db;
  }
}
