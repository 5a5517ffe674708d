/**
 * The tables of db/jobs.db: what the orchestrator ran, and what its tasks found. Written by the orchestrator alone.
 * Instants are epoch micros of the exchange's clock, sessions `YYYY-MM-DD` in New York, money dollars, shares of
 * something fractions; what is not known is NULL.
 */

/** Numbered migrations: never edited, only added to. */
export const jobsMigrations = [
  `CREATE TABLE task_runs (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    task TEXT NOT NULL,
    phase TEXT NOT NULL,
    session TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('schedule', 'asked')),
    scheduled_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    took_ms REAL,
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'skipped', 'unavailable')),
    is_cut_short INTEGER NOT NULL DEFAULT 0,
    text TEXT NOT NULL,
    output TEXT,
    beats INTEGER NOT NULL DEFAULT 0,
    beats_failed INTEGER NOT NULL DEFAULT 0,
    beats_missed INTEGER NOT NULL DEFAULT 0,
    wall_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX task_runs_by_session ON task_runs (run, session, task);
  CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    phase TEXT NOT NULL,
    schedule TEXT NOT NULL,
    about TEXT NOT NULL,
    is_available INTEGER NOT NULL,
    why_not TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE watchlist (
    run TEXT NOT NULL,
    session TEXT NOT NULL,
    symbol TEXT NOT NULL,
    reason TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (run, session, symbol)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE premarket (
    run TEXT NOT NULL,
    session TEXT NOT NULL,
    symbol TEXT NOT NULL,
    is_held INTEGER NOT NULL,
    previous_close REAL,
    bid REAL,
    ask REAL,
    gap REAL,
    flags TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (run, session, symbol)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE daily_pnl (
    run TEXT NOT NULL,
    session TEXT NOT NULL,
    own REAL NOT NULL,
    ledger REAL NOT NULL,
    difference REAL NOT NULL,
    equity REAL NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (run, session)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE strategy_performance (
    run TEXT NOT NULL,
    session TEXT NOT NULL,
    strategy TEXT NOT NULL,
    trades INTEGER NOT NULL,
    win_rate REAL,
    expectancy REAL,
    profit_factor REAL,
    total_pnl REAL,
    day_pnl REAL,
    sharpe REAL,
    max_drawdown REAL,
    mean_hold_minutes REAL,
    mean_slippage REAL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (run, session, strategy)
  ) STRICT, WITHOUT ROWID;`,
] as const;

/** Tables that tasks fill, and the columns that name a row besides run and session. */
export const taskTables = {
  watchlist: ["symbol"],
  premarket: ["symbol"],
  daily_pnl: [],
  strategy_performance: ["strategy"],
} as const;
export type TaskTable = keyof typeof taskTables;
