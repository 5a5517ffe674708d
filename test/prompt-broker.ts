/**
 * A broker that does all it is asked at once and without a fault: market orders at the last price, limits and stops
 * when a bar reaches them, groups as brokers keep them. What it has to say waits in `news` until somebody hears it.
 */
import {
  type BrokerExecution,
  type BrokerNews,
  type BrokerOrder,
  type BrokerOrderId,
  type BrokerPosition,
  type BrokerReply,
  type BrokerRequest,
  type BrokerStatus,
  isEnded,
  type OrderSpec,
} from "../src/domain/broker.ts";
import { BUY, type ClientOrderId, type Side } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type TrueOrder = Omit<Mutable<BrokerOrder>, "legs" | "shares"> & {
  shares: number;
  legs: TrueOrder[];
  parent?: TrueOrder;
};
type Answer = BrokerReply extends infer R ? (R extends BrokerReply ? Omit<R, "request"> : never) : never;

export interface PromptBar {
  readonly symbol: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export class PromptBroker {
  readonly news: BrokerNews[] = [];
  readonly orders: TrueOrder[] = [];
  readonly #held = new Map<string, number>();
  readonly #last = new Map<string, number>();
  #cash: number;
  #executions = 0;
  at: EpochMicros;

  constructor(cash: number, at: EpochMicros) {
    this.#cash = cash;
    this.at = at;
  }

  /** Prices that the bars bring, and what they do to the orders that rest. */
  minute(at: EpochMicros, bars: readonly PromptBar[]): void {
    this.at = at;
    for (const bar of bars) {
      this.#last.set(bar.symbol, bar.close);
      for (const order of [...this.orders]) if (order.symbol === bar.symbol) this.#meet(order, bar);
    }
  }

  ask(request: BrokerRequest): void {
    const answer = this.#answer(request);
    this.news.push({ ...answer, request: request.id } as BrokerReply);
    if (request.kind === "Submit") this.#atOnce(request.spec.clientId);
  }

  #answer(request: BrokerRequest): Answer {
    switch (request.kind) {
      case "Submit":
        return { kind: "accepted", order: show(this.#create(request.spec)) };
      case "Cancel": {
        const order = this.#byId(request.order);
        if (order === undefined) return { kind: "refused", class: "not_found", reason: "404" };
        this.#end(order, "canceled");
        return { kind: "done" };
      }
      case "Change":
        return this.#change(request.order, request.change.stop ?? 0, request.change.clientId);
      case "Look":
        return { kind: "look", look: this.#look() };
      case "CancelAll":
        for (const order of this.orders) this.#end(order, "canceled");
        return { kind: "done" };
      default: {
        const found = this.orders.find((order) =>
          request.kind === "Read" ? order.id === request.order : order.clientId === request.clientId,
        );
        return found === undefined ? { kind: "absent" } : { kind: "found", order: show(found) };
      }
    }
  }

  #look() {
    const positions = [...this.#held].flatMap(([symbol, shares]): BrokerPosition[] => {
      const price = this.#last.get(symbol) ?? 0;
      const available = Math.abs(shares);
      return shares === 0 ? [] : [{ symbol, shares, available, averageEntry: price, price }];
    });
    const equity = positions.reduce((sum, { shares, price }) => sum + shares * price, this.#cash);
    const money = { cash: this.#cash, equity, lastEquity: equity, buyingPower: equity, multiplier: 1 };
    const account = { id: "test", number: "test", mayTrade: true, mayShort: true, ...money };
    const orders = this.orders.filter(({ parent }) => parent === undefined).map(show);
    return { at: this.at, account, positions, orders, fills: [] };
  }

  #byId(id: BrokerOrderId): TrueOrder | undefined {
    return this.orders.find((order) => order.id === id);
  }

  #create(spec: OrderSpec): TrueOrder {
    const isPair = spec.orderClass === "oco";
    const order = this.#order(spec, spec.clientId, isPair ? "limit" : spec.type, spec.side);
    if (isPair) {
      order.limit = spec.takeProfit ?? 0;
      this.#leg(order, spec, "stop", spec.side);
      for (const leg of order.legs) leg.status = "working";
    } else if (spec.orderClass !== "simple") {
      if (spec.takeProfit !== undefined) this.#leg(order, spec, "limit", -spec.side as Side);
      if (spec.stopLoss !== undefined) this.#leg(order, spec, "stop", -spec.side as Side);
    }
    return order;
  }

  #order(spec: OrderSpec, clientId: string, type: TrueOrder["type"], side: Side): TrueOrder {
    const order: TrueOrder = {
      id: `b${this.orders.length}` as BrokerOrderId,
      clientId: clientId as ClientOrderId,
      symbol: spec.symbol,
      side,
      type,
      orderClass: spec.orderClass,
      timeInForce: spec.timeInForce,
      shares: spec.shares,
      filled: 0,
      status: "working",
      ...(spec.stop === undefined ? {} : { stop: spec.stop }),
      ...(spec.limit === undefined ? {} : { limit: spec.limit }),
      submittedAt: this.at,
      updatedAt: this.at,
      legs: [],
    };
    this.orders.push(order);
    return order;
  }

