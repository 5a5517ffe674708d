/** research.db: the append-only ledger of trials that keeps the deflated Sharpe honest (LEARN-4, LEDGER-1). */
import type { DatabaseSync } from "node:sqlite";
import { InputError } from "../domain/assert.ts";
import { openDatabase } from "./sqlite-file.ts";

/** One backtest, as it is written down. Figures per period; NaN is stored as NULL. */
export interface TrialRow {
  readonly runId: string;
  readonly createdAt: string;
  readonly strategies: string;
  readonly timeframe: string;
  readonly from: string;
  readonly to: string;
  readonly snapshot: string;
  readonly configHash: string;
  readonly sharpe: number;
  readonly observations: number;
  readonly totalReturn: number;
}

/** Numbered migrations: never edited, only added to. */
const migrations = [
  `CREATE TABLE trials (
     id INTEGER PRIMARY KEY,
     run_id TEXT NOT NULL UNIQUE,
     created_at TEXT NOT NULL,
     strategies TEXT NOT NULL,
     timeframe TEXT NOT NULL,
     first_session TEXT NOT NULL,
     last_session TEXT NOT NULL,
     snapshot TEXT NOT NULL,
     config_hash TEXT NOT NULL,
     sharpe REAL,
     observations INTEGER NOT NULL,
     total_return REAL
   ) STRICT;
   CREATE INDEX trials_by_strategies ON trials (strategies, id);`,
] as const;

export class ResearchDb {
  readonly #db: DatabaseSync;

  /** Opens or creates the database. An unreadable file is an InputError with the cure. */
  constructor(path: string) {
    try {
      this.#db = openDatabase(path, { synchronous: "NORMAL", migrations });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new InputError(
        `research.db: ${path} cannot be opened (${why}); move it away to start a new one`,
        1,
      );
    }
  }

  /** The same run again is still one trial. */
  record(trial: TrialRow): void {
    this.#db
      .prepare(
        `INSERT INTO trials (run_id, created_at, strategies, timeframe, first_session, last_session,
           snapshot, config_hash, sharpe, observations, total_return)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO NOTHING`,
      )
      .run(
        trial.runId,
        trial.createdAt,
        trial.strategies,
        trial.timeframe,
        trial.from,
        trial.to,
        trial.snapshot,
        trial.configHash,
        orNull(trial.sharpe),
        trial.observations,
        orNull(trial.totalReturn),
      );
  }

  /** Per-period Sharpe ratios of all trials of these strategies, oldest first; undefined ones left out. */
  sharpes(strategies: string): number[] {
    const rows = this.#db
      .prepare("SELECT sharpe FROM trials WHERE strategies = ? AND sharpe IS NOT NULL ORDER BY id")
      .all(strategies);
    return rows.map((row) => Number(row.sharpe));
  }

  close(): void {
    this.#db.close();
  }
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
