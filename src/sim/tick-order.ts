/** An order as the venue of ticks holds it: the resting order, its place in the queue and its instants. */
import { OrderType, TimeInForce } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { ENTRY_LIFE_MICROS } from "../execution/order-policy.ts";
import { notQueued, type QueuePosition } from "./queue-position.ts";
import type { RestingOrder } from "./resting-order.ts";
import { type Away, onlySpread } from "./slippage-split.ts";
import { isNoWorse } from "./tick-match.ts";

/** How long after the close its auction may print. */
const CLOSING_PRINT_MICROS = 5 * MICROS_PER_MINUTE;

export interface TickOrder {
  readonly order: RestingOrder;
  readonly queue: QueuePosition;
  /** Middle of the market when the decision left and when the order came; NaN when nobody quoted. */
  sentMid: number;
  arrivedMid: number;
  /** An exit that closes what this entry turns around: that one trades first. */
  waitsFor: RestingOrder | undefined;
  /** It has been in the book: from now on others come to its price. */
  rests: boolean;
  /** The print that triggered a stop; it trades after that, never with it. */
  triggeredAt: number;
  /** Close whose auction it waits for; Infinity when it waits for none. */
  readonly closeAt: number;
  /** When its time is over; Infinity for never. */
  readonly expiresAt: number;
}

export function tickOrder(
  order: RestingOrder,
  mids: { readonly sentMid: number; readonly arrivedMid: number },
  close: EpochMicros,
): TickOrder {
  const { timeInForce, arrivedAt } = order;
  const atClose = timeInForce === TimeInForce.AtClose;
  const lives: Partial<Record<TimeInForce, number>> = {
    [TimeInForce.NextBar]: arrivedAt + ENTRY_LIFE_MICROS,
    [TimeInForce.Day]: close,
    [TimeInForce.AtClose]: close + CLOSING_PRINT_MICROS,
  };
  return {
    order,
    queue: notQueued(),
    ...mids,
    waitsFor: undefined,
    rests: false,
    triggeredAt: Number.NEGATIVE_INFINITY,
    closeAt: atClose ? close : Number.POSITIVE_INFINITY,
    expiresAt: lives[timeInForce] ?? Number.POSITIVE_INFINITY,
  };
}

/** True for what takes whatever the other side asks: market orders, and stops that were reached. */
export const isMarket = ({ type, triggered }: RestingOrder): boolean =>
  type === OrderType.Market || triggered;

export const isAuctionOnly = ({ timeInForce }: RestingOrder): boolean =>
  timeInForce === TimeInForce.AtOpen || timeInForce === TimeInForce.AtClose;

/** True when `price` is no worse than the limit; always for an order without one. */
export const isWithinLimit = ({ limit, side }: RestingOrder, price: number): boolean =>
  isNoWorse(side, limit, price);

/** It took what was displayed, others came to its price, or an auction filled it. */
export type HowFilled = "took" | "rested" | "auction";

const orZero = (dollars: number): number => (Number.isNaN(dollars) ? 0 : dollars);

/**
 * Why a fill at `price` stands where it does, dollars per share. What took the market's price is measured from the
 * middle at the decision: until the arrival the market drifted, from then on our own order and its waiting moved it,
 * and the rest is the spread. What rested chose its price and is measured from the middle at the fill.
 */
export function awayFrom(
  { order: { side }, sentMid, arrivedMid }: TickOrder,
  price: number,
  how: HowFilled,
  mid: number,
  print: number,
): Away {
  if (how === "auction") return onlySpread(side * (price - print));
  const spread = orZero(side * (price - mid));
  if (how === "rested") return onlySpread(spread);
  const drift = orZero(side * (arrivedMid - sentMid));
  return { spread, drift, impact: orZero(side * (mid - arrivedMid)) };
}
