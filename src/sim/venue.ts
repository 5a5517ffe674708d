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
 */
import { InvariantError, unreachable } from "../domain/assert.ts";
import type { BarBatch, BarColumns } from "../domain/bars.ts";
import type { BrokerEvent, CorporateActionEvent } from "../domain/events.ts";
import { dollarsPerShare, type Money, shares as toQuantity, usd } from "../domain/money.ts";
import { type FillId, type OrderNumber, OrderType, Purpose, SELL, TimeInForce } from "../domain/order.ts";
import type { SessionTable } from "../domain/session.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import type { Command, Venue } from "../engine/ports.ts";
import { SessionClock } from "../engine/session-clock.ts";
import { type ApprovedOrder, isApproved } from "../risk/gate.ts";
import { type CostParams, Liquidity, slippagePerShare } from "./cost-model.ts";
import { type FeeRates, feeRates, regulatoryFee } from "./regulatory-fees.ts";
import { fillsAtOpen, fillsInside, idleLegs, type RestingOrder, rest, splitOver } from "./resting-order.ts";
import { restateOrder } from "./venue-actions.ts";

const NO_FEE = 0 as Money;

/** A price that reached an order: in the opening print or later in the bar, and for how many shares at most. */
interface Reached {
  readonly price: number;
  readonly most: number;
  readonly where: "at_open" | "inside";
}

export class SimulatedVenue implements Venue {
  readonly #costs: CostParams;
  readonly #rates: readonly FeeRates[];
  readonly #clock: SessionClock;
  readonly #liquidity: Liquidity;
  readonly #tracksLiquidity: boolean;
  readonly #takenVolume: Float64Array;
  readonly #takenAt: Float64Array;
  /** By order number: numbers are dense, so this is a column, not a map. */
  readonly #byNumber: (RestingOrder | undefined)[] = [];
  readonly #working: RestingOrder[] = [];
  #now = Number.NEGATIVE_INFINITY as EpochMicros;
  #before = Number.NEGATIVE_INFINITY as EpochMicros;
  /** What happened since the event source last took it, in order. */
  readonly events: BrokerEvent[] = [];

