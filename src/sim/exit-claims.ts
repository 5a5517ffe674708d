/**
 * Exits and the protective orders they replace (I-15). While the cancel of a stop and the exit that follows it are on
 * their way, the stop may still fill; a broker holds the shares for it and lets the exit have only what is left. Here
 * likewise: an exit is smaller by what its predecessors sold after it was sent.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import type { OrderNumber, Side } from "../domain/order.ts";
import type { ApprovedOrder } from "../risk/gate.ts";

interface Sent {
  readonly number: OrderNumber;
  readonly instrument: InstrumentId;
  readonly side: Side;
}

export class ExitClaims {
  /** Every order and leg that left, by number: one may be canceled before it has arrived. */
  readonly #sent = new Map<OrderNumber, Sent>();
  /** Predecessor to the exit that is on its way, and what that must do without. */
  readonly #replacedBy = new Map<OrderNumber, OrderNumber>();
  readonly #sold = new Map<OrderNumber, number>();
  #canceled: Sent[] = [];
  #at = Number.NaN;

  /** An order leaves; an exit replaces what was canceled for it at the same instant. */
  placed({ number, instrument, side, bracket }: ApprovedOrder, isEntry: boolean, at: number): void {
    this.#sent.set(number, { number, instrument, side });
    if (isEntry) {
      for (const leg of [bracket?.stopOrder, bracket?.targetOrder])
        if (leg !== undefined) this.#sent.set(leg, { number: leg, instrument, side: -side as Side });
      return;
    }
    if (at !== this.#at) return;
    const isOurs = (order: Sent) => order.instrument === instrument && order.side === side;
    for (const order of this.#canceled) if (isOurs(order)) this.#replacedBy.set(order.number, number);
    this.#canceled = this.#canceled.filter((order) => !isOurs(order));
  }

  /** A cancel leaves. */
  canceled(number: OrderNumber, at: number): void {
    if (at !== this.#at) this.#canceled = [];
    this.#at = at;
    const order = this.#sent.get(number);
    if (order !== undefined) this.#canceled.push(order);
  }

  filled(number: OrderNumber, shares: number): void {
    const exit = this.#replacedBy.get(number);
    if (exit !== undefined) this.#sold.set(exit, (this.#sold.get(exit) ?? 0) + shares);
  }

  /** Shares that the arriving order must do without. */
  soldMeanwhile(exit: OrderNumber): number {
    const shares = this.#sold.get(exit) ?? 0;
    this.#sold.delete(exit);
    return shares;
  }
}
