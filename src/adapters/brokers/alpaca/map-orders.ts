/**
 * Alpaca's orders in our words. Its enumerations are open: a word that we do not know becomes "unknown" and is
 * counted, never a guess and never a failure. Only a side that we cannot read makes an order unreadable.
 */
import type {
  BrokerExecution,
  BrokerFill,
  BrokerOrder,
  BrokerOrderClass,
  BrokerOrderId,
  BrokerOrderType,
  BrokerReport,
  BrokerStatus,
  BrokerTimeInForce,
} from "../../../domain/broker.ts";
import { BUY, type ClientOrderId, SELL, type Side } from "../../../domain/order.ts";
import type { Counts } from "../../net/counts.ts";
import type { WireFill, WireOrder, WireUpdate } from "./wire-orders.ts";

const statuses = new Map<string, BrokerStatus>([
  ["pending_new", "pending"],
  ["accepted", "pending"],
  ["pending_review", "pending"],
  ["held", "held"],
  ["new", "working"],
  ["partially_filled", "partially_filled"],
  ["pending_cancel", "pending_cancel"],
  ["pending_replace", "pending_replace"],
  ["done_for_day", "done_for_day"],
  ["filled", "filled"],
  ["canceled", "canceled"],
  ["expired", "expired"],
  ["rejected", "rejected"],
  ["replaced", "replaced"],
]);

/** Rare and alive: the life cycle asks again, and there is nothing to count. */
const rareStatuses: readonly string[] = ["calculated", "stopped", "suspended", "accepted_for_bidding"];

const types = new Map<string, BrokerOrderType>(
  (["market", "limit", "stop", "stop_limit", "trailing_stop"] as const).map((type) => [type, type]),
);
const timesInForce = new Map<string, BrokerTimeInForce>(
  (["day", "gtc", "opg", "cls", "ioc", "fok"] as const).map((time) => [time, time]),
);
const classes = new Map<string, BrokerOrderClass>([
  ["", "simple"],
  ["simple", "simple"],
  ["bracket", "bracket"],
  ["oto", "oto"],
  ["oco", "oco"],
]);
const sides = new Map<string, Side>([
  ["buy", BUY],
  ["sell", SELL],
  ["sell_short", SELL],
]);

const knownEvents = new Set<string>([
  ...[
    "accepted",
    "pending_new",
    "new",
    "partial_fill",
    "fill",
    "canceled",
    "expired",
    "done_for_day",
    "rejected",
  ],
  ...["replaced", "pending_cancel", "pending_replace", "order_cancel_rejected", "order_replace_rejected"],
  ...[
    "stopped",
    "suspended",
    "calculated",
    "held",
    "restated",
    "trade_bust",
    "trade_correct",
    "pending_review",
  ],
]);

/** Undefined when its side cannot be read. */
export function orderFrom(wire: WireOrder, counts: Counts): BrokerOrder | undefined {
  const side = sides.get(wire.side);
  if (side === undefined) {
    counts.add("alpaca.unknown.side");
    return undefined;
  }
  const type = types.get(wire.type ?? wire.order_type ?? "");
  if (type === undefined) counts.add("alpaca.unknown.type");
  const timeInForce = timesInForce.get(wire.time_in_force ?? "");
  if (timeInForce === undefined) counts.add("alpaca.unknown.time_in_force");
  const orderClass = classes.get(wire.order_class ?? "");
  if (orderClass === undefined) counts.add("alpaca.unknown.order_class");
  return {
    id: wire.id as BrokerOrderId,
    clientId: wire.client_order_id as ClientOrderId,
    symbol: wire.symbol,
    side,
    type: type ?? "unknown",
    orderClass: orderClass ?? "simple",
    timeInForce: timeInForce ?? "unknown",
    filled: wire.filled_qty,
    status: statusFrom(wire.status, counts),
    legs: legsFrom(wire, counts),
    ...given("shares", wire.qty),
    ...given("averagePrice", wire.filled_avg_price),
    ...given("limit", wire.limit_price),
    ...given("stop", wire.stop_price),
    ...given("submittedAt", wire.submitted_at ?? wire.created_at),
    ...given("updatedAt", wire.updated_at),
    ...given("replaces", wire.replaces as BrokerOrderId | undefined),
    ...given("replacedBy", wire.replaced_by as BrokerOrderId | undefined),
  };
}

/** Undefined when its side cannot be read. */
export function fillFrom(wire: WireFill, counts: Counts): BrokerFill | undefined {
  const side = sides.get(wire.side);
  if (side === undefined) {
    counts.add("alpaca.unknown.side");
    return undefined;
  }
  return {
    id: executionIdOf(wire.id),
    at: wire.transaction_time,
    shares: wire.qty,
    price: wire.price,
    order: wire.order_id as BrokerOrderId,
    symbol: wire.symbol,
    side,
    filled: wire.cum_qty,
  };
}

/** What the stream told; undefined when its order cannot be read. */
export function reportFrom(wire: WireUpdate, counts: Counts): BrokerReport | undefined {
  const order = orderFrom(wire.order, counts);
  if (order === undefined) return undefined;
  if (!knownEvents.has(wire.event)) counts.add("alpaca.unknown.event");
  const execution = executionFrom(wire, counts);
  const report = { kind: "report", cause: "stream", event: wire.event, order } as const;
  return execution === undefined ? report : { ...report, execution };
}

/** Only of fills, and only with a name of its own: without one it could be counted twice; the order's sum tells. */
function executionFrom(wire: WireUpdate, counts: Counts): BrokerExecution | undefined {
  if (wire.event !== "fill" && wire.event !== "partial_fill") return undefined;
  const at = wire.timestamp ?? wire.at ?? wire.order.updated_at;
  const { execution_id, qty, price } = wire;
  if (execution_id === undefined || qty === undefined || price === undefined || at === undefined) {
    counts.add("alpaca.fill-without-execution");
    return undefined;
  }
  return { id: execution_id, at, shares: qty, price };
}

/** An activity's id is its time, two colons and the execution's own id, by which the stream names it too. */
function executionIdOf(activityId: string): string {
  const colons = activityId.indexOf("::");
  return colons < 0 ? activityId : activityId.slice(colons + 2);
}

function legsFrom(wire: WireOrder, counts: Counts): readonly BrokerOrder[] {
  return (wire.legs ?? []).flatMap((leg) => orderFrom({ ...leg, legs: null }, counts) ?? []);
}

function statusFrom(word: string, counts: Counts): BrokerStatus {
  const status = statuses.get(word);
  if (status === undefined && !rareStatuses.includes(word)) counts.add("alpaca.unknown.status");
  return status ?? "unknown";
}

/** `{ key: value }`, or nothing when there is no value: what is unknown is absent. */
function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
