/** An order as the simulated venue holds it, and when a bar reaches it. */
import type { InstrumentId } from "../domain/instrument.ts";
import { BUY, type OrderNumber, OrderType, Purpose, SELL, type Side, TimeInForce } from "../domain/order.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import type { ApprovedOrder } from "../risk/gate.ts";

export interface RestingOrder {
  readonly number: OrderNumber;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly purpose: Purpose;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limit: number;
  stop: number;
  /** Shares still to trade; 0 for a protective order whose entry has not filled. */
  remaining: number;
  fills: number;
  /** Shares that its pair traded in its place: the venue cancels them at the end. */
  ceded: number;
  /** When the venue got it. */
  readonly arrivedAt: EpochMicros;
  /** Session that a day order dies with; NaN for the next one, when it came after a close. */
  session: DayNumber;
  /** Set once a stop was reached: from then on it is a market order. */
  triggered: boolean;
  /** Shares that its entry bought inside the bar that closed at `freshAt`: earlier prices cannot fill them. */
  fresh: number;
  freshAt: EpochMicros;
  done: boolean;
  stopLeg: RestingOrder | undefined;
  targetLeg: RestingOrder | undefined;
  /** The other protective order of the same position. */
  pair: RestingOrder | undefined;
  /** The entry that a protective order came with. */
  entry: RestingOrder | undefined;
}

/** The order and its sleeping protective orders. */
export function rest(order: ApprovedOrder, session: DayNumber, arrivedAt: EpochMicros): RestingOrder {
  const resting: RestingOrder = {
    number: order.number,
    instrument: order.instrument,
    side: order.side,
    purpose: order.purpose,
    type: order.type,
    timeInForce: order.timeInForce,
    limit: order.limit,
    stop: order.stop,
    remaining: order.shares,
    fills: 0,
    ceded: 0,
    arrivedAt,
    session,
    triggered: false,
    fresh: 0,
    freshAt: Number.NaN as EpochMicros,
    done: false,
    stopLeg: undefined,
    targetLeg: undefined,
    pair: undefined,
    entry: undefined,
  };
  const { bracket } = order;
  if (bracket === undefined || order.purpose !== Purpose.Entry) return resting;
  const leg = {
    ...resting,
    entry: resting,
    side: -order.side as Side,
    timeInForce: TimeInForce.GoodTillCanceled,
    remaining: 0,
  };
  if (bracket.stopOrder !== undefined) {
    const { stopOrder: number, stop } = bracket;
    resting.stopLeg = {
      ...leg,
      number,
      stop,
      limit: Number.NaN,
      type: OrderType.Stop,
      purpose: Purpose.StopLoss,
    };
  }
  if (bracket.targetOrder !== undefined) {
    const { targetOrder: number, target: limit } = bracket;
    resting.targetLeg = {
      ...leg,
      number,
      limit,
      stop: Number.NaN,
      type: OrderType.Limit,
      purpose: Purpose.TakeProfit,
    };
  }
  if (resting.stopLeg !== undefined) resting.stopLeg.pair = resting.targetLeg;
  if (resting.targetLeg !== undefined) resting.targetLeg.pair = resting.stopLeg;
  return resting;
}

/** True when the opening print itself fills the order. */
export function fillsAtOpen(order: RestingOrder, open: number): boolean {
  if (order.type === OrderType.Market || order.triggered) return true;
  if (order.type === OrderType.Stop) return order.side === BUY ? open >= order.stop : open <= order.stop;
  return order.side === BUY ? open <= order.limit : open >= order.limit;
}

/** True when the bar reaches the order after its open. A limit must be traded through (SM-2). */
export function fillsInside(order: RestingOrder, high: number, low: number): boolean {
  if (order.type === OrderType.Stop) return order.side === BUY ? high >= order.stop : low <= order.stop;
  return order.side === BUY ? low < order.limit : high > order.limit;
}

/** True when the closing print fills an order for the closing auction. */
export function fillsAtClose(order: RestingOrder, close: number): boolean {
  if (order.type !== OrderType.Limit) return order.type === OrderType.Market;
  return order.side === BUY ? close <= order.limit : close >= order.limit;
}

/** A limit order never trades beyond its limit, whatever the slippage model says. */
export function bounded(order: RestingOrder, price: number): number {
  if (order.type !== OrderType.Limit) return price;
  return order.side === SELL ? Math.max(order.limit, price) : Math.min(order.limit, price);
}

/** False for what rests at the venue or waits for an auction when a bar opens: it travels no more. */
export function travels(order: RestingOrder): boolean {
  return order.type !== OrderType.Stop && order.timeInForce !== TimeInForce.AtOpen;
}
