/**
 * A venue of quotes and trades: orders arrive after their delay and meet the market as it was displayed (BACK-1).
 *
 * TV-1  Nothing fills before it has arrived, outside the regular session, or while its instrument is halted; after a
 *       halt the first print comes first.
 * TV-2  A market order takes the other side's best price for as many shares as are displayed there, and what is left
 *       waits for the next quote. The same displayed share is taken once.
 * TV-3  A limit order that arrives through the market does the same within its limit. What rests joins the queue at
 *       its price and fills at its limit: by trades beyond what stands ahead, or when the other side comes to it.
 * TV-4  A stop is triggered by a print and trades after it, as a market order: never with the print itself.
 * TV-5  Auctions are the first print at or after the open or the close; the participation cap is of that print.
 * TV-6  Brackets are the venue's: a protective order covers what its entry has filled, from the first fill on, and
 *       one cancels the other.
 */
import { InvariantError } from "../domain/assert.ts";
import type { BarBatch } from "../domain/bars.ts";
import type { VenueEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { dollarsPerShare, shares as toQuantity } from "../domain/money.ts";
import { type FillId, type OrderNumber, OrderType, Purpose, SELL, TimeInForce } from "../domain/order.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import type { SessionTable } from "../domain/session.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { isExit } from "../engine/order-requests.ts";
import type { Command, Venue } from "../engine/ports.ts";
import { SessionClock } from "../engine/session-clock.ts";
import { type ApprovedOrder, isApproved } from "../risk/gate.ts";
import { BarCosts } from "./bar-costs.ts";
import { BorrowBook, NOT_LENT } from "./borrow.ts";
import { CommandDelay } from "./command-delay.ts";
import type { CostParams } from "./cost-model.ts";
import {
  bounded,
  cede,
  idleLegs,
  joinPair,
  legsOfParts,
  type RestingOrder,
  refused,
  rest,
  splitOver,
} from "./resting-order.ts";
import { measuredSlippage } from "./slippage-split.ts";
import { TickBook } from "./tick-book.ts";
import { findPlace, reachesStop, sharesInPrint } from "./tick-match.ts";
import {
  awayFrom,
  type HowFilled,
  isAuctionOnly,
  isMarket,
  isWithinLimit,
  type TickOrder,
  tickOrder,
} from "./tick-order.ts";
import type { VenueExtras } from "./venue.ts";

export class TickVenue implements Venue {
  readonly #costs: CostParams;
  readonly #fees: BarCosts;
  readonly #clock: SessionClock;
  readonly #books: readonly TickBook[];
  readonly #borrow: BorrowBook;
  readonly #extras: VenueExtras;
  readonly #delay: CommandDelay;
  readonly #byNumber = new Map<OrderNumber, RestingOrder>();
  /** In order of arrival: first in, first out. */
  readonly #working: TickOrder[] = [];
  #now = Number.NEGATIVE_INFINITY as EpochMicros;
  /** What happened since the event source last took it, in order. */
  readonly events: VenueEvent[] = [];

  constructor(instruments: number, costs: CostParams, sessions: SessionTable, extras: VenueExtras = {}) {
    this.#costs = costs;
    this.#fees = new BarCosts(instruments, costs);
    this.#clock = new SessionClock(sessions);
    this.#books = Array.from({ length: instruments }, () => new TickBook());
    this.#borrow = new BorrowBook(instruments, extras.symbols ?? [], costs.borrow);
    this.#extras = extras;
    this.#delay = new CommandDelay(costs.latency);
  }

  get working(): number {
    return this.#working.length;
  }

  /** The command leaves now and arrives after its delay. */
  send(command: Command): void {
    if (command.kind === "PlaceOrder" && !isApproved(command.order))
      throw new InvariantError(`RK-5: order ${command.order.number} did not come from the gate`);
    let mid = Number.NaN;
    if (command.kind === "PlaceOrder") mid = this.#book(command.order.instrument).mid;
    this.#delay.send(command, this.#now, mid);
  }

  /** When the next command arrives or the next order's time is over; Infinity for never. */
  get nextDue(): number {
    let due = this.#delay.nextAt;
    for (const { order, expiresAt } of this.#working) if (!order.done && expiresAt < due) due = expiresAt;
    return due;
  }

  /** Lets the one thing happen that is due next. */
  runDue(): void {
    const due = this.nextDue as EpochMicros;
    this.#moveTo(due);
    const over = this.#working.find(({ order, expiresAt }) => !order.done && expiresAt === due);
    if (over !== undefined) this.#cancel(over.order, "OrderExpired");
    else this.#arrive();
    this.#dropDone();
  }

  quote(quote: Quote): void {
    this.#moveTo(quote.at);
    this.#book(quote.instrument).quote(quote);
    for (let n = 0, count = this.#working.length; n < count; n++) {
      const each = this.#working[n] as TickOrder;
      if (each.order.instrument === quote.instrument) this.#meetBook(each);
    }
    this.#dropDone();
  }

  trade(print: TradePrint): void {
    this.#moveTo(print.at);
    let left = print.size;
    // Protective orders that this print wakes stand behind the end: it is not theirs.
    for (let n = 0, count = this.#working.length; n < count; n++) {
      const each = this.#working[n] as TickOrder;
      if (each.order.instrument === print.instrument && !each.order.done)
        left -= this.#meetPrint(each, print, left);
    }
    this.#book(print.instrument).tradedAt = print.at;
    this.#dropDone();
  }

  /** Closes are what shorts are charged at. */
  bars(batch: BarBatch): void {
    this.#moveTo(batch.at);
    if (this.#borrow.isActive) this.#borrow.mark(batch);
  }

  #book(instrument: InstrumentId): TickBook {
    return this.#books[instrument] as TickBook;
  }

  #moveTo(at: EpochMicros): void {
    this.#now = at;
    this.#clock.advance(at);
    if (this.#borrow.isActive) this.events.push(...this.#borrow.startSession(this.#clock.date, at));
  }

  #arrive(): void {
    const travelling = this.#delay.take();
    if (travelling === undefined) return;
    const { command, sentMid } = travelling;
    if (command.kind === "PlaceOrder") this.#accept(command.order, sentMid);
    else if (command.kind === "CancelOrder") this.#cancel(this.#byNumber.get(command.order), "OrderCanceled");
    else this.#moveStop(this.#byNumber.get(command.order), command.stop);
  }

  #accept(approved: ApprovedOrder, sentMid: number): void {
    const order = rest(approved, Number.NaN as DayNumber, this.#now);
    const sellsShort = order.purpose === Purpose.Entry && order.side === SELL;
    if (sellsShort && this.#borrow.refuses(order.instrument, order.remaining)) {
      for (const { number } of refused(order))
        this.events.push({ kind: "OrderRejected", at: this.#now, order: number, reason: NOT_LENT });
      this.#protectCrossed(order);
      return;
    }
    const target = order.purpose === Purpose.Entry ? undefined : approved.bracket?.targetOrder;
    if (target !== undefined && !joinPair(order, this.#byNumber.get(target))) {
      this.#end(order, "OrderCanceled");
      return;
    }
    for (const each of [order, order.stopLeg, order.targetLeg])
      if (each !== undefined) this.#byNumber.set(each.number, each);
    const working = this.#work(order, sentMid);
    // A cancel may name anyone who shares the order.
    for (const { number } of order.parts ?? []) this.#byNumber.set(number, order);
    this.#protectCrossed(order);
    if (order.purpose === Purpose.Entry) working.waitsFor = this.#exitBefore(order);
    this.#meetBook(working);
    if (order.timeInForce === TimeInForce.ImmediateOrCancel) this.#cancel(order, "OrderCanceled");
  }

  /** What crossed is held from the start, whatever becomes of the rest. */
  #protectCrossed(order: RestingOrder): void {
    for (const { leg, crossed } of legsOfParts(order)) {
      this.#byNumber.set(leg.number, leg);
      this.#wake([leg], crossed);
    }
  }

  /** An exit of that side that works already: a position is closed before it is turned around. */
  #exitBefore({ instrument, side }: RestingOrder): RestingOrder | undefined {
    return this.#working.find(({ order }) => {
      return isExit(order.purpose) && !order.done && order.instrument === instrument && order.side === side;
    })?.order;
  }

  #work(order: RestingOrder, sentMid: number): TickOrder {
    const mids = { sentMid, arrivedMid: this.#book(order.instrument).mid };
    const working = tickOrder(order, mids, this.#clock.close);
    this.#working.push(working);
    this.events.push({ kind: "OrderAccepted", at: this.#now, order: order.number });
    return working;
  }

  #mayTrade(instrument: InstrumentId): boolean {
    if (!this.#clock.inSession || this.#now >= this.#clock.close) return false;
    const { halts } = this.#extras;
    return halts === undefined || halts.isOpen(instrument, this.#now, this.#book(instrument).tradedAt);
  }

  /** An order and the quotes: takes what it may, and what is left finds its place in the queue. */
  #meetBook(each: TickOrder): void {
    const { order, queue } = each;
    if (order.done || isAuctionOnly(order) || !this.#mayTrade(order.instrument)) return;
    if (each.waitsFor?.done === false) return;
    if (isMarket(order)) {
      this.#take(each);
      return;
    }
    if (order.type === OrderType.Stop) return;
    const book = this.#book(order.instrument);
    const { side, limit } = order;
    if (isWithinLimit(order, book.opposite(side))) this.#take(each);
    each.rests = true;
    findPlace({ side, limit, queue }, book);
  }

  #take(each: TickOrder): void {
    const { order } = each;
    const book = this.#book(order.instrument);
    const price = book.opposite(order.side);
    const shares = Math.min(order.remaining, book.available(order.side));
    if (!(shares > 0) || Number.isNaN(price) || this.#now <= each.triggeredAt) return;
    book.take(order.side, shares);
    const comesToUs = each.rests && order.type === OrderType.Limit;
    this.#fill(each, comesToUs ? order.limit : price, shares, comesToUs ? "rested" : "took");
  }

  /** An order and a print of its instrument; returns how many of the print's last `left` shares were ours. */
  #meetPrint(each: TickOrder, print: TradePrint, left: number): number {
    const { order, queue } = each;
    if (isAuctionOnly(order)) return this.#meetAuction(each, print, left);
    if (!this.#mayTrade(order.instrument) || each.waitsFor?.done === false) return 0;
    const { side, limit } = order;
    if (order.type === OrderType.Stop && !order.triggered) {
      if (reachesStop(side, order.stop, print.price)) this.#trigger(each);
      return 0;
    }
    if (isMarket(order)) this.#take(each);
    else if (each.rests && this.#book(order.instrument).isOrdinary(print)) {
      const shares = Math.min(order.remaining, sharesInPrint({ side, limit, queue }, print, left));
      if (shares > 0) this.#fill(each, limit, shares, "rested");
      return Math.max(0, shares);
    }
    return 0;
  }

  #trigger(each: TickOrder): void {
    const { mid } = this.#book(each.order.instrument);
    each.order.triggered = true;
    each.triggeredAt = this.#now;
    each.sentMid = mid;
    each.arrivedMid = mid;
  }

  #meetAuction(each: TickOrder, { price, size }: TradePrint, left: number): number {
    const { order } = each;
    const { open, close } = this.#clock;
    const isOpening = open >= order.arrivedAt && this.#now >= open && this.#now < close;
    const isIt = order.timeInForce === TimeInForce.AtOpen ? isOpening : this.#now >= each.closeAt;
    if (!isIt || this.#extras.halts?.at(order.instrument, this.#now) !== undefined) return 0;
    const most = Math.floor(size * this.#costs.maxParticipation) - (size - left);
    const shares = isWithinLimit(order, price) ? Math.max(0, Math.min(order.remaining, most)) : 0;
    const auctionBps = this.#costs.slippage === "modelled" ? this.#costs.auctionBps : this.#costs.fixedBps;
    const paid = bounded(order, price + (order.side * price * auctionBps) / 10_000);
    if (shares > 0) this.#fill(each, paid, shares, "auction", price);
    if (!order.done) this.#cancel(order, "OrderExpired");
    return shares;
  }

  #fill(each: TickOrder, price: number, shares: number, how: HowFilled, print = Number.NaN): void {
    const { order } = each;
    const { instrument, side } = order;
    const { total, parts } = measuredSlippage(
      shares,
      awayFrom(each, price, how, this.#book(instrument).mid, print),
    );
    order.remaining -= shares;
    order.fills += 1;
    order.filled += shares;
    if (order.remaining <= 0) order.done = true;
    this.events.push({
      kind: "OrderFilled",
      at: this.#now,
      order: order.number,
      fillId: order.fills as FillId,
      quantity: toQuantity(shares),
      price: dollarsPerShare(price),
      costs: {
        ...this.#fees.fees(side, this.#clock.date, shares, shares * price),
        slippage: total,
        parts,
      },
    });
    this.#borrow.filled(instrument, side * shares, price, this.#clock.date);
    this.#wakeLegs(order, shares);
    if (order.pair !== undefined && cede(order.pair, shares)) this.#end(order.pair, "OrderCanceled");
    if (order.done) this.#finish(order);
  }

  #wakeLegs(entry: RestingOrder, shares: number): void {
    if (entry.parts === undefined) this.#wake([entry.stopLeg, entry.targetLeg], shares);
    else
      for (const { part, shares: own } of splitOver(entry.parts, shares))
        this.#wake([part.stopLeg, part.targetLeg], own);
  }

  #wake(legs: readonly (RestingOrder | undefined)[], shares: number): void {
    for (const leg of legs) {
      if (leg === undefined || leg.done || shares === 0) continue;
      if (leg.remaining === 0) this.#work(leg, Number.NaN);
      leg.remaining += shares;
    }
  }

  #finish(order: RestingOrder): void {
    this.#byNumber.delete(order.number);
    if (order.ceded > 0) this.#end(order, "OrderCanceled");
    // Of a shared entry some legs may never have woken: they go with it.
    this.#cancel(order.entry, "OrderCanceled");
  }

  #cancel(order: RestingOrder | undefined, kind: "OrderCanceled" | "OrderExpired"): void {
    if (order === undefined || order.done) return;
    this.#end(order, kind);
    for (const leg of idleLegs(order)) this.#cancel(leg, "OrderCanceled");
  }

  #end(order: RestingOrder, kind: "OrderCanceled" | "OrderExpired"): void {
    order.done = true;
    this.#byNumber.delete(order.number);
    this.events.push({ kind, at: this.#now, order: order.number, filled: toQuantity(order.filled) });
  }

  #moveStop(order: RestingOrder | undefined, stop: number): void {
    if (order === undefined || order.done) return;
    if (order.side === SELL ? stop > order.stop : stop < order.stop) order.stop = stop;
  }

  #dropDone(): void {
    for (let n = this.#working.length - 1; n >= 0; n--)
      if ((this.#working[n] as TickOrder).order.done) this.#working.splice(n, 1);
  }
}
