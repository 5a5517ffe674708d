/**
 * A small broker for the tests of a flatten, meaner than a real one: cancels that stick, looks that are late, stale or
 * empty, closings that fill in parts, vanish or arrive late, symbols that halt. Its own books are the truth.
 */
import type { BrokerLook, BrokerOrder, BrokerOrderId, BrokerReply, RequestId } from "../src/domain/broker.ts";
import type { ClientOrderId, Side } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import type { Closing } from "../src/execution/flatten-state.ts";

export interface Moods {
  /** Chance that a cancel is lost. */
  readonly cancelLost: number;
  /** Chance that a look fails. */
  readonly lookFails: number;
  /** Chance that a look shows the positions of some seconds ago. */
  readonly stale: number;
  /** Chance that a look shows no position though there are some. */
  readonly empty: number;
  /** Chance that the answer to a closing is lost; then it may exist, come later, or not at all. */
  readonly replyLost: number;
  /** Chance that a closing is refused for a reason that passes. */
  readonly refused: number;
  /** Chance that a closing fills in part and dies. */
  readonly partial: number;
}

export const healthy: Moods = {
  cancelLost: 0,
  lookFails: 0,
  stale: 0,
  empty: 0,
  replyLost: 0,
  refused: 0,
  partial: 0,
};

interface Held {
  readonly symbol: string;
  shares: number;
  readonly price: number;
}

type Change<T> = { -readonly [Key in keyof T]: T[Key] };

export class FlattenBroker {
  readonly positions = new Map<string, Held>();
  readonly orders: Change<BrokerOrder>[] = [];
  readonly halted = new Set<string>();
  isOpen = true;
  moods: Moods;
  /** Closings that arrived while the market was shut. */
  afterHours = 0;
  readonly #next: () => number;
  #late: { readonly dueMs: number; readonly closing: Closing }[] = [];
  #past: { readonly ms: number; readonly shown: readonly Held[] }[] = [];
  #count = 0;

  constructor(moods: Moods, next: () => number) {
    this.moods = moods;
    this.#next = next;
  }

  hold(symbol: string, shares: number, price: number): void {
    this.positions.set(symbol, { symbol, shares, price });
  }

  rest(symbol: string, side: Side, shares: number, type: BrokerOrder["type"]): void {
    this.#add(`e-${this.#count}`, symbol, side, shares, type);
  }

