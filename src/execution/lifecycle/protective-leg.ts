/** A stop or a target as the engine knows it, and what its group needs to rest it. */
import type { BrokerOrder } from "../../domain/broker.ts";
import type { ClientOrderId } from "../../domain/order.ts";
import type { ChildDesk } from "./child-desk.ts";
import type { ChildOrder } from "./child-order.ts";
import type { Teller, Ticket } from "./tickets.ts";
import type { IdParts, Instants } from "./words.ts";

/** Exchange time between two enlargements, and what an entry gets to fill in full after its first fill. */
export const SETTLE_MICROS = 10_000_000;

export interface Leg {
  readonly ticket: Ticket;
  price: number;
  wanted: boolean;
  /** Where it rests, or rested last. */
  child: ChildOrder | undefined;
  restedPrice: number;
}

/** The entry that a group came with. */
export interface EntryLink {
  readonly child: ChildOrder;
  readonly isOver: boolean;
  withdraw(now: Instants): void;
}

export interface GroupParts {
  readonly desk: ChildDesk;
  readonly teller: Teller;
  nextId(parts: IdParts): ClientOrderId;
}

export const legOf = (ticket: Ticket, price: number): Leg => ({
  ticket,
  price,
  wanted: true,
  child: undefined,
  restedPrice: price,
});

export const isWanted = (leg: Leg | undefined): boolean => leg?.wanted === true && !leg.ticket.isOver;

/** Tells the two legs of a pair apart. */
export const isStopOrder = ({ type }: BrokerOrder): boolean => type === "stop" || type === "stop_limit";

/** Where it rests from now on; undefined when nobody knows yet, or nowhere. */
export function restAs(leg: Leg, child: ChildOrder | undefined): void {
  leg.child = child;
  leg.restedPrice = leg.price;
}