  constructor(instruments: number, costs: CostParams, sessions: SessionTable) {
    this.#costs = costs;
    this.#rates = feeRates(costs.feeSchedule);
    this.#clock = new SessionClock(sessions);
    this.#liquidity = new Liquidity(instruments);
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
    if (this.#tracksLiquidity) {
      this.#clock.advance(batch.at);
      this.#liquidity.startSession(this.#clock.date);
    }
    if (this.#working.length > 0) this.#matchAll(batch);
    if (this.#tracksLiquidity) this.#liquidity.update(batch, this.#clock.date);
  }

  /** Restates what rests on a split or dividend, which comes before the first bar of its ex-date. */
  action(event: CorporateActionEvent): void {
    this.#now = event.at;
    this.#liquidity.action(event);
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
    const resting = rest(order, afterClose ? (Number.NaN as DayNumber) : this.#clock.date);
    if (order.purpose !== Purpose.Entry) this.#pairUp(resting, order.bracket?.targetOrder);
    this.#remember(resting);
    this.#remember(resting.stopLeg);
    this.#remember(resting.targetLeg);
    this.#working.push(resting);
    this.events.push({ kind: "OrderAccepted", at: this.#now, order: order.number });
    for (const part of resting.parts ?? []) {
      // A cancel may name anyone who shares the order; it ends for all of them.
      this.#byNumber[part.number] = resting;
      for (const leg of [part.stopLeg, part.targetLeg]) {
        this.#remember(leg);
        if (part.crossed > 0) this.#wake(leg, part.crossed, "at_open");
      }
    }
  }

  /** A stop sent for a position that a target protects already: from now on one cancels the other. */
  #pairUp(stop: RestingOrder, target: OrderNumber | undefined): void {
    const other = target === undefined ? undefined : this.#byNumber[target];
    if (other === undefined) return;
    stop.pair = other;
    other.pair = stop;
  }

  #remember(order: RestingOrder | undefined): void {
    if (order !== undefined) this.#byNumber[order.number] = order;
  }

  #matchAll({ at, columns, from, to }: BarBatch): void {
    this.#clock.advance(at);
    // The list grows while it is walked: protective orders wake behind the entry that woke them.
    for (let n = 0; n < this.#working.length; n++) {
      const order = this.#working[n] as RestingOrder;
      if (order.done) continue;
      const row = this.#mayTrade(order) ? rowOf(columns.instrument, order.instrument, from, to) : -1;
      if (row >= 0) this.#meet(order, columns, row);
      if (!order.done && this.#isOver(order, at)) this.#cancel(order, "OrderExpired");
    }
    this.#dropDone();
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

  #mayTrade(order: RestingOrder): boolean {
    if (order.timeInForce === TimeInForce.AtOpen) return this.#sessionOpened;
    if (order.timeInForce !== TimeInForce.Day) return true;
    if (Number.isNaN(order.session)) order.session = this.#clock.date;
    return order.session === this.#clock.date;
  }

  #isOver(order: RestingOrder, at: EpochMicros): boolean {
    switch (order.timeInForce) {
      case TimeInForce.NextBar:
        return true;
      case TimeInForce.AtOpen:
        return this.#sessionOpened;
      case TimeInForce.Day:
        return at >= this.#clock.close || order.session < this.#clock.date;
      case TimeInForce.GoodTillCanceled:
        return false;
      default:
        return unreachable(order.timeInForce);
    }
  }

  #meet(order: RestingOrder, columns: BarColumns, row: number): void {
    const open = columns.open[row]!;
    const seasoned = order.freshAt === this.#now ? order.remaining - order.fresh : order.remaining;
    if (seasoned > 0 && fillsAtOpen(order, open)) {
      this.#fill(order, columns, row, { price: open, most: seasoned, where: "at_open" });
      return;
    }
    if (order.timeInForce === TimeInForce.AtOpen) return;
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
    const passive = order.type === OrderType.Limit && where === "inside";
    const away = passive ? 0 : this.#slippage(order, columns, price, shares, where);
    const reached = bounded(order, price + order.side * away);
    const paid = dollarsPerShare(reached);
    order.remaining -= shares;
    order.fills += 1;
    if (order.remaining <= 0) order.done = true;
    this.events.push({
      kind: "OrderFilled",
      at: this.#now,
      order: order.number,
      fillId: order.fills as FillId,
      quantity: toQuantity(shares),
      price: paid,
      costs: {
        commission: usd(this.#costs.commissionPerShare * shares),
        regulatory: this.#fee(order, shares, shares * reached),
        slippage: usd(Math.abs(reached - price) * shares),
      },
    });
    this.#wakeLegs(order, shares, where);
    if (order.pair !== undefined && !order.pair.done) this.#shrinkPair(order.pair, shares);
    if (order.done) this.#finish(order);
  }

  #finish(order: RestingOrder): void {
    this.#byNumber[order.number] = undefined;
    if (order.ceded > 0) this.events.push({ kind: "OrderCanceled", at: this.#now, order: order.number });
    if (order.entry !== undefined) this.#cancel(order.entry, "OrderCanceled");
  }

  #slippage(
    order: RestingOrder,
    { timeframe }: BarColumns,
    price: number,
    shares: number,
    where: string,
  ): number {
    const inAuction = where === "at_open" && timeframe === "1d" && this.#costs.slippage === "modelled";
    if (inAuction) return (price * this.#costs.auctionBps) / 10_000;
    return slippagePerShare(price, shares, order.instrument, this.#liquidity, this.#costs);
  }

  #fee(order: RestingOrder, shares: number, dollars: number): Money {
    if (order.side !== SELL || !this.#costs.regulatory) return NO_FEE;
    return regulatoryFee(this.#rates, this.#clock.date, shares, dollars);
  }

  #volumeLeft(instrument: number, volume: number): number {
    if (this.#takenAt[instrument] !== this.#now) {
      this.#takenAt[instrument] = this.#now;
      this.#takenVolume[instrument] = 0;
    }
    return Math.floor(volume * this.#costs.maxParticipation) - this.#takenVolume[instrument]!;
  }

  #wakeLegs(entry: RestingOrder, shares: number, where: "at_open" | "inside"): void {
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

  #wake(leg: RestingOrder | undefined, shares: number, where: "at_open" | "inside"): void {
    if (leg === undefined || leg.done || shares === 0) return;
    if (leg.remaining === 0) {
      this.#working.push(leg);
      this.events.push({ kind: "OrderAccepted", at: this.#now, order: leg.number });
    }
    leg.remaining += shares;
    leg.fresh = where === "inside" ? shares : 0;
    leg.freshAt = this.#now;
  }

  /** One cancels other: what one protective order sold, the other must not sell again. */
  #shrinkPair(pair: RestingOrder, shares: number): void {
    pair.remaining -= shares;
    pair.ceded += shares;
    if (pair.remaining <= 0) this.#end(pair, "OrderCanceled");
  }

  #cancel(order: RestingOrder | undefined, kind: "OrderCanceled" | "OrderExpired"): void {
    if (order === undefined || order.done) return;
    this.#end(order, kind);
    for (const leg of idleLegs(order)) this.#cancel(leg, "OrderCanceled");
  }

  #end(order: RestingOrder, kind: "OrderCanceled" | "OrderExpired"): void {
    order.done = true;
    this.#byNumber[order.number] = undefined;
    this.events.push({ kind, at: this.#now, order: order.number });
  }

  #moveStop(order: RestingOrder | undefined, stop: number): void {
    if (order === undefined || order.done) return;
    const tightens = order.side === SELL ? stop > order.stop : stop < order.stop;
    if (tightens) order.stop = stop;
  }
}

/** A limit order never trades beyond its limit, whatever the slippage model says. */
function bounded(order: RestingOrder, price: number): number {
  if (order.type !== OrderType.Limit) return price;
  return order.side === SELL ? Math.max(order.limit, price) : Math.min(order.limit, price);
}

/** Row of an instrument among the ascending rows of a batch; -1 when it has no bar. */
function rowOf(instruments: Uint32Array, instrument: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instruments[middle]! < instrument) low = middle + 1;
    else high = middle;
  }
  return low < to && instruments[low] === instrument ? low : -1;
}
