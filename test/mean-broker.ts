/**
 * A broker in virtual time that does everything brokers were seen to do: it accepts and answers 504, loses a submission
 * or makes its order twenty seconds later, forgets reports, repeats and reorders them, fills before it answers, ignores
 * cancels, rejects what it accepted. Its own books stay exact: they are the truth that a test compares with.
 */
import {
  type BrokerNews,
  type BrokerOrder,
  type BrokerOrderId,
  type BrokerReply,
  type BrokerRequest,
  type BrokerStatus,
  isEnded,
  type OrderSpec,
  type RequestId,
} from "../src/domain/broker.ts";
import type { ClientOrderId, Side } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { createRng, type Rng } from "../src/numerics/rng.ts";

export const EPOCH = 1_795_000_000_000_000;
/** Both clocks run alike here: micros of the exchange at a monotonic millisecond. */
export const exchangeAt = (mono: number): EpochMicros => (EPOCH + Math.round(mono * 1000)) as EpochMicros;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type TrueOrder = Omit<Mutable<BrokerOrder>, "legs" | "shares"> & {
  shares: number;
  legs: TrueOrder[];
  value: number;
  parent?: TrueOrder;
  ignoresCancel: number;
};

interface Timed {
  readonly at: number;
  readonly n: number;
  run(): void;
}

export const fates = [
  "accepted",
  "acceptedThen504",
  "resetAfterWrite",
  "createdLate",
  "refused",
  "notSent",
] as const;
export type Fate = (typeof fates)[number];

export class MeanBroker {
  readonly orders: TrueOrder[] = [];
  readonly violations: string[] = [];
  readonly reach = new Map<string, number>();
  readonly #rng: Rng;
  readonly #news: (news: BrokerNews) => void;
  readonly #heap: Timed[] = [];
  /** By id: whether another submission may come, because it is known that no earlier one is there. */
  readonly #cleared = new Map<string, boolean>();
  #n = 0;
  mono = 0;
  /** Faults end, so that everything can settle. */
  isHealed = false;

  constructor(seed: number, news: (news: BrokerNews) => void) {
    this.#rng = createRng(seed, "broker");
    this.#news = news;
  }

  /** Monotonic ms of the next thing to happen. */
  next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  advance(): void {
    const first = this.#heap.shift();
    if (first === undefined) return;
    this.mono = Math.max(this.mono, first.at);
    first.run();
  }

  ask(request: BrokerRequest): void {
    const travel = 5 + this.#rng.integer(60);
    this.#in(travel, () => this.#serve(request));
  }

  /** All that is open or changed in the last minute, as a poll shows it. */
  poll(): void {
    const since = exchangeAt(this.mono) - 60_000_000;
    for (const order of this.orders) {
      if (order.parent !== undefined) continue;
      const isRecent = [order, ...order.legs].some(
        (one) => !isEnded(one.status) || (one.updatedAt ?? 0) >= since,
      );
      if (isRecent) this.#say({ kind: "report", cause: "poll", event: "poll", order: this.#show(order) }, 20);
    }
  }

