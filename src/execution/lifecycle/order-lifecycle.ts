/**
 * The order life cycle (EXEC-2, RELIABILITY 3): commands of the engine in, requests to a broker out; what the broker
 * tells and the time in, the engine's broker events out. All it knows came in, so that the same inputs rebuild it.
 */

import { InvariantError } from "../../domain/assert.ts";
import type { BrokerNews, BrokerRequest } from "../../domain/broker.ts";
import type { BrokerEvent } from "../../domain/events.ts";
import {
  type ClientOrderId,
  isForAuction,
  type OrderNumber,
  Purpose,
  TimeInForce,
} from "../../domain/order.ts";
import { ClientOrderIds } from "../client-order-id.ts";
import { type AuctionWait, waitFor } from "./auction-waits.ts";
import { ChildDesk } from "./child-desk.ts";
import { isFinal, viewOf } from "./child-order.ts";
import { nanosOf } from "./fill-count.ts";
import { PlacedOrder } from "./placed-order.ts";
import { ProtectiveGroup } from "./protective-group.ts";
import { type GroupParts, type Leg, legOf } from "./protective-leg.ts";
import { Teller, ticketOf } from "./tickets.ts";
import type {
  AuctionDesk,
  Due,
  IdParts,
  Instants,
  Lifecycle,
  LifecycleNote,
  LifecycleTerms,
  LiveOrder,
  OpenOrder,
} from "./words.ts";

const STALE_MICROS = 5_000_000;

interface RestingLeg {
  readonly group: ProtectiveGroup;
  readonly leg: Leg;
}

export class OrderLifecycle implements Lifecycle {
  readonly #terms: LifecycleTerms;
  readonly #ids = new ClientOrderIds();
  readonly #desk: ChildDesk;
  readonly #teller: Teller;
  readonly #auctions: AuctionDesk;
  readonly #parts: GroupParts;
  readonly #orders = new Map<OrderNumber, PlacedOrder>();
  readonly #legs = new Map<OrderNumber, RestingLeg>();
  /** Those that have something to do at an instant of the exchange. */
  readonly #timed = new Set<PlacedOrder>();

  #seen = 0;

  constructor(terms: LifecycleTerms) {
    this.#terms = terms;
    this.#desk = new ChildDesk(terms.staleAfterMicros ?? STALE_MICROS);
    this.#teller = new Teller(this.#desk.wire, terms);
    const { auctions } = this.#desk;
    this.#auctions = {
      asks: auctions.asks,
      later: (number, now) => auctions.later(number, now),
      answer: (number, refusal, now) => {
        auctions.answer(number, refusal, now);
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

  get auctions(): AuctionDesk {
    return this.#auctions;
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
    else {
      const placed = new PlacedOrder(this.#parts, order, this.#waitOf(order, now));
      this.#orders.set(order.number, placed);
      this.#timed.add(placed);
      for (const { number } of order.members ?? []) this.#orders.set(number, placed);
      for (const group of placed.groups()) this.#remember(group);
    }
    this.#act(now);
  }

  cancel(number: OrderNumber, now: Instants): void {
    this.#orders.get(number)?.cancel(now);
    const resting = this.#legs.get(number);
    if (resting?.leg.wanted === true) resting.group.cancelLeg(resting.leg, now);
    this.#act(now);
  }

  /** Towards the price only (I-36). */
  moveStop(number: OrderNumber, stop: number, now: Instants): void {
    const { group, leg } = this.#legs.get(number) ?? {};
    if (leg === undefined || group === undefined || leg !== group.stop) return;
    if (!(leg.ticket.side * (stop - leg.price) < 0)) return;
    leg.price = stop;
    group.settle(now);
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
  #waitOf({ timeInForce, purpose }: LiveOrder, now: Instants): AuctionWait | undefined {
    const { auctionWindow } = this.#terms;
    if (auctionWindow === undefined || purpose !== Purpose.Entry || !isForAuction(timeInForce))
      return undefined;
    const auction = timeInForce === TimeInForce.AtOpen ? "open" : "close";
    return waitFor(auctionWindow(auction, now.at) ?? { opensAt: now.at, closesAt: now.at }, now.at);
  }

  /** Whatever the input made possible. */
  #act(now: Instants): void {
    this.#seen = now.at;
    for (const order of this.#timed) {
      order.time(now);
      if (order.isOver && order.groups().every(({ isOver }) => isOver)) this.#timed.delete(order);
    }
    this.#desk.pump(now);
    this.#desk.time(now);
    this.#desk.pump(now);
  }

  #remember(group: ProtectiveGroup): void {
    for (const leg of [group.stop, group.target])
      if (leg !== undefined) this.#legs.set(leg.ticket.number, { group, leg });
  }

  /** A stop or a target for what is held: on its own, or a stop that joins the target that rests. */
  #protect(order: LiveOrder, now: Instants): void {
    const { number, symbol, strategy, side, decidedAt, clientId, purpose } = order;
    const nanos = nanosOf(order.shares);
    const isStop = purpose === Purpose.StopLoss;
    const leg = legOf(ticketOf(order, nanos), isStop ? order.stop : order.limit);
    const pair = order.bracket?.targetOrder;
    const { group: joined, leg: target } = pair === undefined ? {} : (this.#legs.get(pair) ?? {});
    if (pair !== undefined && (joined === undefined || target?.ticket.isOver !== false)) {
      this.#teller.ended(leg.ticket, { kind: "canceled", reason: "its target is over" }, now);
      return;
    }
    const group =
      joined ?? new ProtectiveGroup(this.#parts, { strategy, symbol, side, decidedAt }, undefined);
    if (isStop) group.stop = leg;
    else group.target = leg;
    this.#legs.set(number, { group, leg });
    group.leaveAs(clientId);
    if (joined === undefined) group.cover(nanos, now);
    else group.join(nanos, now);
  }
}
