/**
 * A venue made of arithmetic: orders meet bars (BACK-1, QUANT m).
 *
 * SM-1  Nothing fills on the bar that made the decision: an order meets the bars that close after it came.
 * SM-2  A market order fills at the next open, worse by the cost model. A limit order fills at the open
 *       when that is no worse than the limit, else at the limit when the bar trades through it: touching
 *       is not enough, others were there first. It is never filled beyond its limit.
 * SM-3  A stop that the open has gapped through fills at the open, not at the stop.
 * SM-4  When a bar reaches both stop and target after its open, the stop is assumed first.
 * SM-5  All fills of an instrument in one bar together take at most the participation cap of its volume.
 * SM-6  A protective order covers what its entry has filled, and one cancels the other. Once it has closed
 *       that, the rest of the entry is canceled: nothing would protect what it still buys.
 * SM-7  What the opening auction of a daily bar fills happened at the session's open. A protective order that the
 *       same print has passed already waits for a trade after its entry's and pays for a market order.
 * SM-8  An order for the closing auction fills at the close of the session's last bar, plus the auction's cost.
 * SM-9  Nothing fills while its instrument is halted; what waits meets the first bar that began afterwards.
 */
import { InvariantError, unreachable } from "../domain/assert.ts";
import { type BarBatch, type BarColumns, rowOf, type Timeframe } from "../domain/bars.ts";
import type { CorporateActionEvent, VenueEvent } from "../domain/events.ts";
import { dollarsPerShare, shares as toQuantity, usd } from "../domain/money.ts";
import { type FillId, OrderType, Purpose, SELL, TimeInForce } from "../domain/order.ts";
import type { SessionTable } from "../domain/session.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import type { Command, Venue } from "../engine/ports.ts";
import { SessionClock } from "../engine/session-clock.ts";
import { ENTRY_LIFE_MICROS } from "../execution/order-policy.ts";
import { type ApprovedOrder, isApproved } from "../risk/gate.ts";
import { BarCosts, type Where } from "./bar-costs.ts";
import { BorrowBook, type Held, NOT_LENT } from "./borrow.ts";
import { boundedAway, type CostParams } from "./cost-model.ts";
import type { HaltSchedule } from "./halts.ts";
import {
  bounded,
  cede,
  filledOf,
  fillsAtClose,
  fillsAtOpen,
  fillsInside,
  idleLegs,
  joinPair,
  legsOfParts,
  type RestingOrder,
  refused,
  rest,
  splitOver,
} from "./resting-order.ts";
import { divideSlippage } from "./slippage-split.ts";
import { restateOrder } from "./venue-actions.ts";

/** A price that reached an order, and for how many shares at most. */
interface Reached {
  readonly price: number;
  readonly most: number;
  readonly where: Where;
}

export interface VenueExtras {
  /** By instrument, for rates that are set by symbol. */
  readonly symbols?: readonly string[];
  readonly halts?: HaltSchedule;
  readonly held?: Held;
}

export class SimulatedVenue implements Venue {
  readonly #costs: CostParams;
  readonly #pricing: BarCosts;
  readonly #clock: SessionClock;
  readonly #tracksLiquidity: boolean;
  readonly #borrow: BorrowBook;
  readonly #halts: HaltSchedule | undefined;
  readonly #takenVolume: Float64Array;
  readonly #takenAt: Float64Array;
  /** By order number: numbers are dense, so this is a column, not a map. */
  readonly #byNumber: (RestingOrder | undefined)[] = [];
  readonly #working: RestingOrder[] = [];
  #now = Number.NEGATIVE_INFINITY as EpochMicros;
  #before = Number.NEGATIVE_INFINITY as EpochMicros;
  /** The instant of the opening print of the bar at hand, and what the events told now are stamped with. */
  #openAt = Number.NEGATIVE_INFINITY as EpochMicros;
  #stamp = Number.NEGATIVE_INFINITY as EpochMicros;
  /** What happened since the event source last took it, in order. */
  readonly events: VenueEvent[] = [];

  constructor(instruments: number, costs: CostParams, sessions: SessionTable, extras: VenueExtras = {}) {
    this.#costs = costs;
    this.#borrow = new BorrowBook(instruments, extras.symbols ?? [], costs.borrow, extras.held);
    this.#halts = extras.halts;
    this.#pricing = new BarCosts(instruments, costs);
    this.#clock = new SessionClock(sessions);
    this.#tracksLiquidity = costs.slippage === "modelled";
    this.#takenVolume = new Float64Array(instruments);
    this.#takenAt = new Float64Array(instruments).fill(Number.NaN);
  }

