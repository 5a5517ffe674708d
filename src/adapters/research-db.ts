/**
 * research.db: the append-only ledger of trials that keeps the deflated Sharpe honest (LEARN-4, LEDGER-1), and what
 * studies came to (RES-6).
 */
import type { DatabaseSync } from "node:sqlite";
import { InputError } from "../domain/assert.ts";
import { openDatabase } from "./sqlite-file.ts";

/** One backtest, as it is written down. Figures per period; NaN is stored as NULL. */
export interface TrialRow {
  /** Names inputs and outcome: rows with the same one are one trial. */
  readonly trialId: string;
  readonly runId: string;
  readonly createdAt: string;
  readonly strategies: readonly string[];
  readonly timeframe: string;
  readonly from: string;
  readonly to: string;
  readonly snapshot: string;
  readonly configHash: string;
  readonly sharpe: number;
  readonly observations: number;
  readonly totalReturn: number;
  /** How many rules the row stands for: 1 for a run, a generation's worth for a search. Default 1. */
  readonly tries?: number;
}

/** A trial as it is counted; Sharpe ratio per period, NaN where there is none. */
export interface CountedRow {
  readonly sharpe: number;
  readonly observations: number;
  readonly tries: number;
}

/** What a walk-forward, an optimisation or a training came to. Figures that are not finite are stored as null. */
export interface StudyRow {
  /** Of the run: the same study again is kept as it came out last. */
  readonly studyId: string;
  readonly kind: "walk-forward" | "optimisation" | "training";
  /** ISO instant. */
  readonly at: string;
  readonly strategies: readonly string[];
  readonly timeframe: string;
  readonly snapshot: string;
  readonly configHash: string;
  /** Of the strategy, all of them, that the figures are of; empty where they changed on the way. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly passed: boolean;
  /** A sentence for each gate that said no. */
  readonly reasons: readonly string[];
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
  `ALTER TABLE trials ADD COLUMN trial_id TEXT;
   CREATE UNIQUE INDEX trials_by_trial_id ON trials (trial_id);`,
  `CREATE TABLE studies (
     study_id TEXT PRIMARY KEY,
     kind TEXT NOT NULL CHECK (kind IN ('walk-forward', 'optimisation', 'training')),
     at TEXT NOT NULL,
     strategies TEXT NOT NULL,
     timeframe TEXT NOT NULL,
     snapshot TEXT NOT NULL,
     config_hash TEXT NOT NULL,
     params TEXT NOT NULL,
     figures TEXT NOT NULL,
     passed INTEGER NOT NULL,
     reasons TEXT NOT NULL
   ) STRICT;
   CREATE INDEX studies_by_strategies ON studies (strategies, at);
   CREATE TABLE proposals (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     at TEXT NOT NULL,
     strategy TEXT NOT NULL,
     kind TEXT NOT NULL CHECK (kind IN ('enable', 'disable', 'parameters')),
     base TEXT NOT NULL,
     change TEXT NOT NULL,
     reason TEXT NOT NULL,
     figures TEXT NOT NULL,
     study TEXT NOT NULL,
     state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'withdrawn'))
   ) STRICT;
   CREATE TABLE decisions (
     number INTEGER PRIMARY KEY,
     proposal INTEGER NOT NULL REFERENCES proposals (id),
     at TEXT NOT NULL,
     by TEXT NOT NULL,
     reason TEXT NOT NULL,
     file TEXT NOT NULL,
     said TEXT NOT NULL,
     config_before TEXT NOT NULL,
     config_after TEXT NOT NULL
   ) STRICT;
   CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are kept'); END;
   CREATE TRIGGER decisions_last BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are kept'); END;`,
  "ALTER TABLE trials ADD COLUMN tries INTEGER NOT NULL DEFAULT 1 CHECK (tries >= 1);",
] as const;

/** Stands between the names of a set of strategies. */
const AND = "+";

/**
 * Rows from before there was a trial's id went by the code that made them, too: of those that say the same, the last
 * counts, with or without an id.
 */
const COUNTED = `SELECT strategies, sharpe, observations, tries FROM trials AS trial
  WHERE trial_id IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM trials AS later WHERE later.strategies = trial.strategies AND later.id > trial.id
      AND later.timeframe = trial.timeframe AND later.first_session = trial.first_session
      AND later.last_session = trial.last_session AND later.snapshot = trial.snapshot
      AND later.config_hash = trial.config_hash AND later.sharpe = trial.sharpe
      AND later.observations = trial.observations AND later.total_return = trial.total_return)
  ORDER BY id`;

