/** An order of the engine in the words of a broker: how long it lives, what it brings along (RISK-4, C-22, C-39). */
import type { BrokerTimeInForce, OrderSpec, Priority } from "../../domain/broker.ts";
import { NANOS } from "../../domain/money.ts";
import { OrderType, Purpose, TimeInForce } from "../../domain/order.ts";
import type { LiveBracket, LiveOrder } from "./words.ts";

const types = {
  [OrderType.Market]: "market",
  [OrderType.Limit]: "limit",
  [OrderType.Stop]: "stop",
} as const;

const lives = {
  [TimeInForce.NextBar]: "day",
  [TimeInForce.Day]: "day",
  [TimeInForce.GoodTillCanceled]: "gtc",
  [TimeInForce.AtOpen]: "opg",
  [TimeInForce.AtClose]: "cls",
  [TimeInForce.ImmediateOrCancel]: "ioc",
} as const;

/** Nano-shares that are whole shares. */
export const isWhole = (nanos: number): boolean => nanos % NANOS === 0;

export const priorityOf = (purpose: Purpose): Priority =>
  purpose === Purpose.Flatten ? "flatten" : purpose === Purpose.Entry ? "enter" : "protect";

/** Brokers take a fraction of a share for the day only; a market order needs no longer life. */
function lifeOf({ timeInForce, type, purpose, shares }: LiveOrder): BrokerTimeInForce {
  const life = lives[timeInForce];
  if (type === OrderType.Market && life === "gtc") return "day";
  if (isWhole(Math.round(shares * NANOS))) return life;
  // An entry for an auction that takes no fractions is refused there; an exit leaves now.
  return purpose === Purpose.Entry && (life === "opg" || life === "cls") ? life : "day";
}

/** True when the broker itself can hold the stop and the target of that entry. */
export function bringsLegs(order: LiveOrder): boolean {
  const { purpose, bracket, members, type, shares } = order;
  if (purpose !== Purpose.Entry || bracket === undefined || members !== undefined) return false;
  if (bracket.stopOrder === undefined && bracket.targetOrder === undefined) return false;
  const life = lifeOf(order);
  return type !== OrderType.Stop && isWhole(Math.round(shares * NANOS)) && (life === "day" || life === "gtc");
}

export function specOf(order: LiveOrder): OrderSpec {
  const { clientId, symbol, side, shares, type, purpose, bracket } = order;
  const native = bringsLegs(order) ? bracket : undefined;
  return {
    clientId,
    symbol,
    side,
    shares,
    type: types[type],
    timeInForce: lifeOf(order),
    ...(type === OrderType.Limit ? { limit: order.limit } : {}),
    ...(type === OrderType.Stop ? { stop: order.stop } : {}),
    ...(native === undefined ? { orderClass: "simple" as const } : legsOf(native)),
    opens: purpose === Purpose.Entry,
  };
}

function legsOf({ stopOrder, stop, targetOrder, target }: LiveBracket) {
  const both = stopOrder !== undefined && targetOrder !== undefined;
  return {
    orderClass: both ? ("bracket" as const) : ("oto" as const),
    ...(stopOrder === undefined ? {} : { stopLoss: stop }),
    ...(targetOrder === undefined ? {} : { takeProfit: target }),
  };
}
