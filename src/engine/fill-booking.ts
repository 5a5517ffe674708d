/**
 * What the venue tells, written into the books: every fill into portfolio, orders, lots, round trips and facts, every
 * end into orders and facts. Used by the execute stage alone.
 *
 * EX-4  A fill id counts once (I-1).
 * EX-5  Broker events may come in any order. A fill of a leg waits for the fill of its entry; an end that says how much
 *       had traded waits for the fills that make that up, and until then the order works on. A finished order absorbs
 *       what comes late.
 */
import type { FillCosts, OrderCanceled, OrderExpired, OrderFilled, OrderRejected } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import {
  type Money,
  type Price,
  type Quantity,
  toDollars,
  shares as toQuantity,
  toShares,
} from "../domain/money.ts";
import { END_OF_DAY_SIGNAL, type OrderNumber, OrderStatus, Purpose } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { splitCosts } from "../execution/cost-split.ts";
import { splitFill } from "../execution/fill-split.ts";
import { wasRefusedByAccount } from "../execution/lifecycle/words.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import type { Portfolio } from "../portfolio/portfolio.ts";
import type { ApprovedOrder } from "../risk/gate.ts";
import type { CrossBooks } from "./demand-netting.ts";
import type { FillTable, OwnPart } from "./fill-table.ts";
import type { OrderDesk } from "./order-desk.ts";
import { isExit } from "./order-requests.ts";
import type { OwnFill } from "./own-fill.ts";
import type { RiskFacts } from "./risk-facts.ts";
import { SeenFills } from "./seen-fills.ts";
import type { TradeLog } from "./trade-log.ts";

/** Told of each fill, so that compute's mirror of the positions follows. */
export type FillListener = (fill: OwnFill) => void;

export type OrderEnd = OrderCanceled | OrderExpired | OrderRejected;

export interface BookingParts {
  readonly portfolio: Portfolio;
  readonly lots: VirtualLots;
  readonly desk: OrderDesk;
  readonly facts: RiskFacts;
  readonly trades: TradeLog;
  readonly fills: FillTable;
  readonly onFill: FillListener;
  /** A fill may be the first thing of a new session, and what it does counts there. */
  enterSession(at: EpochMicros): void;
}

const NO_COSTS: FillCosts = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };
const statusAfter = {
  OrderCanceled: OrderStatus.Canceled,
  OrderExpired: OrderStatus.Expired,
  OrderRejected: OrderStatus.Rejected,
} as const;

export class FillBooking implements CrossBooks {
  readonly #parts: BookingParts;
  readonly #seenFills = new SeenFills();
  /** Fills of protective orders that were told before the fill of the entry they protect (EX-5). */
  #early: OrderFilled[] = [];
  /** Ends that were told before the last fill of their order. */
  #ends: OrderEnd[] = [];
  readonly #settlePartial = (entry: OrderNumber): void => this.#parts.desk.settlePartial(entry);

  constructor(parts: BookingParts) {
    this.#parts = parts;
  }

