/**
 * The simulated venue behind a bad line and with bad manners: it knows an order number it has seen (a resend changes
 * nothing), lets cancels arrive late, refuses what it accepted, and reports fills in pieces. It keeps the truth: what
 * every order and every position really is, whatever the engine has heard of it.
 */
import type { BarBatch } from "../../domain/bars.ts";
import type { BrokerEvent, OrderFilled } from "../../domain/events.ts";
import { HALF_NANO_SHARE, type Money, NANOS, type Quantity } from "../../domain/money.ts";
import { type FillId, type OrderNumber, Purpose, type Side } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Command, Venue } from "../../engine/ports.ts";
import { splitFill } from "../../execution/fill-split.ts";
import type { ApprovedOrder } from "../../risk/gate.ts";
import type { SimulatedVenue } from "../venue.ts";
import { broken } from "./check.ts";
import type { Delivery } from "./delivery.ts";
import type { FaultDice } from "./fault-dice.ts";
import type { StormPlan } from "./plan.ts";
import type { Reach } from "./reach.ts";

/** What of an order belongs to one of those who share it. */
interface TruePart {
  readonly number: OrderNumber;
  /** Whose position it moves: a strategy's in one instrument. */
  readonly lot: number;
  readonly shares: number;
  /** Traded with another strategy before the rest left. */
  readonly crossed: number;
  readonly legs: readonly OrderNumber[];
  filled: number;
}

export interface TrueOrder {
  readonly number: OrderNumber;
  /** Whose position it moves when nobody shares it. */
  readonly lot: number;
  /** Who shares it: mostly itself. */
  readonly parts: readonly TruePart[];
  readonly side: Side;
  readonly purpose: Purpose;
  readonly parent: OrderNumber | undefined;
  /** Of a bracket: its stop and target. */
  readonly legs: readonly OrderNumber[];
  shares: number;
  filled: number;
  isOver: boolean;
  cancelPending: boolean;
  /** The venue has changed its mind: its end is told as a rejection. */
  rejecting: boolean;
}

export interface FaultVenueParts {
  readonly inner: SimulatedVenue;
  readonly plan: StormPlan;
  readonly dice: FaultDice;
  readonly delivery: Delivery;
  readonly reach: Reach;
  readonly lots: number;
  /** Known once the order was decided on, before it is sent. */
  lotOf(order: OrderNumber): number;
  /** Shares that a lot got from other strategies, without any order. */
  crossed(lot: number): number;
}

const MOST_PIECES = 12;
const LONGEST_MUTE = 9;
/** A rejection of what has traded in part is rare by itself. */
const PARTIAL_WEIGHT = 4;

export class FaultVenue implements Venue {
  readonly #parts: FaultVenueParts;
  readonly #pendingCancels: OrderNumber[] = [];
  readonly #moved: Float64Array;
  /** By order number; none for one that never arrived. */
  readonly orders: (TrueOrder | undefined)[] = [];
  #halfMinute = 0;
  #now = 0 as EpochMicros;

  constructor(parts: FaultVenueParts) {
    this.#parts = parts;
    this.#moved = new Float64Array(parts.lots);
  }

  get lots(): number {
    return this.#moved.length;
  }

  /** What a lot really holds, shares: what it traded here, and with other strategies. */
  position(lot: number): number {
    return this.#moved[lot]! + this.#parts.crossed(lot);
  }

