/**
 * What the engine is told: each of its orders is accepted once, filled by what the broker has filled in all, and ended
 * once. A fill is named by the nano-shares that it completes, so the same fill heard in three ways is one fill (I-1).
 */
import { InvariantError } from "../../domain/assert.ts";
import type { Restatement } from "../../domain/corporate-action.ts";
import type { BrokerEvent } from "../../domain/events.ts";
import { MICROS, type Money, NANOS, type Quantity } from "../../domain/money.ts";
import { type FillId, type OrderNumber, Purpose, type Side } from "../../domain/order.ts";
import type { ChildEnd, ChildOrder, Trade } from "./child-order.ts";
import type { Wire } from "./wire.ts";
import type { Instants, LifecycleTerms } from "./words.ts";

/** An order of the engine, or a slice of one. Nano-shares. */
export interface Ticket {
  readonly number: OrderNumber;
  readonly side: Side;
  readonly purpose: Purpose;
  /** All that may ever trade under it (C-03). */
  shares: number;
  filled: number;
  /** As `filled`, in shares as they were when they traded: what names a fill, so that no split names two alike. */
  named: number;
  isAccepted: boolean;
  isOver: boolean;
  /** How it ended, where somebody said so. */
  end: ChildEnd | undefined;
  /** The order that it is a slice of: the engine is told of that one, of its end by whoever made the slices. */
  readonly whole: Ticket | undefined;
}

export const ticketOf = (
  { number, side, purpose }: Pick<Ticket, "number" | "side" | "purpose">,
  shares: number,
  whole?: Ticket,
): Ticket => ({
  ...{ number, side, purpose, shares, whole },
  ...{ filled: 0, named: 0, isAccepted: false, isOver: false, end: undefined },
});

/** What had filled and what is left are each counted anew, as in the engine's own table. */
export function restateTicket(ticket: Ticket, { shares }: Restatement): void {
  const filled = shares(ticket.filled);
  ticket.shares = filled + shares(Math.max(0, ticket.shares - ticket.filled));
  ticket.filled = filled;
}

export class Teller {
  readonly events: BrokerEvent[] = [];
  readonly #wire: Wire;
  readonly #fees: LifecycleTerms["fees"];

  constructor(wire: Wire, terms: LifecycleTerms) {
    this.#wire = wire;
    this.#fees = (side, at, shares, dollars) => terms.fees(side, at, shares, dollars);
  }

  accepted(ticket: Ticket, now: Instants): void {
    if (ticket.isAccepted || ticket.isOver) return;
    ticket.isAccepted = true;
    if (ticket.whole !== undefined) {
      this.accepted(ticket.whole, now);
      return;
    }
    this.events.push({ kind: "OrderAccepted", at: now.at, order: ticket.number });
  }

  /** Also after the end: it traded. Halts when more trades than was ordered, but for a halt that two may execute. */
  traded(ticket: Ticket, child: ChildOrder, trade: Trade): void {
    const { number, side } = ticket;
    const room = ticket.shares - ticket.filled;
    if (trade.nanos > room && ticket.purpose !== Purpose.Flatten)
      throw new InvariantError(
        `C-03: order ${number} got ${trade.nanos} nano-shares with ${room} left (${child.clientId})`,
      );
    if (trade.nanos > room) this.#wire.remark("overfill", child, trade.cause, `${trade.nanos} of ${room}`);
    const nanos = Math.min(trade.nanos, room);
    if (nanos <= 0) return;
    ticket.filled += nanos;
    ticket.named += nanos;
    const told = ticket.whole ?? ticket;
    if (told !== ticket) {
      told.filled += nanos;
      told.named += nanos;
    }
    const shares = nanos / NANOS;
    const dollars = shares * (trade.price / MICROS);
    this.events.push({
      kind: "OrderFilled",
      at: trade.at,
      order: number,
      fillId: told.named as FillId,
      quantity: nanos as Quantity,
      price: trade.price,
      costs: { ...this.#fees(side, trade.at, shares, dollars), slippage: 0 as Money },
    });
  }

  ended(ticket: Ticket, end: ChildEnd, now: Instants): void {
    if (ticket.isOver) return;
    ticket.isOver = true;
    ticket.end = end;
    if (ticket.whole !== undefined) return;
    const { kind, reason } = end;
    const told = { at: now.at, order: ticket.number, filled: ticket.filled as Quantity };
    // All of it traded: its fills have said so.
    if (ticket.filled > 0 && ticket.filled >= ticket.shares) return;
    if (kind === "rejected") this.events.push({ kind: "OrderRejected", ...told, reason });
    else if (kind === "expired") this.events.push({ kind: "OrderExpired", ...told });
    else this.events.push({ kind: "OrderCanceled", ...told });
  }
}
