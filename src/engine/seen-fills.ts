/** Remembers which fills were counted, so that a repeat after a reconnect changes nothing (EX-4, I-1). */
import type { FillId, OrderNumber } from "../domain/order.ts";

/** Most orders fill once: one id per order is kept flat, and only the others get a list. */
export class SeenFills {
  readonly #first: (FillId | undefined)[] = [];
  readonly #more = new Map<OrderNumber, FillId[]>();

  /** False when this fill of the order was seen before. */
  add(order: OrderNumber, fill: FillId): boolean {
    // Reading beyond the end of a list is slow, and most orders are new.
    const first = order < this.#first.length ? this.#first[order] : undefined;
    if (first === undefined) {
      this.#first[order] = fill;
      return true;
    }
    const more = this.#more.get(order);
    if (first === fill || more?.includes(fill) === true) return false;
    if (more === undefined) this.#more.set(order, [fill]);
    else more.push(fill);
    return true;
  }
}
