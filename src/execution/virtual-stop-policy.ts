/**
 * How a virtual stop becomes orders (RISK-4): where the disaster stop rests, and on what terms a breached position
 * leaves. Pure arithmetic on dollars.
 *
 * VS-5  Whole shares leave as immediate-or-cancel, at the market into a fresh quote, else within a collar around the
 *       last price that widens with each attempt; at the market again once the price has left the collar of the attempt
 *       before, or after some attempts. The fraction of a share leaves as a day market order (C-22).
 * VS-6  The disaster stop is never closer than the virtual one, and above zero (C-23).
 */
import { OrderType, type Side, TimeInForce } from "../domain/order.ts";
import { type ExecutionParams, roundToTick } from "./order-policy.ts";

/** Room for the last bits of a number of shares. */
const DUST = 1e-9;
/** Of the virtual stop: where a disaster stop would be at or below zero. */
const LOWEST_PART = 0.5;

/**
 * Where the disaster stop of a position rests. `held` is the side of the position, `price` what it is worth a share
 * now or as its entry; `stop` is the virtual one. Dollars per share; NaN when one of them is.
 */
export function disasterStop(held: Side, price: number, stop: number, params: ExecutionParams): number {
  const { disasterMultiple, disasterFraction } = params.virtualStop;
  const away = Math.max(disasterMultiple * Math.abs(price - stop), disasterFraction * price);
  const wide = price - held * away;
  // Never closer than the virtual stop, also where that lies on the wrong side of the price.
  const level = held > 0 ? Math.min(Math.max(wide, LOWEST_PART * stop), stop) : Math.max(wide, stop);
  return roundToTick(level, -held, params.tick);
}

/** What is known of the market at an attempt to leave. */
export interface ExitMarket {
  /** A quote fresh enough to send a market order into. */
  readonly isQuoted: boolean;
  /** Last price seen, dollars; NaN for none. */
  readonly last: number;
  /** Attempts before this one that got nothing. */
  readonly failures: number;
  /** The price that breached the stop, dollars. */
  readonly reached: number;
}

export interface ExitTerms {
  readonly shares: number;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Dollars per share; NaN for a market order. */
  readonly limit: number;
}

/** The order for what is left of a breached position. `side` is that of the order, `shares` positive. */
export function exitTerms(
  side: Side,
  shares: number,
  { isQuoted, last, failures, reached }: ExitMarket,
  params: ExecutionParams,
): ExitTerms {
  const whole = Math.floor(shares + DUST);
  const market = { type: OrderType.Market, limit: Number.NaN };
  if (whole < 1) return { ...market, shares, timeInForce: TimeInForce.Day };
  const order = { ...market, shares: whole, timeInForce: TimeInForce.ImmediateOrCancel };
  // Without any price there is nothing to put a collar around, and what reduces risk is never held back.
  if (isQuoted || !(last > 0)) return order;
  const { collarBps, collarMaxBps, collarAttempts } = params.virtualStop;
  const limitAfter = (failed: number, price: number): number =>
    price * (1 + (side * Math.min(collarBps * 2 ** failed, collarMaxBps)) / 10_000);
  const hasLeft = failures > 0 && side * (last - limitAfter(failures - 1, reached)) > 0;
  if (hasLeft || failures >= collarAttempts) return order;
  const limit = roundToTick(limitAfter(failures, last), side, params.tick);
  return { ...order, type: OrderType.Limit, limit };
}
