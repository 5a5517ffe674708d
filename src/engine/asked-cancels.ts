/**
 * Which orders were asked back. The desk asks again and again, because a venue of arithmetic may lose a cancel; the
 * order life cycle never forgets one and repeats its requests itself, so that one command for each order is enough.
 */
import type { OrderNumber } from "../domain/order.ts";
import type { Command } from "./ports.ts";

export class AskedCancels {
  readonly #asked = new Set<OrderNumber>();

  /** False for the cancel of an order that was asked back before. */
  isNews(command: Command): boolean {
    if (command.kind !== "CancelOrder") return true;
    const isNews = !this.#asked.has(command.order);
    this.#asked.add(command.order);
    return isNews;
  }

  has(order: OrderNumber): boolean {
    return this.#asked.has(order);
  }
}