  send(command: Command): void {
    if (command.kind === "PlaceOrder") this.#place(command.order, command);
    else if (command.kind !== "CancelOrder" || !this.#isDelayed(command.order))
      this.#parts.inner.send(command);
    this.#drain();
  }

  /** Lets a minute meet the orders; then the cancels that were on their way arrive. */
  match(batch: BarBatch, minute: number): void {
    this.#halfMinute = 2 * minute;
    this.#now = batch.at;
    this.#changeMind();
    this.#parts.inner.match(batch);
    this.#drain();
    for (const order of this.#pendingCancels.splice(0)) {
      const truth = this.orders[order];
      if (truth !== undefined) truth.cancelPending = false;
      this.#parts.inner.send({ kind: "CancelOrder", order });
    }
    this.#drain();
    this.#halfMinute += 1;
  }

  /** A cancel that will arrive after the next minute has met the order. */
  #isDelayed(number: OrderNumber): boolean {
    const order = this.orders[number];
    if (order === undefined || order.isOver) return false;
    if (!order.cancelPending) {
      if (!this.#parts.dice.hits("cancel_crosses_fill")) return false;
      order.cancelPending = true;
      this.#pendingCancels.push(number);
    }
    return true;
  }

  #place(order: ApprovedOrder, command: Command): void {
    const { inner, reach, dice, plan, delivery } = this.#parts;
    if (this.orders[order.number] !== undefined) {
      reach.hit("order sent again");
      return;
    }
    const truth = this.#remember(order);
    if (plan.known.exitDoesNotWait && !this.#canClose(truth, order.bracket?.targetOrder)) {
      truth.isOver = true;
      reach.hit("exit refused by the venue");
      this.#tell({
        kind: "OrderRejected",
        at: this.#now,
        order: order.number,
        reason: "shares are held for open orders",
      });
      return;
    }
    if (dice.hits("lost_acknowledgement")) {
      const heardAgain = this.#halfMinute + 2 + dice.integer("lost_acknowledgement", LONGEST_MUTE);
      delivery.mute(order.number, heardAgain);
    }
    inner.send(command);
  }

  #remember(order: ApprovedOrder): TrueOrder {
    const { number, side, purpose } = order;
    const { lotOf } = this.#parts;
    const fresh = { filled: 0, isOver: false, cancelPending: false, rejecting: false };
    const parts = (order.members ?? [{ ...order, crossed: 0 }]).map((member) => {
      const { stopOrder, targetOrder } = member.bracket ?? {};
      const legs =
        purpose === Purpose.Entry ? [stopOrder, targetOrder].filter((leg) => leg !== undefined) : [];
      for (const leg of legs) {
        this.orders[leg] = {
          ...fresh,
          number: leg,
          lot: lotOf(member.number),
          parts: [],
          side: -side as Side,
          purpose: leg === stopOrder ? Purpose.StopLoss : Purpose.TakeProfit,
          parent: number,
          legs: [],
          shares: member.crossed,
        };
      }
      const { shares, crossed } = member;
      return { number: member.number, lot: lotOf(member.number), shares, crossed, legs, filled: 0 };
    });
    const truth: TrueOrder = {
      ...fresh,
      number,
      lot: lotOf(number),
      parts,
      side,
      purpose,
      parent: undefined,
      legs: parts.flatMap(({ legs }) => legs),
      shares: order.shares,
    };
    for (const part of parts) this.orders[part.number] = truth;
    return truth;
  }

  /** True for an entry, and for an order that can only close: nothing on its way may close the same shares. */
  #canClose(order: TrueOrder, pairedWith: OrderNumber | undefined): boolean {
    if (order.purpose === Purpose.Entry) return true;
    let free = -order.side * this.position(order.lot);
    for (const other of this.orders) {
      if (other === undefined || other === order || other.isOver || other.lot !== order.lot) continue;
      const isLeg = other.purpose === Purpose.StopLoss || other.purpose === Purpose.TakeProfit;
      if (other.purpose === Purpose.Entry || other.number === pairedWith || (isLeg && !other.cancelPending))
        continue;
      free -= other.shares - other.filled;
    }
    return order.shares <= free + HALF_NANO_SHARE;
  }

  /** Rejected after accepted: an order that works ends for no reason of ours. */
  #changeMind(): void {
    const { dice, inner } = this.#parts;
    if (!dice.isOn("rejected_after_accepted")) return;
    for (const [number, order] of this.orders.entries()) {
      if (order === undefined || order.isOver || order.parent !== undefined || order.number !== number)
        continue;
      if (!dice.hits("rejected_after_accepted", order.filled > 0 ? PARTIAL_WEIGHT : 1)) continue;
      order.rejecting = true;
      inner.send({ kind: "CancelOrder", order: order.number });
    }
    this.#drain();
  }

  #drain(): void {
    const { events } = this.#parts.inner;
    for (const event of events) {
      // Its costs model lends for nothing.
      if (event.kind === "BorrowCharged") continue;
      const order = this.orders[event.order];
      if (order === undefined) continue;
      if (event.kind === "OrderFilled") this.#traded(order, event);
      else if (event.kind === "OrderAccepted") this.#tell(event);
      else this.#ended(order, event);
    }
    events.length = 0;
  }

  #traded(order: TrueOrder, event: OrderFilled): void {
    const shares = event.quantity / NANOS;
    if (order.cancelPending) this.#parts.reach.hit("cancel crossed by a fill");
    order.filled += shares;
    if (order.filled >= order.shares) order.isOver = true;
    if (order.parts.length === 0) this.#move(order, order.number, order.lot, shares);
    else this.#share(order, event.quantity);
    for (const piece of this.#pieces(event)) this.#tell(piece);
  }

  /** Whole shares of a fill, to those who share the order and to what protects them. */
  #share(order: TrueOrder, quantity: Quantity): void {
    const nanos = (shares: number) => Math.round(shares * NANOS);
    const split = splitFill(
      order.parts.map((part) => nanos(part.shares)),
      order.parts.map((part) => nanos(part.filled)),
      quantity,
    );
    for (const [n, part] of order.parts.entries()) {
      const shares = (split[n] ?? 0) / NANOS;
      if (shares === 0) continue;
      part.filled += shares;
      for (const leg of part.legs) {
        const truth = this.orders[leg];
        if (truth !== undefined && !truth.isOver) truth.shares = part.crossed + part.filled;
      }
      this.#move(order, part.number, part.lot, shares);
    }
  }

  #move(order: TrueOrder, number: OrderNumber, lot: number, shares: number): void {
    const before = this.position(lot);
    const after = before + order.side * shares;
    this.#moved[lot] = this.#moved[lot]! + order.side * shares;
    // I-15, where it counts: reports may come in any order, trades do not.
    const shrinks = before * order.side < 0 && after * before >= 0;
    if (order.purpose !== Purpose.Entry && !shrinks) {
      broken("I-15", `order ${number}, which only reduces, took ${before} to ${after}`);
    }
  }

  #ended(order: TrueOrder, event: BrokerEvent): void {
    order.isOver = true;
    const { at, order: number } = event;
    const reason = "changed its mind";
    this.#tell(
      order.rejecting ? { kind: "OrderRejected", at, order: number, reason, ...filledBefore(event) } : event,
    );
  }

  /** The same fill as several reports: ids of their own, costs shared out to the last micro-dollar. */
  #pieces(event: OrderFilled): OrderFilled[] {
    const { dice } = this.#parts;
    const whole = Math.floor(event.quantity / NANOS);
    if (whole < 2 || !dice.hits("partial_pieces")) return [event];
    const count = 2 + dice.integer("partial_pieces", Math.min(whole, MOST_PIECES) - 1);
    const share = (amount: number, n: number) =>
      Math.floor((amount * (n + 1)) / count) - Math.floor((amount * n) / count);
    return Array.from({ length: count }, (_, n): OrderFilled => {
      const { commission, regulatory, slippage } = event.costs;
      return {
        ...event,
        fillId: `${event.fillId}.${n}` as FillId,
        quantity: (share(whole, n) * NANOS) as Quantity,
        costs: {
          commission: share(commission, n) as Money,
          regulatory: share(regulatory, n) as Money,
          slippage: share(slippage, n) as Money,
        },
      };
    });
  }

  #tell(event: BrokerEvent): void {
    const { parent, legs } = this.orders[event.order] ?? { parent: undefined, legs: [] };
    this.#parts.delivery.put(event, this.#halfMinute, { parent, legs });
  }
}

const filledBefore = (event: BrokerEvent) =>
  "filled" in event && event.filled !== undefined ? { filled: event.filled } : {};
