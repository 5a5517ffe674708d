/** Drives the order life cycle against the mean broker, as the live engine would, and writes down every input. */
import type { BrokerNews, BrokerRequest } from "../src/domain/broker.ts";
import type { BrokerEvent } from "../src/domain/events.ts";
import type { Money } from "../src/domain/money.ts";
import { BUY, type OrderNumber, OrderType, Purpose, SELL, TimeInForce } from "../src/domain/order.ts";
import { idKindOf } from "../src/execution/client-order-id.ts";
import { OrderLifecycle } from "../src/execution/lifecycle/order-lifecycle.ts";
import type { Instants, LifecycleNote, LiveOrder } from "../src/execution/lifecycle/words.ts";
import { createRng, type Rng } from "../src/numerics/rng.ts";
import { exchangeAt, MeanBroker } from "./mean-broker.ts";

export type Input =
  | { readonly kind: "place"; readonly order: LiveOrder; readonly now: Instants }
  | { readonly kind: "cancel"; readonly number: OrderNumber; readonly now: Instants }
  | { readonly kind: "moveStop"; readonly number: OrderNumber; readonly stop: number; readonly now: Instants }
  | { readonly kind: "heard"; readonly news: BrokerNews; readonly now: Instants }
  | { readonly kind: "time"; readonly now: Instants }
  | { readonly kind: "restarted"; readonly now: Instants };

export interface Told {
  readonly requests: BrokerRequest[];
  readonly events: BrokerEvent[];
  readonly notes: LifecycleNote[];
}

export const newLifecycle = () =>
  new OrderLifecycle({
    environment: "twin",
    fees: (_side, _at, shares) => ({ commission: 0 as Money, regulatory: Math.ceil(shares) as Money }),
  });

export function feed(lifecycle: OrderLifecycle, input: Input): void {
  const { now } = input;
  if (input.kind === "place") lifecycle.place(input.order, now);
  else if (input.kind === "cancel") lifecycle.cancel(input.number, now);
  else if (input.kind === "moveStop") lifecycle.moveStop(input.number, input.stop, now);
  else if (input.kind === "heard") lifecycle.heard(input.news, now);
  else if (input.kind === "time") lifecycle.time(now);
  else lifecycle.restarted(now);
}

const HEAL_MS = 150_000;
const END_MS = 520_000;

export class LifecycleStorm {
  readonly lifecycle = newLifecycle();
  readonly broker: MeanBroker;
  readonly inputs: Input[] = [];
  readonly told: Told = { requests: [], events: [], notes: [] };
  readonly placed: LiveOrder[] = [];
  readonly #rng: Rng;
  #next = 0;

  constructor(seed: number) {
    this.#rng = createRng(seed, "engine");
    this.broker = new MeanBroker(seed, (news) => this.input({ kind: "heard", news, now: this.now }));
  }

  get now(): Instants {
    return { at: exchangeAt(this.broker.mono), mono: this.broker.mono };
  }

  input(input: Input): void {
    this.inputs.push(input);
    feed(this.lifecycle, input);
    this.#collect();
  }

  /** `orders` decisions, then quiet until everything must have settled. */
  run(orders: number): void {
    const plans: { at: number; run(): void }[] = [];
    const later = (at: number, run: () => void) => plans.push({ at, run });
    for (let n = 0; n < orders; n++) later(this.#rng.integer(100_000), () => this.#decide(later));
    if (this.#rng.uniform() < 0.3)
      later(20_000 + this.#rng.integer(60_000), () => this.input({ kind: "restarted", now: this.now }));
    for (let at = 10_000; at < END_MS; at += 10_000) later(at, () => this.broker.poll());
    later(HEAL_MS, () => {
      this.broker.isHealed = true;
    });
    for (;;) {
      const due = this.lifecycle.nextDue;
      const dueAt = (due.at - exchangeAt(0)) / 1000;
      const clock = Math.max(this.broker.mono, Math.min(due.mono, dueAt));
      let plan = -1;
      for (const [n, { at }] of plans.entries()) if (plan < 0 || at < (plans[plan]?.at ?? 0)) plan = n;
      const planAt = Math.max(this.broker.mono, plans[plan]?.at ?? Number.POSITIVE_INFINITY);
      const next = Math.min(clock, planAt, this.broker.next());
      if (next > END_MS) return;
      if (next === this.broker.next()) this.broker.advance();
      else {
        this.broker.mono = next;
        if (next === planAt) plans.splice(plan, 1)[0]?.run();
        else this.input({ kind: "time", now: this.now });
      }
    }
  }

  #collect(): void {
    const { requests, events, notes } = this.lifecycle;
    this.told.events.push(...events.splice(0));
    this.told.notes.push(...notes.splice(0));
    for (const request of requests.splice(0)) {
      this.told.requests.push(request);
      this.broker.ask(request);
    }
  }

  #decide(later: (at: number, run: () => void) => void): void {
    const roll = this.#rng.integer(10);
    const number = this.#next as OrderNumber;
    const entry = roll < 6;
    const bracketed = roll < 3;
    this.#next += bracketed ? 3 : 1;
    const legs = { stopOrder: (number + 1) as OrderNumber, targetOrder: (number + 2) as OrderNumber };
    const symbol = `S${number}`;
    const purpose = entry ? Purpose.Entry : Purpose.Exit;
    const { at: decidedAt, mono } = this.now;
    const parts = { strategy: "storm", symbol, decidedAt, kind: idKindOf(purpose) };
    const order: LiveOrder = {
      number,
      symbol,
      strategy: "storm",
      side: entry ? BUY : SELL,
      shares: 10 + this.#rng.integer(90),
      purpose,
      type: entry ? OrderType.Limit : OrderType.Market,
      timeInForce: entry ? TimeInForce.NextBar : TimeInForce.GoodTillCanceled,
      limit: entry ? 105 : Number.NaN,
      stop: Number.NaN,
      decidedAt,
      ...(bracketed ? { bracket: { ...legs, stop: 90, target: 110 } } : {}),
      clientId: this.lifecycle.clientIdFor(parts),
    };
    this.placed.push(order);
    this.input({ kind: "place", order, now: this.now });
    if (this.#rng.uniform() < 0.2)
      later(mono + this.#rng.integer(15_000), () => this.input({ kind: "cancel", number, now: this.now }));
    if (!bracketed) return;
    if (this.#rng.uniform() < 0.4) {
      const moved = 91 + this.#rng.integer(4);
      later(mono + this.#rng.integer(60_000), () =>
        this.input({ kind: "moveStop", number: legs.stopOrder, stop: moved, now: this.now }),
      );
    }
    if (this.#rng.uniform() < 0.4) {
      later(mono + 20_000 + this.#rng.integer(60_000), () => {
        this.input({ kind: "cancel", number: legs.stopOrder, now: this.now });
        if (this.#rng.uniform() < 0.7)
          this.input({ kind: "cancel", number: legs.targetOrder, now: this.now });
      });
    }
  }
}
