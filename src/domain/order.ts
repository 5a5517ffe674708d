/** Words about orders that every room shares. Codes are small integers so that columns can hold them. */
import type { Brand } from "./brand.ts";

/** Dense order number within a run: orders are rows of a table. */
export type OrderNumber = Brand<number, "order number">;
/** Compared, never parsed: text at a real venue, a running number in the simulated one. */
export type FillId = Brand<string | number, "venue fill id">;
/** What the venue knows an order by; a function of the decision, never of chance (EX-2). */
export type ClientOrderId = Brand<string, "client order id">;

export type Side = 1 | -1;
export const BUY: Side = 1;
export const SELL: Side = -1;
export const sideName = (side: Side): "buy" | "sell" => (side === BUY ? "buy" : "sell");

/** How the price is agreed. A stop becomes a market order once the stop price trades. */
export const OrderType = { Market: 0, Limit: 1, Stop: 2 } as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];
export const orderTypeNames = ["market", "limit", "stop"] as const;

/**
 * How long an order lives. `NextBar` dies when the bar after its arrival closes (the time-out of
 * EXEC-1 at bar resolution), `Day` at the session's close, `GoodTillCanceled` never, `AtOpen` and `AtClose`
 * fill in the next opening or closing auction or die there, `ImmediateOrCancel` takes what it meets on arrival.
 */
export const TimeInForce = {
  NextBar: 0,
  Day: 1,
  GoodTillCanceled: 2,
  AtOpen: 3,
  AtClose: 4,
  ImmediateOrCancel: 5,
} as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];
export const timeInForceNames = ["next_bar", "day", "gtc", "opg", "cls", "ioc"] as const;

/** True for an order that trades in an auction or not at all. */
export const isForAuction = (force: TimeInForce): boolean =>
  force === TimeInForce.AtOpen || force === TimeInForce.AtClose;

export const OrderStatus = {
  /** Approved, on its way to the venue. */
  Sent: 0,
  Accepted: 1,
  PartiallyFilled: 2,
  Filled: 3,
  Canceled: 4,
  Expired: 5,
  Rejected: 6,
  /** Refused by our own gate: it never left (RISK-1). */
  Denied: 7,
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];
export const orderStatusNames = [
  "sent",
  "accepted",
  "partially_filled",
  "filled",
  "canceled",
  "expired",
  "rejected",
  "denied",
] as const;

/** Working means: may still fill, so it counts in every exposure (RK-3). */
export const isWorking = (status: OrderStatus): boolean => status <= OrderStatus.PartiallyFilled;

/** What an order is for. Only an `Entry` can add risk; everything else reduces it. */
export const Purpose = {
  Entry: 0,
  Exit: 1,
  StopLoss: 2,
  TakeProfit: 3,
  Flatten: 4,
  /** The engine saw the price reach a stop that does not rest at the venue (C-22). */
  VirtualStop: 5,
} as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];
export const purposeNames = ["entry", "exit", "stop_loss", "take_profit", "flatten", "virtual_stop"] as const;

/**
 * Stands where an order has the row of its signal: the regime's fast exit closes longs by it (REGIME-2). Below 0 as
 * for all that no strategy asked for.
 */
export const FAST_EXIT_SIGNAL = -2;
/** And this where a position goes, or a part of it, because the session ends (C-65). */
export const END_OF_DAY_SIGNAL = -3;
/** And this where one goes because its price moved too far within minutes (C-20). */
export const SHOCK_SIGNAL = -4;
