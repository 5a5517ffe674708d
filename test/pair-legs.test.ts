/**
 * LB-1..3: half of a pair is a bet that nobody asked for. Goal: whatever the market, the gate and the venue do to one
 * leg, the other one does not stay. Method: a strategy that enters random pairs with near stops, over random markets
 * with thin volume and halts, with limits that trim and refuse single legs.
 */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { loadConfig } from "../src/app/config.ts";
import { runEngine } from "../src/app/engine-run.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { type OrderNumber, OrderStatus, Purpose } from "../src/domain/order.ts";
import { FillField } from "../src/engine/fill-table.ts";
import { OrderField, type OrderTable } from "../src/execution/order-table.ts";
import { output } from "../src/features/feature.ts";
import { rsi } from "../src/features/rsi.ts";
import { defineStrategy } from "../src/strategies/strategy.ts";
import { randomWorld } from "./engine-world.ts";

/** Enters instruments 2n and 2n + 1 against each other whenever the first looks odd; never leaves by itself. */
const pairer = defineStrategy({
  id: "pairer",
  card: {
    idea: "a pair that is entered for its own sake",
    source: "this test, no paper",
    failsWhen: "always, by design",
  },
  timeframes: ["1d"],
  params: z.strictObject({ stop: z.number().default(0.03), hedge: z.number().default(0.5) }),
  sizing: "allocation",
  reasons: { because: "{0}" },
  memory: {},
  features: () => ({ rsi: output(rsi({ period: 2 })) }),
  decide(view, { stop, hedge }) {
    const ready = new Set(Array.from({ length: view.size }, (_, n) => view.instrument(n)));
    for (const one of ready) {
      const other = (one + 1) as InstrumentId;
      if (one % 2 === 1 || !ready.has(other)) continue;
      if (view.position(one) !== 0 || view.position(other) !== 0) continue;
      const side = view.feature.rsi.at(one) < 40 ? 1 : view.feature.rsi.at(one) > 60 ? -1 : 0;
      if (side === 0) continue;
      const level = (i: InstrumentId, way: number) => view.close(i) * (1 - way * stop);
      view.enter(
        { instrument: one, conviction: side, stop: level(one, side), together: other },
        "because",
        side,
      );
      const leg = { instrument: other, conviction: -side * hedge, stop: level(other, -side), together: one };
      view.enter(leg, "because", -side);
    }
  },
});

const shape = {
  timeframe: "1d",
  instruments: 6,
  sessions: 160,
  minutes: 0,
  volatility: 0.02,
  volume: 4000,
} as const;

function ran(seed: number, assignments: readonly string[]) {
  const { columns, sessions } = randomWorld({ ...shape, seed });
  const config = loadConfig({
    assignments: [
      ...["execution.auctionOffsetBps=100", "risk.price_collar.maxFraction=0.05", "sizing.adv.fraction=1"],
      ...[
        "risk.adv.maxFraction=1",
        "breakers.strategy_losses.losses=100",
        "breakers.account_losses.losses=100",
      ],
      ...[
        "risk.shorts_share.maxFraction=1",
        "risk.open_risk.maxFraction=0.03",
        "backtest.operatorResumes=next_session",
      ],
      ...assignments,
    ],
  });
  const setup = { config, strategyIds: ["pairer"], columns, sessions, cash: 97_000 };
  return { columns, ...runEngine(setup, { modules: [pairer] }) };
}

/** Batches in which a leg is held without the other at the close, and nothing works to end that. */
function aloneBars({ loop, columns }: ReturnType<typeof ran>) {
  const { fills, orders } = loop.execute;
  const held = new Float64Array(shape.instruments);
  const exits: { readonly instrument: number; readonly from: number; readonly to: number }[] = [];
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    if (orders.purpose(order) !== Purpose.Exit) continue;
    const to = orders.isWorking(order) ? Number.POSITIVE_INFINITY : orders.get(order, OrderField.endedAt);
    exits.push({ instrument: orders.instrument(order), from: orders.get(order, OrderField.decidedAt), to });
  }
  let next = 0;
  const alone: string[] = [];
  let pairs = 0;
  for (const at of columns.closedAt) {
    for (; next < fills.length && fills.get(next, FillField.at) <= at; next++) {
      const order = fills.get(next, FillField.order) as OrderNumber;
      held[orders.instrument(order)]! += orders.side(order) * fills.get(next, FillField.shares);
    }
    for (let i = 0; i < shape.instruments; i += 2) {
      if (held[i] !== 0 && held[i + 1] !== 0) pairs += 1;
      if ((held[i] === 0) === (held[i + 1] === 0)) continue;
      const one = held[i] === 0 ? i + 1 : i;
      const isLeaving = exits.some((x) => x.instrument === one && x.from <= at && x.to > at);
      if (!isLeaving) alone.push(`${one} at ${at}`);
    }
  }
  return { alone, pairs };
}

