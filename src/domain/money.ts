/**
 * Exact money arithmetic.
 *
 * Unit        Range that stays exact (2^53)      Chosen because
 * Price       micro-dollars per share            sub-penny average fills are still whole
 * Money       micro-dollars, +/- $9.0 billion    same unit as Price, so P&L needs no conversion
 * Quantity    nano-shares, 9.0 million shares    the venue reports fractions to nine places
 *
 * Two numbers with different brands cannot be added by accident. Division always names its rounding.
 * Marks, bars and features are float dollars; these units begin where money is owed (ARCHITECTURE 4).
 */
import { InvariantError, invariant } from "./assert.ts";
import type { Brand } from "./brand.ts";

export type Price = Brand<number, "micro-dollars per share">;
export type Money = Brand<number, "micro-dollars">;
/** Never negative; direction lives in a Side. */
export type Quantity = Brand<number, "nano-shares">;
/** Nano-shares, negative when short. */
export type SignedQuantity = Brand<number, "signed nano-shares">;

export const MICROS = 1_000_000;
export const NANOS = 1_000_000_000;

/** Shares are doubles in facts and tables, whole nano-shares in the ledger: less than this is none. */
export const HALF_NANO_SHARE = 0.5 / NANOS;

/** Dollars to Money, rounded half away from zero to the micro-dollar. */
export function usd(dollars: number): Money {
  return exact(Math.round(dollars * MICROS)) as Money;
}

/** Dollars per share to Price, rounded to the micro-dollar. Halts unless positive and finite (DM-1). */
export function dollarsPerShare(dollars: number): Price {
  const price = exact(Math.round(dollars * MICROS));
  if (price <= 0) throw new InvariantError(`DM-1: price must be positive, was ${dollars}`);
  return price as Price;
}

export function shares(count: number): Quantity {
  const quantity = exact(Math.round(count * NANOS));
  invariant(quantity >= 0, "DM-2", `quantity must not be negative, was ${quantity}`);
  return quantity as Quantity;
}

export const toDollars = (amount: Money | Price): number => amount / MICROS;
export const toShares = (quantity: Quantity | SignedQuantity): number => quantity / NANOS;

/**
 * price x quantity, rounded half up to the micro-dollar.
 *
 * The plain product overflows 2^53 at two shares of a $5,000 stock, so both factors are split into
 * whole and fractional parts; every partial product stays under 1e15.
 */
export function notional(price: Price, quantity: Quantity): Money {
  const wholeShares = Math.floor(quantity / NANOS);
  const partShare = quantity - wholeShares * NANOS;
  if (partShare === 0) return exact(wholeShares * price) as Money;

  const wholeDollars = Math.floor(price / MICROS);
  const partDollar = price - wholeDollars * MICROS;
  const high = partShare * wholeDollars;
  const highThousands = Math.floor(high / 1_000);
  const low = (high - highThousands * 1_000) * MICROS + partShare * partDollar;
  const part = highThousands + Math.floor((low + NANOS / 2) / NANOS);

  return exact(wholeShares * price + part) as Money;
}

/** The most nano-shares `budget` buys at `price`, rounded down so that it never overspends. */
export function affordable(budget: Money, price: Price): Quantity {
  if (budget <= 0) return 0 as Quantity;
  return exact(Number((BigInt(budget) * BigInt(NANOS)) / BigInt(price))) as Quantity;
}

/** Guards every result. The message is built only on failure: this runs once per fill. */
function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new InvariantError(`DM-3: outside the exact range: ${value}`);
  return value;
}
