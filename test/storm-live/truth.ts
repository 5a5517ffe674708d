/** What really happened at the broker, folded from every update before any of it is lost or told. */
import { MICROS, NANOS } from "../../src/domain/money.ts";
import { isTerminal, type OrderView, type TradeUpdate } from "../../src/sim/brokerage/order-view.ts";

export interface SymbolTruth {
  /** Shares ever. */
  bought: number;
  sold: number;
}

export class Truth {
  readonly #orders = new Map<string, OrderView>();
  readonly #symbols = new Map<string, SymbolTruth>();
  /** Dollars that fills have moved. */
  cash = 0;
  fills = 0;

  happened({ order, executionId, price, quantity }: TradeUpdate): void {
    this.#orders.set(order.id, order);
    if (executionId === undefined || price === undefined || quantity === undefined) return;
    const shares = quantity / NANOS;
    const of = this.symbol(order.symbol);
    if (order.side === "buy") of.bought += shares;
    else of.sold += shares;
    this.fills += 1;
    this.cash += ((order.side === "buy" ? -shares : shares) * price) / MICROS;
  }

  symbol(symbol: string): SymbolTruth {
    const known = this.#symbols.get(symbol);
    if (known !== undefined) return known;
    const fresh = { bought: 0, sold: 0 };
    this.#symbols.set(symbol, fresh);
    return fresh;
  }

  order(id: string): OrderView | undefined {
    return this.#orders.get(id);
  }

  /** Orders that may trade, or wait for one that does. */
  live(): OrderView[] {
    return [...this.#orders.values()].filter(({ status }) => !isTerminal(status));
  }

  /** The last order of a chain of replacements that began with this id, and every one before it. */
  chain(id: string): OrderView[] {
    const found: OrderView[] = [];
    let next: string | undefined = id;
    while (next !== undefined) {
      const order = this.#orders.get(next);
      if (order === undefined) break;
      found.push(order);
      next = order.replacedBy;
    }
    return found;
  }
}
