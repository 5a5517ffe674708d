/**
 * Every order of a run as rows of numbers: what was asked, what the gate left of it, what became of it.
 * The order number is the row. Strings appear only when someone reads the table (ARCHITECTURE 4).
 *
 * EX-1  filled never exceeds ordered and never falls; terminal states absorb (I-4). A fill that comes after
 *       the end is counted, because it traded, but wakes nothing.
 */
import { InvariantError } from "../domain/assert.ts";
import { lessDividend, ratioOf, type SplitRatio, splitOrderShares } from "../domain/corporate-action.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { HALF_NANO_SHARE, NANOS } from "../domain/money.ts";
import {
  BUY,
  isWorking,
  type OrderNumber,
  OrderStatus,
  type OrderType,
  type Purpose,
  type Side,
  type TimeInForce,
} from "../domain/order.ts";
import { RecordTable } from "../domain/record-table.ts";
import type { EpochMicros } from "../domain/time.ts";

/** Cells of an order. Shares and dollars; NaN for what it does not have, -1 for no reference. */
export const OrderField = {
  decidedAt: 0,
  strategy: 1,
  instrument: 2,
  side: 3,
  purpose: 4,
  type: 5,
  timeInForce: 6,
  /** As wished, before the gate. */
  requested: 7,
  /** As approved; 0 when denied, and for a protective order whose entry has not filled. */
  shares: 8,
  limit: 9,
  stop: 10,
  /** Close the decision was made at. */
  reference: 11,
  /** Row of the signal behind it. */
  signal: 12,
  /** Index of the sizing constraint that bound. */
  sizing: 13,
  /** Index of the risk rule that bound, and its two numbers. */
  rule: 14,
  ruleUsed: 15,
  ruleLimit: 16,
  /** Entry that this order protects. */
  parent: 17,
  status: 18,
  filled: 19,
  /** Mean price over all fills. */
  averagePrice: 20,
  endedAt: 21,
  /** The order it left in: its own number, or that of the first of those that share one. */
  group: 22,
  /** The next who shares it, or -1. */
  nextMember: 23,
  /** Shares that crossed with another strategy's and never left; part of `filled`. */
  crossed: 24,
} as const;
export type OrderField = (typeof OrderField)[keyof typeof OrderField];
const WIDTH = Object.keys(OrderField).length;

/** Ends a chain of members. */
const NOBODY = -1;

export interface NewOrder {
  readonly decidedAt: EpochMicros;
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly purpose: Purpose;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limit: number;
  readonly stop: number;
  readonly reference: number;
}

/** How the order came to be: its signal, its size and what the gate said. */
export interface Birth {
  readonly requested: number;
  readonly shares: number;
  readonly signal: number;
  readonly sizing: number;
  readonly rule: number;
  readonly ruleUsed: number;
  readonly ruleLimit: number;
  readonly parent: number;
  readonly status: OrderStatus;
}

export class OrderTable {
  readonly #table = new RecordTable<OrderField>(WIDTH);

  get length(): number {
    return this.#table.length;
  }

  /** The number the next order will get. */
  get next(): OrderNumber {
    return this.#table.length as OrderNumber;
  }

  get(order: OrderNumber, field: OrderField): number {
    return this.#table.get(order, field);
  }

  add(order: NewOrder, birth: Birth): OrderNumber {
    const number = this.#table.length as OrderNumber;
    const at = this.#table.append();
    const { cells } = this.#table;
    cells[at + OrderField.decidedAt] = order.decidedAt;
    cells[at + OrderField.strategy] = order.strategy;
    cells[at + OrderField.instrument] = order.instrument;
    cells[at + OrderField.side] = order.side;
    cells[at + OrderField.purpose] = order.purpose;
    cells[at + OrderField.type] = order.type;
    cells[at + OrderField.timeInForce] = order.timeInForce;
    cells[at + OrderField.limit] = order.limit;
    cells[at + OrderField.stop] = order.stop;
    cells[at + OrderField.reference] = order.reference;
    cells[at + OrderField.requested] = birth.requested;
    cells[at + OrderField.shares] = birth.shares;
    cells[at + OrderField.signal] = birth.signal;
    cells[at + OrderField.sizing] = birth.sizing;
    cells[at + OrderField.rule] = birth.rule;
    cells[at + OrderField.ruleUsed] = birth.ruleUsed;
    cells[at + OrderField.ruleLimit] = birth.ruleLimit;
    cells[at + OrderField.parent] = birth.parent;
    cells[at + OrderField.status] = birth.status;
    cells[at + OrderField.filled] = 0;
    cells[at + OrderField.averagePrice] = Number.NaN;
    cells[at + OrderField.group] = number;
    cells[at + OrderField.nextMember] = NOBODY;
    cells[at + OrderField.crossed] = 0;
    cells[at + OrderField.endedAt] = birth.status === OrderStatus.Denied ? order.decidedAt : Number.NaN;
    return number;
  }

