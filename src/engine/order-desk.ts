/**
 * The desk: turns intents into requests, shows them to the gate, sends what passed, and keeps the books of
 * what works. Used by the execute stage alone.
 *
 * EX-2  An order's identity is its row; the same inputs give the same rows (I-25).
 * EX-3  At most one live entry, one exit, one trim, one stop and one target per strategy and instrument.
 * EX-6  What only reduces waits until the stop and the target in its way are known to be over: their cancels leave
 *       first, and the exit then is for what is still held, less what a trim is about to sell (I-15). A venue that
 *       answers cancels before the next bar costs no bar.
 * EX-8  An entry leaves only where nothing is held and nothing else may trade. One that would turn a position around
 *       becomes an exit, and is counted; the strategy may ask for it again once it is flat, at the prices of then.
 * EX-9  A position that an exit, a trim or a venue has left without its stop gets it back (I-35): at once after an
 *       exit that failed, with the next bar after a stop that failed, so that no venue is asked without end.
 * EX-10 A cancel may be lost: what waits for its end asks again with each bar, and what closes a position moves the
 *       disaster stop whose end is overdue to the price of now, where that closes the position itself (C-23).
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { type EntryIntent, sizingConstraints } from "../domain/intent.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import { BUY, type OrderNumber, OrderStatus, OrderType, Purpose, SELL, type Side } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { roundToTick } from "../execution/order-policy.ts";
import { OrderField, OrderTable } from "../execution/order-table.ts";
import { unwindsPartial } from "../execution/partial-fill.ts";
import type { ApprovedOrder, RiskGate } from "../risk/gate.ts";
import type { OrderRequest } from "../risk/rule.ts";
import { BlockTally } from "./block-tally.ts";
import type { CrossPrices } from "./cross-price.ts";
import { type CrossBooks, DemandNetting } from "./demand-netting.ts";
import { LegBonds } from "./leg-bonds.ts";
import { MeetingPoint } from "./meeting-point.ts";
import { OrderPlacing } from "./order-placing.ts";
import { closingRequest, type EntryPricing, entryRequest, partOf } from "./order-requests.ts";
import type { Command } from "./ports.ts";
import { bracketOf, type ProtectionParts, ProtectiveOrders } from "./protective-orders.ts";
import type { RiskFacts } from "./risk-facts.ts";
import type { VirtualStops } from "./virtual-stops.ts";
import { Follow, followOf, purposeOf, WaitingSlots } from "./waiting-slots.ts";

const NONE = -1;
type Repricing = (price: number) => number;

export interface DeskParts {
  readonly gate: RiskGate;
  readonly facts: RiskFacts;
  readonly lots: VirtualLots;
  readonly execution: EntryPricing;
  readonly slots: number;
  readonly strategies: number;
  readonly crossPrices: CrossPrices;
  /** Present when the engine watches the stops, and wider ones rest at the venue (RISK-4). */
  readonly stops?: VirtualStops | undefined;
  /** A rule of that control refused an entry in full, or the claim of that source barred it. */
  entryRefused(strategy: number, control: string | undefined, barredBy: string | undefined): void;
}

export class OrderDesk {
  readonly #facts: RiskFacts;
  readonly #lots: VirtualLots;
  readonly #execution: EntryPricing;
  /** Live exits and trims per strategy and instrument. */
  readonly #exitOrder: Int32Array;
  readonly #trimOrder: Int32Array;
  /** Fraction of what is held that a trim closes. */
  readonly #trimPart: Float64Array;
  readonly #legs: ProtectiveOrders;
  readonly waiting: WaitingSlots;
  readonly #stops: VirtualStops | undefined;
  readonly #netting: DemandNetting;
  readonly #placing: OrderPlacing;

  readonly orders = new OrderTable();
  readonly blocked = new BlockTally();
  readonly commands: Command[] = [];
  /** An order of each position whose stop is to be looked at with the next bar. */
  readonly exposed: OrderNumber[] = [];
  readonly meeting: MeetingPoint;
  readonly bonds: LegBonds;