  #leg(parent: TrueOrder, spec: OrderSpec, type: "limit" | "stop", side: Side): void {
    const leg = this.#order(spec, `leg-${this.orders.length}`, type, side);
    leg.parent = parent;
    leg.status = "held";
    if (type === "stop") leg.stop = spec.stopLoss ?? 0;
    else leg.limit = spec.takeProfit ?? 0;
    parent.legs.push(leg);
  }

  #change(id: BrokerOrderId, stop: number, clientId: ClientOrderId): Answer {
    const order = this.#byId(id);
    if (order === undefined || isEnded(order.status))
      return { kind: "refused", class: "invalid", reason: "cannot be replaced" };
    const next: TrueOrder = { ...order, id: `b${this.orders.length}` as BrokerOrderId, clientId, stop };
    next.replaces = order.id;
    this.orders.push(next);
    const siblings = order.parent?.legs;
    if (siblings !== undefined) siblings.splice(siblings.indexOf(order), 1, next);
    order.replacedBy = next.id;
    order.status = "replaced";
    this.#tell(order, "replaced");
    return { kind: "accepted", order: show(next) };
  }

  /** What needs no bar: it met the last price. */
  #atOnce(clientId: ClientOrderId): void {
    const order = this.orders.find((one) => one.clientId === clientId);
    const last = this.#last.get(order?.symbol ?? "");
    if (order === undefined || last === undefined || order.type === "stop") return;
    const limit = order.limit ?? last;
    if (order.side === BUY ? limit >= last : limit <= last) this.#fill(order, last);
  }

  #meet(order: TrueOrder, { open, high, low }: PromptBar): void {
    if (isEnded(order.status) || order.status === "held") return;
    const isBuy = order.side === BUY;
    if (order.type === "market") this.#fill(order, open);
    else if (order.type === "limit" && (isBuy ? low <= (order.limit ?? 0) : high >= (order.limit ?? 0)))
      this.#fill(order, order.limit ?? open);
    else if (order.type === "stop" && (isBuy ? high >= (order.stop ?? 0) : low <= (order.stop ?? 0)))
      this.#fill(order, order.stop ?? open);
  }

  #fill(order: TrueOrder, price: number): void {
    const shares = order.shares - order.filled;
    this.#held.set(order.symbol, (this.#held.get(order.symbol) ?? 0) + order.side * shares);
    this.#cash -= order.side * shares * price;
    order.filled = order.shares;
    order.averagePrice = price;
    order.status = "filled";
    this.#tell(order, "fill", { id: `x${this.#executions++}`, at: this.at, shares, price });
    const isPair = order.orderClass === "oco";
    if (order.parent === undefined && !isPair) {
      for (const leg of order.legs) {
        leg.status = "working";
        this.#tell(leg, "new");
      }
      return;
    }
    const group = order.parent ?? order;
    for (const other of [group, ...group.legs]) if (other !== order) this.#end(other, "canceled");
  }

  #end(order: TrueOrder, status: BrokerStatus): void {
    if (isEnded(order.status)) return;
    order.status = status;
    this.#tell(order, status);
    for (const leg of order.legs) this.#end(leg, "canceled");
  }

  #tell(order: TrueOrder, event: string, execution?: BrokerExecution): void {
    order.updatedAt = this.at;
    const told = execution === undefined ? {} : { execution };
    this.news.push({ kind: "report", cause: "stream", event, order: show(order), ...told });
  }
}

function show(order: TrueOrder): BrokerOrder {
  const { parent: _parent, legs, ...plain } = order;
  return { ...plain, legs: legs.map(show) };
}