  #chance(of: number): boolean {
    return !this.isHealed && this.#rng.uniform() < of;
  }

  #count(what: string): void {
    this.reach.set(what, (this.reach.get(what) ?? 0) + 1);
  }

  #in(delay: number, run: () => void): void {
    const item = { at: this.mono + delay, n: this.#n++, run };
    let at = this.#heap.length;
    while (at > 0 && (this.#heap[at - 1]?.at ?? 0) > item.at) at -= 1;
    this.#heap.splice(at, 0, item);
  }

  #say(news: BrokerNews, delay: number): void {
    this.#in(delay, () => this.#news(news));
  }

  #answer(
    request: RequestId,
    reply: BrokerReply extends infer R ? (R extends BrokerReply ? Omit<R, "request"> : never) : never,
    delay = 5 + this.#rng.integer(80),
  ): void {
    this.#say({ ...reply, request } as BrokerReply, delay);
  }

  #serve(request: BrokerRequest): void {
    const { id } = request;
    switch (request.kind) {
      case "Submit":
        this.#submit(id, request.spec);
        return;
      case "Cancel":
        this.#cancel(id, request.order);
        return;
      case "Change":
        this.#change(id, request.order, request.change.stop ?? 0, request.change.clientId);
        return;
      case "FindByClientId":
      case "Read": {
        if (this.#chance(0.08)) {
          this.#answer(id, { kind: "unknown", reason: "timeout" }, 2_000);
          return;
        }
        const found = this.orders.find((order) =>
          request.kind === "Read" ? order.id === request.order : order.clientId === request.clientId,
        );
        if (found === undefined) {
          if (request.kind === "FindByClientId") this.#cleared.set(request.clientId, true);
          this.#answer(id, { kind: "absent" });
          return;
        }
        this.#answer(id, { kind: "found", order: this.#show(found) });
        return;
      }
      default:
        throw new Error(`nobody asks for ${request.kind}`);
    }
  }

  #submit(id: RequestId, spec: OrderSpec): void {
    const wasSent = this.#cleared.get(spec.clientId);
    if (wasSent === false) this.violations.push(`${spec.clientId} was sent again blindly`);
    this.#cleared.set(spec.clientId, false);
    if (this.orders.some(({ clientId }) => clientId === spec.clientId)) {
      this.#count("duplicate");
      this.#answer(id, { kind: "duplicate", reason: "client_order_id must be unique" });
      return;
    }
    const roll = this.#rng.uniform();
    const fate: Fate =
      this.isHealed || roll < 0.55 ? "accepted" : (fates[1 + Math.floor((roll - 0.55) / 0.09)] ?? "accepted");
    this.#count(fate);
    if (fate === "refused") this.#refuse(id, spec);
    else if (fate === "notSent") {
      this.#cleared.set(spec.clientId, true);
      this.#answer(id, { kind: "notSent", reason: "ECONNREFUSED" });
    } else if (fate === "resetAfterWrite") {
      if (this.#chance(0.5)) this.#create(spec);
      this.#answer(id, { kind: "unknown", reason: "ECONNRESET" });
    } else if (fate === "createdLate") {
      this.#in(200 + this.#rng.integer(20_000), () => {
        if (!this.orders.some(({ clientId }) => clientId === spec.clientId)) this.#create(spec);
        else this.#count("lateTwin");
      });
      this.#answer(id, { kind: "unknown", reason: "timeout" }, 5_000);
    } else {
      const order = this.#create(spec);
      if (fate === "acceptedThen504") this.#answer(id, { kind: "unknown", reason: "504" }, 3_000);
      else {
        // As it was when the answer was written: fills may be told before it arrives.
        this.#answer(id, { kind: "accepted", order: this.#show(order) }, this.#chance(0.2) ? 1_500 : 30);
      }
    }
  }

  #refuse(id: RequestId, spec: OrderSpec): void {
    const why = this.#chance(0.4) ? "throttled" : spec.opens ? "buying_power" : "shares_held";
    this.#count(why);
    this.#cleared.set(spec.clientId, true);
    this.#answer(id, { kind: "refused", class: why, reason: "no" });
  }

  #create(spec: OrderSpec): TrueOrder {
    const order = this.#order(
      spec,
      spec.clientId,
      spec.orderClass === "oco" ? "limit" : spec.type,
      spec.side,
    );
    if (spec.orderClass === "oco") {
      order.limit = spec.takeProfit ?? 0;
      this.#leg(order, spec, "stop", spec.side);
    } else if (spec.orderClass !== "simple") {
      if (spec.takeProfit !== undefined) this.#leg(order, spec, "limit", -spec.side as Side);
      if (spec.stopLoss !== undefined) this.#leg(order, spec, "stop", -spec.side as Side);
    }
    this.#tell(order, "new");
    // Those who share an entry (M) each protect their own part.
    if (!spec.opens && spec.symbol.startsWith("L")) this.#checkNotTwice(order);
    else if (!spec.opens && !spec.symbol.startsWith("M")) this.#checkLone(order);
    if (this.#chance(0.04)) {
      this.#count("asyncReject");
      this.#in(this.#rng.integer(500), () => this.#end(order, "rejected"));
      return order;
    }
    this.#schedule(order);
    if (spec.orderClass !== "oco") return order;
    for (const leg of order.legs) {
      leg.status = "working";
      this.#schedule(leg);
    }
    return order;
  }

  /** Two orders that could each close the same position would together turn it around. */
  #checkLone(order: TrueOrder): void {
    const other = this.orders.find(
      (one) =>
        one.symbol === order.symbol &&
        one.side === order.side &&
        one !== order &&
        one.parent !== order &&
        !isEnded(one.status),
    );
    if (other !== undefined) this.violations.push(`${order.clientId} came while ${other.clientId} lived`);
  }

  /** What protects one slice is no second order for another's shares; all of one kind together sell what is held. */
  #checkNotTwice({ symbol, side, clientId }: TrueOrder): void {
    const own = this.orders.filter((one) => one.symbol === symbol);
    const held = own.reduce((sum, one) => sum + (one.side === side ? -one.filled : one.filled), 0);
    for (const kind of ["stop", "limit"]) {
      const rest = own.filter(
        (one) => one.side === side && one.type === kind && one.status !== "held" && !isEnded(one.status),
      );
      const shares = rest.reduce((sum, one) => sum + one.shares - one.filled, 0);
      if (shares > held)
        this.violations.push(`${clientId} came and ${kind}s rest for ${shares} of ${held} held`);
    }
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
      value: 0,
      status: "working",
      ...(spec.stop === undefined ? {} : { stop: spec.stop }),
      ...(spec.limit === undefined ? {} : { limit: spec.limit }),
      submittedAt: exchangeAt(this.mono),
      updatedAt: exchangeAt(this.mono),
      legs: [],
      ignoresCancel: this.#chance(0.1) ? 1 : 0,
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

  /** What trades of it, and when: sometimes at once, sometimes never. */
  #schedule(order: TrueOrder): void {
    const pieces = order.type === "market" ? 1 + this.#rng.integer(3) : this.#rng.integer(4);
    let after = 0;
    for (let n = 1; n <= pieces; n++) {
      after += this.#rng.integer(
        order.type === "market" ? 800 : order.parent === undefined ? 12_000 : 40_000,
      );
      const isLast = n === pieces && (order.type === "market" || this.#rng.uniform() < 0.7);
      this.#in(after, () => this.#fill(order, isLast));
    }
  }

  #fill(order: TrueOrder, isLast: boolean): void {
    if (isEnded(order.status) || order.status === "held") return;
    const left = order.shares - order.filled;
    const shares = isLast ? left : Math.max(1, Math.floor(left * this.#rng.uniform()));
    if (left <= 0) return;
    const price = Math.round((95 + this.#rng.uniform() * 10) * 100) / 100;
    order.filled += shares;
    order.value += shares * price;
    order.averagePrice = order.value / order.filled;
    order.status = order.filled >= order.shares ? "filled" : "partially_filled";
    order.updatedAt = exchangeAt(this.mono);
    this.#count("fill");
    this.#tell(order, order.status === "filled" ? "fill" : "partial_fill", { shares, price });
    this.#pairs(order, shares);
    if (order.status !== "filled") return;
    if (order.orderClass === "oco" || order.parent !== undefined) return;
    for (const leg of order.legs) {
      leg.status = "working";
      this.#tell(leg, "new");
      this.#schedule(leg);
    }
  }

  /** One cancels other. */
  #pairs(order: TrueOrder, shares: number): void {
    const isOco = order.orderClass === "oco";
    if (order.parent === undefined && !isOco) return;
    const group = order.parent ?? order;
    const others = [...(isOco ? [group] : []), ...group.legs].filter((one) => one !== order);
    for (const other of others) {
      if (isEnded(other.status)) continue;
      other.shares -= shares;
      if (other.filled >= other.shares) this.#end(other, "canceled");
    }
  }

  #end(order: TrueOrder, status: BrokerStatus): void {
    if (isEnded(order.status)) return;
    order.status = status;
    order.updatedAt = exchangeAt(this.mono);
    this.#tell(order, status);
    const isFamily = status === "canceled" || status === "rejected" || status === "expired";
    if (!isFamily) return;
    const family = order.parent === undefined ? order.legs : [order.parent, ...order.parent.legs];
    for (const other of family) if (other !== order) this.#end(other, "canceled");
  }

  #cancel(id: RequestId, target: BrokerOrderId): void {
    const order = this.orders.find((one) => one.id === target);
    if (order === undefined) {
      this.#answer(id, { kind: "refused", class: "not_found", reason: "404" });
      return;
    }
    if (isEnded(order.status)) {
      this.#count("cancelTooLate");
      this.#answer(id, { kind: "refused", class: "not_open", reason: "not cancelable" });
      return;
    }
    this.#answer(id, this.#chance(0.05) ? { kind: "unknown", reason: "504" } : { kind: "done" });
    if (order.ignoresCancel > 0) {
      order.ignoresCancel -= 1;
      this.#count("cancelIgnored");
      return;
    }
    this.#in(this.#rng.integer(400), () => this.#end(order, "canceled"));
  }

  #change(id: RequestId, target: BrokerOrderId, stop: number, clientId: ClientOrderId): void {
    const order = this.orders.find((one) => one.id === target);
    const isOpen = order !== undefined && !isEnded(order.status) && order.filled === 0;
    if (!isOpen || this.#chance(0.2)) {
      this.#count("changeRefused");
      this.#answer(id, { kind: "refused", class: "invalid", reason: "cannot be replaced" });
      return;
    }
    this.#count("changed");
    const next: TrueOrder = {
      ...order,
      id: `b${this.orders.length}` as BrokerOrderId,
      clientId,
      stop,
      replaces: order.id,
    };
    next.updatedAt = exchangeAt(this.mono);
    this.orders.push(next);
    const siblings = order.parent?.legs;
    if (siblings !== undefined) siblings.splice(siblings.indexOf(order), 1, next);
    order.replacedBy = next.id;
    order.status = "replaced";
    order.updatedAt = exchangeAt(this.mono);
    this.#tell(order, "replaced");
    this.#schedule(next);
    if (this.#chance(0.15)) this.#answer(id, { kind: "unknown", reason: "504" }, 2_000);
    else this.#answer(id, { kind: "accepted", order: this.#show(next) });
  }

  #tell(order: TrueOrder, event: string, execution?: { shares: number; price: number }): void {
    if (this.#chance(0.15)) {
      this.#count("reportLost");
      return;
    }
    const report: BrokerNews = {
      kind: "report",
      cause: "stream",
      event,
      order: this.#show(order),
      ...(execution === undefined
        ? {}
        : { execution: { id: `x${this.#n}`, at: exchangeAt(this.mono), ...execution } }),
    };
    this.#say(report, this.#chance(0.15) ? this.#rng.integer(3_000) : 2);
    if (this.#chance(0.15)) this.#say(report, this.#rng.integer(5_000));
  }

  #show(order: TrueOrder): BrokerOrder {
    const { parent: _parent, value: _value, ignoresCancel: _ignored, legs, ...plain } = order;
    return { ...plain, legs: legs.map((leg) => this.#show(leg)) };
  }
}
