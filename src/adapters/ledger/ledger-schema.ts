/**
 * The tables of trades.db and performance.db: at least those of the source document, with ours beside them (LEDGER-1).
 * All but `error_log` are projections of the journal. Instants are epoch micros, dates `YYYY-MM-DD` in New York, money
 * dollars; what is not known is NULL.
 */

const META = `CREATE TABLE meta (
    run TEXT PRIMARY KEY,
    started_at TEXT NOT NULL,
    applied_sequence INTEGER NOT NULL,
    applied_at INTEGER NOT NULL,
    last_decision_at INTEGER,
    decisions INTEGER NOT NULL,
    stale_decisions INTEGER NOT NULL
  ) STRICT;`;

/** Numbered migrations: never edited, only added to. */
export const tradesMigrations = [
  `${META}
  CREATE TABLE signals (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    number INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    strategy TEXT NOT NULL,
    signal_type TEXT NOT NULL CHECK (signal_type IN ('BUY', 'SELL', 'CLOSE', 'PROTECT')),
    strength REAL,
    price REAL,
    confidence REAL,
    direction INTEGER NOT NULL,
    stop_loss REAL,
    take_profit REAL,
    quantity REAL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'executed', 'expired', 'denied', 'unsized')),
    executed INTEGER NOT NULL DEFAULT 0,
    execution_id TEXT,
    expires_at INTEGER,
    executed_at INTEGER,
    reason TEXT NOT NULL,
    sizing TEXT
  ) STRICT;
  CREATE INDEX signals_by_symbol ON signals (symbol, timestamp);
  CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    number INTEGER NOT NULL,
    trade_id TEXT,
    signal_id TEXT REFERENCES signals (id) DEFERRABLE INITIALLY DEFERRED,
    parent_id TEXT REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    alpaca_order_id TEXT,
    client_order_id TEXT,
    group_number INTEGER NOT NULL,
    decided_at INTEGER NOT NULL,
    ended_at INTEGER,
    symbol TEXT NOT NULL,
    strategy TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    purpose TEXT NOT NULL,
    order_type TEXT NOT NULL,
    time_in_force TEXT NOT NULL,
    requested REAL NOT NULL,
    quantity REAL NOT NULL,
    limit_price REAL,
    stop_price REAL,
    reference_price REAL,
    status TEXT NOT NULL,
    filled_qty REAL NOT NULL,
    filled_avg_price REAL,
    crossed_qty REAL NOT NULL,
    rule TEXT,
    rule_used REAL,
    rule_limit REAL,
    barred_by TEXT
  ) STRICT;
  CREATE INDEX orders_by_symbol ON orders (symbol, decided_at);
  CREATE INDEX orders_by_signal ON orders (signal_id);
  CREATE INDEX orders_by_rule ON orders (run, rule);
  CREATE TABLE executions (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    number INTEGER,
    signal_id TEXT REFERENCES signals (id) DEFERRABLE INITIALLY DEFERRED,
    order_id TEXT REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    symbol TEXT NOT NULL,
    strategy TEXT,
    direction TEXT NOT NULL CHECK (direction IN ('buy', 'sell')),
    quantity REAL NOT NULL,
    fill_price REAL NOT NULL,
    commission REAL NOT NULL,
    regulatory REAL NOT NULL,
    slippage REAL NOT NULL,
    executed_at INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('order', 'crossed', 'adjustment'))
  ) STRICT;
  CREATE INDEX executions_by_order ON executions (order_id);
  CREATE TABLE trades (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    signal_id TEXT REFERENCES signals (id) DEFERRABLE INITIALLY DEFERRED,
    exit_signal_id TEXT REFERENCES signals (id) DEFERRABLE INITIALLY DEFERRED,
    timestamp INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    strategy TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('long', 'short')),
    quantity REAL NOT NULL,
    entry_price REAL NOT NULL,
    stop_loss REAL,
    target_price REAL,
    exit_price REAL,
    exit_timestamp INTEGER,
    peak_price REAL,
    trough_price REAL,
    pnl REAL,
    pnl_percent REAL,
    status TEXT NOT NULL CHECK (status IN ('OPEN', 'CLOSED', 'CANCELLED')),
    exit_reason TEXT,
    commission REAL NOT NULL,
    slippage REAL NOT NULL,
    dividends REAL NOT NULL,
    crossed_qty REAL NOT NULL
  ) STRICT;
  CREATE INDEX trades_by_symbol ON trades (symbol, timestamp);
  CREATE TABLE positions (
    symbol TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    strategy TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('long', 'short', 'flat')),
    quantity REAL NOT NULL,
    entry_price REAL,
    entry_timestamp INTEGER,
    stop_loss REAL,
    target_price REAL,
    current_price REAL,
    unrealized_pnl REAL,
    unrealized_pnl_pct REAL,
    status TEXT NOT NULL CHECK (status IN ('open', 'closed'))
  ) STRICT;
  CREATE TABLE position_lots (
    symbol TEXT NOT NULL REFERENCES positions (symbol) DEFERRABLE INITIALLY DEFERRED,
    strategy TEXT NOT NULL,
    run TEXT NOT NULL,
    quantity REAL NOT NULL,
    entry_price REAL,
    trade_id TEXT REFERENCES trades (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (symbol, strategy)
  ) STRICT, WITHOUT ROWID;`,
  // How each came to be, and pages of the newest: a person asks for both.
  `ALTER TABLE signals ADD COLUMN sizes TEXT;
  CREATE TABLE order_verdicts (
    order_id TEXT PRIMARY KEY REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    run TEXT NOT NULL,
    verdicts TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX orders_by_number ON orders (run, number);
  CREATE INDEX orders_asleep ON orders (run) WHERE status = 'sent' AND parent_id IS NOT NULL;
  CREATE INDEX signals_by_number ON signals (run, number);`,
  // What a strategy saw, and how long the broker took: not known of what was written before.
  `ALTER TABLE signals ADD COLUMN features TEXT;
  ALTER TABLE orders ADD COLUMN acked_ms REAL;`,
  // What models said of an entry, whoever decided.
  `ALTER TABLE signals ADD COLUMN models TEXT;`,
] as const;