  get #orders(): OrderTable {
    return this.#parts.desk.orders;
  }

  accepted(order: OrderNumber): void {
    const orders = this.#orders;
    let member: OrderNumber | undefined = order;
    for (; member !== undefined; member = orders.nextMember(member)) orders.accept(member);
  }

  filled(event: OrderFilled): void {
    if (!this.#seenFills.add(event.order, event.fillId)) return;
    if (this.#isEarly(event)) {
      this.#early.push(event);
      return;
    }
    this.#count(event);
    if (this.#ends.length > 0) this.#endDue();
  }

  ended(event: OrderEnd): void {
    if (this.#isShort(event)) {
      this.#ends.push(event);
      return;
    }
    const leaving = this.#refusedExits(event);
    this.#end(event.order, statusAfter[event.kind], event.at, this.#settlePartial);
    for (const order of leaving) this.#parts.desk.keepLeaving(order);
  }

  /** What the broker does not let close now, by its rules of the account: nobody may forget that it should (BO-2). */
  #refusedExits(event: OrderEnd): readonly OrderNumber[] {
    if (event.kind !== "OrderRejected" || !wasRefusedByAccount(event.reason)) return [];
    const orders = this.#orders;
    const isOfDay = (order: OrderNumber) =>
      orders.purpose(order) === Purpose.Flatten && orders.get(order, OrderField.signal) === END_OF_DAY_SIGNAL;
    const isLeaving = (order: OrderNumber) =>
      (orders.purpose(order) === Purpose.Exit || isOfDay(order)) && !this.#parts.desk.isTrim(order);
    return orders.members(event.order).filter(isLeaving);
  }

  /** Shares are about to be counted anew: ends that speak of the old ones wait no longer. */
  restating(instrument: InstrumentId): void {
    const orders = this.#orders;
    const due = this.#ends.filter(({ order }) => orders.instrument(order) === instrument);
    if (due.length === 0) return;
    this.#ends = this.#ends.filter((event) => !due.includes(event));
    for (const { order, kind, at } of due) this.#end(order, statusAfter[kind], at);
  }

  /** Two strategies traded with each other: their lots moved, the account did not (ENS-1). */
  crossed(buy: OrderNumber, sell: OrderNumber, shares: number, price: Price): void {
    const at = this.#parts.facts.now;
    for (const order of [buy, sell]) {
      this.#book({ at, order, shares, price: toDollars(price), costs: NO_COSTS, crossed: true });
    }
  }

  restLegs(order: ApprovedOrder): void {
    this.#parts.desk.restLegs(order);
  }

  withdrawn({ number, bracket }: ApprovedOrder): void {
    const at = this.#parts.facts.now;
    const crossed = this.#orders.get(number, OrderField.crossed) > 0;
    this.#end(number, OrderStatus.Canceled, at);
    if (crossed || bracket === undefined) return;
    for (const leg of [bracket.stopOrder, bracket.targetOrder]) {
      if (leg !== undefined) this.#end(leg, OrderStatus.Canceled, at);
    }
  }

  /** True for a protective order that sells what, as far as we were told, was not bought yet. */
  #isEarly({ order, quantity }: OrderFilled): boolean {
    const orders = this.#orders;
    const entry = orders.get(order, OrderField.parent) as OrderNumber;
    if (entry < 0) return false;
    let traded = 0;
    for (let leg = orders.legAfter(entry, entry); leg !== undefined; leg = orders.legAfter(entry, leg))
      traded += orders.get(leg, OrderField.filled);
    // A leg's size is what its entry has filled, in the shares of today.
    return toQuantity(traded) + quantity > toQuantity(orders.get(order, OrderField.shares));
  }

  /** True for an end that knows of more than was told so far. */
  #isShort({ order, filled }: OrderEnd): boolean {
    if (filled === undefined || filled === 0) return false;
    const orders = this.#orders;
    let known = 0;
    let works = false;
    let member: OrderNumber | undefined = order;
    for (; member !== undefined; member = orders.nextMember(member)) {
      works ||= orders.isWorking(member);
      known += orders.get(member, OrderField.filled) - orders.get(member, OrderField.crossed);
    }
    return works && toQuantity(known) < filled;
  }

  /** Ends whose last fill has come. */
  #endDue(): void {
    const waiting = this.#ends;
    this.#ends = [];
    for (const event of waiting) this.ended(event);
  }

  #count({ order, at, quantity, price: paid, costs }: OrderFilled): void {
    const { portfolio } = this.#parts;
    const orders = this.#orders;
    portfolio.fill(orders.instrument(order), orders.side(order), quantity, paid, costs);
    const price = toDollars(paid);
    if (!orders.isShared(order)) {
      this.#book({ at, order, shares: toShares(quantity), price, costs, crossed: false });
      return;
    }
    const members = orders.members(order);
    // What crossed is done: the shared order was for the rest.
    const ordered = members.map((member) => {
      const crossed = orders.get(member, OrderField.crossed);
      const asked = toQuantity(orders.get(member, OrderField.shares) - crossed);
      return { asked, given: toQuantity(orders.get(member, OrderField.filled) - crossed) };
    });
    const split = splitFill(
      ordered.map(({ asked }) => asked),
      ordered.map(({ given }) => given),
      quantity,
    );
    const owed = splitCosts(split, costs);
    for (const [n, member] of members.entries()) {
      const own = split[n] ?? 0;
      if (own === 0) continue;
      const shares = toShares(own as Quantity);
      this.#book({ at, order: member, shares, price, costs: owed[n] ?? NO_COSTS, crossed: false });
    }
  }

  /** One order got something: everything that is kept per order, per lot and per strategy. */
  #book(part: OwnPart): void {
    const { at, order, shares, price, costs, crossed } = part;
    const { desk, facts, fills, lots, trades, enterSession, onFill } = this.#parts;
    const orders = this.#orders;
    fills.add(part);
    const strategy = orders.strategy(order);
    const instrument = orders.instrument(order);
    const side = orders.side(order);
    const purpose = orders.purpose(order);
    const signedShares = side * shares;
    const signal = orders.get(order, OrderField.signal);

    const wasWorking = orders.isWorking(order);
    if (crossed) orders.cross(order, shares, price, at);
    else orders.fill(order, shares, price, at);
    const after = lots.fill(strategy, instrument, signedShares, price);
    enterSession(at);
    const closedReturn = trades.fill({
      at,
      strategy,
      instrument,
      signedShares,
      price,
      costs: toDollars((costs.commission + costs.regulatory) as Money),
      slippage: toDollars(costs.slippage),
      signal,
      purpose,
      riskPerShare: orders.riskAt(order, price),
      crossed,
    });
    const done = wasWorking && !orders.isWorking(order);
    facts.activity.filled(instrument, shares);
    if (purpose === Purpose.StopLoss || purpose === Purpose.VirtualStop)
      facts.activity.stoppedOut(instrument);
    if (purpose === Purpose.Entry) {
      // An entry that had ended counts as working no more, whatever still arrives of it.
      if (wasWorking) facts.entryFilled(orders, order, shares);
      desk.cover(order, shares, at);
      if (done) facts.entryEnded(orders, order, 0);
    } else if (wasWorking && isExit(purpose)) facts.activity.exitChanged(instrument, side, -shares);
    // An exit has canceled them before it left; what crosses in the same step need not do so again.
    if (after === 0 && !crossed) desk.cancelSpentLegs(strategy, instrument);
    const closes = isExit(purpose) && !desk.isTrim(order);
    if (done) desk.release(order);
    // The entry filled once more while its cancel was on its way: the exit was too small by that (C-39).
    if (done && closes && after * side < 0) desk.exit(strategy, instrument, signal, purpose);
    onFill({ strategy, instrument, signedShares, price, signal, closedReturn });
    if (purpose !== Purpose.Entry) return;
    if (this.#early.length > 0) this.#countEarly();
    desk.keepProtected(order);
  }

  /** What came too early may be in time now; the rest goes on waiting. */
  #countEarly(): void {
    const waiting = this.#early;
    this.#early = [];
    for (const event of waiting) {
      if (this.#isEarly(event)) this.#early.push(event);
      else this.#count(event);
    }
  }

  /** A shared order ends for all who share it. */
  #end(order: OrderNumber, status: OrderStatus, at: EpochMicros, then?: (member: OrderNumber) => void): void {
    const { desk, facts } = this.#parts;
    const orders = this.#orders;
    let member: OrderNumber | undefined = order;
    for (; member !== undefined; member = orders.nextMember(member)) {
      const left = orders.remaining(member);
      if (!orders.end(member, status, at)) continue;
      const purpose = orders.purpose(member);
      if (purpose === Purpose.Entry) {
        facts.entryEnded(orders, member, left);
        this.#completeLegs(member, at);
      } else if (isExit(purpose)) {
        facts.activity.exitChanged(orders.instrument(member), orders.side(member), -left);
      }
      desk.release(member);
      then?.(member);
    }
  }

  /** A leg that has sold all that its entry bought is done once the entry buys no more. */
  #completeLegs(entry: OrderNumber, at: EpochMicros): void {
    const orders = this.#orders;
    for (let leg = orders.legAfter(entry, entry); leg !== undefined; leg = orders.legAfter(entry, leg)) {
      if (orders.complete(leg, at)) this.#parts.desk.release(leg);
    }
  }
}
