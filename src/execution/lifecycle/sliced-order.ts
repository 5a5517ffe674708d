/**
 * An entry that is large for its market leaves in slices, one after another (EXEC-1). To the engine it is one order
 * with one stop and one target; at the broker each slice is an order of its own and brings its own legs along, so that
 * what was bought is protected while the rest still waits.
 *
 * SL-1  All slices together are the order, those that nobody knows the fate of included (C-03): what a slice did not
 *       buy no other one buys.
 * SL-2  A slice leaves when the one before was bought whole and its time has come, and the gate says yes again right
 *       before (EXEC-6). Anything else ends the order with what it has.
 * SL-3  Once a leg has sold something, or was lost, or was canceled, nothing more is bought. A lost leg takes all legs
 *       with it: the engine then rests one stop for all that is held.
 */
import type { Restatement } from "../../domain/corporate-action.ts";
import { type OrderNumber, Purpose, type Side } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { idKindOf } from "../client-order-id.ts";
import { ENTRY_LIFE_MICROS } from "../order-policy.ts";
import type { ChildEnd } from "./child-order.ts";
import type { EntryWait } from "./entry-waits.ts";
import { nanosOf } from "./fill-count.ts";
import { PlacedOrder } from "./placed-order.ts";
import type { ProtectiveGroup } from "./protective-group.ts";
import type { GroupParts, Leg } from "./protective-leg.ts";
import { restateTicket, type Ticket, ticketOf } from "./tickets.ts";
import type { Instants, LiveOrder, RestsWhen, SlicePlan } from "./words.ts";

export class SlicedOrder {
  readonly #parts: GroupParts;
  readonly #order: LiveOrder;
  readonly #plan: SlicePlan;
  readonly #entry: Ticket;
  readonly #legs: readonly Ticket[];
  readonly #wholes: ReadonlyMap<OrderNumber, Ticket>;
  readonly #slices: PlacedOrder[] = [];
  readonly #firstAt: EpochMicros;
  /** Shares of the slices so far. */
  #sliced = 0;
  /** Nothing more is bought. */
  #isClosed = false;
  /** Where later slices have their stop. */
  #stop: number;

  constructor(parts: GroupParts, order: LiveOrder, plan: SlicePlan, now: Instants) {
    this.#parts = parts;
    this.#order = order;
    this.#plan = plan;
    this.#firstAt = now.at;
    this.#entry = ticketOf(order, nanosOf(order.shares));
    this.#legs = legTickets(order);
    this.#wholes = new Map([this.#entry, ...this.#legs].map((ticket) => [ticket.number, ticket]));
    this.#stop = order.bracket?.stop ?? Number.NaN;
    this.#leave(order, undefined);
  }

  get symbol(): string {
    return this.#order.symbol;
  }

  /** Nothing more comes of the entry itself. */
  get isOver(): boolean {
    return this.#entry.isOver;
  }

  /** The stop and the target, as the engine knows them. */
  get legs(): readonly Ticket[] {
    return this.#legs;
  }

  groups(): ProtectiveGroup[] {
    return this.#slices.flatMap((slice) => slice.groups());
  }

  cancel(now: Instants): void {
    this.#isClosed = true;
    this.#newest.cancel(now);
  }

