/**
 * What the account may still buy: equity less margin, times the multiplier, less what open orders reserve.
 * Reg T wants half of every marginable position at the start and all of any other; the house wants the rates below to
 * keep it. Whoever has less than 2,000 dollars trades with cash and long only.
 */
import type { InstrumentId } from "../../domain/instrument.ts";
import { MICROS, NANOS, notional, type Price, type Quantity } from "../../domain/money.ts";
import { SELL, type Side } from "../../domain/order.ts";
import { marketValue } from "./ledger.ts";
import { isOpening, type OrderRecord, remainingOf, sleeps } from "./order-record.ts";

export const MARGIN_FLOOR = 2_000 * MICROS;
const HALF = 0.5;
const LOW_LONG = 2.5 * MICROS;
const LOW_SHORT = 5 * MICROS;
const MAINTENANCE = 0.3;
/** Dollars per share that a short must keep at least, at 5 dollars and more, and below. */
const SHORT_SHARE = 5 * MICROS;
const LOW_SHORT_SHARE = 2.5 * MICROS;
const STEP_PRICE = 50 * MICROS;
const SHORT_COLLAR = 1.03;

/** The most that a market or stop buy may cost over its trigger: 4 % below 50 dollars, 2.5 % from there on. */
export const buyCollar = (price: number): number => (price < STEP_PRICE ? 1.04 : 1.025);

export interface Holdings {
  readonly cash: number;
  readonly quantity: Float64Array;
  price(instrument: InstrumentId): number;
  isMarginable(instrument: InstrumentId): boolean;
}

export interface MarginState {
  readonly equity: number;
  readonly longMarketValue: number;
  readonly shortMarketValue: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

/** All in micro-dollars. */
export function marginState({ cash, quantity, price, isMarginable }: Holdings): MarginState {
  let long = 0;
  let short = 0;
  let initial = 0;
  let maintenance = 0;
  for (let i = 0; i < quantity.length; i++) {
    const held = quantity[i]!;
    if (held === 0) continue;
    const each = price(i as InstrumentId);
    const value = marketValue(held, each);
    const size = Math.abs(value);
    const isMargin = isMarginable(i as InstrumentId);
    initial += Math.round(size * (isMargin ? HALF : 1));
    if (held > 0) {
      long += value;
      maintenance += Math.round(isMargin && each >= LOW_LONG ? size * MAINTENANCE : size);
    } else {
      short += value;
      maintenance += Math.round(shortMaintenance(-held / NANOS, each, size));
    }
  }
  return {
    equity: cash + long + short,
    longMarketValue: long,
    shortMarketValue: short,
    initialMargin: initial,
    maintenanceMargin: maintenance,
  };
}

function shortMaintenance(shares: number, price: number, size: number): number {
  return price >= LOW_SHORT
    ? Math.max(SHORT_SHARE * shares, MAINTENANCE * size)
    : Math.max(LOW_SHORT_SHARE * shares, size);
}

/** What is left to buy with before open orders: see the head of this file. */
export function grossBuyingPower(state: MarginState, cash: number, multiplier: 1 | 2 | 4): number {
  const { equity, initialMargin, maintenanceMargin } = state;
  if (multiplier === 1 || equity < MARGIN_FLOOR) return Math.max(0, cash);
  if (multiplier === 2) return Math.max(0, equity - initialMargin) * 2;
  return Math.max(0, equity - maintenanceMargin) * 4;
}

/** Micro-dollars that one share of an opening order reserves; NaN when no price is known. */
export function reservePrice(
  order: Pick<OrderRecord, "side" | "type" | "limit" | "stop">,
  ask: number,
): number {
  const { side, type, limit, stop } = order;
  if (side === SELL) return Math.max(limit || 0, Math.ceil(SHORT_COLLAR * (Number.isNaN(ask) ? limit : ask)));
  if (type === "limit" || type === "stop_limit") return limit;
  const from = type === "market" ? ask : stop;
  return Math.ceil(from * buyCollar(from));
}

/** Micro-dollars that the rest of an opening order reserves; nothing for what reduces or sleeps. */
export function reservedBy(record: OrderRecord): number {
  if (!isOpening(record) || sleeps(record) || record.waits) return 0;
  if (!Number.isNaN(record.notional)) return Math.max(0, record.notional - record.spent);
  const own = valueAt(record.reservePrice, remainingOf(record));
  // On the way to a replacement the larger of the two.
  const { successor } = record;
  if (successor === undefined) return own;
  return Math.max(own, valueAt(successor.reservePrice, Math.max(0, successor.quantity - record.filled)));
}

export const valueAt = (price: number, quantity: number): number =>
  notional(price as Price, quantity as Quantity);

/** Nano-shares of a position that a live order would trade out of it. */
export function sharesHeldBy(record: OrderRecord, side: Side): number {
  if (record.side !== side || isOpening(record) || sleeps(record) || record.waits) return 0;
  const own = remainingOf(record);
  const { successor } = record;
  return successor === undefined ? own : Math.max(own, successor.quantity - record.filled);
}
