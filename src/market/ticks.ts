/**
 * Price increments and lots of US equities.
 *
 * SEC Rule 612 (17 CFR 242.612): orders at $1.00 or more are priced in cents, below it in hundredths of a cent.
 * The amendment adopted in 2024 lets some names quote in half cents; whole cents stay legal under it, so this
 * grid never yields a price the exchange refuses.
 */
import { InvariantError } from "../domain/assert.ts";
import { NANOS, type Price, type Quantity } from "../domain/money.ts";

/** Micro-dollars per share. */
export const CENT_TICK = 10_000 as Price;
export const SUB_DOLLAR_TICK = 100 as Price;
const ONE_DOLLAR = 1_000_000;

/** Shares in a round lot, as nano-shares. Names far above $250 trade in smaller lots; orders need no lot at all. */
export const ROUND_LOT = (100 * NANOS) as Quantity;

export type RoundingDirection = "down" | "up" | "nearest";

/** The increment at that price, in micro-dollars. */
export function tickSize(price: Price): Price {
  return price >= ONE_DOLLAR ? CENT_TICK : SUB_DOLLAR_TICK;
}

/** True when an order may carry this price. */
export function isOnTick(price: Price): boolean {
  return price > 0 && price % tickSize(price) === 0;
}

/**
 * The price an order may carry, in the direction named; "nearest" rounds half up. Never less than one tick.
 * One dollar is a tick of both grids, so rounding never lands between them. Halts unless positive (DM-1).
 */
export function roundToTick(price: Price, direction: RoundingDirection): Price {
  if (!(price > 0)) throw new InvariantError(`DM-1: price must be positive, was ${price}`);
  const tick = tickSize(price);
  const below = price - (price % tick);
  const isUp = direction === "up" ? price > below : direction === "nearest" && price - below >= tick / 2;
  return Math.max(isUp ? below + tick : below, tick) as Price;
}

/** True when the quantity has a part of a share: such orders are day orders and trade in regular hours only. */
export function isFractional(quantity: Quantity): boolean {
  return quantity % NANOS !== 0;
}

/** Whole round lots in the quantity, rounded down. */
export function roundLots(quantity: Quantity): number {
  return Math.floor(quantity / ROUND_LOT);
}

/** The quantity without its part of a share. */
export function wholeShares(quantity: Quantity): Quantity {
  return (quantity - (quantity % NANOS)) as Quantity;
}