  status(order: OrderNumber): OrderStatus {
    return this.#table.get(order, OrderField.status) as OrderStatus;
  }

  isWorking(order: OrderNumber): boolean {
    return isWorking(this.status(order));
  }

  strategy(order: OrderNumber): number {
    return this.#table.get(order, OrderField.strategy);
  }

  instrument(order: OrderNumber): InstrumentId {
    return this.#table.get(order, OrderField.instrument) as InstrumentId;
  }

  side(order: OrderNumber): Side {
    return this.#table.get(order, OrderField.side) as Side;
  }

  purpose(order: OrderNumber): Purpose {
    return this.#table.get(order, OrderField.purpose) as Purpose;
  }

  /** The protective orders of an entry stand behind it: the one after `row`, the entry itself for the first. */
  legAfter(entry: OrderNumber, row: OrderNumber): OrderNumber | undefined {
    const next = (row + 1) as OrderNumber;
    const isLeg = next < this.length && this.#table.get(next, OrderField.parent) === entry;
    return isLeg ? next : undefined;
  }

  /** The order it left in, by the number that the venue knows: its own unless several share one. */
  group(order: OrderNumber): OrderNumber {
    return this.#table.get(order, OrderField.group) as OrderNumber;
  }

  /** The next who shares the order of this one; undefined after the last. */
  nextMember(order: OrderNumber): OrderNumber | undefined {
    const next = this.#table.get(order, OrderField.nextMember);
    return next === NOBODY ? undefined : (next as OrderNumber);
  }

  /** All who share the order that went by this number, in the order in which they are served; mostly itself. */
  members(group: OrderNumber): readonly OrderNumber[] {
    const members = [group];
    for (let next = this.nextMember(group); next !== undefined; next = this.nextMember(next)) {
      members.push(next);
    }
    return members;
  }

  isShared(order: OrderNumber): boolean {
    return this.group(order) !== order || this.nextMember(order) !== undefined;
  }

  /** From now on these leave as one order, under the number of the first. */
  join(members: readonly OrderNumber[]): void {
    const [first] = members;
    for (const [n, member] of members.entries()) {
      this.#table.set(member, OrderField.group, first ?? member);
      this.#table.set(member, OrderField.nextMember, members[n + 1] ?? NOBODY);
    }
  }

  /** Shares that another strategy took: they count as filled and are no venue's business. */
  cross(order: OrderNumber, shares: number, price: number, at: EpochMicros): void {
    this.#table.set(order, OrderField.crossed, this.#table.get(order, OrderField.crossed) + shares);
    this.fill(order, shares, price, at);
  }

  /** Dollars per share that a working entry is counted with: its limit, or the close it was decided at. */
  price(order: OrderNumber): number {
    const limit = this.#table.get(order, OrderField.limit);
    return Number.isNaN(limit) ? this.#table.get(order, OrderField.reference) : limit;
  }

  /**
   * What a share bought or sold at that price has at risk to the order's stop, dollars; NaN without a stop. A gap that
   * filled it beyond the stop leaves what was meant to be at risk: the other distance would call a full loss small.
   */
  riskAt(order: OrderNumber, price: number): number {
    const stop = this.#table.get(order, OrderField.stop);
    const distance = this.side(order) * (price - stop);
    return distance > 0 ? distance : Math.abs(this.price(order) - stop);
  }

  /** Shares that may still fill. */
  remaining(order: OrderNumber): number {
    return this.#table.get(order, OrderField.shares) - this.#table.get(order, OrderField.filled);
  }

  accept(order: OrderNumber): void {
    if (this.status(order) === OrderStatus.Sent)
      this.#table.set(order, OrderField.status, OrderStatus.Accepted);
  }

