/**
 * An order that the engine placed and that is no protective order: an entry with what protects it, or an exit. Tells
 * the engine what becomes of it, ends it when its time is over, and hands what it buys to its protective groups.
 */
import type { BrokerOrder } from "../../domain/broker.ts";
import type { Restatement } from "../../domain/corporate-action.ts";
import { type OrderNumber, Purpose, type Side, TimeInForce } from "../../domain/order.ts";
import { splitFill } from "../fill-split.ts";
import { ENTRY_LIFE_MICROS } from "../order-policy.ts";
import type { ChildEnd, ChildOrder, ChildOwner, Trade } from "./child-order.ts";
import type { EntryWait } from "./entry-waits.ts";
import { nanosOf } from "./fill-count.ts";
import { bringsLegs, isWhole, priorityOf, specOf } from "./order-spec.ts";
import { ProtectiveGroup } from "./protective-group.ts";
import { type EntryLink, type GroupParts, legOf, SETTLE_MICROS } from "./protective-leg.ts";
import { restateTicket, type Ticket, ticketOf } from "./tickets.ts";
import type { Instants, LiveBracket, LiveOrder, RestsWhen } from "./words.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** What a part of the order buys, and who protects that. Nano-shares. */
interface Part {
  readonly demand: number;
  given: number;
  readonly crossed: number;
  readonly group: ProtectiveGroup | undefined;
}

/** The orders of the engine that it and its legs are slices of, by their numbers. */
export type Wholes = ReadonlyMap<OrderNumber, Ticket>;

export class PlacedOrder implements ChildOwner, EntryLink {
  readonly child: ChildOrder;
  readonly ticket: Ticket;
  readonly symbol: string;
  readonly #parts: GroupParts;
  readonly #shares: readonly Part[];
  readonly #bringsLegs: boolean;
  readonly #dies: boolean;
  readonly #wholes: Wholes | undefined;
  #endsAs: ChildEnd["kind"] = "canceled";
  #diesAt = NEVER;
  #settlesAt = NEVER;
  #protectsCrossed = false;

