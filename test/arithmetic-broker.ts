/**
 * A broker made of arithmetic for the guardian's tests: holds shares for working orders, refuses what would turn a
 * position, knows client ids for ever, and fails when told to.
 */
import type { Side } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import {
  BrokerError,
  type CloseOrder,
  type CloseResult,
  type GuardianBroker,
  type SeenAccount,
  type SeenClock,
  type SeenOrder,
  type SeenPosition,
  type SeenQuote,
} from "../src/guardian/ports.ts";

interface BrokerRow extends SeenOrder {
  readonly shares: number;
  isOpen: boolean;
}

export class ArithmeticBroker implements GuardianBroker {
  readonly held = new Map<string, number>();
  readonly orders: BrokerRow[] = [];
  at: EpochMicros;
  isOpen = true;
  equity = 100_000;
  lastEquity = 100_000;
  /** Closing orders fill at once; otherwise they work until `fill`. */
  fillsAtOnce = true;
  /** Cancels are only asked for: they happen at the next look. */
  cancelsLate = false;
  isDown = false;
  /** The one request that cancels all fails each time; those for single orders work. */
  refusesCancelAll = false;
  /** The next so many closing orders happen, and their answers are lost. */
  lostAnswers = 0;
  /** The next so many lists of positions come back empty. */
  emptyLists = 0;
  readonly sent: CloseOrder[] = [];
  /** Signs that any position ever had. */
  readonly signs = new Map<string, Set<number>>();
  #late: string[] = [];

  constructor(at: EpochMicros, held: Readonly<Record<string, number>>) {
    this.at = at;
    for (const [symbol, shares] of Object.entries(held)) this.#set(symbol, shares);
  }

  rest(symbol: string, side: Side, shares: number, clientId = `E${this.orders.length}`): void {
    const id = String(this.orders.length);
    this.orders.push({ id, clientId, symbol, side, shares, submittedAt: this.at, isOpen: true });
  }

  fill(clientId: string): void {
    const order = this.orders.find((row) => row.clientId === clientId && row.isOpen);
    if (order === undefined) return;
    order.isOpen = false;
    this.#set(order.symbol, (this.held.get(order.symbol) ?? 0) + order.side * order.shares);
  }

  account(): Promise<SeenAccount> {
    return this.#answer({ equity: this.equity, lastEquity: this.lastEquity });
  }

  positions(): Promise<readonly SeenPosition[]> {
    if (this.emptyLists > 0) {
      this.emptyLists -= 1;
      return this.#answer([]);
    }
    const rows = [...this.held].filter(([, shares]) => shares !== 0);
    return this.#answer(
      rows.map(([symbol, shares]) => ({ symbol, shares, available: this.#available(symbol), price: 100 })),
    );
  }

  openOrders(): Promise<readonly SeenOrder[]> {
    for (const id of this.#late.splice(0)) this.#end(id);
    return this.#answer(this.orders.filter(({ isOpen }) => isOpen).map((order) => ({ ...order })));
  }

  attempts(haltId: string): Promise<ReadonlyMap<string, number>> {
    const highest = new Map<string, number>();
    for (const { clientId, symbol } of this.orders) {
      if (!clientId.startsWith(`H${haltId}-`)) continue;
      highest.set(symbol, Math.max(highest.get(symbol) ?? 0, Number(/-(\d+)$/.exec(clientId)?.[1])));
    }
    return this.#answer(highest);
  }

  clock(): Promise<SeenClock> {
    return this.#answer({ at: this.at, isOpen: this.isOpen });
  }

  quotes(symbols: readonly string[]): Promise<ReadonlyMap<string, SeenQuote>> {
    return Promise.resolve(
      new Map(symbols.map((symbol) => [symbol, { at: this.at, bid: 99.9, ask: 100.1 }])),
    );
  }

  cancelAll(): Promise<boolean> {
    if (this.refusesCancelAll) return Promise.resolve(false);
    for (const { id, isOpen } of this.orders) if (isOpen) this.#cancel(id);
    return Promise.resolve(!this.isDown);
  }

  cancel(orderId: string): Promise<boolean> {
    this.#cancel(orderId);
    return Promise.resolve(!this.isDown);
  }

  close(order: CloseOrder): Promise<{ readonly result: CloseResult; readonly text: string }> {
    this.sent.push(order);
    if (this.isDown) return Promise.resolve({ result: "unknown", text: "down" });
    const { clientId, symbol, side, shares } = order;
    const held = this.held.get(symbol) ?? 0;
    if (this.orders.some((row) => row.clientId === clientId))
      return Promise.resolve({ result: "duplicate", text: "422" });
    if (side * held >= 0) return Promise.resolve({ result: "refused", text: "it would open" });
    if (shares > this.#available(symbol)) return Promise.resolve({ result: "held", text: "403" });
    this.rest(symbol, side, shares, clientId);
    if (this.fillsAtOnce) this.fill(clientId);
    if (this.lostAnswers > 0) {
      this.lostAnswers -= 1;
      return Promise.resolve({ result: "unknown", text: "504" });
    }
    return Promise.resolve({ result: "accepted", text: "200" });
  }

  #available(symbol: string): number {
    const shares = this.held.get(symbol) ?? 0;
    const reserved = this.orders
      .filter((order) => order.isOpen && order.symbol === symbol && order.side * shares < 0)
      .reduce((sum, order) => sum + order.shares, 0);
    return Math.max(0, Math.abs(shares) - reserved);
  }

  #cancel(id: string): void {
    if (this.isDown) return;
    if (this.cancelsLate) this.#late.push(id);
    else this.#end(id);
  }

  #end(id: string): void {
    const order = this.orders.find((row) => row.id === id);
    if (order !== undefined) order.isOpen = false;
  }

  #set(symbol: string, shares: number): void {
    this.held.set(symbol, shares);
    const signs = this.signs.get(symbol) ?? new Set<number>();
    if (shares !== 0) signs.add(Math.sign(shares));
    this.signs.set(symbol, signs);
  }

  #answer<Value>(value: Value): Promise<Value> {
    return this.isDown ? Promise.reject(new BrokerError("no answer")) : Promise.resolve(value);
  }
}