/** Numbered migrations: never edited, only added to. */
export const performanceMigrations = [
  `${META}
  CREATE TABLE strategy_daily (
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    date TEXT NOT NULL,
    strategy TEXT NOT NULL,
    trades_opened INTEGER NOT NULL,
    trades_closed INTEGER NOT NULL,
    wins INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    gross_pnl REAL,
    net_pnl REAL,
    commission REAL NOT NULL,
    sharpe_20d REAL,
    sharpe_60d REAL,
    win_rate_30d REAL,
    avg_win REAL,
    avg_loss REAL,
    profit_factor REAL,
    max_drawdown REAL,
    is_enabled INTEGER NOT NULL,
    is_final INTEGER NOT NULL,
    PRIMARY KEY (run, date, strategy)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE portfolio_daily (
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    date TEXT NOT NULL,
    as_of INTEGER NOT NULL,
    equity REAL,
    cash REAL NOT NULL,
    receivable REAL NOT NULL,
    positions_value REAL,
    num_positions INTEGER NOT NULL,
    exposure_pct REAL,
    daily_pnl REAL,
    daily_pnl_pct REAL,
    cumulative_pnl REAL,
    cumulative_pnl_pct REAL,
    drawdown REAL,
    drawdown_pct REAL,
    high_water_mark REAL,
    sharpe_ratio REAL,
    sortino_ratio REAL,
    is_final INTEGER NOT NULL,
    PRIMARY KEY (run, date)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE strategy_stats (
    strategy TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    total_trades INTEGER NOT NULL,
    winning_trades INTEGER NOT NULL,
    losing_trades INTEGER NOT NULL,
    total_pnl REAL NOT NULL,
    avg_pnl REAL,
    win_rate REAL,
    profit_factor REAL,
    sharpe_ratio REAL,
    sortino_ratio REAL,
    max_drawdown REAL,
    is_enabled INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE circuit_breaker_state (
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    number INTEGER NOT NULL,
    authority TEXT NOT NULL,
    breaker_type TEXT NOT NULL,
    triggered_at INTEGER NOT NULL,
    expires_at INTEGER,
    reason TEXT NOT NULL,
    action TEXT NOT NULL,
    scalar REAL NOT NULL,
    target TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    lifted_by TEXT NOT NULL,
    ended_at INTEGER,
    ended_by TEXT,
    PRIMARY KEY (run, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE regime_log (
    run TEXT NOT NULL REFERENCES meta (run) DEFERRABLE INITIALLY DEFERRED,
    timestamp INTEGER NOT NULL,
    vix_level REAL,
    vix_regime TEXT NOT NULL,
    previous_regime TEXT,
    action_taken TEXT NOT NULL,
    PRIMARY KEY (run, timestamp, vix_regime)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE error_log (
    id INTEGER PRIMARY KEY,
    timestamp TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('WARNING', 'ERROR', 'CRITICAL')),
    logger_name TEXT NOT NULL,
    message TEXT NOT NULL,
    source_file TEXT,
    line_number INTEGER,
    exception_type TEXT,
    exception_traceback TEXT,
    component TEXT NOT NULL,
    is_resolved INTEGER NOT NULL DEFAULT 0,
    resolved_at TEXT,
    resolved_by TEXT
  ) STRICT;
  CREATE INDEX error_log_by_time ON error_log (timestamp);`,
  `CREATE INDEX error_log_by_level ON error_log (level, id);
  CREATE INDEX error_log_open ON error_log (is_resolved, level, id);`,
] as const;

/** The projected tables of each file, referenced ones first; and what names a row of each. */
export const tradesKeys = {
  signals: ["id"],
  orders: ["id"],
  order_verdicts: ["order_id"],
  executions: ["id"],
  trades: ["id"],
  positions: ["symbol"],
  position_lots: ["symbol", "strategy"],
} as const;
export const performanceKeys = {
  strategy_daily: ["run", "date", "strategy"],
  portfolio_daily: ["run", "date"],
  strategy_stats: ["strategy"],
  circuit_breaker_state: ["run", "number"],
  regime_log: ["run", "timestamp", "vix_regime"],
} as const;