  constructor(parts: GroupParts, order: LiveOrder, wait?: EntryWait, wholes?: Wholes) {
    this.#parts = parts;
    this.#wholes = wholes;
    const shares = nanosOf(order.shares);
    this.ticket = ticketOf(order, shares, wholes?.get(order.number));
    this.#bringsLegs = bringsLegs(order);
    const isShort = order.timeInForce === TimeInForce.ImmediateOrCancel && !isWhole(shares);
    this.#dies = order.timeInForce === TimeInForce.NextBar || (isShort && order.purpose === Purpose.Entry);
    const { clientId, number, symbol, side, purpose, decidedAt } = order;
    const priority = priorityOf(purpose);
    const spec = specOf(order);
    const terms = { clientId, number, symbol, side, shares, spec, priority, decidedAt, owner: this };
    this.symbol = symbol;
    this.child = parts.desk.submit({ ...terms, wait });
    this.#shares = purpose === Purpose.Entry ? this.#partsOf(order, shares) : [];
    const [only] = this.#shares;
    if (this.#bringsLegs) only?.group?.bringNative(shares);
  }

  get isOver(): boolean {
    return this.child.isOver;
  }

  groups(): ProtectiveGroup[] {
    return this.#shares.map(({ group }) => group).filter((group) => group !== undefined);
  }

  cancel(now: Instants): void {
    this.#endsAs = "canceled";
    this.#parts.desk.cancel(this.child, now);
  }

  /** The rest of it shall not be bought: what it has is to be protected as it is. */
  withdraw(now: Instants): void {
    this.#parts.desk.cancel(this.child, now);
  }

  /** What still works was asked for in other shares: it is taken back. What it bought stays protected. */
  restate(change: Restatement, now: Instants, rests: RestsWhen): void {
    if (!this.isOver) this.cancel(now);
    restateTicket(this.ticket, change);
    for (const group of this.groups()) group.restate(change, now, rests);
  }

  time(now: Instants): void {
    if (!this.isOver) this.#tick(now);
    for (const group of this.groups()) if (now.at >= group.dueAt()) group.settle(now);
  }

  /** Exchange micros. */
  dueAt(): number {
    const own = this.isOver || this.child.cancelWanted ? NEVER : Math.min(this.#diesAt, this.#settlesAt);
    return this.groups().reduce((due, group) => Math.min(due, group.dueAt()), own);
  }

  held(_child: ChildOrder, now: Instants): void {
    this.#parts.teller.accepted(this.ticket, now);
    if (this.#dies) this.#diesAt = now.at + ENTRY_LIFE_MICROS;
    this.#protectCrossed(now);
  }

  traded(child: ChildOrder, trade: Trade, now: Instants): void {
    const before = this.ticket.filled;
    this.#parts.teller.traded(this.ticket, child, trade);
    const nanos = this.ticket.filled - before;
    if (this.#settlesAt === NEVER && this.#bringsLegs) this.#settlesAt = now.at + SETTLE_MICROS;
    if (this.#shares.length === 0 || nanos === 0) return;
    const split = splitFill(
      this.#shares.map(({ demand }) => demand),
      this.#shares.map(({ given }) => given),
      nanos,
    );
    for (const [n, part] of this.#shares.entries()) {
      const own = split[n] ?? 0;
      part.given += own;
      if (own > 0) part.group?.cover(own, now);
    }
  }

  over(_child: ChildOrder, end: ChildEnd, now: Instants): void {
    const isOurs = end.kind === "canceled" && this.child.cancelWanted;
    const { teller } = this.#parts;
    teller.ended(this.ticket, isOurs ? { ...end, kind: this.#endsAs } : end, now);
    this.#protectCrossed(now);
    for (const { group } of this.#shares) {
      if (group === undefined) continue;
      if (group.covered === 0) group.drop(end, now);
      else group.settle(now);
    }
  }

  legs(child: ChildOrder, legs: readonly BrokerOrder[], now: Instants): void {
    for (const group of this.groups()) group.legs(child, legs, now);
  }

  /** An exit that another order of ours stands in the way of: the engine has canceled that one already. */
  blocked(): void {}

  moved(_child: ChildOrder, now: Instants): void {
    for (const group of this.groups()) group.settle(now);
  }

  #tick(now: Instants): void {
    if (now.at >= this.#diesAt && !this.child.cancelWanted) {
      this.#endsAs = "expired";
      this.#parts.desk.cancel(this.child, now);
    }
    // The broker's legs protect nothing before all of it is bought.
    if (now.at >= this.#settlesAt) this.withdraw(now);
  }

  #partsOf(order: LiveOrder, shares: number): Part[] {
    const { members } = order;
    if (members === undefined) {
      const group = this.#groupOf(order, order.bracket, shares);
      return [{ demand: shares, given: 0, crossed: 0, group }];
    }
    return members.map((member) => {
      const [demand, crossed] = [nanosOf(member.shares), nanosOf(member.crossed)];
      const group = this.#groupOf(order, member.bracket, demand + crossed);
      return { demand, given: 0, crossed, group };
    });
  }

  #groupOf(order: LiveOrder, bracket: LiveBracket | undefined, shares: number): ProtectiveGroup | undefined {
    const { stopOrder, targetOrder } = bracket ?? {};
    if (bracket === undefined || (stopOrder === undefined && targetOrder === undefined)) return undefined;
    const side = -order.side as Side;
    const { strategy, symbol, decidedAt } = order;
    const group = new ProtectiveGroup(this.#parts, { strategy, symbol, side, decidedAt }, this);
    const leg = (number: OrderNumber, purpose: Purpose, price: number) =>
      legOf(ticketOf({ number, side, purpose }, shares, this.#wholes?.get(number)), price);
    if (stopOrder !== undefined) group.stop = leg(stopOrder, Purpose.StopLoss, bracket.stop);
    if (targetOrder !== undefined) group.target = leg(targetOrder, Purpose.TakeProfit, bracket.target);
    return group;
  }

  /** Shares that another strategy handed over are held from the start, whatever becomes of the order. */
  #protectCrossed(now: Instants): void {
    if (this.#protectsCrossed) return;
    this.#protectsCrossed = true;
    for (const { group, crossed } of this.#shares) if (crossed > 0) group?.cover(crossed, now);
  }
}
