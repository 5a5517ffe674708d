/**
 * Stops and targets: the legs that came with an entry, and those that were sent later for what is held. Used by the
 * desk alone.
 *
 * PO-1  At most one stop and one target per strategy and instrument may trade: one that ends frees its place, and
 *       nothing takes that before (EX-3).
 * PO-2  A leg covers what its entry has filled, found by its row behind the entry's, also when it has ended: what was
 *       told late must find its size (EX-1).
 * PO-3  The prices of the last stop and target stay known, so that what an exit took away can be rested again (I-35).
 */
import { InvariantError } from "../domain/assert.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import {
  type OrderNumber,
  OrderStatus,
  OrderType,
  Purpose,
  type Side,
  TimeInForce,
} from "../domain/order.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { roundToTick } from "../execution/order-policy.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import type { ApprovedOrder, Bracket, RiskGate } from "../risk/gate.ts";
import type { OrderRequest } from "../risk/rule.ts";
import type { Command } from "./ports.ts";
import type { RiskFacts } from "./risk-facts.ts";

const NONE = -1;

export interface ProtectionParts {
  readonly gate: RiskGate;
  readonly facts: RiskFacts;
  readonly lots: VirtualLots;
  readonly orders: OrderTable;
  readonly commands: Command[];
  readonly tick: "us" | "none";
  readonly slots: number;
  /** An order for all that is held and not being sold, of that purpose. */
  closing(strategy: number, instrument: InstrumentId, purpose: Purpose, type: OrderType): OrderRequest;
  place(request: OrderRequest, signal: number, bracket: Bracket | undefined): OrderNumber | undefined;
}

export class ProtectiveOrders {
  readonly #parts: ProtectionParts;
  readonly #stopOrder: Int32Array;
  readonly #targetOrder: Int32Array;
  /** Dollars per share; NaN where the position came without. */
  readonly #stopPrice: Float64Array;
  readonly #targetPrice: Float64Array;

  /** Counts the changes of resting stops. */
  version = 0;

  constructor(parts: ProtectionParts) {
    this.#parts = parts;
    this.#stopOrder = new Int32Array(parts.slots).fill(NONE);
    this.#targetOrder = new Int32Array(parts.slots).fill(NONE);
    this.#stopPrice = new Float64Array(parts.slots).fill(Number.NaN);
    this.#targetPrice = new Float64Array(parts.slots).fill(Number.NaN);
  }

  /** True while a stop or a target may still trade. */
  isWorking(slot: number): boolean {
    return this.#works(this.#stopOrder[slot]!) || this.#works(this.#targetOrder[slot]!);
  }

  /** Dollars per share; NaN without one. */
  restingStop(slot: number): number {
    const stop = this.#stopOrder[slot] as OrderNumber;
    return stop === NONE ? Number.NaN : this.#parts.orders.get(stop, OrderField.stop);
  }

  stop(slot: number): OrderNumber | undefined {
    const stop = this.#stopOrder[slot]!;
    return this.#works(stop) ? (stop as OrderNumber) : undefined;
  }

