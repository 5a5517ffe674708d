/** The last decision, of a symbol or of all, and what became of it: from the ledger, so execute need not answer. */
import type { EnginePicture } from "../../../app/live/engine-picture.ts";
import type { WhyAnswer } from "../../contract/trading-answers.ts";
import { instant } from "../known.ts";
import type { ReadDatabase, Row } from "../read-database.ts";
import { ORDER_COLUMNS, orderRow } from "./orders.ts";

const LATEST = `SELECT max(timestamp) FROM signals WHERE run = ?1 AND (?2 IS NULL OR symbol = ?2)`;
const SIGNALS = `SELECT * FROM signals WHERE run = ?1 AND (?2 IS NULL OR symbol = ?2)
  AND timestamp = (${LATEST}) ORDER BY number LIMIT 50`;

export function whyAnswer(
  trades: ReadDatabase,
  run: string,
  symbol: string | undefined,
  engine: EnginePicture | undefined,
  answer: string,
): WhyAnswer {
  const wanted = symbol?.toUpperCase() ?? null;
  const meta = trades.first("SELECT last_decision_at FROM meta WHERE run = ?", run);
  return {
    symbol: wanted,
    decidedAt: instant(meta?.last_decision_at),
    answer,
    decisions: trades.all(SIGNALS, run, wanted).map((signal) => decisionOf(trades, signal)),
    blocked: engine?.blocked.filter(({ count, shrunk }) => count + shrunk > 0) ?? [],
  };
}

function decisionOf(trades: ReadDatabase, signal: Row): WhyAnswer["decisions"][number] {
  const [row] = trades.all(
    `SELECT ${ORDER_COLUMNS} WHERE o.signal_id = ? AND o.parent_id IS NULL ORDER BY o.number LIMIT 1`,
    String(signal.id),
  );
  const order = row === undefined ? undefined : orderRow(row);
  return {
    symbol: String(signal.symbol),
    strategy: String(signal.strategy),
    wanted: String(signal.signal_type),
    reason: String(signal.reason),
    became:
      order === undefined ? withoutOrder(signal) : `${order.state.replaceAll("_", " ")}: ${order.cause}`,
    orderId: order?.id ?? null,
  };
}

function withoutOrder({ status, sizing }: Row): string {
  if (status === "unsized") return `no order: ${sizing} left no share`;
  return status === "executed" ? "done" : `no order: ${status}`;
}
