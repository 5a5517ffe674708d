/**
 * Fills of nobody's order that the broker listed: a look shows them for minutes only, while what they did to a position
 * may take longer to be booked (EXEC-3).
 */
import type { BrokerFill, BrokerLook } from "../domain/broker.ts";
import type { Lifecycle } from "./lifecycle/words.ts";

export class StrangeFills {
  readonly #open = new Map<string, BrokerFill>();
  readonly #settled = new Set<string>();

  /** Those that are not booked yet. */
  get list(): readonly BrokerFill[] {
    return [...this.#open.values()];
  }

  remember({ fills, orders }: BrokerLook, known: ReturnType<Lifecycle["byClientId"]>): void {
    const ours = new Set([...known.values()].map(({ brokerId }) => brokerId));
    for (const { id, clientId } of orders) if (known.has(clientId)) ours.add(id);
    for (const fill of fills)
      if (!ours.has(fill.order) && !this.#settled.has(fill.id)) this.#open.set(fill.id, fill);
  }

  /** They are booked, or agreed upon: of all symbols when none is named. */
  settle(symbol?: string): void {
    for (const { id, symbol: of } of this.#open.values()) {
      if (symbol !== undefined && of !== symbol) continue;
      this.#settled.add(id);
      this.#open.delete(id);
    }
  }
}