  /** The protective orders of an entry that is about to leave: they cover nothing until it fills. */
  addLegs(entry: OrderNumber, request: OrderRequest, signal: number, bracket: Bracket | undefined): void {
    const { orders, lots } = this.#parts;
    const slot = lots.slot(request.strategy, request.instrument);
    this.#stopPrice[slot] = bracket?.stopOrder === undefined ? Number.NaN : bracket.stop;
    this.#targetPrice[slot] = bracket?.targetOrder === undefined ? Number.NaN : bracket.target;
    if (bracket === undefined) return;
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
      // Not the request's: what rests may be wider than what the entry is judged by (C-23).
      const price = { stop: bracket.stop, limit: Number.NaN };
      const stop = { ...leg, ...price, purpose: Purpose.StopLoss, type: OrderType.Stop };
      this.#stopOrder[slot] = orders.add(stop, birth);
      this.version += 1;
    }
    if (bracket.targetOrder !== undefined) {
      const price = { limit: bracket.target, stop: Number.NaN };
      const target = { ...leg, ...price, purpose: Purpose.TakeProfit, type: OrderType.Limit };
      this.#targetOrder[slot] = orders.add(target, birth);
    }
  }

  /** The entry got `shares` more: its legs cover those too (PO-2). */
  cover(entry: OrderNumber, shares: number): void {
    const { orders } = this.#parts;
    for (let leg = orders.legAfter(entry, entry); leg !== undefined; leg = orders.legAfter(entry, leg)) {
      orders.cover(leg, orders.get(leg, OrderField.shares) + shares);
    }
  }

  /** Moves the resting stop towards the price, or rests a first one. */
  protect(strategy: number, instrument: InstrumentId, wanted: number, signal: number): void {
    const { orders, lots, commands, tick, facts } = this.#parts;
    const held = lots.shares(strategy, instrument);
    const stop = roundToTick(wanted, held > 0 ? -1 : 1, tick);
    const slot = lots.slot(strategy, instrument);
    const resting = this.#stopOrder[slot] as OrderNumber;
    if (!this.#works(resting)) {
      const isFirst = Number.isNaN(this.#stopPrice[slot]!);
      this.#stopPrice[slot] = stop;
      // One that ended waits on the desk's list until the position was looked at.
      if (isFirst || !facts.board.withholdsStop(instrument)) this.#restStop(strategy, instrument, signal);
      return;
    }
    const before = orders.get(resting, OrderField.stop);
    if (held > 0 ? stop <= before : stop >= before) return;
    orders.moveStop(resting, stop);
    this.#stopPrice[slot] = stop;
    this.version += 1;
    commands.push({ kind: "ReplaceStop", order: resting, stop });
  }

  /** Rests again, for all that is held, the stop and the target that there were (PO-3). */
  arm(strategy: number, instrument: InstrumentId, signal: number): void {
    const { lots, place, closing } = this.#parts;
    const slot = lots.slot(strategy, instrument);
    const limit = this.#targetPrice[slot]!;
    if (!Number.isNaN(limit) && !this.#works(this.#targetOrder[slot]!)) {
      const request = closing(strategy, instrument, Purpose.TakeProfit, OrderType.Limit);
      if (request.shares < HALF_NANO_SHARE) return;
      this.#targetOrder[slot] = place({ ...request, limit }, signal, undefined) ?? NONE;
    }
    if (!Number.isNaN(this.#stopPrice[slot]!) && !this.#works(this.#stopOrder[slot]!))
      this.#restStop(strategy, instrument, signal);
  }

  /** True when `shares` are under a stop, or came without one. */
  covers(slot: number, shares: number): boolean {
    const stop = this.#stopOrder[slot] as OrderNumber;
    if (!this.#works(stop)) return Number.isNaN(this.#stopPrice[slot]!);
    return this.#parts.orders.remaining(stop) >= shares - HALF_NANO_SHARE;
  }

  /** Sends the cancels of whatever works. */
  cancel(slot: number): void {
    this.#cancel(this.#stopOrder[slot] as OrderNumber);
    this.#cancel(this.#targetOrder[slot] as OrderNumber);
  }

  /** The position is gone: its protective orders go, those of an entry still on its way stay. */
  cancelSpent(slot: number): void {
    const { orders } = this.#parts;
    for (const leg of [this.#stopOrder[slot] as OrderNumber, this.#targetOrder[slot] as OrderNumber]) {
      const entry = leg === NONE ? NONE : orders.get(leg, OrderField.parent);
      if (entry === NONE || !orders.isWorking(entry as OrderNumber)) this.#cancel(leg);
    }
  }

  /** An order has ended. */
  release(slot: number, order: OrderNumber): void {
    if (this.#stopOrder[slot] === order) {
      this.#stopOrder[slot] = NONE;
      this.version += 1;
    }
    if (this.#targetOrder[slot] === order) this.#targetOrder[slot] = NONE;
  }

  /** A split or a dividend moved prices: the remembered ones follow like those that rest (CA-3). */
  restate(slot: number, stopAfter: (price: number) => number, targetAfter: (price: number) => number): void {
    this.#stopPrice[slot] = stopAfter(this.#stopPrice[slot]!);
    this.#targetPrice[slot] = targetAfter(this.#targetPrice[slot]!);
  }

  /** Sends the protective orders of an entry that crossed in full: no venue order brings them along. */
  restLegs({ number, bracket }: ApprovedOrder): void {
    if (bracket === undefined || this.#parts.orders.get(number, OrderField.filled) === 0) return;
    if (bracket.targetOrder !== undefined) this.#restLeg(bracket.targetOrder, undefined);
    if (bracket.stopOrder === undefined) return;
    const { targetOrder, target } = bracket;
    this.#restLeg(bracket.stopOrder, targetOrder === undefined ? undefined : pairedWith(targetOrder, target));
  }

  #works(order: number): boolean {
    return order !== NONE && this.#parts.orders.isWorking(order as OrderNumber);
  }

  #restStop(strategy: number, instrument: InstrumentId, signal: number): void {
    const { orders, lots, place, closing } = this.#parts;
    const slot = lots.slot(strategy, instrument);
    const request = closing(strategy, instrument, Purpose.StopLoss, OrderType.Stop);
    if (request.shares < HALF_NANO_SHARE) return;
    // Two orders that could each close the position would together turn it around (I-15).
    const target = this.#targetOrder[slot] as OrderNumber;
    const pair = this.#works(target) ? pairedWith(target, orders.get(target, OrderField.limit)) : undefined;
    this.#stopOrder[slot] = place({ ...request, stop: this.#stopPrice[slot]! }, signal, pair) ?? NONE;
    this.version += 1;
  }

  #cancel(leg: OrderNumber): void {
    if (this.#works(leg)) this.#parts.commands.push({ kind: "CancelOrder", order: leg });
  }

  #restLeg(leg: OrderNumber, pair: Bracket | undefined): void {
    const { orders, gate, facts, commands } = this.#parts;
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
    const approved = gate.pass(leg, request, facts, pair);
    if (approved === undefined) throw new InvariantError(`RK-2: protective order ${leg} was refused`);
    commands.push({ kind: "PlaceOrder", order: approved });
  }
}

/** The numbers that the protective orders of `entry` will get, when it passes. */
export function bracketOf(entry: OrderNumber, stop: number, target: number): Bracket | undefined {
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

/** For a stop that joins a target which rests already. */
const pairedWith = (targetOrder: OrderNumber, target: number): Bracket => ({
  stopOrder: undefined,
  stop: Number.NaN,
  targetOrder,
  target,
});
