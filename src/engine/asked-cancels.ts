/**
 * Which orders were asked back. The desk asks again and again, because a venue of arithmetic may lose a cancel; the
 * order life cycle remembers and repeats its requests itself, so that one command is enough until the order moves.
 */
import type { OrderNumber } from "../domain/order.ts";
import type { LifecycleNote } from "../execution/lifecycle/words.ts";

export class AskedCancels {
  readonly #asked = new Set<OrderNumber>();
  /** Of those, what has moved since. */
  readonly #moved = new Set<OrderNumber>();

  /** False when it was asked back already and stands where it stood. */
  ask(order: OrderNumber): boolean {
    const isNews = !this.#asked.has(order) || this.#moved.delete(order);
    this.#asked.add(order);
    return isNews;
  }

  has(order: OrderNumber): boolean {
    return this.#asked.has(order);
  }

  /** What moves because it was asked back has not moved by itself. */
  noted({ kind, cause, number }: LifecycleNote): void {
    if (kind === "transition" && cause !== "command" && this.#asked.has(number)) this.#moved.add(number);
  }
}