  /** Orders that may still fill, protective ones included once they are awake. */
  get working(): number {
    return this.#working.length;
  }

  /** What rests, for whoever compares books. */
  resting(): readonly Readonly<
    Pick<RestingOrder, "number" | "instrument" | "type" | "stop" | "remaining">
  >[] {
    return this.#working;
  }

  send(command: Command): void {
    switch (command.kind) {
      case "PlaceOrder":
        this.#accept(command.order);
        return;
      case "CancelOrder":
        this.#cancel(this.#byNumber[command.order], "OrderCanceled");
        return;
      case "ReplaceStop":
        this.#moveStop(this.#byNumber[command.order], command.stop);
        return;
      default:
        unreachable(command);
    }
  }

  /** Lets the bars of one instant meet the resting orders. A batch that nothing waits for costs two stores. */
  match(batch: BarBatch): void {
    this.#before = this.#now;
    this.#now = batch.at;
    this.#stamp = batch.at;
    if (this.#borrow.isActive) this.#chargeBorrow(batch.at);
    if (this.#tracksLiquidity) {
      this.#clock.advance(batch.at);
      this.#pricing.liquidity.startSession(this.#clock.date);
    }
    if (this.#working.length > 0) this.#matchAll(batch);
    if (this.#tracksLiquidity) this.#pricing.liquidity.update(batch, this.#clock.date);
    if (this.#borrow.isActive) this.#borrow.mark(batch);
  }

  #chargeBorrow(at: EpochMicros): void {
    this.#clock.advance(at);
    const opens = Math.max(this.#before, this.#clock.open) as EpochMicros;
    this.events.push(...this.#borrow.startSession(this.#clock.date, opens < at ? opens : at));
  }

  /** Restates what rests on a split or dividend, which comes before the first bar of its ex-date. */
  action(event: CorporateActionEvent): void {
    this.#now = event.at;
    this.#pricing.liquidity.action(event);
    if (event.kind === "SharesSplit") this.#borrow.rescale(event.instrument, event);
    for (const order of this.#working) {
      if (order.done || order.instrument !== event.instrument || restateOrder(order, event)) continue;
      this.#cancel(order, "OrderCanceled");
    }
    this.#dropDone();
  }

  /** True on the first batch inside a session: the one that holds the opening print. */
  get #sessionOpened(): boolean {
    return this.#clock.inSession && this.#before <= this.#clock.open;
  }

  #accept(order: ApprovedOrder): void {
    if (!isApproved(order))
      throw new InvariantError(`RK-5: order ${order.number} did not come from the gate`);
    // With nothing working the clock stood still.
    this.#clock.advance(this.#now);
    const afterClose = this.#now >= this.#clock.close;
    const resting = rest(order, afterClose ? (Number.NaN as DayNumber) : this.#clock.date, this.#now);
    const sells = order.purpose === Purpose.Entry && order.side === SELL;
    if (sells && this.#borrow.refuses(order.instrument, order.shares)) {
      this.#refuse(resting);
      return;
    }
    const target = order.purpose === Purpose.Entry ? undefined : order.bracket?.targetOrder;
    if (target !== undefined && !joinPair(resting, this.#byNumber[target])) {
      this.#end(resting, "OrderCanceled");
      return;
    }
    for (const each of [resting, resting.stopLeg, resting.targetLeg]) this.#remember(each);
    this.#working.push(resting);
    this.events.push({ kind: "OrderAccepted", at: this.#now, order: order.number });
    // A cancel may name anyone who shares the order; it ends for all of them.
    for (const { number } of resting.parts ?? []) this.#byNumber[number] = resting;
    this.#protectCrossed(resting);
  }

  /** Nobody lends the shares: the order and what would sleep for good are refused (C-24); what crossed is held. */
  #refuse(order: RestingOrder): void {
    for (const each of refused(order))
      this.events.push({ kind: "OrderRejected", at: this.#now, order: each.number, reason: NOT_LENT });
    this.#protectCrossed(order);
  }

  #protectCrossed(order: RestingOrder): void {
    for (const { leg, crossed } of legsOfParts(order)) {
      this.#remember(leg);
      this.#wake(leg, crossed, "at_open");
    }
  }

  #remember(order: RestingOrder | undefined): void {
    if (order !== undefined) this.#byNumber[order.number] = order;
  }

  #matchAll({ at, columns, from, to }: BarBatch): void {
    this.#clock.advance(at);
    const isDaily = columns.timeframe === "1d" && this.#clock.open < at;
    this.#openAt = isDaily ? (Math.max(this.#before, this.#clock.open) as EpochMicros) : at;
    const told = this.events.length;
    // The list grows while it is walked: protective orders wake behind the entry that woke them.
    for (let n = 0; n < this.#working.length; n++) {
      const order = this.#working[n] as RestingOrder;
      if (order.done) continue;
      const row = this.#mayTrade(order, columns.timeframe)
        ? rowOf(columns.instrument, order.instrument, from, to)
        : -1;
      if (row >= 0) this.#meet(order, columns, row);
      if (!order.done && this.#isOver(order, columns)) this.#expire(order);
    }
    this.#dropDone();
    if (isDaily && this.events.length > told + 1) this.#sortFrom(told);
  }

  /** Orders were asked one after another; what happened at the open comes before the rest of the day (I-27). */
  #sortFrom(first: number): void {
    this.events.push(...this.events.splice(first).sort((a, b) => a.at - b.at));
  }

  /** In place: most bars have a handful of working orders, and a new array each time shows in the profile. */
  #dropDone(): void {
    const working = this.#working;
    let kept = 0;
    for (let n = 0; n < working.length; n++) {
      const order = working[n] as RestingOrder;
      if (!order.done) working[kept++] = order;
    }
    while (working.length > kept) working.pop();
  }

  #mayTrade(order: RestingOrder, timeframe: Timeframe): boolean {
    if (this.#halts?.blocks(order.instrument, timeframe, this.#clock.open, this.#now) === true) return false;
    // What an entry bought at the close has seen no price of this bar.
    if (order.freshAt === this.#now && order.entry?.timeInForce === TimeInForce.AtClose) return false;
    const { timeInForce } = order;
    if (timeInForce === TimeInForce.AtOpen) return this.#sessionOpened;
    const isOfSession = timeInForce === TimeInForce.Day || timeInForce === TimeInForce.AtClose;
    if (!isOfSession) return true;
    if (Number.isNaN(order.session)) order.session = this.#clock.date;
    const closes = timeInForce === TimeInForce.Day || this.#now === this.#clock.close;
    return closes && order.session === this.#clock.date;
  }

  #isOver(order: RestingOrder, { timeframe }: BarColumns): boolean {
    switch (order.timeInForce) {
      case TimeInForce.NextBar:
        return timeframe !== "1s" || this.#now - order.arrivedAt >= ENTRY_LIFE_MICROS;
      case TimeInForce.ImmediateOrCancel:
        return true;
      case TimeInForce.AtOpen:
        return this.#sessionOpened;
      case TimeInForce.Day:
      case TimeInForce.AtClose:
        return this.#now >= this.#clock.close || order.session < this.#clock.date;
      case TimeInForce.GoodTillCanceled:
        return false;
      default:
        return unreachable(order.timeInForce);
    }
  }

  #expire(order: RestingOrder): void {
    const { timeInForce } = order;
    if (timeInForce === TimeInForce.AtOpen) this.#stamp = this.#openAt;
    this.#cancel(order, timeInForce === TimeInForce.ImmediateOrCancel ? "OrderCanceled" : "OrderExpired");
    this.#stamp = this.#now;
  }

  #meet(order: RestingOrder, columns: BarColumns, row: number): void {
    if (order.timeInForce === TimeInForce.AtClose) {
      const price = columns.close[row]!;
      const reached: Reached = { price, most: order.remaining, where: "at_close" };
      if (fillsAtClose(order, price)) this.#fill(order, columns, row, reached);
      return;
    }
    const open = columns.open[row]!;
    const isFresh = order.freshAt === this.#now;
    const seasoned = isFresh ? order.remaining - order.fresh : order.remaining;
    if (seasoned > 0 && fillsAtOpen(order, open)) {
      this.#fill(order, columns, row, {
        price: open,
        most: seasoned,
        where: isFresh ? "after_open" : "at_open",
      });
      return;
    }
    if (order.timeInForce === TimeInForce.AtOpen || order.timeInForce === TimeInForce.ImmediateOrCancel)
      return;
    const { pair } = order;
    if (order.type === OrderType.Stop && pair !== undefined && !pair.done && fillsAtOpen(pair, open)) {
      this.#meet(pair, columns, row);
      if (order.done) return;
    }
    if (!fillsInside(order, columns.high[row]!, columns.low[row]!)) return;
    const stops = order.type === OrderType.Stop;
    // The high may have come before the entry filled: a target never sells what was bought inside the bar.
    const most = stops ? order.remaining : seasoned;
    this.#fill(order, columns, row, { price: stops ? order.stop : order.limit, most, where: "inside" });
  }