const seeds = Array.from({ length: 12 }, (_, n) => n + 1);

describe("LB-1 to LB-3 the legs of a pair", () => {
  it.each(seeds)("stand and fall together, seed %i", (seed) => {
    const world = ran(seed, []);
    const { alone, pairs } = aloneBars(world);
    expect(pairs).toBeGreaterThan(3);
    expect(alone).toEqual([]);
  });

  it("stop-outs, thin bars and refusals of one leg are among what they met", () => {
    const worlds = seeds.map((seed) => ran(seed, ["risk.order_size.maxShares=60"]).loop.execute);
    const count = (is: (orders: OrderTable, order: OrderNumber) => boolean) =>
      worlds.reduce((sum, { orders }) => {
        let found = 0;
        for (let n = 0; n < orders.length; n++) if (is(orders, n as OrderNumber)) found += 1;
        return sum + found;
      }, 0);
    const filled = (orders: OrderTable, n: OrderNumber) => orders.get(n, OrderField.filled);
    expect(count((o, n) => o.purpose(n) === Purpose.StopLoss && filled(o, n) > 0)).toBeGreaterThan(20);
    const isPart = (o: OrderTable, n: OrderNumber) =>
      filled(o, n) > 0 && filled(o, n) < o.get(n, OrderField.shares);
    expect(count((o, n) => o.purpose(n) === Purpose.Entry && isPart(o, n))).toBeGreaterThan(5);
    expect(worlds.reduce((sum, { wishes }) => sum + wishes.withdrawn, 0)).toBeGreaterThan(5);
  });

  it("a leg that the gate refuses takes the other with it before it leaves", () => {
    const { loop } = ran(1, ["risk.order_size.maxShares=60", "sizing.fixedShares=10"]);
    const refused = pairsOf(loop.execute.orders).filter(({ orders }) => orders.some(isDenied));
    const halves = refused.filter(({ orders }) => !orders.every(isDenied));
    expect(halves.length).toBeGreaterThan(3);
    for (const { orders } of halves)
      for (const { status, filled } of orders)
        expect([status === OrderStatus.Canceled || status === OrderStatus.Denied, filled]).toEqual([true, 0]);
  });

  it("keeps the proportion that was asked for when a cap binds one leg", () => {
    const pairs = pairsOf(ran(3, []).loop.execute.orders);
    expect(pairs.length).toBeGreaterThan(10);
    for (const { orders } of pairs) {
      const [one = 0, other = 0] = orders.map(({ worth }) => worth);
      expect(Math.min(one, other) / Math.max(one, other)).toBeGreaterThan(0.4);
      expect(Math.min(one, other) / Math.max(one, other)).toBeLessThan(0.6);
    }
  });
});

interface EntryRow {
  readonly status: OrderStatus;
  readonly filled: number;
  readonly worth: number;
}

const isDenied = ({ status }: EntryRow): boolean => status === OrderStatus.Denied;

/** The two entries of each pair that was asked for. */
function pairsOf(table: OrderTable): { readonly orders: readonly EntryRow[] }[] {
  const pairs = new Map<string, EntryRow[]>();
  for (let n = 0; n < table.length; n++) {
    const order = n as OrderNumber;
    if (table.purpose(order) !== Purpose.Entry) continue;
    const get = (field: OrderField) => table.get(order, field);
    const key = `${get(OrderField.decidedAt)} ${Math.floor(table.instrument(order) / 2)}`;
    const worth = get(OrderField.requested) * get(OrderField.reference);
    const row = { status: table.status(order), filled: get(OrderField.filled), worth };
    pairs.set(key, [...(pairs.get(key) ?? []), row]);
  }
  return [...pairs.values()].filter(({ length }) => length === 2).map((orders) => ({ orders }));
}
