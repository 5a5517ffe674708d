/**
 * Goal    an order never fills beyond what was ordered, never unfills, and never comes back to life (EX-1, I-4).
 * Method  each case by hand; random fills and ends in any order against a plain model in nano-shares.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InstrumentId } from "../domain/instrument.ts";
import {
  BUY,
  isWorking,
  type OrderNumber,
  OrderStatus,
  OrderType,
  Purpose,
  SELL,
  TimeInForce,
} from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { type Birth, type NewOrder, OrderField, OrderTable } from "./order-table.ts";

const at = (instant: number) => instant as EpochMicros;

const asked: NewOrder = {
  decidedAt: at(1),
  strategy: 2,
  instrument: 3 as InstrumentId,
  side: SELL,
  purpose: Purpose.Entry,
  type: OrderType.Limit,
  timeInForce: TimeInForce.Day,
  limit: 10,
  stop: 11,
  reference: 10.01,
};
const birth: Birth = {
  requested: 120,
  shares: 100,
  signal: 7,
  sizing: 1,
  rule: 4,
  ruleUsed: 0.06,
  ruleLimit: 0.05,
  parent: -1,
  status: OrderStatus.Sent,
};

function sent(shares = 100): { readonly table: OrderTable; readonly order: OrderNumber } {
  const table = new OrderTable();
  return { table, order: table.add(asked, { ...birth, shares }) };
}

const terminal = [
  OrderStatus.Filled,
  OrderStatus.Canceled,
  OrderStatus.Expired,
  OrderStatus.Rejected,
  OrderStatus.Denied,
] as const;

describe("an order", () => {
  it("is written down as it was asked and born, in the row that was announced", () => {
    const table = new OrderTable();
    table.add({ ...asked, side: BUY }, birth);
    const { next } = table;
    const order = table.add(asked, birth);
    expect([order, table.length]).toEqual([next, 2]);
    const written = Object.entries(OrderField).map(([name, field]) => [name, table.get(order, field)]);
    expect(Object.fromEntries(written)).toEqual({
      ...asked,
      ...birth,
      filled: 0,
      group: order,
      nextMember: -1,
      crossed: 0,
      averagePrice: Number.NaN,
      endedAt: Number.NaN,
    });
    expect([table.status(order), table.strategy(order), table.instrument(order)]).toEqual([
      OrderStatus.Sent,
      2,
      3,
    ]);
    expect([table.side(order), table.purpose(order), table.remaining(order)]).toEqual([
      SELL,
      Purpose.Entry,
      100,
    ]);
    expect(table.cells()).toHaveLength(2 * Object.keys(OrderField).length);
  });

  it("counts with its limit, or with the close it was decided at when it has none", () => {
    const table = new OrderTable();
    expect(table.price(table.add(asked, birth))).toBe(10);
    expect(table.price(table.add({ ...asked, limit: Number.NaN }, birth))).toBe(10.01);
  });

  it("has at risk what a fill lies from its stop, and what was meant to be where a gap filled it beyond", () => {
    const orders = new OrderTable();
    const short = orders.add(asked, birth);
    const long = orders.add({ ...asked, side: BUY, limit: 139.5, stop: 129.5 }, birth);
    const free = orders.add({ ...asked, stop: Number.NaN }, birth);
    expect(orders.riskAt(short, 10.25)).toBe(0.75);
    expect(orders.riskAt(short, 12)).toBe(1);
    expect(orders.riskAt(long, 137.5)).toBe(8);
    expect(orders.riskAt(long, 111.25)).toBe(10);
    expect(orders.riskAt(free, 10)).toBeNaN();
  });

  it("that was denied ended when it was decided, and never fills", () => {
    const table = new OrderTable();
    const order = table.add(asked, { ...birth, shares: 0, status: OrderStatus.Denied });
    expect([table.isWorking(order), table.get(order, OrderField.endedAt)]).toEqual([false, 1]);
    expect(() => table.fill(order, 1, 10, at(5))).toThrow(/EX-1/);
  });

  it("keeps its row when thousands follow", () => {
    const table = new OrderTable();
    const first = table.add(asked, birth);
    for (let n = 0; n < 3_000; n++) table.add({ ...asked, limit: n }, birth);
    table.fill(first, 40, 9, at(5));
    expect([table.get(first, OrderField.limit), table.get(first, OrderField.filled)]).toEqual([10, 40]);
    expect(table.get(2_000 as OrderNumber, OrderField.filled)).toBe(0);
  });
});

describe("filling", () => {
  it("in parts: the price is the mean weighted by shares, and the last part ends it", () => {
    const { table, order } = sent();
    table.accept(order);
    table.fill(order, 30, 10, at(5));
    expect([table.status(order), table.remaining(order)]).toEqual([OrderStatus.PartiallyFilled, 70]);
    expect(table.get(order, OrderField.endedAt)).toBeNaN();
    table.fill(order, 70, 11, at(6));
    expect([table.status(order), table.remaining(order)]).toEqual([OrderStatus.Filled, 0]);
    expect(table.get(order, OrderField.averagePrice)).toBeCloseTo(10.7, 12);
    expect(table.get(order, OrderField.endedAt)).toBe(6);
  });

  it("EX-5 an acceptance that comes after the first fill changes nothing", () => {
    const { table, order } = sent();
    table.fill(order, 30, 10, at(5));
    table.accept(order);
    expect(table.status(order)).toBe(OrderStatus.PartiallyFilled);
  });

  it("EX-1 more than ordered, nothing, less than nothing or no number halts, and changes nothing", () => {
    const { table, order } = sent();
    table.fill(order, 60, 10, at(5));
    for (const shares of [40.000000001, 41, 0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => table.fill(order, shares, 10, at(6))).toThrow(/EX-1/);
    }
    expect([table.get(order, OrderField.filled), table.remaining(order)]).toEqual([60, 40]);
    table.fill(order, 40, 10, at(7));
    expect(() => table.fill(order, 0.000000001, 10, at(8))).toThrow(/EX-1/);
  });

  it("ten tenths are one", () => {
    const { table, order } = sent(1);
    for (let n = 0; n < 10; n++) table.fill(order, 0.1, 10, at(n));
    expect([table.get(order, OrderField.filled), table.status(order)]).toEqual([1, OrderStatus.Filled]);
  });
});

describe("ending", () => {
  it.each([OrderStatus.Canceled, OrderStatus.Expired, OrderStatus.Rejected])(
    "status %i is the last",
    (status) => {
      const { table, order } = sent();
      table.fill(order, 30, 10, at(5));
      expect(table.end(order, status, at(6))).toBe(true);
      for (const other of terminal) expect(table.end(order, other, at(9))).toBe(false);
      table.accept(order);
      expect([table.status(order), table.get(order, OrderField.endedAt)]).toEqual([status, 6]);
      expect(table.remaining(order)).toBe(70);
    },
  );

  it("a fill that comes after the end is counted and wakes nothing, also when it completes the order", () => {
    const { table, order } = sent();
    table.end(order, OrderStatus.Canceled, at(6));
    table.fill(order, 30, 10, at(7));
    expect([table.status(order), table.get(order, OrderField.filled)]).toEqual([OrderStatus.Canceled, 30]);
    table.fill(order, 70, 20, at(8));
    expect([table.status(order), table.get(order, OrderField.endedAt)]).toEqual([OrderStatus.Canceled, 6]);
    expect(table.get(order, OrderField.averagePrice)).toBe(17);
    expect(() => table.fill(order, 1, 20, at(9))).toThrow(/EX-1/);
  });
});

describe("covering", () => {
  it("a protective order follows what its entry has filled, and fills no more than that", () => {
    const { table, order } = sent(0);
    expect(() => table.fill(order, 1, 10, at(3))).toThrow(/EX-1/);
    table.cover(order, 30);
    table.cover(order, 80);
    expect([table.get(order, OrderField.requested), table.get(order, OrderField.shares)]).toEqual([80, 80]);
    table.moveStop(order, 10.5);
    expect(table.get(order, OrderField.stop)).toBe(10.5);
    table.fill(order, 50, 10, at(4));
    expect(() => table.cover(order, 49)).toThrow(/EX-1/);
    expect(() => table.cover(order, Number.NaN)).toThrow(/EX-1/);
    table.cover(order, 50);
  });

  it("one that has ended may still be told what its late fill was good for, and stays ended", () => {
    const { table, order } = sent(0);
    table.cover(order, 30);
    table.end(order, OrderStatus.Canceled, at(4));
    table.cover(order, 80);
    table.fill(order, 80, 10, at(5));
    expect([table.get(order, OrderField.filled), table.status(order)]).toEqual([80, OrderStatus.Canceled]);
  });
});

describe("sharing an order", () => {
  it("members go by the number of the first and are served in their order; the others stay alone", () => {
    const table = new OrderTable();
    const [a, alone, b, c] = Array.from({ length: 4 }, () => table.add(asked, birth)) as [
      OrderNumber,
      OrderNumber,
      OrderNumber,
      OrderNumber,
    ];
    table.join([a, c, b]);
    expect(table.members(a)).toEqual([a, c, b]);
    expect([table.group(c), table.group(b), table.group(alone)]).toEqual([a, a, alone]);
    expect([a, b, c, alone].map((order) => table.isShared(order))).toEqual([true, true, true, false]);
    expect(table.members(alone)).toEqual([alone]);
  });

  it("what crossed is filled, and no more than was ordered (EX-1)", () => {
    const { table, order } = sent(100);
    table.cross(order, 40, 10, at(2));
    expect(table.get(order, OrderField.crossed)).toBe(40);
    expect(table.remaining(order)).toBe(60);
    expect(() => table.cross(order, 61, 10, at(2))).toThrow(/EX-1/);
  });
});

it("any history of fills, acceptances and ends keeps EX-1", () => {
  const act = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant("fill" as const), nanos: fc.integer({ min: 1, max: 3e9 }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("accept" as const), nanos: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("end" as const), nanos: fc.constant(0) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("fill the rest" as const), nanos: fc.constant(0) }),
    },
  );
  const size = fc.integer({ min: 1, max: 20_000_000_000 });
  let [ended, completed] = [0, 0];
  fc.assert(
    fc.property(size, fc.array(act, { minLength: 10, maxLength: 30, size: "max" }), (ordered, acts) => {
      const { table, order } = sent(ordered / 1e9);
      let [filled, money, status] = [0, 0, OrderStatus.Sent as OrderStatus];
      for (const [n, { kind, nanos: given }] of acts.entries()) {
        const nanos = kind === "fill the rest" ? ordered - filled : given;
        if (kind === "fill the rest" && nanos === 0) continue;
        if (kind === "accept") {
          table.accept(order);
          if (status === OrderStatus.Sent) status = OrderStatus.Accepted;
        } else if (kind === "end") {
          expect(table.end(order, OrderStatus.Expired, at(n))).toBe(isWorking(status));
          if (isWorking(status)) {
            status = OrderStatus.Expired;
            ended += 1;
          }
        } else if (filled + nanos > ordered) {
          expect(() => table.fill(order, nanos / 1e9, 10, at(n))).toThrow(/EX-1/);
        } else {
          table.fill(order, nanos / 1e9, 10 + n, at(n));
          filled += nanos;
          money += nanos * (10 + n);
          if (isWorking(status)) {
            status = filled === ordered ? OrderStatus.Filled : OrderStatus.PartiallyFilled;
            if (filled === ordered) completed += 1;
          }
        }
        expect(table.status(order)).toBe(status);
        expect(table.get(order, OrderField.filled)).toBe(filled / 1e9);
        if (filled > 0) expect(table.get(order, OrderField.averagePrice)).toBeCloseTo(money / filled, 9);
        expect(Number.isNaN(table.get(order, OrderField.endedAt))).toBe(isWorking(status));
      }
    }),
    { numRuns: 300 },
  );
  expect(ended).toBeGreaterThan(50);
  expect(completed).toBeGreaterThan(50);
});
