/**
 * One database of the ledger. A batch and the sequence it reaches are one transaction: after a crash both are there, or
 * neither (LEDGER-1).
 *
 * LG-1  A batch is applied once: one that reaches no further than what is applied changes nothing, and one that builds
 *       upon more than is applied is refused.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { InputError, InvariantError } from "../../domain/assert.ts";
import { openDatabase } from "../sqlite-file.ts";
import type { BatchReach, Cell, Change, Row, SignalChange } from "./ledger-rows.ts";

export interface LedgerFileTerms {
  readonly migrations: readonly string[];
  readonly synchronous: "FULL" | "NORMAL";
  /** Projected tables, referenced ones first, and the columns that name a row. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** Names that the broker gives once: what is written without them later keeps them. */
const KEPT = ["alpaca_order_id", "client_order_id"];

const PUT_META = `INSERT INTO meta (run, started_at, applied_sequence, applied_at, last_decision_at, decisions,
    stale_decisions) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (run) DO UPDATE SET applied_sequence = excluded.applied_sequence, applied_at = excluded.applied_at,
    last_decision_at = excluded.last_decision_at, decisions = excluded.decisions,
    stale_decisions = excluded.stale_decisions`;

export class LedgerFile {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #terms: LedgerFileTerms;
  readonly #prepared = new Map<string, StatementSync>();

  /** Opens or creates it. Throws InputError (exit 1) naming the file when it is damaged or no ledger. */
  constructor(path: string, terms: LedgerFileTerms) {
    this.#path = path;
    this.#terms = terms;
    try {
      this.#db = openDatabase(path, terms);
      this.#db.exec("PRAGMA foreign_keys = ON");
      this.check();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new InputError(
        `ledger: ${path} cannot be used (${why}); move it away and rebuild it with: plimsoll journal project`,
        1,
      );
    }
  }

  get db(): DatabaseSync {
    return this.#db;
  }

  /** Throws when a page, a row or a reference is not sound. */
  check(): void {
    const found = this.#db.prepare("PRAGMA quick_check(1)").get();
    if (found?.quick_check !== "ok") throw new Error(String(found?.quick_check));
    const [orphan] = this.#db.prepare("PRAGMA foreign_key_check").all();
    if (orphan !== undefined) throw new Error(`a row of ${orphan.table} refers to nothing`);
  }

  applied(run: string): number {
    const row = this.#statement("SELECT applied_sequence FROM meta WHERE run = ?").get(run);
    return row === undefined ? -1 : Number(row.applied_sequence);
  }

  /** Throws InvariantError when the ledger is behind what the batch builds upon: somebody rebuilt it meanwhile. */
  write(reach: BatchReach, changes: readonly (Change<string> | SignalChange)[]): void {
    this.transaction(() => {
      const applied = this.applied(reach.run);
      if (reach.sequence <= applied) return;
      if (applied < reach.after)
        throw new InvariantError(
          `LG-1: ${this.#path} is at ${applied} of ${reach.run}, the batch builds upon ${reach.after}`,
        );
      const { run, startedAt, sequence, at, lastDecisionAt, decisions, staleDecisions } = reach;
      for (const change of changes) this.#apply(change);
      this.#statement(PUT_META).run(run, startedAt, sequence, at, lastDecisionAt, decisions, staleDecisions);
    });
  }

  transaction(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  #apply(change: Change<string> | SignalChange): void {
    switch (change.kind) {
      case "put":
      case "add":
        this.#put(change.table, change.row, change.kind === "put");
        return;
      case "clear":
        this.#statement(`DELETE FROM ${change.table}`).run();
        return;
      case "executed":
        this.#statement(
          `UPDATE signals SET status = 'executed', executed = 1, execution_id = ?, executed_at = ?
           WHERE id = ? AND executed = 0`,
        ).run(change.execution, change.at, change.signal);
        return;
      case "ended":
        this.#statement("UPDATE signals SET status = ? WHERE id = ? AND executed = 0").run(
          change.status,
          change.signal,
        );
    }
  }

  #put(table: string, row: Row, replaces: boolean): void {
    const columns = Object.keys(row);
    const name = `${replaces ? "put" : "add"} ${table} ${columns.length}`;
    let statement = this.#prepared.get(name);
    if (statement === undefined) {
      statement = this.#db.prepare(putText(table, columns, this.#terms.keys[table] ?? [], replaces));
      this.#prepared.set(name, statement);
    }
    statement.run(...Object.values(row).map(stored));
  }

  #statement(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

function putText(
  table: string,
  columns: readonly string[],
  keys: readonly string[],
  replaces: boolean,
): string {
  const sets = columns
    .filter((column) => !keys.includes(column))
    .map((column) =>
      KEPT.includes(column)
        ? `${column} = coalesce(excluded.${column}, ${column})`
        : `${column} = excluded.${column}`,
    );
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
    ON CONFLICT (${keys.join(", ")}) DO ${replaces ? `UPDATE SET ${sets.join(", ")}` : "NOTHING"}`;
}

const stored = (cell: Cell): Cell => (typeof cell === "number" && !Number.isFinite(cell) ? null : cell);
