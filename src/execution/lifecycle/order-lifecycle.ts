/**
 * The order life cycle (EXEC-2, RELIABILITY 3): commands of the engine in, requests to a broker out; what the broker
 * tells and the time in, the engine's broker events out. All it knows came in, so that the same inputs rebuild it.
 */

import { InvariantError } from "../../domain/assert.ts";
import type { BrokerNews, BrokerRequest } from "../../domain/broker.ts";
import type { Restatement } from "../../domain/corporate-action.ts";
import type { BrokerEvent } from "../../domain/events.ts";
import {
  type ClientOrderId,
  isForAuction,
  type OrderNumber,
  Purpose,
  TimeInForce,
} from "../../domain/order.ts";
import { ClientOrderIds } from "../client-order-id.ts";
import { ChildDesk } from "./child-desk.ts";
import { isFinal, viewOf } from "./child-order.ts";
import { type EntryWait, waitFor } from "./entry-waits.ts";
import { nanosOf } from "./fill-count.ts";
import { PlacedOrder } from "./placed-order.ts";
import { ProtectiveGroup } from "./protective-group.ts";
import { type GroupParts, type Leg, legOf } from "./protective-leg.ts";
import { SlicedOrder } from "./sliced-order.ts";
import { Teller, type Ticket, ticketOf } from "./tickets.ts";
import type {
  Due,
  IdParts,
  Instants,
  Lifecycle,
  LifecycleNote,
  LifecycleTerms,
  LiveOrder,
  OpenOrder,
  RecheckDesk,
  RestsWhen,
  SlicePlan,
} from "./words.ts";

const STALE_MICROS = 5_000_000;

/** A stop or a target of the engine, wherever it rests. */
interface RestingLeg {
  readonly ticket: Ticket;
  /** That another leg may join; absent for one that rests in slices. */
  readonly group?: ProtectiveGroup;
  cancel(now: Instants): void;
  move(stop: number, now: Instants): void;
}

export class OrderLifecycle implements Lifecycle {
  readonly #terms: LifecycleTerms;
  readonly #ids = new ClientOrderIds();
  readonly #desk: ChildDesk;
  readonly #teller: Teller;
  readonly #rechecks: RecheckDesk;
  readonly #parts: GroupParts;
  readonly #orders = new Map<OrderNumber, PlacedOrder | SlicedOrder>();
  readonly #legs = new Map<OrderNumber, RestingLeg>();
  /** Those that have something to do at an instant of the exchange. */
  readonly #timed = new Set<PlacedOrder | SlicedOrder>();

  /** Groups that protect what no order of this life cycle bought by itself. */
  readonly #alone = new Set<ProtectiveGroup>();

  #seen = 0;

