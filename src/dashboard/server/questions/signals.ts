/** Signals of the run, the newest first. */
import type { SignalsAnswer } from "../../contract/trading-answers.ts";
import { instant, known } from "../known.ts";
import type { SignalsAsk } from "../question-words.ts";
import type { Cell, ReadDatabase } from "../read-database.ts";

export function signalsAnswer(trades: ReadDatabase, run: string, ask: SignalsAsk): SignalsAnswer {
  const filters: [string, Cell][] = [["run", run]];
  if (ask.symbol !== undefined) filters.push(["symbol", ask.symbol.toUpperCase()]);
  if (ask.strategy !== undefined) filters.push(["strategy", ask.strategy]);
  const where = filters.map(([column]) => `${column} = ?`).join(" AND ");
  const values = filters.map(([, value]) => value);
  const rows = trades.all(
    `SELECT * FROM signals WHERE ${where} ORDER BY number DESC LIMIT ? OFFSET ?`,
    ...values,
    ask.limit,
    ask.from,
  );
  return {
    total: known(trades.first(`SELECT count(*) AS n FROM signals WHERE ${where}`, ...values)?.n) ?? 0,
    rows: rows.map((row) => ({
      id: String(row.id),
      at: instant(row.timestamp) ?? "",
      symbol: String(row.symbol),
      strategy: String(row.strategy),
      type: String(row.signal_type),
      price: known(row.price),
      strength: known(row.strength),
      stop: known(row.stop_loss),
      target: known(row.take_profit),
      status: String(row.status),
      reason: String(row.reason),
    })),
  };
}
