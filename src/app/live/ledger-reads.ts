/**
 * What people ask of the ledger: positions, orders, trades, and why something happened or did not (RUN-7). Plain reads
 * of files that another process may be writing; nothing here needs a running system.
 */

import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { LedgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { InputError } from "../../domain/assert.ts";
import type { NotedOpinion } from "../../engine/stage-messages.ts";

const BUSY_MS = 5000;

/** A row as it stands in the file: the columns of LEDGER-1 under their own names. */
export type LedgerRow = Readonly<Record<string, string | number | null>>;

export interface OrderQuery {
  readonly symbol?: string | undefined;
  /** Newest first. */
  readonly limit: number;
}

export interface RejectRate {
  readonly rule: string;
  readonly denied: number;
  readonly trimmed: number;
  /** Denied ones as a fraction of all orders that were asked for. */
  readonly rate: number;
}

export interface Why {
  readonly run: string;
  /** Epoch micros; null before the first. */
  readonly lastDecisionAt: number | null;
  readonly decisions: number;
  readonly staleDecisions: number;
  /** Of the last decision that wished anything, or the last one on the symbol. */
  readonly signals: readonly LedgerRow[];
  /** Orders of those signals, each with its verdict and both numbers. */
  readonly orders: readonly LedgerRow[];
  readonly claims: readonly LedgerRow[];
  readonly rejects: readonly RejectRate[];
}

export class LedgerReads {
  readonly #trades: DatabaseSync;
  readonly #performance: DatabaseSync;

  /** Throws InputError (exit 1) when there is no ledger yet. */
  constructor({ trades, performance }: LedgerPlaces) {
    this.#trades = opened(trades);
    try {
      this.#performance = opened(performance);
    } catch (error) {
      this.#trades.close();
      throw error;
    }
  }

  /** Name of the newest run; undefined before the first batch. */
  run(): string | undefined {
    const row = this.#trades.prepare("SELECT run FROM meta ORDER BY started_at DESC, run DESC LIMIT 1").get();
    return row === undefined ? undefined : String(row.run);
  }

  /** Open positions by symbol, and beside them the strategies' parts. */
  positions(): { readonly positions: LedgerRow[]; readonly lots: LedgerRow[] } {
    return {
      positions: this.#all("SELECT * FROM positions WHERE status = 'open' ORDER BY symbol"),
      lots: this.#all("SELECT * FROM position_lots ORDER BY symbol, strategy"),
    };
  }

  orders({ symbol, limit }: OrderQuery): LedgerRow[] {
    return this.#all(
      `SELECT * FROM orders WHERE run = ? AND symbol = coalesce(?, symbol) ORDER BY number DESC LIMIT ?`,
      this.run() ?? "",
      symbol ?? null,
      limit,
    );
  }

  /** Round trips of all runs, newest first. */
  trades({ symbol, limit }: OrderQuery): LedgerRow[] {
    return this.#all(
      "SELECT * FROM trades WHERE symbol = coalesce(?, symbol) ORDER BY timestamp DESC, id DESC LIMIT ?",
      symbol ?? null,
      limit,
    );
  }

  /** Round trips that are over, oldest first: what a tax form asks about. */
  taxLots(): LedgerRow[] {
    return this.#all("SELECT * FROM trades WHERE status = 'CLOSED' ORDER BY exit_timestamp, id");
  }

  /** Round trips that are over, of all runs, of whose entry a model had said anything; oldest first. */
  judgedTrades(strategy: string): { readonly pnl: number; readonly models: readonly NotedOpinion[] }[] {
    // A ledger of before models has nothing of the kind, and nobody writes it anew only to be read.
    const isKept =
      this.#all("SELECT 1 AS n FROM pragma_table_info('signals') WHERE name = 'models'").length > 0;
    if (!isKept) return [];
    return this.#all(
      `SELECT t.pnl, s.models FROM trades t JOIN signals s ON s.id = t.signal_id
       WHERE t.status = 'CLOSED' AND t.strategy = ? AND t.pnl IS NOT NULL AND s.models IS NOT NULL
       ORDER BY t.exit_timestamp, t.id`,
      strategy,
    ).map(({ pnl, models }) => ({ pnl: Number(pnl), models: JSON.parse(String(models)) as NotedOpinion[] }));
  }

  /** Claims that bar or scale trading now. */
  claims(): LedgerRow[] {
    return this.#performance
      .prepare("SELECT * FROM circuit_breaker_state WHERE run = ? AND is_active = 1 ORDER BY number")
      .all(this.run() ?? "") as LedgerRow[];
  }

  rejectRates(): RejectRate[] {
    const run = this.run() ?? "";
    const [{ asked = 0 } = {}] = this.#all("SELECT count(*) AS asked FROM orders WHERE run = ?", run);
    const rows = this.#all(
      `SELECT coalesce('permission:' || substr(barred_by, 1, instr(barred_by, ':') - 1), rule) AS rule,
         sum(status = 'denied') AS denied, sum(status <> 'denied') AS trimmed
       FROM orders WHERE run = ? AND (rule IS NOT NULL OR barred_by IS NOT NULL)
       GROUP BY 1 ORDER BY denied DESC, 1`,
      run,
    );
    return rows.map(({ rule, denied, trimmed }) => ({
      rule: String(rule),
      denied: Number(denied),
      trimmed: Number(trimmed),
      rate: Number(asked) === 0 ? 0 : Number(denied) / Number(asked),
    }));
  }

  /** Throws InputError (exit 1) before anything was decided. */
  why(symbol?: string): Why {
    const [meta] = this.#all("SELECT * FROM meta ORDER BY started_at DESC, run DESC LIMIT 1");
    if (meta === undefined)
      throw new InputError("ledger: nothing has been decided yet; start a run with: plimsoll start", 1);
    const run = String(meta.run);
    const signals = this.#all(
      `SELECT * FROM signals WHERE run = ? AND symbol = coalesce(?, symbol)
         AND timestamp = (SELECT max(timestamp) FROM signals WHERE run = ? AND symbol = coalesce(?, symbol))
       ORDER BY number`,
      run,
      symbol ?? null,
      run,
      symbol ?? null,
    );
    const ids = JSON.stringify(signals.map(({ id }) => id));
    return {
      run,
      lastDecisionAt: meta.last_decision_at === null ? null : Number(meta.last_decision_at),
      decisions: Number(meta.decisions),
      staleDecisions: Number(meta.stale_decisions),
      signals,
      orders: this.#all(
        "SELECT * FROM orders WHERE signal_id IN (SELECT value FROM json_each(?)) ORDER BY number",
        ids,
      ),
      claims: this.claims(),
      rejects: this.rejectRates(),
    };
  }

  close(): void {
    this.#trades.close();
    this.#performance.close();
  }

  #all(sql: string, ...values: readonly (string | number | null)[]): LedgerRow[] {
    return this.#trades.prepare(sql).all(...values) as LedgerRow[];
  }
}

function opened(path: string): DatabaseSync {
  if (!existsSync(path))
    throw new InputError(
      `ledger: there is no ${path}; start a run, or make it with: plimsoll journal project`,
      1,
    );
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    db.prepare("SELECT count(*) FROM meta").get();
    return db;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `ledger: ${path} cannot be read (${why}); move it away and make it again with: plimsoll journal project`,
      1,
    );
  }
}