  #add(
    clientId: string,
    symbol: string,
    side: Side,
    shares: number,
    type: BrokerOrder["type"],
  ): Change<BrokerOrder> {
    this.#count += 1;
    const order: Change<BrokerOrder> = {
      id: `b${this.#count}` as BrokerOrderId,
      clientId: clientId as ClientOrderId,
      symbol,
      side,
      type,
      orderClass: "simple",
      timeInForce: "day",
      shares,
      filled: 0,
      status: "working",
      legs: [],
    };
    this.orders.push(order);
    return order;
  }

  #chance(of: number): boolean {
    return this.#next() < of;
  }

  /** Closings whose answer was lost arrive; what works in a symbol that trades fills; resting entries may fill too. */
  tick(ms: number): void {
    const due = this.#late.filter(({ dueMs }) => dueMs <= ms);
    this.#late = this.#late.filter(({ dueMs }) => dueMs > ms);
    for (const { closing } of due) if (!this.#knows(closing.clientId)) this.#accept(closing);
    for (const order of this.orders)
      if (order.status === "working" && order.clientId.startsWith("H")) this.#work(order);
    this.#past.push({ ms, shown: [...this.positions.values()].map((held) => ({ ...held })) });
    if (this.#past.length > 200) this.#past.shift();
  }

  cancelAll(): void {
    for (const order of this.orders) this.cancel(order.id);
  }

  cancel(id: BrokerOrderId): void {
    const order = this.orders.find((other) => other.id === id);
    if (order?.status === "working" && !this.#chance(this.moods.cancelLost)) order.status = "canceled";
  }

  #knows(clientId: string): boolean {
    return this.orders.some((order) => order.clientId === clientId);
  }

  submit(closing: Closing, ms: number): BrokerReply | undefined {
    const request = 0 as RequestId;
    if (!this.isOpen) this.afterHours += 1;
    if (this.#knows(closing.clientId)) return { request, kind: "duplicate", reason: "client id exists" };
    const held = this.positions.get(closing.symbol)?.shares ?? 0;
    const reserved = this.orders
      .filter(
        ({ symbol, side, status }) =>
          symbol === closing.symbol && status === "working" && side === closing.side,
      )
      .reduce((sum, { shares = 0, filled }) => sum + shares - filled, 0);
    const opposed = this.orders.some(
      ({ symbol, side, status }) =>
        symbol === closing.symbol && status === "working" && side !== closing.side,
    );
    if (opposed) return { request, kind: "refused", class: "wash_trade", reason: "opposite order" };
    if (Math.abs(held) - reserved < closing.shares && reserved > 0)
      return { request, kind: "refused", class: "shares_held", reason: "held for orders" };
    if (this.#chance(this.moods.refused)) {
      const classes = ["throttled", "other", "not_tradable"] as const;
      const which = classes[Math.floor(this.#next() * 3)] ?? "other";
      return { request, kind: "refused", class: which, reason: "not now" };
    }
    if (this.#chance(this.moods.replyLost)) {
      const fate = this.#next();
      if (fate < 0.4) this.#accept(closing);
      else if (fate < 0.7) this.#late.push({ dueMs: ms + 20_000 * this.#next(), closing });
      return fate < 0.85 ? { request, kind: "unknown", reason: "504" } : undefined;
    }
    return { request, kind: "accepted", order: this.#accept(closing) };
  }

  #accept({ clientId, symbol, side, shares }: Closing): BrokerOrder {
    return this.#add(clientId, symbol, side, shares, "market");
  }

  #work(order: Change<BrokerOrder>): void {
    const held = this.positions.get(order.symbol);
    if (held === undefined || !this.isOpen || this.halted.has(order.symbol)) return;
    const left = (order.shares ?? 0) - order.filled;
    const isPartial = this.#chance(this.moods.partial);
    const traded = isPartial ? Math.floor(left * this.#next()) : left;
    order.filled += traded;
    held.shares += order.side * traded;
    order.status = isPartial ? "canceled" : "filled";
  }

  /** Undefined when the look fails. */
  look(at: EpochMicros): BrokerLook | undefined {
    if (this.#chance(this.moods.lookFails)) return undefined;
    const back = 1 + Math.floor(this.#next() * 40);
    const past = this.#past.at(-back)?.shown;
    const now = [...this.positions.values()];
    const shown = this.#chance(this.moods.empty) ? [] : this.#chance(this.moods.stale) ? (past ?? now) : now;
    const available = (symbol: string, shares: number) => {
      const reserved = this.orders
        .filter((order) => order.symbol === symbol && order.status === "working" && order.side * shares < 0)
        .reduce((sum, order) => sum + (order.shares ?? 0) - order.filled, 0);
      return Math.max(0, Math.abs(shares) - reserved);
    };
    return {
      at,
      account: {
        id: "a",
        number: "1",
        mayTrade: true,
        mayShort: true,
        cash: 0,
        equity: 0,
        lastEquity: 0,
        buyingPower: 0,
        multiplier: 1,
      },
      positions: shown
        .filter(({ shares }) => shares !== 0)
        .map(({ symbol, shares, price }) => ({
          symbol,
          shares,
          available: available(symbol, shares),
          averageEntry: price,
          price,
        })),
      orders: this.orders.map((order) => ({ ...order })),
      fills: [],
    };
  }

  get isFlat(): boolean {
    const held = [...this.positions.values()].some(({ shares }) => shares !== 0);
    return !held && this.orders.every(({ status }) => status !== "working") && this.#late.length === 0;
  }
}
