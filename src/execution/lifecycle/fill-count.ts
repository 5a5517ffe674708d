/**
 * Counts what traded by the only figures that survive lost, repeated and reordered news: the shares that an order has
 * filled in all and their mean price. Any order of the same news ends in the same totals.
 */
import type { BrokerExecution, BrokerOrder } from "../../domain/broker.ts";
import { MICROS, NANOS, type Price } from "../../domain/money.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { ChildOrder, FillCount } from "./child-order.ts";

/** Whole nano-shares. */
export const nanosOf = (shares: number): number => Math.round(shares * NANOS);

export interface Counted {
  readonly nanos: number;
  readonly price: Price;
  readonly at: EpochMicros;
}

/** True when the broker takes back what it told before: its newer word is of fewer shares. */
export function isBust(child: ChildOrder, order: BrokerOrder): boolean {
  const known = child.counts.get(order.id)?.filled ?? 0;
  return nanosOf(order.filled) < known && (order.updatedAt ?? 0) > child.updatedAt;
}

/** What is new; undefined when nothing is, or when no price is known for it yet. */
export function countFill(
  child: ChildOrder,
  order: BrokerOrder,
  execution: BrokerExecution | undefined,
  now: EpochMicros,
): Counted | undefined {
  const count = child.counts.get(order.id) ?? { filled: 0, value: 0 };
  const nanos = nanosOf(order.filled) - count.filled;
  if (!(nanos > 0)) return undefined;
  const dollars = priceOf(order, execution, count, nanos);
  const price = Math.max(1, Math.round(dollars * MICROS)) as Price;
  if (!Number.isFinite(price)) return undefined;
  count.filled += nanos;
  count.value += (price / MICROS) * (nanos / NANOS);
  child.counts.set(order.id, count);
  child.filled += nanos;
  const at = execution?.at ?? order.updatedAt ?? now;
  return { nanos, price, at: Math.min(at, now) as EpochMicros };
}

/** Dollars per share; NaN when the broker told none. */
function priceOf(
  order: BrokerOrder,
  execution: BrokerExecution | undefined,
  count: FillCount,
  nanos: number,
): number {
  const paid = execution?.price ?? Number.NaN;
  if (execution !== undefined && nanosOf(execution.shares) === nanos && paid > 0) return paid;
  const mean = order.averagePrice ?? Number.NaN;
  if (!(mean > 0)) return paid > 0 ? paid : Number.NaN;
  const rest = (mean * order.filled - count.value) / (nanos / NANOS);
  return rest > 0 ? rest : mean;
}