  #fill(order: RestingOrder, columns: BarColumns, row: number, { price, most, where }: Reached): void {
    if (order.type === OrderType.Stop) order.triggered = true;
    const shares = Math.min(most, this.#volumeLeft(order.instrument, columns.volume[row]!));
    if (shares <= 0) return;
    this.#takenVolume[order.instrument] = this.#takenVolume[order.instrument]! + shares;
    this.#stamp = where === "at_open" ? this.#openAt : this.#now;
    const away = this.#pricing.away(order, columns.timeframe, price, shares, where);
    const reached = bounded(order, price + order.side * boundedAway(price, away, this.#costs));
    const slippage = usd(Math.abs(reached - price) * shares);
    const paid = dollarsPerShare(reached);
    order.remaining -= shares;
    order.fills += 1;
    order.filled += shares;
    if (order.remaining <= 0) order.done = true;
    this.events.push({
      kind: "OrderFilled",
      at: this.#stamp,
      order: order.number,
      fillId: order.fills as FillId,
      quantity: toQuantity(shares),
      price: paid,
      costs: {
        ...this.#pricing.fees(order.side, this.#clock.date, shares, shares * reached),
        slippage,
        parts: divideSlippage(slippage, away),
      },
    });
    this.#borrow.filled(order.instrument, order.side * shares, reached, this.#clock.date);
    this.#wakeLegs(order, shares, where);
    if (order.pair !== undefined && cede(order.pair, shares)) this.#end(order.pair, "OrderCanceled");
    if (order.done) this.#finish(order);
    this.#stamp = this.#now;
  }

  #finish(order: RestingOrder): void {
    this.#byNumber[order.number] = undefined;
    if (order.ceded > 0) this.#end(order, "OrderCanceled");
    if (order.entry !== undefined) this.#cancel(order.entry, "OrderCanceled");
  }

  #volumeLeft(instrument: number, volume: number): number {
    if (this.#takenAt[instrument] !== this.#now) {
      this.#takenAt[instrument] = this.#now;
      this.#takenVolume[instrument] = 0;
    }
    return Math.floor(volume * this.#costs.maxParticipation) - this.#takenVolume[instrument]!;
  }

  #wakeLegs(entry: RestingOrder, shares: number, where: Where): void {
    if (entry.parts === undefined) {
      this.#wake(entry.stopLeg, shares, where);
      this.#wake(entry.targetLeg, shares, where);
      return;
    }
    for (const { part, shares: own } of splitOver(entry.parts, shares)) {
      this.#wake(part.stopLeg, own, where);
      this.#wake(part.targetLeg, own, where);
    }
  }

  #wake(leg: RestingOrder | undefined, shares: number, where: Where): void {
    if (leg === undefined || leg.done || shares === 0) return;
    if (leg.remaining === 0) {
      this.#working.push(leg);
      this.events.push({ kind: "OrderAccepted", at: this.#stamp, order: leg.number });
    }
    leg.remaining += shares;
    leg.fresh = where === "inside" || where === "at_close" ? shares : 0;
    leg.freshAt = this.#now;
  }

  #cancel(order: RestingOrder | undefined, kind: "OrderCanceled" | "OrderExpired"): void {
    if (order === undefined || order.done) return;
    this.#end(order, kind);
    for (const leg of idleLegs(order)) this.#cancel(leg, "OrderCanceled");
  }

  #end(order: RestingOrder, kind: "OrderCanceled" | "OrderExpired"): void {
    order.done = true;
    this.#byNumber[order.number] = undefined;
    this.events.push({ kind, at: this.#stamp, order: order.number, filled: filledOf(order) });
  }

  #moveStop(order: RestingOrder | undefined, stop: number): void {
    if (order === undefined || order.done) return;
    const tightens = order.side === SELL ? stop > order.stop : stop < order.stop;
    if (tightens) order.stop = stop;
  }
}