  constructor(parts: DeskParts) {
    const { gate, facts, lots, execution, slots, strategies, crossPrices, stops, entryRefused } = parts;
    this.#stops = stops;
    this.#facts = facts;
    this.#lots = lots;
    this.#execution = execution;
    this.#exitOrder = new Int32Array(slots).fill(NONE);
    this.#trimOrder = new Int32Array(slots).fill(NONE);
    this.#trimPart = new Float64Array(slots);
    this.waiting = new WaitingSlots(slots);
    const [{ orders, commands }, waiting, { tick }] = [this, this.waiting, execution];
    const closing: ProtectionParts["closing"] = (...what) => this.#closing(...what);
    const place: ProtectionParts["place"] = (request, signal, bracket) =>
      this.#placing.place(request, signal, NONE, bracket);
    this.#legs = new ProtectiveOrders({ gate, facts, lots, orders, commands, tick, slots, closing, place });
    stops?.standBefore(this.#legs);
    this.meeting = new MeetingPoint({
      ...{ strategies, waiting, lots, facts, orders },
      leave: (strategy, instrument) => this.#leave(strategy, instrument),
      enter: (intent) => this.#enter(intent),
      takeBack: (entry) => this.#cancelEntry(entry),
    });
    const { tally } = this.meeting;
    this.bonds = new LegBonds({ lots, orders, desk: this });
    const { bonds, blocked } = this;
    this.#netting = new DemandNetting({ gate, orders, commands, prices: crossPrices, tally, bonds });
    const [netting, legs] = [this.#netting, this.#legs];
    this.#placing = new OrderPlacing({ gate, facts, orders, commands, blocked, netting, legs, entryRefused });
  }

  /** Counts the changes of resting stops. */
  get stopVersion(): number {
    return this.#legs.version + (this.#stops?.version ?? 0);
  }

  /** Demands and pairs that may have something to say between bars. */
  get waitingFor(): number {
    return this.meeting.size + this.bonds.size;
  }

  /** Nets what the step wanted, once it has wanted everything. */
  settle(books: CrossBooks): void {
    if (this.meeting.size > 0) this.meeting.release();
    this.meeting.isClosed = true;
    this.#netting.settle(books);
    this.meeting.isClosed = false;
    this.#facts.settled();
  }

  enter(intent: EntryIntent): void {
    const { strategy, instrument } = intent;
    const side: Side = intent.shares > 0 ? BUY : SELL;
    const held = this.#lots.shares(strategy, instrument);
    if (held * side < 0) {
      this.meeting.tally.turned += 1;
      this.exit(strategy, instrument, intent.signal, Purpose.Exit);
    }
    if (held !== 0) return;
    const slot = this.#lots.slot(strategy, instrument);
    if (this.#facts.entryWorking(strategy, instrument) || this.#legs.isWorking(slot)) return;
    if (this.#exitOrder[slot] !== NONE || this.#trimOrder[slot] !== NONE) return;
    if (this.waiting.follow(slot) !== Follow.Nothing) return;
    if (this.meeting.holds(strategy, instrument)) return;
    const isBound = intent.together !== undefined;
    if (!isBound && this.meeting.isLeft(instrument, -side as Side)) this.meeting.hold(intent);
    else this.#enter(intent);
  }

  #enter(intent: EntryIntent): void {
    this.bonds.ask(intent);
    const request = entryRequest(intent, this.#execution);
    const { side, reference, stop } = request;
    const resting = this.#stops?.disaster(side, reference, stop) ?? stop;
    const target = roundToTick(intent.target, -side, this.#execution.tick);
    const bracket = bracketOf(this.orders.next, resting, target);
    this.#placing.place(request, intent.signal, sizingConstraints.indexOf(intent.binding), bracket);
  }

  exit(strategy: number, instrument: InstrumentId, signal: number, purpose: Purpose): void {
    this.cancelEntry(strategy, instrument);
    const slot = this.#lots.slot(strategy, instrument);
    if (this.#lots.shares(strategy, instrument) === 0 || this.#exitOrder[slot] !== NONE) return;
    this.#press(strategy, instrument, followOf(purpose), signal);
  }

  /** An exit was refused that must not be given up: from now on it leaves as a breached stop does. */
  keepLeaving(order: OrderNumber): void {
    const signal = this.orders.get(order, OrderField.signal);
    this.#stops?.leave(this.orders.strategy(order), this.orders.instrument(order), signal, true);
  }

  /** With each bar: what waits for the end of something asks for it again. A breached stop does so at its own rate. */
  askAgain(): void {
    for (const { strategy, instrument, follow, signal, since } of this.waiting.all()) {
      if (this.#lots.shares(strategy, instrument) === 0 || since === this.#facts.now) continue;
      if (follow !== Follow.Breach) this.#press(strategy, instrument, follow, signal);
    }
  }

  #press(strategy: number, instrument: InstrumentId, follow: Follow, signal: number): void {
    const slot = this.#lots.slot(strategy, instrument);
    const { retrySeconds } = this.#execution.virtualStop;
    const isOverdue = this.waiting.isOverdue(slot, this.#facts.now, retrySeconds);
    this.#clear(strategy, instrument, follow, signal);
    if (!isOverdue || this.#stops === undefined || this.#legs.stop(slot) === undefined) return;
    const level = this.#stops.level(slot);
    const price = follow === Follow.Breach ? level : this.#facts.mark(instrument);
    if (price > 0) this.#legs.protect(strategy, instrument, price, signal);
  }

  /** With a side: an entry of the other one stays. */
  cancelEntry(strategy: number, instrument: InstrumentId, side?: Side): void {
    const entry = this.#facts.entryOrder(strategy, instrument);
    const isIts = entry !== undefined && (side === undefined || this.orders.side(entry) === side);
    if (isIts) this.#cancelEntry(entry);
    if (this.meeting.size > 0) this.meeting.drop(strategy, instrument, side);
  }

  /** All of it is on its way out, or waits for the end of what is in the way. */
  isLeaving(slot: number): boolean {
    return this.#exitOrder[slot] !== NONE || this.waiting.follow(slot) >= Follow.Breach;
  }

  /** It leaves as a breached stop does, at that rate: who asks besides would ask the broker more often. */
  leavesAsBreached(slot: number): boolean {
    return this.#stops?.isBreached(slot) === true;
  }

  isTrimming(slot: number): boolean {
    return this.#trimOrder[slot] !== NONE || this.waiting.follow(slot) === Follow.Trim;
  }

  /**
   * Closes that fraction of what is held, in whole shares and rather one more; the prices that protected all of it
   * protect the rest. Nothing while it is being left anyway.
   */
  trim(strategy: number, instrument: InstrumentId, signal: number, part: number): void {
    const slot = this.#lots.slot(strategy, instrument);
    if (this.isLeaving(slot) || this.#trimOrder[slot] !== NONE) return;
    if (partOf(this.#lots.shares(strategy, instrument), part) === 0) return;
    this.#trimPart[slot] = part;
    this.#clear(strategy, instrument, Follow.Trim, signal);
  }

  /** Raises the resting stop towards the price, or rests a first one; not while it is being replaced. */
  protect(strategy: number, instrument: InstrumentId, wanted: number, signal: number): void {
    const slot = this.#lots.slot(strategy, instrument);
    if (this.#lots.shares(strategy, instrument) === 0) return;
    const stop = this.#stops?.tighten(strategy, instrument, wanted, signal) ?? wanted;
    if (this.waiting.follow(slot) === Follow.Nothing && this.#exitOrder[slot] === NONE)
      this.#legs.protect(strategy, instrument, stop, signal);
  }

  restLegs(order: ApprovedOrder): void {
    this.#legs.restLegs(order);
  }

  restingStop(strategy: number, instrument: InstrumentId): number {
    const slot = this.#lots.slot(strategy, instrument);
    return this.#stops?.level(slot) ?? this.#legs.restingStop(slot);
  }

  cancelSpentLegs(strategy: number, instrument: InstrumentId): void {
    this.#legs.cancelSpent(this.#lots.slot(strategy, instrument));
  }

  /** An entry got `shares` more: its legs cover them too. */
  cover(entry: OrderNumber, shares: number, at: EpochMicros): void {
    this.#legs.cover(entry, shares);
    this.#stops?.cover(this.orders, entry, shares, at);
  }

  /** True for an order that closes a part of a position on purpose. */
  isTrim(order: OrderNumber): boolean {
    return this.#trimOrder[this.#slotOf(order)] === order;
  }

  /** A finished order frees its place, and what waited for it follows. */
  release(order: OrderNumber): void {
    const slot = this.#slotOf(order);
    this.#legs.release(slot, order);
    if (this.#trimOrder[slot] === order) {
      this.#trimOrder[slot] = NONE;
      this.keepProtected(order);
    }
    if (this.#exitOrder[slot] === order) {
      this.#exitOrder[slot] = NONE;
      if (this.orders.status(order) !== OrderStatus.Filled && !this.#goesOn(order)) this.keepProtected(order);
    }
    if (this.waiting.follow(slot) !== Follow.Nothing) this.#follow(order);
    else if (this.orders.purpose(order) === Purpose.StopLoss) this.exposed.push(order);
  }

  /** With each bar: stops that ended without being asked to are rested again. */
  protectExposed(): void {
    if (this.exposed.length === 0) return;
    for (const order of this.exposed.splice(0)) this.keepProtected(order);
  }

  /** A split or a dividend moved the prices of one instrument. */
  restate(strategy: number, instrument: InstrumentId, after: Repricing, limitAfter = after): void {
    this.#legs.restate(this.#lots.slot(strategy, instrument), after, limitAfter);
    if (this.meeting.size > 0) this.meeting.drop(strategy, instrument);
    this.#stops?.restate(strategy, instrument, after);
  }

  /** An entry has ended. What of it is too little to be worth a place among the positions is closed again (C-40). */
  settlePartial(entry: OrderNumber): void {
    if (!unwindsPartial(this.orders, entry, this.#execution.partialFill)) return;
    const signal = this.orders.get(entry, OrderField.signal);
    this.exit(this.orders.strategy(entry), this.orders.instrument(entry), signal, Purpose.Exit);
  }

  #slotOf(order: OrderNumber): number {
    return this.#lots.slot(this.orders.strategy(order), this.orders.instrument(order));
  }

  /** What shares an order stands and falls with it. */
  #cancelEntry(entry: OrderNumber): void {
    const order = this.orders.group(entry);
    const asked = ({ kind, order: other }: Command) => kind === "CancelOrder" && other === order;
    if (!this.orders.isShared(entry) || !this.commands.some(asked))
      this.commands.push({ kind: "CancelOrder", order });
  }

  /** Cancels the stop and the target; what is to follow does so when both are over, now if there are none (EX-6). */
  #clear(strategy: number, instrument: InstrumentId, follow: Follow, signal: number): void {
    const slot = this.#lots.slot(strategy, instrument);
    const [isAsked, since] = [this.waiting.follow(slot) !== Follow.Nothing, this.#facts.now];
    const side = this.#lots.shares(strategy, instrument) > 0 ? SELL : BUY;
    const isFree = !this.#legs.isWorking(slot);
    if (isFree && !this.meeting.joins(strategy, instrument, follow)) {
      this.waiting.take(slot);
      this.#send(strategy, instrument, follow, signal);
      return;
    }
    // Who asks again later asks the venue again too: the first cancel may have been lost.
    if (!isFree && (!isAsked || this.waiting.since(slot) !== since)) this.#legs.cancel(slot);
    this.waiting.put(slot, { strategy, instrument, follow, side, signal, since });
  }

  /** The order in the way of what follows may have been the last. */
  #follow(order: OrderNumber): void {
    const slot = this.#slotOf(order);
    const [strategy, instrument] = [this.orders.strategy(order), this.orders.instrument(order)];
    const isFree = !this.#legs.isWorking(slot);
    if (isFree && !this.meeting.joins(strategy, instrument, this.waiting.meetsAs(slot)))
      this.#leave(strategy, instrument);
  }

  /** What waits there goes, if nothing of its own is in the way. */
  #leave(strategy: number, instrument: InstrumentId): void {
    const slot = this.#lots.slot(strategy, instrument);
    if (this.waiting.follow(slot) === Follow.Nothing || this.#legs.isWorking(slot)) return;
    const { follow, signal } = this.waiting.take(slot);
    this.#send(strategy, instrument, follow, signal);
  }

  /** For what is held by now; nothing when that is nothing. */
  #send(strategy: number, instrument: InstrumentId, follow: Follow, signal: number): void {
    if (this.#lots.shares(strategy, instrument) === 0) return;
    const slot = this.#lots.slot(strategy, instrument);
    // Halted since its cancel left: the disaster stop rests again, and the watch asks once it is calm (C-44).
    const isHeld = follow === Follow.Breach && this.#stops?.mayLeave(instrument) === false;
    if (follow >= Follow.Breach && !isHeld) {
      const wanted = this.#closing(strategy, instrument, purposeOf(follow), OrderType.Market);
      if (wanted.shares < HALF_NANO_SHARE) return;
      const request = (follow === Follow.Breach ? this.#stops?.leaving(wanted) : undefined) ?? wanted;
      this.#exitOrder[slot] = this.#placing.place(request, signal, NONE, undefined) ?? NONE;
      return;
    }
    if (follow === Follow.Trim) {
      const shares = partOf(this.#lots.shares(strategy, instrument), this.#trimPart[slot]!);
      const trim = { ...this.#closing(strategy, instrument, Purpose.Exit, OrderType.Market), shares };
      if (shares > 0) this.#trimOrder[slot] = this.#placing.place(trim, signal, NONE, undefined) ?? NONE;
    }
    this.#legs.arm(strategy, instrument, signal);
  }

  /** A virtual stop sold a part of what it should: the rest follows at once, without a stop in between (C-22). */
  #goesOn(order: OrderNumber): boolean {
    const isStop = this.orders.purpose(order) === Purpose.VirtualStop;
    if (!isStop || this.#stops?.ended(this.orders, order) !== true) return false;
    const [instrument, signal] = [this.orders.instrument(order), this.orders.get(order, OrderField.signal)];
    this.exit(this.orders.strategy(order), instrument, signal, Purpose.VirtualStop);
    return this.#exitOrder[this.#slotOf(order)] !== NONE;
  }

  /** What an order was about, if it is held and not being left, has its stop for all of it, if it had one (EX-9). */
  keepProtected(order: OrderNumber): void {
    const [strategy, instrument] = [this.orders.strategy(order), this.orders.instrument(order)];
    const slot = this.#lots.slot(strategy, instrument);
    const held = this.#lots.shares(strategy, instrument);
    if (held === 0 || this.#exitOrder[slot] !== NONE || this.waiting.follow(slot) !== Follow.Nothing) return;
    if (this.#legs.covers(slot, Math.abs(held) - this.#trimming(slot))) return;
    const signal = this.orders.get(order, OrderField.signal);
    if (this.#facts.board.withholdsStop(instrument)) this.exposed.push(order);
    else if (this.#legs.stop(slot) === undefined) this.#legs.arm(strategy, instrument, signal);
    else this.#clear(strategy, instrument, Follow.Stop, signal);
  }

  /** Shares that a trim is about to sell. */
  #trimming(slot: number): number {
    const trim = this.#trimOrder[slot] as OrderNumber;
    return trim === NONE ? 0 : this.orders.remaining(trim);
  }

  #closing(strategy: number, instrument: InstrumentId, purpose: Purpose, type: OrderType): OrderRequest {
    const held = this.#lots.shares(strategy, instrument);
    const shares = Math.abs(held) - this.#trimming(this.#lots.slot(strategy, instrument));
    const [reference, decidedAt] = [this.#facts.mark(instrument), this.#facts.now];
    return closingRequest({ strategy, instrument, purpose, type, held, shares, reference, decidedAt });
  }
}