  constructor(terms: LifecycleTerms) {
    this.#terms = terms;
    this.#desk = new ChildDesk(terms.staleAfterMicros ?? STALE_MICROS);
    this.#teller = new Teller(this.#desk.wire, terms);
    const { rechecks } = this.#desk;
    this.#rechecks = {
      asks: rechecks.asks,
      later: (number, now) => rechecks.later(number, now),
      answer: (number, refusal, now) => {
        rechecks.answer(number, refusal, now);
        this.#act(now);
      },
    };
    this.#parts = {
      desk: this.#desk,
      teller: this.#teller,
      nextId: (parts) => {
        const id = this.clientIdFor(parts);
        this.#ids.taken(id);
        return id;
      },
    };
  }

  get requests(): BrokerRequest[] {
    return this.#desk.wire.requests;
  }

  get events(): BrokerEvent[] {
    return this.#teller.events;
  }

  get notes(): LifecycleNote[] {
    return this.#desk.wire.notes;
  }

  get nextDue(): Due {
    let { at, mono } = this.#desk.nextDue();
    for (const order of this.#timed) {
      const due = order.dueAt();
      if (due > this.#seen) at = Math.min(at, due);
    }
    return { at, mono };
  }

  get rechecks(): RecheckDesk {
    return this.#rechecks;
  }

  get unknownCount(): number {
    let count = 0;
    for (const { state } of this.#desk.live) if (state === "UNKNOWN" || state === "ABANDONED") count += 1;
    return count;
  }

  clientIdFor(parts: IdParts): ClientOrderId {
    const { strategy, symbol, decidedAt, kind } = parts;
    return this.#ids.next({ environment: this.#terms.environment, strategy, symbol, decidedAt, kind });
  }

  place(order: LiveOrder, now: Instants): void {
    if (this.#desk.known.has(order.clientId) || this.#orders.has(order.number))
      throw new InvariantError(`I-7: order ${order.number} was placed before (${order.clientId})`);
    this.#ids.taken(order.clientId);
    const { purpose } = order;
    if (purpose === Purpose.StopLoss || purpose === Purpose.TakeProfit) this.#protect(order, now);
    else if (order.slices !== undefined) this.#placeSliced(order, order.slices, now);
    else {
      const placed = new PlacedOrder(this.#parts, order, this.#waitOf(order, now));
      this.#orders.set(order.number, placed);
      this.#timed.add(placed);
      for (const { number } of order.members ?? []) this.#orders.set(number, placed);
      for (const group of placed.groups())
        for (const leg of [group.stop, group.target]) if (leg !== undefined) this.#remember(group, leg);
    }
    this.#act(now);
  }

  cancel(number: OrderNumber, now: Instants): void {
    this.#orders.get(number)?.cancel(now);
    this.#legs.get(number)?.cancel(now);
    this.#act(now);
  }

  /** Towards the price only (I-36). */
  moveStop(number: OrderNumber, stop: number, now: Instants): void {
    this.#legs.get(number)?.move(stop, now);
    this.#act(now);
  }

  heard(news: BrokerNews, now: Instants): void {
    this.#desk.heard(news, now);
    this.#act(now);
  }

  time(now: Instants): void {
    this.#desk.time(now);
    this.#act(now);
  }

  restate(symbol: string, change: Restatement, now: Instants, rests: RestsWhen = "now"): void {
    for (const order of new Set(this.#orders.values()))
      if (order.symbol === symbol && this.#timed.has(order)) order.restate(change, now, rests);
    for (const group of this.#alone) if (group.symbol === symbol) group.restate(change, now, rests);
    this.#act(now);
  }

  follow(symbol: string, now: Instants): void {
    const groups = [...this.#timed].flatMap((order) => order.groups());
    for (const group of [...groups, ...this.#alone]) if (group.symbol === symbol) group.follow(now);
    this.#act(now);
  }

  restarted(now: Instants): void {
    this.#desk.restarted(now);
    this.#act(now);
  }

  open(): readonly OpenOrder[] {
    return [...this.#desk.live].filter((child) => !isFinal(child) && child.state !== "TOMBSTONE").map(viewOf);
  }

  byClientId(): ReadonlyMap<ClientOrderId, OpenOrder> {
    return new Map([...this.#desk.known].map(([id, child]) => [id, viewOf(child)]));
  }

  owns(clientId: ClientOrderId): boolean {
    return this.#desk.known.has(clientId);
  }

  tombstones(): readonly OpenOrder[] {
    return [...new Set(this.#desk.known.values())].filter(({ state }) => state === "TOMBSTONE").map(viewOf);
  }

  /** Undefined for what leaves at once. An auction that nobody knows of has a window that never opens and is over. */
  #waitOf({ timeInForce, purpose }: LiveOrder, now: Instants): EntryWait | undefined {
    const { auctionWindow } = this.#terms;
    if (auctionWindow === undefined || purpose !== Purpose.Entry || !isForAuction(timeInForce))
      return undefined;
    const auction = timeInForce === TimeInForce.AtOpen ? "open" : "close";
    return waitFor(auctionWindow(auction, now.at) ?? { opensAt: now.at, closesAt: now.at }, now.at);
  }

  /** Whatever the input made possible. */
  #act(now: Instants): void {
    this.#seen = now.at;
    for (const group of this.#alone) if (group.isOver) this.#alone.delete(group);
    for (const order of this.#timed) {
      order.time(now);
      if (order.isOver && order.groups().every(({ isOver }) => isOver)) this.#timed.delete(order);
    }
    this.#desk.pump(now);
    this.#desk.time(now);
    this.#desk.pump(now);
  }

  #placeSliced(order: LiveOrder, plan: SlicePlan, now: Instants): void {
    const placed = new SlicedOrder(this.#parts, order, plan, now);
    this.#orders.set(order.number, placed);
    this.#timed.add(placed);
    for (const ticket of placed.legs)
      this.#legs.set(ticket.number, {
        ticket,
        cancel: (at) => placed.cancelLeg(ticket.number, at),
        move: (stop, at) => placed.moveStop(ticket.number, stop, at),
      });
  }

  #remember(group: ProtectiveGroup, leg: Leg): void {
    this.#legs.set(leg.ticket.number, {
      ticket: leg.ticket,
      group,
      cancel: (now) => {
        if (leg.wanted) group.cancelLeg(leg, now);
      },
      move: (stop, now) => {
        if (leg === group.stop) group.moveStop(stop, now);
      },
    });
  }

  /** A stop or a target for what is held: on its own, or a stop that joins the target that rests. */
  #protect(order: LiveOrder, now: Instants): void {
    const { symbol, strategy, side, decidedAt, clientId, purpose } = order;
    const nanos = nanosOf(order.shares);
    const isStop = purpose === Purpose.StopLoss;
    const leg = legOf(ticketOf(order, nanos), isStop ? order.stop : order.limit);
    const pair = order.bracket?.targetOrder;
    const { group: joined, ticket } = pair === undefined ? {} : (this.#legs.get(pair) ?? {});
    if (pair !== undefined && (joined === undefined || ticket?.isOver !== false)) {
      this.#teller.ended(leg.ticket, { kind: "canceled", reason: "its target is over" }, now);
      return;
    }
    const group =
      joined ?? new ProtectiveGroup(this.#parts, { strategy, symbol, side, decidedAt }, undefined);
    if (isStop) group.stop = leg;
    else group.target = leg;
    this.#remember(group, leg);
    group.leaveAs(clientId);
    if (joined === undefined) this.#alone.add(group);
    if (joined === undefined) group.cover(nanos, now);
    else group.join(nanos, now);
  }
}
