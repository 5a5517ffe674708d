/** The ledger's rows as tables for people. */
import type { LedgerRow, Why } from "../app/live/ledger-reads.ts";
import { type EpochMicros, isoInstant } from "../domain/time.ts";
import { alignedTable } from "./aligned-table.ts";

const right = (title: string) => ({ title, align: "right" }) as const;
const left = (title: string) => ({ title });

type Cell = LedgerRow[string] | undefined;

const text = (cell: Cell): string => (cell === null || cell === undefined ? "" : String(cell));
const fixed = (cell: Cell, digits: number): string => (typeof cell === "number" ? cell.toFixed(digits) : "");
const dollars = (cell: Cell): string => fixed(cell, 2);
const percent = (cell: Cell): string => (typeof cell === "number" ? `${(cell * 100).toFixed(2)}%` : "");
const shares = (cell: Cell): string => (typeof cell === "number" ? String(Math.round(cell * 1e6) / 1e6) : "");
/** To the second: finer parts are in `--json`. */
const instant = (cell: Cell): string =>
  typeof cell === "number" ? isoInstant((cell - (cell % 1_000_000)) as EpochMicros) : "";

export function positionsText(positions: readonly LedgerRow[], lots: readonly LedgerRow[]): string {
  if (positions.length === 0) return "no open position";
  const columns = [
    left("symbol"),
    left("side"),
    right("shares"),
    right("entry"),
    right("price"),
    right("unrealised"),
    right("%"),
    right("stop"),
    right("target"),
    left("held by"),
  ];
  const rows = positions.map((row) => [
    text(row.symbol),
    text(row.side),
    shares(row.quantity),
    dollars(row.entry_price),
    dollars(row.current_price),
    dollars(row.unrealized_pnl),
    percent(row.unrealized_pnl_pct),
    dollars(row.stop_loss),
    dollars(row.target_price),
    lots
      .filter(({ symbol }) => symbol === row.symbol)
      .map(({ strategy, quantity }) => `${strategy} ${shares(quantity)}`)
      .join(", "),
  ]);
  return alignedTable(columns, rows);
}

export function ordersText(orders: readonly LedgerRow[]): string {
  if (orders.length === 0) return "no order";
  const columns = [
    left("decided (UTC)"),
    left("symbol"),
    left("strategy"),
    left("side"),
    left("for"),
    right("shares"),
    right("filled"),
    right("price"),
    left("status"),
    left("verdict"),
  ];
  const rows = orders.map((row) => [
    instant(row.decided_at),
    text(row.symbol),
    text(row.strategy),
    text(row.side),
    text(row.purpose),
    shares(row.quantity || row.requested),
    shares(row.filled_qty),
    dollars(row.filled_avg_price ?? row.limit_price ?? row.stop_price),
    text(row.status),
    verdict(row),
  ]);
  return alignedTable(columns, rows);
}

/** What refused or trimmed it, with both numbers; empty when nothing did. */
export function verdict(order: LedgerRow): string {
  if (order.barred_by !== null) return `barred: ${order.barred_by}`;
  if (order.rule === null) return order.status === "denied" ? "no share left to ask for" : "";
  const asked = `${order.rule} ${figure(order.rule_used)} of ${figure(order.rule_limit)}`;
  return order.status === "denied" ? asked : `trimmed: ${asked}`;
}

function figure(value: Cell): string {
  if (typeof value !== "number") return "no data";
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 1 ? 4 : 2);
}

export function tradesText(trades: readonly LedgerRow[]): string {
  if (trades.length === 0) return "no trade";
  const columns = [
    left("opened (UTC)"),
    left("closed (UTC)"),
    left("symbol"),
    left("strategy"),
    left("side"),
    right("shares"),
    right("entry"),
    right("exit"),
    right("profit"),
    right("%"),
    left("out by"),
  ];
  const rows = trades.map((row) => [
    instant(row.timestamp),
    instant(row.exit_timestamp),
    text(row.symbol),
    text(row.strategy),
    text(row.side),
    shares(row.quantity),
    dollars(row.entry_price),
    dollars(row.exit_price),
    dollars(row.pnl),
    percent(row.pnl_percent),
    text(row.exit_reason ?? row.status),
  ]);
  return alignedTable(columns, rows);
}

export function claimsText(claims: readonly LedgerRow[]): string {
  if (claims.length === 0) return "nothing bars or scales trading";
  const columns = [
    left("level"),
    right("scale"),
    left("of"),
    left("by"),
    left("since (UTC)"),
    left("until (UTC)"),
    left("lifted by"),
    left("why"),
  ];
  const rows = claims.map((row) => [
    text(row.action),
    figure(row.scalar),
    text(row.target),
    `${row.authority}/${row.breaker_type}`,
    instant(row.triggered_at),
    instant(row.expires_at),
    row.lifted_by === "operator" ? "an operator" : "itself",
    text(row.reason),
  ]);
  return alignedTable(columns, rows);
}

/** What the strategy saw, as it was written down; nothing of what was said before it was. */
function seenText(features: Cell): string[] {
  if (typeof features !== "string") return [];
  const seen = JSON.parse(features) as readonly (readonly [string, number | null])[];
  return seen.length === 0
    ? []
    : [`    saw ${seen.map(([name, value]) => `${name} ${figure(value)}`).join(", ")}`];
}

export function whyText(why: Why, symbol: string | undefined): string {
  const about = symbol === undefined ? "" : ` on ${symbol}`;
  const last = why.lastDecisionAt === null ? "none yet" : `the last at ${instant(why.lastDecisionAt)}`;
  const stale = why.staleDecisions === 0 ? "" : `, ${why.staleDecisions} too late to enter on`;
  const signals = why.signals.flatMap((row) => [
    `  ${row.symbol} ${row.strategy}: ${row.signal_type}, ${row.status}` +
      `${row.status === "unsized" ? ` by ${row.sizing}` : ""}; ${row.reason}`,
    ...seenText(row.features),
  ]);
  const [at] = why.signals;
  const rejects = why.rejects.map(
    ({ rule, denied, trimmed, rate }) => [rule, denied, trimmed, percent(rate)] as const,
  );
  return [
    `${why.decisions} decisions, ${last}${stale}`,
    at === undefined
      ? `nobody has wished anything${about}`
      : `last wishes${about}, ${instant(at.timestamp)}:`,
    ...signals,
    ...(why.orders.length === 0 ? [] : ["", "orders of these:", ordersText(why.orders)]),
    "",
    "in force:",
    claimsText(why.claims),
    "",
    ...(rejects.length === 0
      ? ["no order was refused or trimmed"]
      : [
          "refused and trimmed since the start:",
          alignedTable([left("rule"), right("refused"), right("trimmed"), right("of all")], rejects),
        ]),
  ].join("\n");
}
