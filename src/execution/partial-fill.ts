/**
 * What becomes of an entry that filled in part when its time is over (EXEC-1, C-40). The rest is canceled in any case,
 * and the stop covers what has filled from the first fill on.
 */
import { type OrderNumber, Purpose } from "../domain/order.ts";
import { OrderField, type OrderTable } from "./order-table.ts";
import type { PartialFillParams } from "./stop-params.ts";

export interface PartialFill {
  /** Shares, both positive. */
  readonly filled: number;
  readonly ordered: number;
  /** Mean price paid and the stop, dollars per share; the stop is NaN for an entry without one. */
  readonly price: number;
  readonly stop: number;
}

/** Accept: enough filled. Keep: less, but worth having. Unwind: too little to be worth a place among the positions. */
export type PartialVerdict = "accept" | "keep" | "unwind";

/** Room for the last bits of a quotient: 80 of 100 shares are 80 %. */
const DUST = 1e-12;

export function judgePartial(
  { filled, ordered, price, stop }: PartialFill,
  { acceptFraction, minValue, minRisk }: PartialFillParams,
): PartialVerdict {
  if (filled >= acceptFraction * ordered * (1 - DUST)) return "accept";
  const isSmall = filled * price < minValue || filled * Math.abs(price - stop) < minRisk;
  return isSmall ? "unwind" : "keep";
}

/** True for an entry that has ended with too little of what it was for. */
export function unwindsPartial(orders: OrderTable, entry: OrderNumber, params: PartialFillParams): boolean {
  const filled = orders.get(entry, OrderField.filled);
  if (orders.purpose(entry) !== Purpose.Entry || orders.isWorking(entry) || filled === 0) return false;
  const ordered = orders.get(entry, OrderField.shares);
  const price = orders.get(entry, OrderField.averagePrice);
  const stop = orders.get(entry, OrderField.stop);
  return judgePartial({ filled, ordered, price, stop }, params) === "unwind";
}