  /** Shares and dollars per share of one fill. Halts on what an order cannot do (EX-1). */
  fill(order: OrderNumber, shares: number, price: number, at: EpochMicros): void {
    const isOver = !this.isWorking(order);
    const cell = order * WIDTH;
    const { cells } = this.#table;
    const ordered = cells[cell + OrderField.shares]!;
    const before = cells[cell + OrderField.filled]!;
    // Whole nano-shares again, so that any number of parts adds up to the order.
    const after = Math.round((before + shares) * NANOS) / NANOS;
    if (!(shares > 0 && after <= ordered + HALF_NANO_SHARE)) {
      throw new InvariantError(`EX-1: order ${order} filled ${after} of ${ordered} shares`);
    }
    const mean = cells[cell + OrderField.averagePrice]!;
    cells[cell + OrderField.filled] = after;
    cells[cell + OrderField.averagePrice] = before === 0 ? price : (mean * before + price * shares) / after;
    // What fills after the end is real money, but it brings no ended order back to life (I-4).
    if (isOver) return;
    const parent = cells[cell + OrderField.parent]!;
    // A leg that has sold all there is so far is not done while its entry may still buy.
    const grows = parent >= 0 && this.isWorking(parent as OrderNumber);
    const done = !grows && ordered - after < HALF_NANO_SHARE;
    cells[cell + OrderField.status] = done ? OrderStatus.Filled : OrderStatus.PartiallyFilled;
    if (done) cells[cell + OrderField.endedAt] = at;
  }

  /** A leg whose entry will buy no more: filled when it has sold all of it. False when it goes on. */
  complete(leg: OrderNumber, at: EpochMicros): boolean {
    const isDone = this.isWorking(leg) && this.#table.get(leg, OrderField.filled) > 0;
    return isDone && this.remaining(leg) < HALF_NANO_SHARE && this.end(leg, OrderStatus.Filled, at);
  }

  /** Canceled, expired or rejected: the rest will never trade. False when it had ended before (EX-1). */
  end(order: OrderNumber, status: OrderStatus, at: EpochMicros): boolean {
    if (!this.isWorking(order)) return false;
    this.#table.set(order, OrderField.status, status);
    this.#table.set(order, OrderField.endedAt, at);
    return true;
  }

  /** A protective order covers what its entry has filled so far: never less than it has sold itself (EX-1). */
  cover(order: OrderNumber, shares: number): void {
    const filled = this.#table.get(order, OrderField.filled);
    if (!(shares >= filled))
      throw new InvariantError(`EX-1: order ${order} covers ${shares}, filled ${filled}`);
    this.#table.set(order, OrderField.requested, shares);
    this.#table.set(order, OrderField.shares, shares);
  }

  moveStop(order: OrderNumber, stop: number): void {
    this.#table.set(order, OrderField.stop, stop);
  }

  /**
   * The shares and prices of a working order after a split, as the venue rests it now: what had filled and what
   * remains are each whole shares again, so an order of which nothing is left stays here until the venue cancels it.
   */
  split(order: OrderNumber, ratio: SplitRatio): void {
    const cell = order * WIDTH;
    const { cells } = this.#table;
    const filled = splitOrderShares(cells[cell + OrderField.filled]!, ratio);
    const remaining = splitOrderShares(this.remaining(order), ratio);
    cells[cell + OrderField.filled] = filled;
    cells[cell + OrderField.shares] = filled + remaining;
    cells[cell + OrderField.crossed] = splitOrderShares(cells[cell + OrderField.crossed]!, ratio);
    cells[cell + OrderField.requested] = splitOrderShares(cells[cell + OrderField.requested]!, ratio);
    for (const field of [OrderField.limit, OrderField.stop, OrderField.reference, OrderField.averagePrice]) {
      cells[cell + field] = cells[cell + field]! / ratioOf(ratio);
    }
  }

  /** A dividend lowers a stop, and a limit that buys, by its cash; a limit that sells stays (FINRA 5330). */
  payDividend(order: OrderNumber, perShare: number): void {
    const cell = order * WIDTH;
    const { cells } = this.#table;
    cells[cell + OrderField.stop] = lessDividend(cells[cell + OrderField.stop]!, perShare);
    if (this.side(order) !== BUY) return;
    cells[cell + OrderField.limit] = lessDividend(cells[cell + OrderField.limit]!, perShare);
  }

  /** All cells, order after order, for digests. */
  cells(): Float64Array {
    return this.#table.filled();
  }
}
