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
  // The gate's word on what leaves later: a fourth of the orders are not wanted any more by then.
  for (const number of lifecycle.rechecks.asks.splice(0))
    lifecycle.rechecks.answer(number, number % 4 === 3 ? "refused again" : undefined, now);
}

/** What belongs together: shares that an entry buys or that are held already, and the orders that close them. */
export interface Case {
  readonly symbol: string;
  readonly entry: OrderNumber | undefined;
  readonly held: number;
  readonly stops: readonly OrderNumber[];
  readonly targets: readonly OrderNumber[];
}

type Later = (at: number, run: () => void) => void;

const HEAL_MS = 150_000;
const END_MS = 520_000;

export class LifecycleStorm {
  readonly lifecycle = newLifecycle();
  readonly broker: MeanBroker;
  readonly inputs: Input[] = [];
  readonly told: Told = { requests: [], events: [], notes: [] };
  readonly placed: LiveOrder[] = [];
  readonly cases: Case[] = [];
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
    const later: Later = (at, run) => plans.push({ at, run });
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

  #decide(later: Later): void {
    const roll = this.#rng.integer(24);
    if (roll >= 20) this.#sliced(later);
    else if (roll < 7) this.#bracketed(later);
    else if (roll < 10) this.#shared(later);
    else if (roll < 12) this.#rearmed(later);
    else this.#simple(later, roll < 16 ? Purpose.Entry : Purpose.Exit);
  }

  #numbers(count: number): OrderNumber[] {
    const first = this.#next;
    this.#next += count;
    return Array.from({ length: count }, (_, n) => (first + n) as OrderNumber);
  }

  #place(symbol: string, number: OrderNumber, purpose: Purpose, changes: Partial<LiveOrder> = {}): LiveOrder {
    const { at: decidedAt } = this.now;
    const entry = purpose === Purpose.Entry;
    const clientId = this.lifecycle.clientIdFor({
      strategy: "storm",
      symbol,
      decidedAt,
      kind: idKindOf(purpose),
    });
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
      clientId,
      ...changes,
    };
    this.placed.push(order);
    this.input({ kind: "place", order, now: this.now });
    return order;
  }

  #cancelLater(later: Later, number: OrderNumber, chance: number, withinMs: number): void {
    if (this.#rng.uniform() >= chance) return;
    const at = this.broker.mono + this.#rng.integer(withinMs);
    later(at, () => this.input({ kind: "cancel", number, now: this.now }));
  }

  #simple(later: Later, purpose: Purpose): void {
    const [number = 0 as OrderNumber] = this.#numbers(1);
    const symbol = `S${number}`;
    this.#place(symbol, number, purpose);
    this.cases.push({ symbol, entry: number, held: 0, stops: [], targets: [] });
    this.#cancelLater(later, number, 0.2, 15_000);
  }

  #bracketed(later: Later): void {
    const [entry, stopOrder, targetOrder] = this.#numbers(3) as [OrderNumber, OrderNumber, OrderNumber];
    const symbol = `B${entry}`;
    this.#place(symbol, entry, Purpose.Entry, { bracket: { stopOrder, stop: 90, targetOrder, target: 110 } });
    this.cases.push({ symbol, entry, held: 0, stops: [stopOrder], targets: [targetOrder] });
    this.#cancelLater(later, entry, 0.2, 15_000);
    this.#trail(later, stopOrder);
    const { mono } = this.broker;
    if (this.#rng.uniform() >= 0.4) return;
    later(mono + 20_000 + this.#rng.integer(60_000), () => {
      this.input({ kind: "cancel", number: stopOrder, now: this.now });
      if (this.#rng.uniform() < 0.7) this.input({ kind: "cancel", number: targetOrder, now: this.now });
    });
  }

  /** Large for its market: bought in slices, with or without a target. */
  #sliced(later: Later): void {
    const [entry, stopOrder, targetOrder] = this.#numbers(3) as [OrderNumber, OrderNumber, OrderNumber];
    const symbol = `L${entry}`;
    const withTarget = this.#rng.uniform() < 0.5;
    const slices = { shares: 5 + this.#rng.integer(30), everyMicros: 5_000_000 };
    const stop = { stopOrder, stop: 90 };
    const bracket = withTarget ? { ...stop, targetOrder, target: 110 } : { ...stop, target: Number.NaN };
    this.#place(symbol, entry, Purpose.Entry, { bracket, slices });
    this.cases.push({
      ...{ symbol, entry, held: 0 },
      stops: [stopOrder],
      targets: withTarget ? [targetOrder] : [],
    });
    this.#cancelLater(later, entry, 0.2, 30_000);
    this.#trail(later, stopOrder);
    this.#cancelLater(later, stopOrder, 0.3, 60_000);
  }

  /** Moves a stop now and then. */
  #trail(later: Later, number: OrderNumber): void {
    for (let stop = 91; this.#rng.uniform() < 0.5; stop++) {
      const at = this.broker.mono + this.#rng.integer(60_000);
      later(at, () => this.input({ kind: "moveStop", number, stop, now: this.now }));
    }
  }

  /** Two strategies in one order, the second with shares that crossed. */
  #shared(later: Later): void {
    const numbers = this.#numbers(4) as [OrderNumber, OrderNumber, OrderNumber, OrderNumber];
    const [first, stop, second, otherStop] = numbers;
    const symbol = `M${first}`;
    const [one, other] = [5 + this.#rng.integer(60), 5 + this.#rng.integer(60)];
    const crossed = this.#rng.integer(2) * 10;
    const bracket = (stopOrder: OrderNumber) => ({ stopOrder, stop: 90, target: Number.NaN });
    const members = [
      { number: first, shares: one, crossed: 0, bracket: bracket(stop) },
      { number: second, shares: other, crossed, bracket: bracket(otherStop) },
    ];
    this.#place(symbol, first, Purpose.Entry, { shares: one + other, members });
    this.cases.push({ symbol, entry: first, held: crossed, stops: [stop, otherStop], targets: [] });
    this.#cancelLater(later, second, 0.2, 15_000);
    this.#trail(later, stop);
  }

  /** A target for what is held, and a stop that joins it. */
  #rearmed(later: Later): void {
    const [target, stop] = this.#numbers(2) as [OrderNumber, OrderNumber];
    const symbol = `R${target}`;
    const limit = { type: OrderType.Limit, limit: 110 };
    const { shares } = this.#place(symbol, target, Purpose.TakeProfit, limit);
    this.cases.push({ symbol, entry: undefined, held: shares, stops: [stop], targets: [target] });
    const bracket = { stop: Number.NaN, targetOrder: target, target: 110 };
    const terms = { type: OrderType.Stop, stop: 90, shares, bracket };
    later(this.broker.mono + this.#rng.integer(20_000), () => {
      this.#place(symbol, stop, Purpose.StopLoss, terms);
      this.#trail(later, stop);
      this.#cancelLater(later, stop, 0.2, 40_000);
    });
  }
}
