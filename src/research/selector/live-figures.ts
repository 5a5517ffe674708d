/** What strategies earned in runs of a root: closed round trips of its ledger. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { InputError } from "../../domain/assert.ts";

export interface LiveFigures {
  readonly trades: number;
  /** Dollars a round trip, net. */
  readonly mean: number;
  /** Of the mean against nothing earned; NaN below two trades, or where all are alike. */
  readonly tStatistic: number;
}

const BUSY_MS = 2000;

/** By strategy; empty where there is no ledger. Not the demo's, which trades an invented market. Throws InputError. */
export function liveFigures(root: string): ReadonlyMap<string, LiveFigures> {
  const { trades } = ledgerPlaces(root);
  if (!existsSync(trades)) return new Map();
  try {
    const db = new DatabaseSync(trades, { readOnly: true, timeout: BUSY_MS });
    try {
      const rows = db
        .prepare(
          `SELECT strategy, count(*) AS n, avg(pnl) AS mean, sum(pnl * pnl) AS squares FROM trades
           WHERE status = 'CLOSED' AND pnl IS NOT NULL GROUP BY strategy`,
        )
        .all();
      return new Map(rows.map((row) => [String(row.strategy), figuresOf(row)]));
    } finally {
      db.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`ledger: ${trades} cannot be read (${why}); see: plimsoll ledger verify`, 1);
  }
}

function figuresOf(row: Readonly<Record<string, unknown>>): LiveFigures {
  const [trades, mean, squares] = [Number(row.n), Number(row.mean), Number(row.squares)];
  const variance = (squares - trades * mean * mean) / (trades - 1);
  return { trades, mean, tStatistic: variance > 0 ? mean / Math.sqrt(variance / trades) : Number.NaN };
}
