/** Orders of a session counted, and what their fills cost against the close that was decided on. */
import type { LedgerRow } from "../live/ledger-reads.ts";
import type { DailyBlocked, DailyOrders, SlippageRow } from "./daily-terms.ts";

const BPS = 10_000;

export function orderTally(orders: readonly LedgerRow[], executions: readonly LedgerRow[]): DailyOrders {
  const is = (status: string) => orders.filter((order) => order.status === status);
  const denied = is("denied").length;
  const sent = orders.filter(({ status }) => status !== "denied");
  const entries = sent.filter(({ purpose }) => purpose === "entry");
  const got = entries.filter((order) => amount(order.filled_qty) > 0);
  const [filled, canceled, expired, rejected] = [
    is("filled"),
    is("canceled"),
    is("expired"),
    is("rejected"),
  ].map((rows) => rows.length) as [number, number, number, number];
  const bought = executions.filter(({ source }) => source !== "adjustment");
  return {
    asked: orders.length,
    denied,
    sent: sent.length,
    filled,
    partial: orders.filter((order) => order.status !== "filled" && amount(order.filled_qty) > 0).length,
    canceled,
    expired,
    rejected,
    working: sent.length - filled - canceled - expired - rejected,
    entryFillRate: entries.length === 0 ? null : got.length / entries.length,
    fills: bought.length,
    traded: sum(bought, (row) => amount(row.quantity) * amount(row.fill_price)),
    costs: sum(executions, (row) => amount(row.commission) + amount(row.regulatory)),
    slippage: slippageRows(orders),
  };
}

/** What the gate refused or trimmed, with the farthest of it: claims have no numbers. */
export function worstOf(
  blocked: readonly Omit<DailyBlocked, "worst">[],
  orders: readonly LedgerRow[],
): DailyBlocked[] {
  return blocked.map((one) => {
    const own = orders.filter(({ rule, barred_by: claim }) => rule === one.rule && claim === null);
    // Most rules bound from above; one that bounds from below is broken by the smallest.
    const over = own.filter((order) => amount(order.rule_used) > amount(order.rule_limit));
    const used = (order: LedgerRow) => amount(order.rule_used);
    const [worst] =
      over.length > 0
        ? over.toSorted((a, b) => used(b) - used(a))
        : own.toSorted((a, b) => used(a) - used(b));
    const number = (cell: LedgerRow[string] | undefined) => (typeof cell === "number" ? cell : null);
    return {
      ...one,
      worst: worst === undefined ? null : { used: number(worst.rule_used), limit: number(worst.rule_limit) },
    };
  });
}

function slippageRows(orders: readonly LedgerRow[]): SlippageRow[] {
  const rows = new Map<
    string,
    { orders: number; dollars: number; traded: number; worst: number; symbol: string }
  >();
  for (const order of orders) {
    const [reference, price] = [amount(order.reference_price), amount(order.filled_avg_price)];
    const shares = amount(order.filled_qty);
    if (!(reference > 0 && price > 0 && shares > 0)) continue;
    const paid = (order.side === "buy" ? 1 : -1) * (price - reference);
    const purpose = String(order.purpose);
    const row = rows.get(purpose) ?? {
      orders: 0,
      dollars: 0,
      traded: 0,
      worst: Number.NEGATIVE_INFINITY,
      symbol: "",
    };
    row.orders += 1;
    row.dollars += paid * shares;
    row.traded += reference * shares;
    if (paid / reference > row.worst)
      Object.assign(row, { worst: paid / reference, symbol: String(order.symbol) });
    rows.set(purpose, row);
  }
  return [...rows]
    .map(([purpose, { orders: count, dollars, traded, worst, symbol }]) => ({
      purpose,
      orders: count,
      dollars,
      bps: (dollars / traded) * BPS,
      worstBps: worst * BPS,
      worstSymbol: symbol,
    }))
    .toSorted((a, b) => b.orders - a.orders);
}

const amount = (cell: LedgerRow[string] | undefined): number => (typeof cell === "number" ? cell : 0);
const sum = (rows: readonly LedgerRow[], of: (row: LedgerRow) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);