export class ResearchDb {
  readonly #db: DatabaseSync;

  /** Opens or creates the database. An unreadable file is an InputError with the cure. */
  constructor(path: string) {
    this.#db = openResearch(path);
  }

  /** The same run again, and the same trial by other code, is still one trial. */
  record(trial: TrialRow): void {
    this.#db
      .prepare(
        `INSERT INTO trials (run_id, created_at, strategies, timeframe, first_session, last_session,
           snapshot, config_hash, sharpe, observations, total_return, trial_id, tries)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(
        trial.runId,
        trial.createdAt,
        trial.strategies.toSorted().join(AND),
        trial.timeframe,
        trial.from,
        trial.to,
        trial.snapshot,
        trial.configHash,
        orNull(trial.sharpe),
        trial.observations,
        orNull(trial.totalReturn),
        trial.trialId,
        trial.tries ?? 1,
      );
  }

  /**
   * Every trial with any of these strategies, oldest first: whoever tried a rule within a set has tried the rule.
   * Sharpe ratios per period, NaN where there is none.
   */
  trialsWith(strategies: readonly string[]): CountedRow[] {
    const wanted = new Set(strategies);
    return this.#db
      .prepare(COUNTED)
      .all()
      .filter((row) =>
        String(row.strategies)
          .split(AND)
          .some((id) => wanted.has(id)),
      )
      .map(({ sharpe, observations, tries }) => ({
        sharpe: sharpe === null ? Number.NaN : Number(sharpe),
        observations: Number(observations),
        tries: Number(tries),
      }));
  }

  keepStudy(study: StudyRow): void {
    this.#db
      .prepare(
        `INSERT INTO studies (study_id, kind, at, strategies, timeframe, snapshot, config_hash, params, figures,
           passed, reasons) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (study_id) DO UPDATE SET params = excluded.params,
           figures = excluded.figures, passed = excluded.passed, reasons = excluded.reasons`,
      )
      .run(
        ...[study.studyId, study.kind, study.at, study.strategies.toSorted().join(AND), study.timeframe],
        ...[study.snapshot, study.configHash, JSON.stringify(study.params), JSON.stringify(study.figures)],
        ...[Number(study.passed), JSON.stringify(study.reasons)],
      );
  }

  /** Of this strategy and no other beside it, newest first. */
  studiesOf(strategy: string): StudyRow[] {
    return this.#db
      .prepare("SELECT * FROM studies WHERE strategies = ? ORDER BY at DESC, study_id")
      .all(strategy)
      .map((row) => ({
        ...{ studyId: String(row.study_id), kind: row.kind as StudyRow["kind"], at: String(row.at) },
        ...{ strategies: String(row.strategies).split(AND), timeframe: String(row.timeframe) },
        ...{ snapshot: String(row.snapshot), configHash: String(row.config_hash) },
        ...{ params: JSON.parse(String(row.params)), figures: JSON.parse(String(row.figures)) },
        ...{ passed: row.passed === 1, reasons: JSON.parse(String(row.reasons)) },
      }));
  }

  /**
   * Rules that searches have tried on some of these days, ISO dates, without those of the strategy called `except`:
   * whatever the symbols, and whatever bars have come since.
   */
  searchedOn({ from, to }: { readonly from: string; readonly to: string }, except: string): number {
    const row = this.#db
      .prepare(
        `SELECT sum(tries) AS n FROM trials
         WHERE tries > 1 AND strategies <> ? AND first_session <= ? AND last_session >= ?`,
      )
      .get(except, to, from);
    return Number(row?.n ?? 0);
  }

  /** Nobody else writes here, or works alone, while `work` does; it is waited for. */
  alone<Result>(work: () => Result): Result {
    return alone(this.#db, work);
  }

  close(): void {
    this.#db.close();
  }
}

/** As one transaction. */
export function alone<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

/** Opens or creates it, with the newest schema. Throws InputError with the cure. */
export function openResearch(path: string): DatabaseSync {
  try {
    return openDatabase(path, { synchronous: "NORMAL", migrations });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `research.db: ${path} cannot be opened (${why}); move it away to start a new one`,
      1,
    );
  }
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
