/** A stop or a target as the engine knows it, and what its group needs to rest it. */
import type { ClientOrderId } from "../../domain/order.ts";
import type { ChildDesk } from "./child-desk.ts";
import type { ChildOrder } from "./child-order.ts";
import type { Teller, Ticket } from "./tickets.ts";
import type { IdParts, Instants } from "./words.ts";

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
