/** What a projection hands to the ledger: changes of rows, and how far in the journal they reach. */

/** NaN and infinities are stored as NULL. */
export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

export type TradesTable =
  | "signals"
  | "orders"
  | "order_verdicts"
  | "executions"
  | "trades"
  | "positions"
  | "position_lots";
export type PerformanceTable =
  | "strategy_daily"
  | "portfolio_daily"
  | "strategy_stats"
  | "circuit_breaker_state"
  | "regime_log";

/** Each may be applied twice: the second time changes nothing. */
export type Change<Table extends string> =
  /** Put in, or replaced by its key; a NULL replaces no name that the broker gave. */
  | { readonly kind: "put"; readonly table: Table; readonly row: Row }
  /** Put in unless it is there: what comes later changes it. */
  | { readonly kind: "add"; readonly table: Table; readonly row: Row }
  /** Nothing of the table stands any more: the rows after it are all there are. */
  | { readonly kind: "clear"; readonly table: Table };

/** What became of a signal. The first execution counts; an end counts while there is none. */
export type SignalChange =
  | { readonly kind: "executed"; readonly signal: string; readonly execution: string; readonly at: number }
  | { readonly kind: "ended"; readonly signal: string; readonly status: "expired" | "denied" };

export interface BatchReach {
  readonly run: string;
  /** ISO instant at which the run began. */
  readonly startedAt: string;
  /** Sequence that the batch builds upon, and the last one in it; -1 before the first. */
  readonly after: number;
  readonly sequence: number;
  /** Epoch micros of the last input. */
  readonly at: number;
  readonly lastDecisionAt: number | null;
  readonly decisions: number;
  readonly staleDecisions: number;
}

export interface LedgerBatch extends BatchReach {
  readonly trades: readonly (Change<TradesTable> | SignalChange)[];
  readonly performance: readonly Change<PerformanceTable>[];
}

/** Where batches go. */
export interface LedgerSink {
  /** Last sequence of the run that is applied to all of it; -1 when nothing is. */
  applied(run: string): number;
  write(batch: LedgerBatch): void;
}

/** One line of a process's log that a person should see. */
export interface ErrorRow {
  /** ISO instant. */
  readonly timestamp: string;
  readonly level: "WARNING" | "ERROR" | "CRITICAL";
  readonly loggerName: string;
  readonly message: string;
  readonly component: string;
  readonly sourceFile?: string;
  readonly lineNumber?: number;
  readonly exceptionType?: string;
  readonly exceptionTraceback?: string;
}
