/**
 * What the account owns: cash and positions with their average cost, folded from fills in whole micro-dollars.
 *
 * A fill that adds moves the cost by what it paid; one that reduces takes its share of the cost out, so the average
 * entry stays and the difference is in the cash.
 */
import { ratioOf, type SplitRatio, splitHolding } from "../../domain/corporate-action.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { type Money, NANOS, notional, type Price, type Quantity, usd } from "../../domain/money.ts";
import type { Side } from "../../domain/order.ts";
import { averagePrice } from "./order-record.ts";

export class Ledger {
  cash: Money;
  /** Signed nano-shares. */
  readonly quantity: Float64Array;
  /** Signed micro-dollars: negative for shorts. */
  readonly cost: Float64Array;
  /** Signed nano-shares and price (0: unknown) at the last close. */
  readonly closingQuantity: Float64Array;
  readonly closingPrice: Float64Array;
  /** Dollars of today's fills, signed as cash: what today's profit is measured from. */
  readonly flow: Float64Array;

  constructor(instruments: number, startingCash: number) {
    this.cash = usd(startingCash);
    this.quantity = new Float64Array(instruments);
    this.cost = new Float64Array(instruments);
    this.closingQuantity = new Float64Array(instruments);
    this.closingPrice = new Float64Array(instruments);
    this.flow = new Float64Array(instruments);
  }

  fill(instrument: InstrumentId, side: Side, quantity: Quantity, price: Price): Money {
    const amount = notional(price, quantity);
    this.cash = (this.cash - side * amount) as Money;
    this.flow[instrument] = this.flow[instrument]! - side * amount;
    const before = this.quantity[instrument]!;
    const closes = before * side < 0 ? Math.min(quantity, Math.abs(before)) : 0;
    if (closes > 0) this.#reduce(instrument, closes);
    const opens = (quantity - closes) as Quantity;
    if (opens > 0) this.cost[instrument] = this.cost[instrument]! + side * notional(price, opens);
    this.quantity[instrument] = before + side * quantity;
    return amount;
  }

  /** Signed nano-shares after it, and micro-dollars paid for the part of a share that nobody may hold. */
  split(
    instrument: InstrumentId,
    { kept, fraction, paid }: { readonly kept: number; readonly fraction: number; readonly paid: Money },
    ratio: SplitRatio,
  ): void {
    const whole = kept + fraction;
    const cost = this.cost[instrument]!;
    this.cost[instrument] =
      whole === 0 ? 0 : Number((BigInt(Math.round(cost)) * BigInt(kept)) / BigInt(whole));
    this.quantity[instrument] = kept;
    this.cash = (this.cash + paid) as Money;
    this.flow[instrument] = this.flow[instrument]! + paid;
    this.closingQuantity[instrument] = splitHolding(this.closingQuantity[instrument]!, ratio).kept;
    this.closingPrice[instrument] = Math.round(this.closingPrice[instrument]! / ratioOf(ratio));
  }

  /** Micro-dollars per share; 0 when flat. */
  averageEntry(instrument: InstrumentId): Price {
    const held = Math.abs(this.quantity[instrument]!);
    return held === 0 ? (0 as Price) : averagePrice(Math.abs(this.cost[instrument]!), held);
  }

  /** The day is over: what is held now is what tomorrow begins with. */
  closeDay(priceOf: (instrument: InstrumentId) => number): void {
    for (let i = 0; i < this.quantity.length; i++) {
      this.closingQuantity[i] = this.quantity[i]!;
      this.closingPrice[i] = priceOf(i as InstrumentId);
      this.flow[i] = 0;
    }
  }

  #reduce(instrument: InstrumentId, closes: number): void {
    const held = Math.abs(this.quantity[instrument]!);
    const cost = this.cost[instrument]!;
    const part = closes === held ? cost : Number((BigInt(cost) * BigInt(closes)) / BigInt(held));
    this.cost[instrument] = cost - part;
  }
}

/** Signed value of a signed position, micro-dollars. */
export function marketValue(quantity: number, price: number): number {
  return quantity === 0 ? 0 : Math.sign(quantity) * notional(price as Price, Math.abs(quantity) as Quantity);
}

export const wholeShares = (nanos: number): number => Math.floor(nanos / NANOS);
