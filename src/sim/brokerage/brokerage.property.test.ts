/**
 * Goal    whatever is asked and whatever the market does, the books of the brokerage agree with each other.
 * Method  random days of quotes, prints, halts, orders of every kind, cancels, changes, closes and faults; after each
 *         step the checks below. A last test shows that the days reach what they are about.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ask, BrokerageWorld, clock, request } from "../../../test/brokerage-world.ts";
import { MICROS, notional, type Price, type Quantity } from "../../domain/money.ts";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import { isTerminal, type OrderView } from "./order-view.ts";
import type { FillModel } from "./terms.ts";

const START = 100_000 * MICROS;
const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

type Step =
  | { kind: "quote"; mid: number; size: number }
  | { kind: "print"; off: number; size: number }
  | { kind: "order"; ask: Ask }
  | { kind: "cancel"; pick: number; part: number }
  | { kind: "close"; pick: number; part: number }
  | { kind: "change"; pick: number; limit: number; stop: number; shares: number | undefined }
  | { kind: "wait"; seconds: number }
  | { kind: "fault"; which: number };

const offset = fc.integer({ min: -120, max: 120 }).map((n) => n / 100);
const shares = fc.integer({ min: 1, max: 30 });
const side = fc.constantFrom("buy", "sell");
const life = fc.constantFrom("day", "day", "gtc");

/** Prices are given as distances from 42 dollars. */
const simple = fc
  .record({
    side,
    type: fc.constantFrom("market", "market", "limit", "limit", "stop", "stop_limit", "trailing_stop"),
    timeInForce: fc.constantFrom("day", "day", "day", "gtc", "ioc", "fok", "cls", "opg"),
    shares: fc.oneof(shares, shares, fc.constant(2.5)),
    near: offset,
    far: offset,
    extendedHours: fc.constantFrom(false, false, false, true),
  })
  .map(({ near, far, type, ...rest }): Ask => {
    const limit = type === "limit" || type === "stop_limit" ? { limit: cents(42 + near) } : {};
    const stop = type === "stop" || type === "stop_limit" ? { stop: cents(42 + far) } : {};
    return { ...rest, type, ...limit, ...stop, ...(type === "trailing_stop" ? { trailPrice: 400_000 } : {}) };
  });