  cancelLeg(number: OrderNumber, now: Instants): void {
    this.#close(now);
    for (const { group, leg } of this.#legsOf(number)) if (leg.wanted) group.cancelLeg(leg, now);
  }

  moveStop(number: OrderNumber, stop: number, now: Instants): void {
    const { side, bracket } = this.#order;
    if (bracket?.stopOrder !== number || !(side * (stop - this.#stop) > 0)) return;
    this.#stop = stop;
    for (const group of this.groups()) group.moveStop(stop, now);
  }

  /** Nothing more is bought in the old shares; what was bought stays protected. */
  restate(change: Restatement, now: Instants, rests: RestsWhen): void {
    this.#close(now);
    for (const ticket of this.#wholes.values()) restateTicket(ticket, change);
    this.#stop = change.stop(this.#stop);
    for (const slice of this.#slices) slice.restate(change, now, rests);
  }

  time(now: Instants): void {
    for (const slice of this.#slices) slice.time(now);
    if (this.groups().some(({ sold, hasLostLeg }) => sold > 0 || hasLostLeg)) this.#close(now);
    if (this.groups().some(({ hasLostLeg }) => hasLostLeg))
      for (const { number } of this.#legs) this.cancelLeg(number, now);
    if (!this.#entry.isOver) this.#goOn(now);
    if (this.#entry.isOver) this.#endLegs(now);
  }

  /** Exchange micros. */
  dueAt(): number {
    const own = this.#entry.isOver || !this.#newest.isOver ? Number.POSITIVE_INFINITY : this.#nextAt;
    return this.#slices.reduce((due, slice) => Math.min(due, slice.dueAt()), own);
  }

  /** When the next slice is asked about, exchange micros. */
  get #nextAt(): number {
    return this.#firstAt + this.#slices.length * this.#plan.everyMicros;
  }

  get #newest(): PlacedOrder {
    return this.#slices.at(-1) as PlacedOrder;
  }

  #close(now: Instants): void {
    this.#isClosed = true;
    if (!this.#newest.isOver) this.#newest.withdraw(now);
  }

  /** Once the newest slice is over: the next one, or the end. */
  #goOn(now: Instants): void {
    const { isOver, ticket } = this.#newest;
    if (!isOver) return;
    const isBought = ticket.filled === ticket.shares;
    const isAll = this.#sliced === this.#order.shares;
    if (isBought && !isAll && !this.#isClosed) {
      if (now.at >= this.#nextAt) this.#next(now);
    } else this.#parts.teller.ended(this.#entry, this.#endOf(isBought ? undefined : ticket.end), now);
  }

  #next({ at: opensAt }: Instants): void {
    const { strategy, symbol, decidedAt, purpose, bracket } = this.#order;
    const window = { opensAt, closesAt: (opensAt + ENTRY_LIFE_MICROS) as EpochMicros };
    const clientId = this.#parts.nextId({ strategy, symbol, decidedAt, kind: idKindOf(purpose) });
    const moved = bracket && { ...bracket, stop: this.#stop };
    const wait = { window, isAsked: false, isCleared: false, isOpen: true, askAt: opensAt };
    this.#leave({ ...this.#order, clientId, bracket: moved }, wait);
  }

  #leave(order: LiveOrder, wait: EntryWait | undefined): void {
    const shares = Math.min(this.#plan.shares, order.shares - this.#sliced);
    this.#sliced += shares;
    this.#slices.push(new PlacedOrder(this.#parts, { ...order, shares }, wait, this.#wholes));
  }

  /** Of which something was bought is no refused order. */
  #endOf(end: ChildEnd | undefined): ChildEnd {
    const { reason, kind } = end ?? { reason: "no further slice", kind: "canceled" };
    return kind === "rejected" && this.#entry.filled > 0 ? { kind: "canceled", reason } : { kind, reason };
  }

  #endLegs(now: Instants): void {
    const covered = this.groups().reduce((sum, group) => sum + group.covered, 0);
    const isRefused = covered === 0 && this.#entry.end?.kind === "rejected";
    for (const leg of this.#legs) {
      if (leg.isOver || this.#legsOf(leg.number).some((part) => !part.leg.ticket.isOver)) continue;
      // Sold all that was bought: its fills have said so.
      if (leg.filled > 0 && leg.filled >= covered) leg.isOver = true;
      else {
        const reason = this.#entry.end?.reason ?? "no longer wanted";
        this.#parts.teller.ended(leg, { kind: isRefused ? "rejected" : "canceled", reason }, now);
      }
    }
  }

  #legsOf(number: OrderNumber): { readonly group: ProtectiveGroup; readonly leg: Leg }[] {
    return this.groups().flatMap((group) =>
      [group.stop, group.target]
        .filter((leg) => leg?.ticket.number === number)
        .map((leg) => ({ group, leg: leg as Leg })),
    );
  }
}

function legTickets({ bracket, side, shares }: LiveOrder): Ticket[] {
  const leg = (number: OrderNumber | undefined, purpose: Purpose): Ticket[] =>
    number === undefined ? [] : [ticketOf({ number, side: -side as Side, purpose }, nanosOf(shares))];
  return [...leg(bracket?.stopOrder, Purpose.StopLoss), ...leg(bracket?.targetOrder, Purpose.TakeProfit)];
}
