/**
 * Exits and the protective orders they replace (I-15). While the cancel of a stop and the exit that follows it are on
 * their way, the stop may still fill; a broker holds the shares for it and lets the exit have only what is left. Here
 * likewise: an exit is smaller by what its predecessors sold after it was sent.
 */
import type { OrderNumber } from "../domain/order.ts";
import type { ApprovedOrder } from "../risk/gate.ts";
import type { RestingOrder } from "./resting-order.ts";

interface Claim {
  readonly replaced: RestingOrder;
  /** What the replaced order still had to trade when the exit left. */
  readonly before: number;
}

export class ExitClaims {
  readonly #claims = new Map<OrderNumber, Claim>();
  #canceling: RestingOrder[] = [];
  #at = Number.NaN;

  /** A cancel leaves at `at`. */
  canceling(order: RestingOrder, at: number): void {
    if (at !== this.#at) this.#canceling = [];
    this.#at = at;
    this.#canceling.push(order);
  }

  /** An order that is no entry leaves at `at`: it replaces what was canceled with it on its side. */
  leaving({ number, instrument, side }: ApprovedOrder, at: number): void {
    if (at !== this.#at) return;
    const replaced = this.#canceling.find((order) => order.instrument === instrument && order.side === side);
    if (replaced === undefined) return;
    this.#canceling = this.#canceling.filter((order) => order !== replaced && order !== replaced.pair);
    this.#claims.set(number, { replaced, before: replaced.remaining });
  }

  /** Shares that the arriving order must do without. */
  soldMeanwhile(number: OrderNumber): number {
    const claim = this.#claims.get(number);
    if (claim === undefined) return 0;
    this.#claims.delete(number);
    return Math.max(0, claim.before - claim.replaced.remaining);
  }
}