const value = fc.record({ side, dollars: fc.integer({ min: 1, max: 900 }) });
const group = fc
  .record({
    up: fc.boolean(),
    kind: fc.constantFrom("bracket", "bracket", "oto", "oco"),
    shares,
    near: fc.integer({ min: 1, max: 60 }).map((n) => n / 100),
    far: fc.integer({ min: 1, max: 60 }).map((n) => n / 100),
    timeInForce: life,
    type: fc.constantFrom("market", "limit"),
  })
  .map(({ up, kind, near, far, type, ...rest }): Ask => {
    const sign = up ? 1 : -1;
    const legs = { target: cents(42 + sign * near), stopLoss: cents(42 - sign * far) };
    const isBuy = kind === "oco" ? !up : up;
    return {
      ...rest,
      side: isBuy ? "buy" : "sell",
      orderClass: kind,
      type: kind === "oco" ? "limit" : type,
      ...(kind !== "oco" && type === "limit" ? { limit: 42 } : {}),
      ...(kind === "oto" ? { stopLoss: legs.stopLoss } : legs),
    };
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("quote" as const),
      mid: offset,
      size: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("print" as const),
      off: fc.integer({ min: -1, max: 1 }),
      size: shares,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("order" as const),
      ask: fc.oneof(simple, simple, group, group, value),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("cancel" as const, "close" as const),
      pick: fc.nat(9),
      part: fc.integer({ min: 1, max: 100 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("change" as const),
      pick: fc.nat(9),
      limit: offset,
      stop: offset,
      shares: fc.option(shares, { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      seconds: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(3_600, 20_000, 80_000)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fault" as const), which: fc.nat(8) }) },
);

const day = fc.record({
  fillModel: fc.constantFrom<FillModel>("paper", "book"),
  requestMicros: fc.constantFrom(0, 2_500_000),
  seed: fc.nat(1_000),
  steps: fc.array(step, { minLength: 25, maxLength: 70, size: "max" }),
});
type Day = typeof day extends fc.Arbitrary<infer T> ? T : never;

class Checker {
  readonly world: BrokerageWorld;
  readonly seen = new Map<string, string>();
  readonly told = new Map<string, OrderView>();
  readonly counts = new Map<string, number>();
  isLossy = false;
  #mid = 42;
  #position = 0;

  constructor({ fillModel, requestMicros, seed }: Day) {
    this.world = new BrokerageWorld({ fillModel, requestMicros, seed });
    this.world.quote(41.99, 42.01).print(42);
  }

  run(steps: readonly Step[]): this {
    for (const each of steps) {
      this.#act(each);
      this.#check();
    }
    return this;
  }

  #open(pick: number): string {
    const open = this.world.brokerage.orders({ limit: 500 });
    return open[pick % Math.max(1, open.length)]?.id ?? "none";
  }

  #act(each: Step): void {
    const { world } = this;
    const { brokerage } = world;
    if (each.kind === "quote") {
      this.#mid = cents(42 + each.mid);
      world.quote(cents(this.#mid - 0.01), cents(this.#mid + 0.01), "ACME", each.size);
    } else if (each.kind === "print") world.print(cents(this.#mid + each.off / 100), each.size);
    else if (each.kind === "order") {
      const answer = brokerage.submit(request(each.ask), world.now);
      this.#count("code" in answer ? "refused" : "taken");
    } else if (each.kind === "cancel") brokerage.cancel(this.#open(each.pick), world.now);
    else if (each.kind === "close") brokerage.closePosition("ACME", { percentage: each.part }, world.now);
    else if (each.kind === "change") this.#change(each);
    else if (each.kind === "wait") {
      world.now = (world.now + each.seconds * MICROS_PER_SECOND) as typeof world.now;
      brokerage.advance(world.now);
    } else this.#fault(each.which);
  }

  #change({ pick, limit, stop, shares: count }: Extract<Step, { kind: "change" }>): void {
    const { world } = this;
    const id = this.#open(pick);
    const order = world.brokerage.order(id);
    if ("code" in order) return;
    world.brokerage.change(
      id,
      {
        ...(order.limitPrice === undefined ? {} : { limitPrice: cents(42 + limit) * MICROS }),
        ...(order.stopPrice === undefined || order.type === "trailing_stop"
          ? {}
          : { stopPrice: cents(42 + stop) * MICROS }),
        ...(count === undefined || order.orderClass !== "simple" ? {} : { quantity: count * 1e9 }),
      },
      world.now,
    );
  }

  #fault(which: number): void {
    const { world } = this;
    const { brokerage } = world;
    const instrument = 0 as never;
    if (which === 0) brokerage.stickCancels("*");
    else if (which < 3) brokerage.stickCancels(undefined);
    else if (which === 3) brokerage.rejectAfterAccept(1);
    else if (which === 4) brokerage.creationDelay(4_000_000);
    else if (which === 5) brokerage.creationDelay(0);
    else if (which === 6)
      brokerage.status({ kind: "TradingHalted", at: world.now, instrument, reason: "test" });
    else if (which === 7) brokerage.status({ kind: "TradingResumed", at: world.now, instrument });
    else brokerage.cancelAll(world.now);
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  #check(): void {
    const { brokerage } = this.world;
    const orders = brokerage.orders({ status: "all", limit: 500, direction: "asc" });
    this.#checkUpdates();
    this.#checkBooks();
    for (const order of orders) this.#checkOrder(order);
    this.#checkPromises();
    this.#checkGroups();
  }

  /** The last that was told of an order is what it is; positions never jump over flat. */
  #checkUpdates(): void {
    const { brokerage } = this.world;
    for (const { event, order, price, quantity = 0, positionQuantity = 0 } of brokerage.updates.splice(0)) {
      this.#count(`${event} ${order.orderClass}`);
      const before = this.told.get(order.id);
      expect(
        before === undefined || !isTerminal(before.status),
        `${event} after ${before?.status} ${order.type}`,
      ).toBe(true);
      expect(order.filledQuantity).toBeGreaterThanOrEqual(before?.filledQuantity ?? 0);
      if (price !== undefined) {
        expect(positionQuantity).toBe(this.#position + (order.side === "buy" ? quantity : -quantity));
        expect(positionQuantity * this.#position).toBeGreaterThanOrEqual(0);
        this.#position = positionQuantity;
        this.#checkPrice(order, price);
      }
      this.told.set(order.id, order);
    }
    for (const [id, { status, filledQuantity, filledAveragePrice }] of this.told)
      expect(brokerage.order(id)).toMatchObject({ status, filledQuantity, filledAveragePrice });
  }

  #checkPrice({ limitPrice, side: way }: OrderView, price: number): void {
    if (limitPrice !== undefined && way === "buy") expect(price).toBeLessThanOrEqual(limitPrice);
    if (limitPrice !== undefined && way === "sell") expect(price).toBeGreaterThanOrEqual(limitPrice);
  }

  #checkBooks(): void {
    const { brokerage } = this.world;
    let cash = START;
    let position = 0;
    for (let token: string | undefined, isMore = true; isMore; ) {
      const rows = brokerage.activities({
        direction: "asc",
        ...(token === undefined ? {} : { pageToken: token }),
      });
      for (const row of rows) {
        if (row.activityType !== "FILL") continue;
        const sign = row.side === "buy" ? 1 : -1;
        position += sign * row.quantity;
        cash -= sign * notional(row.price as Price, row.quantity as Quantity);
      }
      token = rows.at(-1)?.id;
      isMore = rows.length === 100;
    }
    const account = brokerage.account();
    const held = brokerage.position("ACME");
    expect(account.cash).toBe(cash);
    expect("code" in held ? 0 : held.quantity).toBe(position);
    expect(position).toBe(this.#position);
    expect(account.equity).toBe(account.cash + account.longMarketValue + account.shortMarketValue);
    expect(account.buyingPower).toBeGreaterThanOrEqual(0);
  }

  #checkOrder(order: OrderView): void {
    const { id, status, quantity, filledQuantity } = order;
    if (quantity !== undefined) expect(filledQuantity).toBeLessThanOrEqual(quantity);
    if (quantity !== undefined && status === "filled") expect(filledQuantity).toBe(quantity);
    if (status === "partially_filled") expect(filledQuantity).toBeGreaterThan(0);
    const before = this.seen.get(id);
    const now = JSON.stringify(order);
    if (before !== undefined) expect(now).toBe(before);
    if (isTerminal(status)) this.seen.set(id, now);
  }

  /** What open orders would close is there. */
  #checkPromises(): void {
    const { brokerage } = this.world;
    const open = brokerage.orders({ limit: 500 });
    let closing = 0;
    for (const { positionIntent, quantity = 0, filledQuantity, status, orderClass, type, replaces } of open) {
      const isSleeping = status === "held" || (orderClass !== "simple" && status.startsWith("pending"));
      const isWaiting = status === "pending_new" && replaces !== undefined;
      if (positionIntent.endsWith("close") && !isSleeping && !isWaiting && type !== "trailing_stop")
        closing += Math.max(0, quantity - filledQuantity);
    }
    expect(closing).toBeLessThanOrEqual(Math.abs(this.#position));
  }

  /** Target and stop together trade no more than the entry did. */
  #checkGroups(): void {
    const { brokerage } = this.world;
    for (const { filledQuantity, orderClass, legs, quantity = 0 } of brokerage.orders({
      status: "all",
      nested: true,
      limit: 500,
    })) {
      if (legs === undefined) continue;
      const traded = legs.reduce((sum, leg) => sum + leg.filledQuantity, 0);
      if (orderClass === "oco") expect(traded + filledQuantity).toBeLessThanOrEqual(quantity);
      else expect(traded).toBeLessThanOrEqual(filledQuantity);
    }
  }
}

describe("the books of the brokerage", () => {
  it("cash, positions, reservations, groups and updates agree after every step", () => {
    fc.assert(
      fc.property(day, (each) => {
        new Checker(each).run(each.steps);
      }),
      { numRuns: 250, endOnFailure: true },
    );
  });

  it("the same calls leave the same bytes", () => {
    const bytes = (each: Day): string => {
      const { world } = new Checker(each).run(each.steps);
      const { brokerage } = world;
      return JSON.stringify([
        brokerage.orders({ status: "all", limit: 500 }),
        brokerage.activities(),
        brokerage.account(),
        brokerage.portfolioHistory({
          from: clock("04:00"),
          to: world.now,
          stepMicros: 60_000_000,
          hours: "extended",
        }),
      ]);
    };
    fc.assert(
      fc.property(day, (each) => {
        expect(bytes(each)).toBe(bytes(each));
      }),
      { numRuns: 20 },
    );
  });

  it("the random days reach what they are about", () => {
    const counts = new Map<string, number>();
    for (const each of fc.sample(day, { numRuns: 150, seed: 7 }))
      for (const [name, count] of new Checker(each).run(each.steps).counts)
        counts.set(name, (counts.get(name) ?? 0) + count);
    for (const name of [
      "taken",
      "refused",
      "fill simple",
      "fill bracket",
      "fill oco",
      "fill oto",
      "partial_fill simple",
      "partial_fill bracket",
      "replaced simple",
      "replaced bracket",
      "canceled oco",
      "expired simple",
      "rejected simple",
    ])
      expect(counts.get(name) ?? 0, name).toBeGreaterThan(4);
  });
});
