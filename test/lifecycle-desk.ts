/** One life cycle with a broker played by hand: every request is answered by the test that looks at it. */
import type {
  BrokerNews,
  BrokerOrder,
  BrokerOrderId,
  BrokerReply,
  BrokerRequest,
  OrderSpec,
} from "../src/domain/broker.ts";
import type { BrokerEvent } from "../src/domain/events.ts";
import type { Money } from "../src/domain/money.ts";
import {
  BUY,
  type ClientOrderId,
  type OrderNumber,
  OrderType,
  Purpose,
  SELL,
  type Side,
  TimeInForce,
} from "../src/domain/order.ts";
import { idKindOf } from "../src/execution/client-order-id.ts";
import { OrderLifecycle } from "../src/execution/lifecycle/order-lifecycle.ts";
import type { Instants, LifecycleTerms, LiveOrder } from "../src/execution/lifecycle/words.ts";
import { exchangeAt } from "./mean-broker.ts";

type Answer = BrokerReply extends infer R ? (R extends BrokerReply ? Omit<R, "request"> : never) : never;
type Kind = BrokerRequest["kind"];
type Of<K extends Kind> = Extract<BrokerRequest, { kind: K }>;

export class HandBroker {
  readonly life: OrderLifecycle;
  mono = 0;
  #ids = 0;

  constructor(terms: Partial<LifecycleTerms> = {}) {
    this.life = new OrderLifecycle({
      environment: "paper",
      fees: () => ({ commission: 0 as Money, regulatory: 0 as Money }),
      ...terms,
    });
  }

  get now(): Instants {
    return { at: exchangeAt(this.mono), mono: this.mono };
  }

  /** Requests of that kind since the last look at them. */
  take<K extends Kind>(kind: K): Of<K>[] {
    const found = this.life.requests.filter((request): request is Of<K> => request.kind === kind);
    for (const request of found) this.life.requests.splice(this.life.requests.indexOf(request), 1);
    return found;
  }

  one<K extends Kind>(kind: K): Of<K> {
    const [first, ...more] = this.take(kind);
    if (first === undefined || more.length > 0)
      throw new Error(
        `${more.length + (first ? 1 : 0)} ${kind}, wanted one: ${JSON.stringify(this.life.requests)}`,
      );
    return first;
  }

  answer(request: BrokerRequest, reply: Answer): void {
    this.hear({ ...reply, request: request.id } as BrokerReply);
  }

  hear(news: BrokerNews): void {
    this.life.heard(news, this.now);
  }

  report(order: BrokerOrder, event = "x", execution?: { shares: number; price: number }): void {
    const told = execution === undefined ? {} : { execution: { id: "e", at: this.now.at, ...execution } };
    this.hear({ kind: "report", cause: "stream", event, order, ...told });
  }

  /** Lets every clock tick that has something to do until then. */
  until(mono: number): void {
    for (;;) {
      const due = this.life.nextDue;
      const next = Math.min(due.mono, Math.ceil((due.at - exchangeAt(0)) / 1000));
      if (next > mono) break;
      if (next <= this.mono) throw new Error(`the life cycle wants ${next} at ${this.mono}`);
      this.mono = next;
      this.life.time(this.now);
    }
    this.mono = mono;
    this.life.time(this.now);
  }

  /** The order that a specification makes, with its legs. */
  made(spec: OrderSpec, changes: Partial<BrokerOrder> = {}): BrokerOrder {
    const leg = (type: "stop" | "limit", side: Side, price: number) =>
      this.made(
        { ...spec, clientId: `leg${this.#ids}` as ClientOrderId, type, side, orderClass: "simple" },
        { status: "held", ...(type === "stop" ? { stop: price } : { limit: price }) },
      );
    const legs: BrokerOrder[] = [];
    const isOco = spec.orderClass === "oco";
    const side = (isOco ? spec.side : -spec.side) as Side;
    const isPlain = spec.orderClass === "simple";
    if (!isPlain && !isOco && spec.takeProfit !== undefined) legs.push(leg("limit", side, spec.takeProfit));
    if (!isPlain && spec.stopLoss !== undefined) legs.push(leg("stop", side, spec.stopLoss));
    return {
      id: `b${this.#ids++}` as BrokerOrderId,
      clientId: spec.clientId,
      symbol: spec.symbol,
      side: spec.side,
      type: spec.type,
      orderClass: spec.orderClass,
      timeInForce: spec.timeInForce,
      shares: spec.shares,
      filled: 0,
      status: "working",
      legs,
      ...changes,
    };
  }

  /** Answers the one submission there is: it is accepted. */
  accept(changes: Partial<BrokerOrder> = {}): BrokerOrder {
    const submit = this.one("Submit");
    const order = this.made(submit.spec, changes);
    this.answer(submit, { kind: "accepted", order });
    return order;
  }

  fill(order: BrokerOrder, filled: number, price: number): BrokerOrder {
    const status = filled === order.shares ? "filled" : "partially_filled";
    const now: BrokerOrder = { ...order, filled, averagePrice: price, status, updatedAt: this.now.at };
    this.report(now, status);
    return now;
  }

  end(order: BrokerOrder, status: "canceled" | "expired" | "rejected" = "canceled"): void {
    this.report({ ...order, status, updatedAt: this.now.at }, status);
  }

  place(changes: Partial<LiveOrder> = {}): LiveOrder {
    const purpose = changes.purpose ?? Purpose.Entry;
    const base = {
      number: 0 as OrderNumber,
      symbol: "ACME",
      strategy: "mom",
      side: purpose === Purpose.Entry ? BUY : SELL,
      shares: 100,
      purpose,
      type: OrderType.Limit as OrderType,
      timeInForce: TimeInForce.NextBar as TimeInForce,
      limit: 50,
      stop: Number.NaN,
      decidedAt: this.now.at,
      ...changes,
    };
    const { strategy, symbol, decidedAt } = base;
    const clientId = this.life.clientIdFor({ strategy, symbol, decidedAt, kind: idKindOf(purpose) });
    const order: LiveOrder = { clientId, ...base };
    this.life.place(order, this.now);
    return order;
  }

  /** What the engine was told since the last look, in short. */
  told(): string[] {
    return this.life.events.splice(0).map(inShort);
  }

  noted(): string[] {
    return this.life.notes.splice(0).map(({ kind, to }) => (kind === "transition" ? to : kind));
  }
}

function inShort(event: BrokerEvent): string {
  const { kind, order } = event;
  if (kind === "OrderFilled") return `filled ${order}: ${event.quantity / 1e9} at ${event.price / 1e6}`;
  if (kind === "OrderAccepted") return `accepted ${order}`;
  const name = { OrderCanceled: "canceled", OrderExpired: "expired", OrderRejected: "rejected" }[kind];
  return `${name} ${order} after ${(event.filled ?? 0) / 1e9}`;
}
