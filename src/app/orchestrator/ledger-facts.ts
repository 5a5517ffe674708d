/** What tasks ask of the ledger: plain reads of trades.db and performance.db, which another process writes. */
import { existsSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { LedgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { InputError } from "../../domain/assert.ts";

/** A task must not keep the loop for longer. */
const BUSY_MS = 500;

export interface LedgerMeta {
  /** Sequence of execute's journal. */
  readonly applied: number;
  readonly decisions: number;
  readonly staleDecisions: number;
}

/** Dollars. */
export interface LedgerDay {
  readonly date: string;
  readonly pnl: number | null;
  readonly equity: number | null;
  readonly isFinal: boolean;
}

export interface LedgerClaim {
  readonly authority: string;
  readonly source: string;
  /** `account`, or a strategy. */
  readonly target: string;
}

export interface StrategyFigures {
  readonly strategy: string;
  readonly trades: number;
  readonly winRate: number | null;
  readonly expectancy: number | null;
  readonly profitFactor: number | null;
  readonly totalPnl: number | null;
  readonly dayPnl: number | null;
  readonly sharpe: number | null;
  readonly maxDrawdown: number | null;
  readonly meanHoldMinutes: number | null;
  /** Dollars of slippage a round trip. */
  readonly meanSlippage: number | null;
}

export interface LedgerFacts {
  meta(): LedgerMeta | undefined;
  /** Of the run, oldest first. */
  days(): readonly LedgerDay[];
  claims(): readonly LedgerClaim[];
  /** Signed shares by symbol. */
  positions(): ReadonlyMap<string, number>;
  /** Open round trips that were entered with a protective stop: `strategy symbol`. */
  entered(): ReadonlySet<string>;
  /** Symbols with a signal in that span of exchange micros, and how many. */
  signalled(from: number, to: number): ReadonlyMap<string, number>;
  strategies(date: string): readonly StrategyFigures[];
}

type Row = Readonly<Record<string, unknown>>;

export class LedgerFile implements LedgerFacts {
  readonly #places: LedgerPlaces;
  readonly #run: string;

  constructor(places: LedgerPlaces, run: string) {
    this.#places = places;
    this.#run = run;
  }

  meta(): LedgerMeta | undefined {
    const [row] = this.#trades(
      "SELECT applied_sequence, decisions, stale_decisions FROM meta WHERE run = ?",
      this.#run,
    );
    if (row === undefined) return undefined;
    return {
      applied: Number(row.applied_sequence),
      decisions: Number(row.decisions),
      staleDecisions: Number(row.stale_decisions),
    };
  }

  days(): LedgerDay[] {
    const sql = "SELECT date, daily_pnl, equity, is_final FROM portfolio_daily WHERE run = ? ORDER BY date";
    return this.#performance(sql, this.#run).map((row) => ({
      date: String(row.date),
      pnl: maybe(row.daily_pnl),
      equity: maybe(row.equity),
      isFinal: row.is_final === 1,
    }));
  }

  claims(): LedgerClaim[] {
    const sql =
      "SELECT authority, breaker_type, target FROM circuit_breaker_state WHERE run = ? AND is_active = 1";
    return this.#performance(sql, this.#run).map((row) => ({
      authority: String(row.authority),
      source: String(row.breaker_type),
      target: String(row.target),
    }));
  }

  positions(): Map<string, number> {
    const rows = this.#trades(
      "SELECT symbol, quantity, side FROM positions WHERE status = 'open' AND run = ?",
      this.#run,
    );
    return new Map(rows.map((row) => [String(row.symbol), signed(row)]));
  }

  entered(): Set<string> {
    const sql =
      "SELECT strategy, symbol FROM trades WHERE run = ? AND status = 'OPEN' AND stop_loss IS NOT NULL";
    return new Set(this.#trades(sql, this.#run).map((row) => `${row.strategy} ${row.symbol}`));
  }

  signalled(from: number, to: number): Map<string, number> {
    const rows = this.#trades(
      `SELECT symbol, count(*) AS n FROM signals WHERE run = ? AND timestamp >= ? AND timestamp < ? GROUP BY symbol`,
      this.#run,
      from,
      to,
    );
    return new Map(rows.map((row) => [String(row.symbol), Number(row.n)]));
  }

  strategies(date: string): StrategyFigures[] {
    const trips = new Map(
      this.#trades(
        `SELECT strategy, avg(exit_timestamp - timestamp) / 60e6 AS held, avg(slippage) AS slippage FROM trades
         WHERE run = ? AND status = 'CLOSED' GROUP BY strategy`,
        this.#run,
      ).map((row) => [String(row.strategy), row]),
    );
    return this.#performance(
      `SELECT s.*, d.net_pnl AS day_pnl FROM strategy_stats s
       LEFT JOIN strategy_daily d ON d.run = s.run AND d.strategy = s.strategy AND d.date = ?
       WHERE s.run = ? ORDER BY s.strategy`,
      date,
      this.#run,
    ).map((row) => {
      const trip = trips.get(String(row.strategy));
      return {
        strategy: String(row.strategy),
        trades: Number(row.total_trades),
        winRate: maybe(row.win_rate),
        expectancy: maybe(row.avg_pnl),
        profitFactor: maybe(row.profit_factor),
        totalPnl: maybe(row.total_pnl),
        dayPnl: maybe(row.day_pnl),
        sharpe: maybe(row.sharpe_ratio),
        maxDrawdown: maybe(row.max_drawdown),
        meanHoldMinutes: maybe(trip?.held),
        meanSlippage: maybe(trip?.slippage),
      };
    });
  }

  #trades(sql: string, ...values: SQLInputValue[]): Row[] {
    return read(this.#places.trades, sql, values);
  }

  #performance(sql: string, ...values: SQLInputValue[]): Row[] {
    return read(this.#places.performance, sql, values);
  }
}

/** Opened for one question: whoever holds a reader open over hours keeps the log of a database from being cut. */
function read(path: string, sql: string, values: readonly SQLInputValue[]): Row[] {
  if (!existsSync(path)) throw new InputError(`ledger: there is no ${path} yet; see: plimsoll status`, 1);
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    return db.prepare(sql).all(...values);
  } finally {
    db.close();
  }
}

const maybe = (cell: unknown): number | null => (cell === null || cell === undefined ? null : Number(cell));

/** Signed in the ledger or beside its side: a short one is below 0 either way. */
const signed = ({ quantity, side }: Row): number =>
  side === "short" ? -Math.abs(Number(quantity)) : Number(quantity);
