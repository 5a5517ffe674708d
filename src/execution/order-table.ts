/**
 * Every order of a run as rows of columns: what was asked, what the gate left of it, what became of it.
 * The order number is the row. Strings appear only when someone reads the table (ARCHITECTURE 4).
 *
 * EX-1  filled never exceeds ordered and never falls; terminal states absorb (I-4).
 */
import { InvariantError } from "../domain/assert.ts";
import { FloatColumn } from "../domain/growing-columns.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { isWorking, type OrderNumber, OrderStatus, type Purpose, type Side, type TimeInForce } from "../domain/order.ts";
import type { OrderType } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";

/** What is written down when an order is born. Shares and dollars; NaN for a price it does not have. */
export interface NewOrder {
  readonly decidedAt: EpochMicros;
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly purpose: Purpose;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** As wished, before the gate. */
  readonly requested: number;
  /** As approved; 0 when denied. */
  readonly shares: number;
  readonly limit: number;
  readonly stop: number;
  readonly reference: number;
  readonly signal: number;
  /** Index of the sizing constraint or -1. */
  readonly sizing: number;
  /** Index of the risk rule that bound, or -1; and its two numbers. */
  readonly rule: number;
  readonly ruleUsed: number;
  readonly ruleLimit: number;
  /** Entry that this order protects, or -1. */
  readonly parent: number;
  readonly status: OrderStatus;
}

export class OrderTable {
  readonly decidedAt = new FloatColumn();
  readonly strategy = new FloatColumn();
  readonly instrument = new FloatColumn();
  readonly side = new FloatColumn();
  readonly purpose = new FloatColumn();
  readonly type = new FloatColumn();
  readonly timeInForce = new FloatColumn();
  readonly requested = new FloatColumn();
  readonly shares = new FloatColumn();
  readonly limit = new FloatColumn();
  readonly stop = new FloatColumn();
  readonly reference = new FloatColumn();
  readonly signal = new FloatColumn();
  readonly sizing = new FloatColumn();
  readonly rule = new FloatColumn();
  readonly ruleUsed = new FloatColumn();
  readonly ruleLimit = new FloatColumn();
  readonly parent = new FloatColumn();
  readonly status = new FloatColumn();
  readonly filled = new FloatColumn();
  /** Dollars per share over all fills; NaN before the first. */
  readonly averagePrice = new FloatColumn();
  readonly endedAt = new FloatColumn();

  get length(): number {
    return this.status.length;
  }

  /** The number the next order will get. */
  get next(): OrderNumber {
    return this.status.length as OrderNumber;
  }

  add(order: NewOrder): OrderNumber {
    this.decidedAt.push(order.decidedAt);
    this.strategy.push(order.strategy);
    this.instrument.push(order.instrument);
    this.side.push(order.side);
    this.purpose.push(order.purpose);
    this.type.push(order.type);
    this.timeInForce.push(order.timeInForce);
    this.requested.push(order.requested);
    this.shares.push(order.shares);
    this.limit.push(order.limit);
    this.stop.push(order.stop);
    this.reference.push(order.reference);
    this.signal.push(order.signal);
    this.sizing.push(order.sizing);
    this.rule.push(order.rule);
    this.ruleUsed.push(order.ruleUsed);
    this.ruleLimit.push(order.ruleLimit);
    this.parent.push(order.parent);
    this.filled.push(0);
    this.averagePrice.push(Number.NaN);
    this.endedAt.push(order.status === OrderStatus.Denied ? order.decidedAt : Number.NaN);
    return this.status.push(order.status) as OrderNumber;
  }

  statusOf(order: OrderNumber): OrderStatus {
    return this.status.get(order) as OrderStatus;
  }

  isWorking(order: OrderNumber): boolean {
    return isWorking(this.statusOf(order));
  }

  /** Shares that may still fill. */
  remaining(order: OrderNumber): number {
    return this.shares.get(order) - this.filled.get(order);
  }

  accept(order: OrderNumber): void {
    if (this.statusOf(order) === OrderStatus.Sent) this.status.set(order, OrderStatus.Accepted);
  }

  fill(order: OrderNumber, shares: number, price: number, at: EpochMicros): void {
    const before = this.filled.get(order);
    const after = before + shares;
    // Half a nano-share of slack: shares are doubles here, exact in the ledger.
    if (after > this.shares.get(order) + 5e-10) {
      throw new InvariantError(`EX-1: order ${order} filled ${after} of ${this.shares.get(order)} shares`);
    }
    const average = before === 0 ? price : (this.averagePrice.get(order) * before + price * shares) / after;
    this.filled.set(order, after);
    this.averagePrice.set(order, average);
    const done = this.shares.get(order) - after < 5e-10;
    this.status.set(order, done ? OrderStatus.Filled : OrderStatus.PartiallyFilled);
    if (done) this.endedAt.set(order, at);
  }

  /** Canceled, expired or rejected: the rest will never trade. A finished order stays as it is (EX-1). */
  end(order: OrderNumber, status: OrderStatus, at: EpochMicros): boolean {
    if (!this.isWorking(order)) return false;
    this.status.set(order, status);
    this.endedAt.set(order, at);
    return true;
  }

  /** A protective order covers what its entry has filled so far. */
  resize(order: OrderNumber, shares: number): void {
    this.shares.set(order, shares);
  }
}
