/** An order as the simulated venue holds it, and when a bar reaches it. */
import type { InstrumentId } from "../domain/instrument.ts";
import { NANOS, type Quantity, shares as toQuantity } from "../domain/money.ts";
import { BUY, type OrderNumber, OrderType, Purpose, SELL, type Side, TimeInForce } from "../domain/order.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { splitFill } from "../execution/fill-split.ts";
import type { ApprovedOrder, Bracket } from "../risk/gate.ts";

export interface RestingOrder {
  readonly number: OrderNumber;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly purpose: Purpose;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  limit: number;
  stop: number;
  /** Shares still to trade; 0 for a protective order whose entry has not filled. */
  remaining: number;
  fills: number;
  /** Shares that have traded, as they count today. */
  filled: number;
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
  /** Of an order that several demands share: what each asked for and got. */
  parts: OrderPart[] | undefined;
}

/** One demand in a shared order, with its own protective orders. */
export interface OrderPart {
  readonly number: OrderNumber;
  /** Nano-shares of the order that are for it, and what it has of them. */
  demand: number;
  given: number;
  /** Shares that never came here and have to be protected from the start. */
  crossed: number;
  readonly stopLeg: RestingOrder | undefined;
  readonly targetLeg: RestingOrder | undefined;
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
    filled: 0,
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
    parts: undefined,
  };
  if (order.purpose === Purpose.Entry && order.bracket !== undefined)
    Object.assign(resting, legsOf(resting, order.bracket));
  return withParts(resting, order);
}

function withParts(resting: RestingOrder, { members, purpose }: ApprovedOrder): RestingOrder {
  if (members === undefined) return resting;
  resting.parts = members.map(({ number, shares, crossed, bracket }) => ({
    number,
    demand: toQuantity(shares),
    given: 0,
    crossed,
    ...legsOf(resting, purpose === Purpose.Entry ? bracket : undefined),
  }));
  return resting;
}

type Legs = Pick<RestingOrder, "stopLeg" | "targetLeg">;

/** The protective orders of an entry, asleep, each the other's pair. */
function legsOf(resting: RestingOrder, bracket: Bracket | undefined): Legs {
  const legs: Legs = { stopLeg: undefined, targetLeg: undefined };
  if (bracket === undefined) return legs;
  const leg = {
    ...resting,
    entry: resting,
    side: -resting.side as Side,
    timeInForce: TimeInForce.GoodTillCanceled,
    remaining: 0,
    stopLeg: undefined,
    targetLeg: undefined,
    parts: undefined,
  };
  if (bracket.stopOrder !== undefined) {
    const { stopOrder: number, stop } = bracket;
    legs.stopLeg = {
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
    legs.targetLeg = {
      ...leg,
      number,
      limit,
      stop: Number.NaN,
      type: OrderType.Limit,
      purpose: Purpose.TakeProfit,
    };
  }
  if (legs.stopLeg !== undefined) legs.stopLeg.pair = legs.targetLeg;
  if (legs.targetLeg !== undefined) legs.targetLeg.pair = legs.stopLeg;
  return legs;
}

/**
 * A stop sent for a position that a target protects already: from now on one cancels the other, also for what the
 * target has traded while the stop was on its way. False when the target is over: then so is the stop.
 */
export function joinPair(stop: RestingOrder, target: RestingOrder | undefined): boolean {
  if (target === undefined || target.done) return false;
  stop.pair = target;
  target.pair = stop;
  const traded = Math.max(0, stop.remaining - target.remaining);
  stop.ceded += traded;
  stop.remaining -= traded;
  return stop.remaining > 0;
}

/** One cancels other: what one sold, its pair must not sell again. True when that leaves the pair nothing. */
export function cede(pair: RestingOrder, shares: number): boolean {
  if (pair.done) return false;
  pair.remaining -= shares;
  pair.ceded += shares;
  return pair.remaining <= 0;
}

/** Protective orders that sleep for good once the rest of their entry is dead. */
export function idleLegs({ parts, fills, stopLeg, targetLeg }: RestingOrder): RestingOrder[] {
  const idle =
    parts === undefined
      ? fills > 0
        ? []
        : [stopLeg, targetLeg]
      : parts.flatMap((part) => (part.given > 0 || part.crossed > 0 ? [] : [part.stopLeg, part.targetLeg]));
  return idle.filter((leg) => leg !== undefined);
}

/** What ends with an order that is refused: itself and the protective orders of whoever holds nothing of it. */
export function refused(order: RestingOrder): RestingOrder[] {
  const ended = [order, ...idleLegs(order)];
  for (const each of ended) each.done = true;
  return ended;
}

/** The protective orders of all who share an order, each with the shares that have to be protected from the start. */
export const legsOfParts = ({ parts = [] }: RestingOrder) =>
  parts.flatMap(({ crossed, stopLeg, targetLeg }) =>
    [stopLeg, targetLeg].filter((leg) => leg !== undefined).map((leg) => ({ leg, crossed })),
  );

/** What a fill of a shared order wakes, and for how many shares each. */
export function splitOver(parts: readonly OrderPart[], shares: number) {
  const demands = parts.map(({ demand }) => demand);
  const split = splitFill(
    demands,
    parts.map(({ given }) => given),
    toQuantity(shares),
  );
  return parts.map((part, n) => {
    const own = split[n] ?? 0;
    part.given += own;
    return { part, shares: own / NANOS };
  });
}

/** What an end tells of the fills before it: nano-shares, for all who share the order. */
export const filledOf = ({ parts, filled }: RestingOrder): Quantity =>
  parts === undefined ? toQuantity(filled) : (parts.reduce((sum, { given }) => sum + given, 0) as Quantity);

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
export function bounded(order: Pick<RestingOrder, "type" | "side" | "limit">, price: number): number {
  if (order.type !== OrderType.Limit) return price;
  return order.side === SELL ? Math.max(order.limit, price) : Math.min(order.limit, price);
}

/** False for what rests at the venue or waits for an auction when a bar opens: it travels no more. */
export function travels(order: Pick<RestingOrder, "type" | "timeInForce">): boolean {
  return order.type !== OrderType.Stop && order.timeInForce !== TimeInForce.AtOpen;
}
