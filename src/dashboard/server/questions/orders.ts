/** Orders of the run, the newest first, and where they ended: plain reads of trades.db by its indexes. */
import type { Funnel, OrderRow, OrdersAnswer } from "../../contract/trading-answers.ts";
import { instant, known, text } from "../known.ts";
import type { OrdersAsk } from "../question-words.ts";
import type { Cell, ReadDatabase, Row } from "../read-database.ts";

/** Legs that wait for their entry are no orders of anybody's yet. */
const ASLEEP = "o.status = 'sent' AND o.parent_id IS NOT NULL";
const CARRIES_OUT = "o.purpose IN ('entry', 'exit')";
/** It counts every order of the run: not with each page that somebody turns. */
const FUNNEL_EVERY_MS = 2000;

/** Newest first; a protective order says what it protects. */
export const ORDER_COLUMNS = `o.*, s.reason AS signal_reason, p.filled_avg_price AS parent_price
  FROM orders o LEFT JOIN signals s ON s.id = o.signal_id LEFT JOIN orders p ON p.id = o.parent_id`;

export class OrdersQuestion {
  readonly #trades: ReadDatabase;
  /** Monotonic milliseconds. */
  readonly #now: () => number;
  #funnel: Omit<Funnel, "unknown"> | undefined;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(trades: ReadDatabase, now: () => number) {
    this.#trades = trades;
    this.#now = now;
  }

  answer(run: string, ask: OrdersAsk, unknown: number): OrdersAnswer {
    const { where, values } = filtered(run, ask);
    const rows = this.#trades.all(
      // The page first and what belongs to it then: rows that are passed over are not joined.
      `SELECT ${ORDER_COLUMNS} WHERE o.rowid IN (SELECT o.rowid FROM orders o WHERE ${where} AND NOT (${ASLEEP})
         ORDER BY o.number DESC LIMIT ? OFFSET ?) ORDER BY o.number DESC`,
      ...values,
      ask.limit,
      ask.from,
    );
    const total = this.#count(where, values) - this.#count(`${where} AND ${ASLEEP}`, values);
    return { total, from: ask.from, rows: rows.map(orderRow), funnel: { ...this.#funnelOf(run), unknown } };
  }

  /** Each of both has an index; what is left of one after the other has none. */
  #count(where: string, values: readonly Cell[]): number {
    return known(this.#trades.first(`SELECT count(*) AS n FROM orders o WHERE ${where}`, ...values)?.n) ?? 0;
  }

  #funnelOf(run: string): Omit<Funnel, "unknown"> {
    const now = this.#now();
    if (this.#funnel !== undefined && now - this.#countedAt < FUNNEL_EVERY_MS) return this.#funnel;
    this.#countedAt = now;
    this.#funnel = funnelOf(this.#trades, run);
    return this.#funnel;
  }
}

function filtered(
  run: string,
  { symbol, strategy, state }: Pick<OrdersAsk, "symbol" | "strategy" | "state">,
) {
  const filters: [string, Cell][] = [["o.run", run]];
  if (symbol !== undefined) filters.push(["o.symbol", symbol.toUpperCase()]);
  if (strategy !== undefined) filters.push(["o.strategy", strategy]);
  if (state !== undefined) filters.push(["o.status", state]);
  return {
    where: filters.map(([column]) => `${column} = ?`).join(" AND "),
    values: filters.map(([, value]) => value),
  };
}

export function orderRow(row: Row): OrderRow {
  return {
    id: String(row.id),
    at: instant(row.decided_at) ?? "",
    symbol: String(row.symbol),
    strategy: String(row.strategy),
    side: String(row.side),
    purpose: String(row.purpose),
    shares: known(row.quantity) || known(row.requested) || 0,
    filled: known(row.filled_qty) ?? 0,
    price: known(row.filled_avg_price) ?? known(row.limit_price) ?? known(row.stop_price),
    state: String(row.status),
    slippageBps: slippageOf(row),
    cause: causeOf(row),
  };
}

/** Against the close that it was decided at, + costs us. */
export function slippageOf({ side, filled_avg_price: paid, reference_price: reference }: Row): number | null {
  if (known(paid) === null || !(Number(reference) > 0)) return null;
  const sign = side === "buy" ? 1 : -1;
  return sign * (Number(paid) / Number(reference) - 1) * 10_000;
}

/** What refused or trimmed it with both numbers; else why it was asked. */
function causeOf(row: Row): string {
  const barred = text(row.barred_by);
  if (barred !== null) return `barred: ${barred}`;
  const rule = text(row.rule);
  const isDenied = row.status === "denied";
  const verdict = rule === null ? "" : `${rule} ${figure(row.rule_used)} of ${figure(row.rule_limit)}`;
  if (isDenied) return verdict === "" ? "no share left to ask for" : verdict;
  const asked = text(row.signal_reason);
  const parent = row.parent_id === null ? null : `protects the entry at ${figure(row.parent_price)}`;
  const why = parent ?? asked ?? "everything is being closed";
  return verdict === "" ? why : `trimmed: ${verdict}; ${why}`;
}

export function figure(value: unknown): string {
  const number = known(value);
  if (number === null) return "no data";
  return Number.isInteger(number) ? String(number) : number.toFixed(Math.abs(number) < 1 ? 4 : 2);
}

/** Of the whole run; protective orders follow their entry and are not counted. */
function funnelOf(trades: ReadDatabase, run: string): Omit<Funnel, "unknown"> {
  const row = trades.first(
    `SELECT count(*) AS decided, sum(o.status = 'denied') AS denied,
       count(DISTINCT CASE WHEN o.status = 'denied' THEN coalesce(o.rule, o.barred_by) END) AS rules,
       sum(o.status <> 'denied') AS sent, sum(o.alpaca_order_id IS NOT NULL OR o.filled_qty > 0) AS acked,
       sum(o.filled_qty > 0) AS filled, sum(o.status = 'rejected') AS rejected,
       sum(CASE WHEN o.filled_qty > 0 AND o.reference_price > 0 THEN o.filled_qty * o.reference_price END) AS worth,
       sum(CASE WHEN o.filled_qty > 0 AND o.reference_price > 0 THEN
         o.filled_qty * (o.filled_avg_price - o.reference_price) * iif(o.side = 'buy', 1, -1) END) AS lost
     FROM orders o WHERE o.run = ? AND o.parent_id IS NULL AND ${CARRIES_OUT}`,
    run,
  );
  const count = (name: string): number => known(row?.[name]) ?? 0;
  return {
    decided: count("decided"),
    denied: count("denied"),
    rulesThatDenied: count("rules"),
    sent: count("sent"),
    acked: count("acked"),
    filled: count("filled"),
    rejected: count("rejected"),
    meanSlippageBps: count("worth") > 0 ? (10_000 * count("lost")) / count("worth") : null,
    ackP99Ms: ackP99Of(trades, run),
  };
}

/** 99 of 100 orders were taken by the broker within so many milliseconds of the machine; null before the first. */
function ackP99Of(trades: ReadDatabase, run: string): number | null {
  const taken = `FROM orders o WHERE o.run = ? AND o.acked_ms IS NOT NULL AND o.parent_id IS NULL AND ${CARRIES_OUT}`;
  const count = known(trades.first(`SELECT count(*) AS n ${taken}`, run)?.n) ?? 0;
  if (count === 0) return null;
  const rank = Math.ceil(0.99 * count) - 1;
  return known(
    trades.first(`SELECT acked_ms ${taken} ORDER BY acked_ms LIMIT 1 OFFSET ?`, run, rank)?.acked_ms,
  );
}
