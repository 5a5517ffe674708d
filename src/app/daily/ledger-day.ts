/** One session of a run in the ledger: plain reads of trades.db and performance.db, which another process may write. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { InputError } from "../../domain/assert.ts";
import type { LedgerRow } from "../live/ledger-reads.ts";

const BUSY_MS = 5000;

export interface LedgerDay {
  /** Last sequence of the journal that both files hold. */
  readonly applied: number;
  /** Undefined before the first valuation of the day. */
  readonly account: LedgerRow | undefined;
  readonly strategies: readonly LedgerRow[];
  /** Closed within the day, newest first, with the sentences of both signals. */
  readonly trades: readonly LedgerRow[];
  /** Decided within the day, by number. */
  readonly orders: readonly LedgerRow[];
  readonly executions: readonly LedgerRow[];
  readonly signals: readonly { readonly status: string; readonly count: number }[];
  /** Raised within the day, or standing in it; by number. */
  readonly claims: readonly LedgerRow[];
}

export interface DayChoice {
  readonly root: string;
  readonly run: string;
  readonly date: string;
  /** Epoch micros: the day in New York. */
  readonly from: number;
  readonly to: number;
}

/** Throws InputError (exit 1) when there is no ledger, or it cannot be read. */
export function readLedgerDay({ root, run, date, from, to }: DayChoice): LedgerDay {
  const places = ledgerPlaces(root);
  return reading(places.trades, (trades) =>
    reading(places.performance, (performance) => {
      const day = [run, from, to] as const;
      return {
        applied: Math.min(appliedIn(trades, run), appliedIn(performance, run)),
        account: performance
          .prepare("SELECT * FROM portfolio_daily WHERE run = ? AND date = ?")
          .get(run, date) as LedgerRow | undefined,
        strategies: all(
          performance,
          "SELECT * FROM strategy_daily WHERE run = ? AND date = ? ORDER BY strategy",
          run,
          date,
        ),
        trades: all(
          trades,
          `SELECT t.*, i.reason AS why_in, o.reason AS why_signal_out FROM trades t
             LEFT JOIN signals i ON i.id = t.signal_id LEFT JOIN signals o ON o.id = t.exit_signal_id
           WHERE t.run = ? AND t.status = 'CLOSED' AND t.exit_timestamp >= ? AND t.exit_timestamp < ?
           ORDER BY t.exit_timestamp DESC, t.id DESC`,
          ...day,
        ),
        orders: all(
          trades,
          "SELECT * FROM orders WHERE run = ? AND decided_at >= ? AND decided_at < ? ORDER BY number",
          ...day,
        ),
        executions: all(
          trades,
          "SELECT * FROM executions WHERE run = ? AND executed_at >= ? AND executed_at < ? ORDER BY number",
          ...day,
        ),
        signals: all(
          trades,
          `SELECT status, count(*) AS count FROM signals WHERE run = ? AND timestamp >= ? AND timestamp < ?
           GROUP BY status ORDER BY count DESC, status`,
          ...day,
        ).map((row) => ({ status: String(row.status), count: Number(row.count) })),
        claims: claimsWithin(performance, { run, from, to }),
      };
    }),
  );
}

/** Claims of a run that stood within a span of time, by number. */
export function readClaims(
  root: string,
  span: { readonly run: string; readonly from: number; readonly to: number },
): LedgerRow[] {
  return reading(ledgerPlaces(root).performance, (db) => claimsWithin(db, span));
}

/** Troubles of the log between two instants of the machine, ISO; newest first. */
export function readErrors(root: string, from: string, to: string): LedgerRow[] {
  const { performance } = ledgerPlaces(root);
  if (!existsSync(performance)) return [];
  return reading(performance, (db) =>
    all(
      db,
      `SELECT level, component, message, count(*) AS count, max(timestamp) AS last FROM error_log
       WHERE timestamp >= ? AND timestamp < ? GROUP BY level, component, message
       ORDER BY CASE level WHEN 'CRITICAL' THEN 0 WHEN 'ERROR' THEN 1 ELSE 2 END, last DESC`,
      from,
      to,
    ),
  );
}

const claimsWithin = (
  db: DatabaseSync,
  { run, from, to }: { readonly run: string; readonly from: number; readonly to: number },
): LedgerRow[] =>
  all(
    db,
    `SELECT * FROM circuit_breaker_state
     WHERE run = ? AND triggered_at < ? AND (is_active = 1 OR ended_at > ?)
     ORDER BY number`,
    run,
    to,
    from,
  );

const appliedIn = (db: DatabaseSync, run: string): number =>
  Number(db.prepare("SELECT applied_sequence FROM meta WHERE run = ?").get(run)?.applied_sequence ?? -1);

const all = (db: DatabaseSync, sql: string, ...values: readonly (string | number)[]): LedgerRow[] =>
  db.prepare(sql).all(...values) as LedgerRow[];

function reading<Result>(path: string, work: (db: DatabaseSync) => Result): Result {
  if (!existsSync(path))
    throw new InputError(`ledger: there is no ${path}; make it with: plimsoll journal project`, 1);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    return work(db);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `ledger: ${path} cannot be read (${why}); move it away and make it again with: plimsoll journal project`,
      1,
    );
  } finally {
    db?.close();
  }
}
