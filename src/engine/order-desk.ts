/**
 * The desk: turns intents into requests, shows them to the gate, sends what passed, and keeps the books of
 * what works. Used by the execute stage alone.
 *
 * EX-2  An order's identity is its row; the same inputs give the same rows (I-25).
 * EX-3  At most one live entry, one exit, one trim, one stop and one target per strategy and instrument.
 * EX-6  Exits are sent for what is held, less what a trim is about to sell, after the protective orders in their
 *       way were canceled (I-15).
 */
import { InvariantError } from "../domain/assert.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type EntryIntent, sizingConstraints } from "../domain/intent.ts";
import {
  BUY,
  type OrderNumber,
  OrderStatus,
  OrderType,
  Purpose,
  SELL,
  type Side,
  TimeInForce,
} from "../domain/order.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { type ExecutionParams, priceEntry, roundToTick } from "../execution/order-policy.ts";
import { OrderField, OrderTable } from "../execution/order-table.ts";
import type { ApprovedOrder, Bracket, RiskGate } from "../risk/gate.ts";
import type { OrderRequest } from "../risk/rule.ts";
import { BlockTally } from "./block-tally.ts";
import { type CrossBooks, DemandNetting } from "./demand-netting.ts";
import type { Command } from "./ports.ts";
import type { RiskFacts } from "./risk-facts.ts";

const NONE = -1;
/** Half a nano-share. */
const NOTHING = 5e-10;

export interface DeskParts {
  readonly gate: RiskGate;
  readonly facts: RiskFacts;
  readonly lots: VirtualLots;
  readonly execution: ExecutionParams;
  readonly slots: number;
  readonly crossQuoteSeconds: number;
}

export class OrderDesk {
  readonly #gate: RiskGate;
  readonly #facts: RiskFacts;
  readonly #lots: VirtualLots;
  readonly #execution: ExecutionParams;
  /** Live exit and protective orders per strategy and instrument. */
  readonly #exitOrder: Int32Array;
  readonly #stopOrder: Int32Array;
  readonly #targetOrder: Int32Array;
  readonly #trimOrder: Int32Array;

  readonly #netting: DemandNetting;

  /** Counts the changes of resting stops. */
  stopVersion = 0;
  readonly orders = new OrderTable();
  readonly blocked = new BlockTally();
  readonly commands: Command[] = [];

  constructor({ gate, facts, lots, execution, slots, crossQuoteSeconds }: DeskParts) {
    this.#gate = gate;
    this.#facts = facts;
    this.#lots = lots;
    this.#execution = execution;
    this.#exitOrder = new Int32Array(slots).fill(NONE);
    this.#stopOrder = new Int32Array(slots).fill(NONE);
    this.#targetOrder = new Int32Array(slots).fill(NONE);
    this.#trimOrder = new Int32Array(slots).fill(NONE);
    const { orders, commands } = this;
    this.#netting = new DemandNetting({ gate, facts, lots, orders, commands, crossQuoteSeconds });
  }

  /** Nets what the step wanted, once it has wanted everything. */
  settle(books: CrossBooks): void {
    this.#netting.settle(books);
    this.#facts.settled();
  }

  enter(intent: EntryIntent): void {
    const { strategy, instrument } = intent;
    const side: Side = intent.shares > 0 ? BUY : SELL;
    const held = this.#lots.shares(strategy, instrument);
    if (held !== 0 && held > 0 === intent.shares > 0) return;
    if (this.#facts.entryWorking(strategy, instrument)) return;
    // A stop sold what an exit on its way was meant to: until the venue has dropped that, it trades against this.
    const exit = this.#exitOrder[this.#lots.slot(strategy, instrument)] as OrderNumber;
    if (exit !== NONE && this.orders.side(exit) !== side) return;
    if (held !== 0) this.exit(strategy, instrument, intent.signal, Purpose.Exit);

    const { tick } = this.#execution;
    const priced = priceEntry(side, intent.reference, intent.timing, this.#execution);
    // A stop is rounded away from the entry: never closer than the strategy asked.
    const stop = roundToTick(intent.stop, -side, tick);
    const request: OrderRequest = {
      instrument,
      strategy,
      side,
      shares: Math.abs(intent.shares),
      purpose: Purpose.Entry,
      type: priced.type,
      timeInForce: priced.timeInForce,
      limit: priced.limit,
      stop,
      reference: intent.reference,
      decidedAt: intent.at,
    };
    const bracket = bracketOf(this.orders.next, stop, roundToTick(intent.target, -side, tick));
    this.#place(request, intent.signal, sizingConstraints.indexOf(intent.binding), bracket);
  }

  exit(strategy: number, instrument: InstrumentId, signal: number, purpose: Purpose): void {
    this.cancelEntry(strategy, instrument);
    const slot = this.#lots.slot(strategy, instrument);
    if (this.#lots.shares(strategy, instrument) === 0 || this.#exitOrder[slot] !== NONE) return;
    this.#cancelLeg(this.#stopOrder[slot] as OrderNumber);
    this.#cancelLeg(this.#targetOrder[slot] as OrderNumber);
    const request = this.#exitRequest(strategy, instrument, purpose, OrderType.Market, Number.NaN);
    if (request.shares < NOTHING) return;
    this.#exitOrder[slot] = this.#place(request, signal, NONE, undefined) ?? NONE;
  }

  cancelEntries(strategy: number, instruments: number): void {
    for (let i = 0; i < instruments; i++) this.cancelEntry(strategy, i as InstrumentId);
  }

  cancelEntry(strategy: number, instrument: InstrumentId): void {
    const entry = this.#facts.entryOrder(strategy, instrument);
    if (entry !== undefined) this.#cancelEntry(entry);
  }

  /**
   * Closes half of what is held, the larger half of an odd number of whole shares; the prices that protected all
   * of it protect the rest. Nothing while it is being left anyway.
   */
  halve(strategy: number, instrument: InstrumentId, signal: number): void {
    const slot = this.#lots.slot(strategy, instrument);
    const held = Math.abs(this.#lots.shares(strategy, instrument));
    const half = Math.min(Math.floor(held), Math.ceil(held / 2));
    if (half === 0 || this.#exitOrder[slot] !== NONE || this.#trimOrder[slot] !== NONE) return;
    const stop = this.#takeLeg(this.#stopOrder, slot, OrderField.stop);
    const limit = this.#takeLeg(this.#targetOrder, slot, OrderField.limit);
    const request = this.#exitRequest(strategy, instrument, Purpose.Exit, OrderType.Market, Number.NaN);
    this.#trimOrder[slot] = this.#place({ ...request, shares: half }, signal, NONE, undefined) ?? NONE;
    const rest = this.#exitRequest(strategy, instrument, Purpose.TakeProfit, OrderType.Limit, Number.NaN);
    if (rest.shares < NOTHING) return;
    if (!Number.isNaN(limit))
      this.#targetOrder[slot] = this.#place({ ...rest, limit }, signal, NONE, undefined) ?? NONE;
    if (!Number.isNaN(stop)) this.protect(strategy, instrument, stop, signal);
  }

  /** Raises the resting stop towards the price, or rests a first one. */
  protect(strategy: number, instrument: InstrumentId, wanted: number, signal: number): void {
    const held = this.#lots.shares(strategy, instrument);
    if (held === 0) return;
    const stop = roundToTick(wanted, held > 0 ? -1 : 1, this.#execution.tick);
    const slot = this.#lots.slot(strategy, instrument);
    const resting = this.#stopOrder[slot] as OrderNumber;
    if (resting !== NONE && this.orders.isWorking(resting)) {
      // While an entry turns the position around, the stop at hand is that entry's, not this position's.
      if (this.orders.side(resting) > 0 === held > 0) return;
      const before = this.orders.get(resting, OrderField.stop);
      if (held > 0 ? stop <= before : stop >= before) return;
      this.orders.moveStop(resting, stop);
      this.stopVersion += 1;
      this.commands.push({ kind: "ReplaceStop", order: resting, stop });
      return;
    }
    if (this.#exitOrder[slot] !== NONE) return;
    const request = this.#exitRequest(strategy, instrument, Purpose.StopLoss, OrderType.Stop, stop);
    if (request.shares < NOTHING) return;
    // Two orders that could each close the position would together turn it around (I-15).
    const target = this.#targetOrder[slot] as OrderNumber;
    const pair = target === NONE ? undefined : pairedWith(target, this.orders.get(target, OrderField.limit));
    this.#stopOrder[slot] = this.#place(request, signal, NONE, pair) ?? NONE;
    this.stopVersion += 1;
  }

  /** Sends the protective orders of an entry that crossed in full: no venue order brings them along. */
  restLegs({ number, bracket }: ApprovedOrder): void {
    if (bracket === undefined || this.orders.get(number, OrderField.filled) === 0) return;
    if (bracket.targetOrder !== undefined) this.#restLeg(bracket.targetOrder, undefined);
    if (bracket.stopOrder === undefined) return;
    const { targetOrder, target } = bracket;
    this.#restLeg(bracket.stopOrder, targetOrder === undefined ? undefined : pairedWith(targetOrder, target));
  }

  restingStop(strategy: number, instrument: InstrumentId): number {
    const stop = this.#stopOrder[this.#lots.slot(strategy, instrument)] as OrderNumber;
    return stop === NONE ? Number.NaN : this.orders.get(stop, OrderField.stop);
  }

  /** The position is gone: its protective orders go, those of an entry still on its way stay. */
  cancelSpentLegs(strategy: number, instrument: InstrumentId): void {
    const slot = this.#lots.slot(strategy, instrument);
    for (const leg of [this.#stopOrder[slot] as OrderNumber, this.#targetOrder[slot] as OrderNumber]) {
      const entry = leg === NONE ? NONE : this.orders.get(leg, OrderField.parent);
      if (entry === NONE || !this.orders.isWorking(entry as OrderNumber)) this.#cancelLeg(leg);
    }
  }

  /** The protective orders of an entry now cover all of it that has filled. */
  entryFilled(order: OrderNumber): void {
    const slot = this.#slotOf(order);
    this.#coverLeg(this.#stopOrder[slot] as OrderNumber, order);
    this.#coverLeg(this.#targetOrder[slot] as OrderNumber, order);
    this.#growOwnStop(slot, order);
  }

  /** True for an order that closes a part of a position on purpose. */
  isTrim(order: OrderNumber): boolean {
    return this.#trimOrder[this.#slotOf(order)] === order;
  }

  /** A finished order frees its place, so that the next of its kind may be sent. */
  release(order: OrderNumber): void {
    const slot = this.#slotOf(order);
    if (this.#exitOrder[slot] === order) this.#exitOrder[slot] = NONE;
    if (this.#stopOrder[slot] === order) {
      this.#stopOrder[slot] = NONE;
      this.stopVersion += 1;
    }
    if (this.#targetOrder[slot] === order) this.#targetOrder[slot] = NONE;
    if (this.#trimOrder[slot] === order) this.#trimOrder[slot] = NONE;
  }

  #slotOf(order: OrderNumber): number {
    return this.#lots.slot(this.orders.strategy(order), this.orders.instrument(order));
  }

  /** What shares an order stands and falls with it. */
  #cancelEntry(entry: OrderNumber): void {
    const order = this.orders.group(entry);
    const asked = ({ kind, order: other }: Command) => kind === "CancelOrder" && other === order;
    if (!this.orders.isShared(entry) || !this.commands.some(asked)) {
      this.commands.push({ kind: "CancelOrder", order });
    }
  }

  /** A stop that rested before the entry beside it filled further is sent anew for all that is held (I-35). */
  #growOwnStop(slot: number, entry: OrderNumber): void {
    const resting = this.#stopOrder[slot] as OrderNumber;
    if (resting === NONE || !this.orders.isWorking(resting) || this.#exitOrder[slot] !== NONE) return;
    const strategy = this.orders.strategy(entry);
    const instrument = this.orders.instrument(entry);
    const held = this.#lots.shares(strategy, instrument);
    const isOfItsOwn = this.orders.get(resting, OrderField.parent) === NONE;
    if (!isOfItsOwn || held * this.orders.side(resting) >= 0) return;
    if (Math.abs(held) <= this.orders.remaining(resting)) return;
    const stop = this.orders.get(resting, OrderField.stop);
    const signal = this.orders.get(resting, OrderField.signal);
    this.#cancelLeg(resting);
    this.#stopOrder[slot] = NONE;
    this.protect(strategy, instrument, stop, signal);
  }

  #restLeg(leg: OrderNumber, pair: Bracket | undefined): void {
    const { orders } = this;
    const get = (field: OrderField) => orders.get(leg, field);
    const request: OrderRequest = {
      instrument: orders.instrument(leg),
      strategy: orders.strategy(leg),
      side: orders.side(leg),
      shares: get(OrderField.shares),
      purpose: orders.purpose(leg),
      type: get(OrderField.type) as OrderType,
      timeInForce: get(OrderField.timeInForce) as TimeInForce,
      limit: get(OrderField.limit),
      stop: get(OrderField.stop),
      reference: get(OrderField.reference),
      decidedAt: get(OrderField.decidedAt) as OrderRequest["decidedAt"],
    };
    const approved = this.#gate.pass(leg, request, this.#facts, pair);
    if (approved === undefined) throw new InvariantError(`RK-2: protective order ${leg} was refused`);
    this.commands.push({ kind: "PlaceOrder", order: approved });
  }

  #cancelLeg(leg: OrderNumber): void {
    if (leg !== NONE && this.orders.isWorking(leg)) this.commands.push({ kind: "CancelOrder", order: leg });
  }

  /** Cancels a protective order and frees its place. Returns its price; NaN without one. */
  #takeLeg(legs: Int32Array, slot: number, price: typeof OrderField.stop | typeof OrderField.limit): number {
    const leg = legs[slot] as OrderNumber;
    legs[slot] = NONE;
    this.stopVersion += 1;
    if (leg === NONE || !this.orders.isWorking(leg)) return Number.NaN;
    this.#cancelLeg(leg);
    return this.orders.get(leg, price);
  }

  #coverLeg(leg: OrderNumber, entry: OrderNumber): void {
    if (leg === NONE || this.orders.get(leg, OrderField.parent) !== entry) return;
    if (!this.orders.isWorking(leg)) return;
    this.orders.cover(leg, this.orders.get(entry, OrderField.filled));
  }

  /** Shows the request to the gate, writes down what became of it and sends it if approved. */
  #place(
    request: OrderRequest,
    signal: number,
    sizing: number,
    bracket: Bracket | undefined,
  ): OrderNumber | undefined {
    const number = this.orders.next;
    const approved = this.#gate.pass(number, request, this.#facts, bracket);
    const { binding, verdict } = this.#gate;
    this.blocked.record(request, approved?.shares ?? 0, this.#gate, bracket);
    this.orders.add(request, {
      requested: request.shares,
      shares: approved?.shares ?? 0,
      signal,
      sizing,
      rule: binding === undefined ? NONE : this.#gate.rules.indexOf(binding),
      ruleUsed: verdict?.used ?? Number.NaN,
      ruleLimit: verdict?.limit ?? Number.NaN,
      parent: NONE,
      status: approved === undefined ? OrderStatus.Denied : OrderStatus.Sent,
    });
    if (approved === undefined) return undefined;
    if (request.purpose === Purpose.Entry) {
      if (bracket !== undefined) this.#addLegs(number, request, signal, bracket);
      this.#facts.entrySent(number, request, approved.shares, this.orders.price(number));
    } else if (isExit(request.purpose)) {
      this.#facts.activity.exitChanged(request.instrument, request.side, approved.shares);
    }
    if (request.purpose === Purpose.Entry || isExit(request.purpose)) {
      this.#netting.add(approved, request.strategy);
      this.#facts.decided(request.instrument, request.side, approved.shares);
    }
    this.commands.push({ kind: "PlaceOrder", order: approved });
    return number;
  }

  /** The protective orders of an entry: they cover nothing until it fills. */
  #addLegs(entry: OrderNumber, request: OrderRequest, signal: number, bracket: Bracket): void {
    const slot = this.#lots.slot(request.strategy, request.instrument);
    const birth = {
      requested: 0,
      shares: 0,
      signal,
      sizing: NONE,
      rule: NONE,
      ruleUsed: Number.NaN,
      ruleLimit: Number.NaN,
      parent: entry,
      status: OrderStatus.Sent,
    };
    const leg = { ...request, side: -request.side as Side, timeInForce: TimeInForce.GoodTillCanceled };
    if (bracket.stopOrder !== undefined) {
      const stop = { ...leg, purpose: Purpose.StopLoss, type: OrderType.Stop, limit: Number.NaN };
      this.#stopOrder[slot] = this.orders.add(stop, birth);
      this.stopVersion += 1;
    }
    if (bracket.targetOrder !== undefined) {
      const price = { limit: bracket.target, stop: Number.NaN };
      const target = { ...leg, ...price, purpose: Purpose.TakeProfit, type: OrderType.Limit };
      this.#targetOrder[slot] = this.orders.add(target, birth);
    }
  }

  #exitRequest(
    strategy: number,
    instrument: InstrumentId,
    purpose: Purpose,
    type: OrderType,
    stop: number,
  ): OrderRequest {
    const held = this.#lots.shares(strategy, instrument);
    const trim = this.#trimOrder[this.#lots.slot(strategy, instrument)] as OrderNumber;
    const leaving = trim === NONE ? 0 : this.orders.remaining(trim);
    return {
      instrument,
      strategy,
      side: held > 0 ? SELL : BUY,
      shares: Math.abs(held) - leaving,
      purpose,
      type,
      timeInForce: TimeInForce.GoodTillCanceled,
      limit: Number.NaN,
      stop,
      reference: this.#facts.mark(instrument),
      decidedAt: this.#facts.now,
    };
  }
}

/** Closes what is held at the market: a protective order does not, before its price is reached. */
export const isExit = (purpose: Purpose): boolean => purpose === Purpose.Exit || purpose === Purpose.Flatten;

/** For a stop that joins a target which rests already. */
const pairedWith = (targetOrder: OrderNumber, target: number): Bracket => ({
  stopOrder: undefined,
  stop: Number.NaN,
  targetOrder,
  target,
});

/** The numbers that the protective orders of `entry` will get, when it passes. */
function bracketOf(entry: OrderNumber, stop: number, target: number): Bracket | undefined {
  const hasStop = !Number.isNaN(stop);
  const hasTarget = !Number.isNaN(target);
  if (!hasStop && !hasTarget) return undefined;
  return {
    stopOrder: hasStop ? ((entry + 1) as OrderNumber) : undefined,
    stop,
    targetOrder: hasTarget ? ((entry + (hasStop ? 2 : 1)) as OrderNumber) : undefined,
    target,
  };
}
