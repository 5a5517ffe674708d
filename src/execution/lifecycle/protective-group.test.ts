/**
 * Goal    what is bought is under its stop and its target, once and for its size, whatever happens to the orders that
 *         hold them at the broker (C-23, C-40, I-15).
 * Method  one life cycle, a broker played by hand.
 */
import { describe, expect, it } from "vitest";
import { HandBroker } from "../../../test/lifecycle-desk.ts";
import type { BrokerOrder } from "../../domain/broker.ts";
import { dividendOf, splitOf } from "../../domain/corporate-action.ts";
import { BUY, type OrderNumber, OrderType, Purpose, SELL, TimeInForce } from "../../domain/order.ts";

const n = (number: number) => number as OrderNumber;
const BRACKET = { stopOrder: n(1), stop: 45, targetOrder: n(2), target: 60 };
const DONE = { kind: "done" } as const;

/** An entry of 100 shares with both legs, as far as it is accepted. */
function bracketed(bracket = BRACKET as Partial<typeof BRACKET> & { stop: number; target: number }) {
  const broker = new HandBroker();
  broker.place({ bracket });
  return { broker, entry: broker.accept() };
}

/** The entry is full and its legs work. */
function protectedEntry() {
  const { broker, entry } = bracketed();
  const [target, stop] = entry.legs.map((leg) => ({ ...leg, status: "working" as const }));
  if (stop === undefined || target === undefined) throw new Error("a bracket has two legs");
  const legs = [target, stop];
  broker.report({ ...entry, filled: 100, averagePrice: 50, status: "filled", legs }, "fill");
  broker.until(1_500);
  for (const read of broker.take("Read"))
    broker.answer(read, {
      kind: "found",
      order: [target, stop].find(({ id }) => id === read.order) ?? entry,
    });
  broker.told();
  return { broker, entry, target, stop };
}

/** Answers all cancels, and ends what they were for. */
function cancelAll(broker: HandBroker, orders: readonly BrokerOrder[]): void {
  for (const cancel of broker.take("Cancel")) {
    broker.answer(cancel, DONE);
    const order = orders.find(({ id }) => id === cancel.order);
    if (order !== undefined) broker.end(order);
  }
}

describe("an entry with a stop and a target", () => {
  it("leaves as one bracket, whose legs wake with its fill", () => {
    const { broker, entry } = bracketed();
    expect(entry).toMatchObject({ orderClass: "bracket", timeInForce: "day" });
    expect(broker.told()).toEqual(["accepted 0"]);
    broker.fill(entry, 100, 50);
    expect(broker.told().toSorted()).toEqual(["accepted 1", "accepted 2", "filled 0: 100 at 50"]);
    expect(broker.take("Submit")).toEqual([]);
  });

  it("of only a stop leaves as one that triggers the other", () => {
    const broker = new HandBroker();
    broker.place({ bracket: { stopOrder: n(1), stop: 45, target: Number.NaN } });
    const { spec } = broker.one("Submit");
    expect(spec).toMatchObject({ orderClass: "oto", stopLoss: 45 });
    expect(spec).not.toHaveProperty("takeProfit");
  });

  it("that a leg has closed ends the other leg, and each is told its own fills", () => {
    const { broker, target, stop } = protectedEntry();
    broker.fill(target, 100, 60);
    broker.end(stop);
    expect(broker.told()).toEqual(["filled 2: 100 at 60", "canceled 1 after 0"]);
    expect(broker.life.open()).toEqual([]);
  });

  it("that ends unfilled takes its legs along", () => {
    const { broker, entry } = bracketed();
    broker.end(entry, "expired");
    expect(broker.told()).toEqual([
      "accepted 0",
      "expired 0 after 0",
      "canceled 1 after 0",
      "canceled 2 after 0",
    ]);
  });

  it("that is still partial 10 s after its first fill is cut, and what it has is protected on its own", () => {
    const { broker, entry } = bracketed();
    broker.fill(entry, 40, 50);
    broker.until(9_999);
    expect(broker.take("Cancel")).toEqual([]);
    broker.until(10_000);
    expect(broker.one("Cancel").order).toBe(entry.id);
    broker.end({ ...entry, filled: 40, averagePrice: 50 });
    expect(broker.take("Submit")).toEqual([]);
    cancelAll(broker, entry.legs);
    const { spec } = broker.one("Submit");
    expect(spec).toMatchObject({
      orderClass: "oco",
      shares: 40,
      timeInForce: "gtc",
      takeProfit: 60,
      stopLoss: 45,
    });
    expect(broker.told()).toContain("canceled 0 after 40");
  });
});

it("both legs canceled while their entry still buys take the entry along: somebody waits to sell", () => {
  const { broker, entry } = bracketed();
  broker.fill(entry, 40, 50);
  broker.life.cancel(n(1), broker.now);
  expect(broker.take("Cancel")).toEqual([]);
  broker.life.cancel(n(2), broker.now);
  expect(broker.one("Cancel").order).toBe(entry.id);
  broker.end({ ...entry, filled: 40, averagePrice: 50 });
  cancelAll(broker, entry.legs);
  expect(broker.told().slice(-3)).toEqual([
    "canceled 0 after 40",
    "canceled 1 after 0",
    "canceled 2 after 0",
  ]);
  expect(broker.take("Submit")).toEqual([]);
});

describe("a leg", () => {
  it("that is canceled leaves the other one rested alone, and only its own end is told", () => {
    const { broker, target, stop } = protectedEntry();
    broker.life.cancel(n(2), broker.now);
    cancelAll(broker, [target, stop]);
    expect(broker.told()).toEqual(["canceled 2 after 0"]);
    const submit = broker.one("Submit");
    expect(submit.spec).toMatchObject({ type: "stop", stop: 45, shares: 100, orderClass: "simple" });
    const alone = broker.made(submit.spec);
    broker.answer(submit, { kind: "accepted", order: alone });
    broker.fill(alone, 100, 44.9);
    expect(broker.told()).toEqual(["filled 1: 100 at 44.9"]);
  });

  it("canceled together with the other ends with it, and nothing rests again", () => {
    const { broker, target, stop } = protectedEntry();
    broker.life.cancel(n(1), broker.now);
    broker.life.cancel(n(2), broker.now);
    cancelAll(broker, [target, stop]);
    expect(broker.told().toSorted()).toEqual(["canceled 1 after 0", "canceled 2 after 0"]);
    expect(broker.take("Submit")).toEqual([]);
  });

  it("that sold a part while it was canceled leaves the rest to the next one, under fill names of its own", () => {
    const { broker, target, stop } = protectedEntry();
    broker.life.cancel(n(2), broker.now);
    broker.fill(stop, 30, 45);
    cancelAll(broker, [target, { ...stop, filled: 30, averagePrice: 45 }]);
    const submit = broker.one("Submit");
    expect(submit.spec.shares).toBe(70);
    const rest = broker.made(submit.spec);
    broker.answer(submit, { kind: "accepted", order: rest });
    broker.fill(rest, 70, 44);
    expect(broker.told()).toEqual(["filled 1: 30 at 45", "canceled 2 after 0", "filled 1: 70 at 44"]);
  });

  it("that the broker ended unasked is told as ended, the other with it", () => {
    const { broker, target, stop } = protectedEntry();
    broker.end(stop);
    broker.end(target);
    expect(broker.told().toSorted()).toEqual(["canceled 1 after 0", "canceled 2 after 0"]);
    expect(broker.take("Submit")).toEqual([]);
  });

  it("that died with the session rests again for good", () => {
    const { broker, target, stop } = protectedEntry();
    broker.end(stop, "expired");
    broker.end(target, "expired");
    expect(broker.one("Submit").spec).toMatchObject({ orderClass: "oco", timeInForce: "gtc", shares: 100 });
    expect(broker.told()).toEqual([]);
  });

  it("that nobody will pair with a target rests without it", () => {
    const { broker, target, stop } = protectedEntry();
    broker.end(stop, "expired");
    broker.end(target, "expired");
    broker.answer(broker.one("Submit"), { kind: "refused", class: "invalid", reason: "beyond the market" });
    expect(broker.told()).toEqual(["rejected 2 after 0"]);
    expect(broker.one("Submit").spec).toMatchObject({ type: "stop", orderClass: "simple" });
  });
});

describe("a stop that moves", () => {
  it("is changed where it rests, and its successor's fills are its own", () => {
    const { broker, stop, target } = protectedEntry();
    broker.life.moveStop(n(1), 47, broker.now);
    const change = broker.one("Change");
    expect(change).toMatchObject({ order: stop.id, change: { stop: 47 } });
    const next = { ...stop, id: "next" as typeof stop.id, clientId: change.change.clientId, stop: 47 };
    broker.report({ ...stop, status: "replaced", replacedBy: next.id }, "replaced");
    broker.answer(change, { kind: "accepted", order: { ...next, replaces: stop.id } });
    broker.fill(next, 100, 46.9);
    broker.end(target);
    expect(broker.told()).toEqual(["filled 1: 100 at 46.9", "canceled 2 after 0"]);
  });

  it("is canceled and rested anew where the broker will not change it", () => {
    const { broker, stop, target } = protectedEntry();
    broker.life.moveStop(n(1), 47, broker.now);
    broker.answer(broker.one("Change"), { kind: "refused", class: "invalid", reason: "422" });
    broker.until(broker.mono + 1_000);
    broker.answer(broker.one("Read"), { kind: "found", order: stop });
    cancelAll(broker, [target, stop]);
    expect(broker.one("Submit").spec).toMatchObject({ orderClass: "oco", stopLoss: 47, shares: 100 });
    expect(broker.told()).toEqual([]);
  });

  it("never moves away from the price (I-36)", () => {
    const { broker } = protectedEntry();
    broker.life.moveStop(n(1), 44, broker.now);
    expect(broker.take("Change")).toEqual([]);
  });
});

it("a short position is bought back under the same rules, its stop moving down", () => {
  const broker = new HandBroker();
  const rests = {
    number: n(1),
    purpose: Purpose.StopLoss,
    type: OrderType.Stop,
    limit: Number.NaN,
    side: BUY,
    stop: 55,
  };
  broker.place(rests);
  const stop = broker.accept();
  expect(stop).toMatchObject({ side: BUY, type: "stop" });
  broker.life.moveStop(n(1), 56, broker.now);
  expect(broker.take("Change")).toEqual([]);
  broker.life.moveStop(n(1), 53, broker.now);
  expect(broker.one("Change").change.stop).toBe(53);
});

describe("an order that several share", () => {
  const members = [
    { number: n(0), shares: 60, crossed: 0, bracket: BRACKET },
    { number: n(3), shares: 40, crossed: 10, bracket: { stopOrder: n(4), stop: 46, target: Number.NaN } },
  ];

  it("leaves alone, and what each gets of a fill is protected as its own; what crossed from the start", () => {
    const broker = new HandBroker();
    broker.place({ members });
    const entry = broker.accept();
    expect(entry.orderClass).toBe("simple");
    const crossed = broker.accept();
    expect(crossed).toMatchObject({ type: "stop", shares: 10 });
    broker.fill(entry, 50, 50);
    expect(broker.accept()).toMatchObject({ orderClass: "oco", shares: 30 });
    broker.until(10_000);
    cancelAll(broker, [crossed]);
    expect(broker.accept()).toMatchObject({ type: "stop", shares: 30 });
    expect(broker.told()).toContain("filled 0: 50 at 50");
  });

  it("grows its stops once it is over, and is canceled by any who share it", () => {
    const broker = new HandBroker();
    broker.place({ members: members.map((member) => ({ ...member, crossed: 0 })) });
    const entry = broker.accept();
    broker.fill(entry, 10, 50);
    const [first, second] = [broker.accept(), broker.accept()];
    expect([first.shares, second.shares]).toEqual([6, 4]);
    broker.fill(entry, 50, 50);
    broker.life.cancel(n(3), broker.now);
    cancelAll(broker, [{ ...entry, filled: 50, averagePrice: 50 }]);
    cancelAll(broker, [first, ...first.legs, second]);
    const specs = [broker.accept(), broker.accept()];
    expect(specs.map(({ shares }) => shares).toSorted()).toEqual([20, 30]);
    expect(broker.told()).toContain("canceled 0 after 50");
  });
});

describe("a stop sent later", () => {
  const target = {
    number: n(5),
    purpose: Purpose.TakeProfit,
    limit: 60,
    timeInForce: TimeInForce.GoodTillCanceled,
  };
  const stop = {
    number: n(6),
    purpose: Purpose.StopLoss,
    type: OrderType.Stop,
    limit: Number.NaN,
    stop: 45,
    timeInForce: TimeInForce.GoodTillCanceled,
    bracket: { stop: Number.NaN, targetOrder: n(5), target: 60 },
  };

  it("joins the target that rests: that one goes, and both come back as a pair under their own numbers", () => {
    const broker = new HandBroker();
    broker.place(target);
    const alone = broker.accept();
    const placed = broker.place(stop);
    expect(broker.take("Submit")).toEqual([]);
    cancelAll(broker, [alone]);
    const pair = broker.accept();
    expect(pair).toMatchObject({ orderClass: "oco", clientId: placed.clientId, shares: 100 });
    expect(broker.told()).toEqual(["accepted 5", "accepted 6"]);
    const [leg] = pair.legs;
    if (leg === undefined) throw new Error("a pair has a leg");
    broker.fill(leg, 100, 45);
    broker.end(pair);
    expect(broker.told()).toEqual(["filled 6: 100 at 45", "canceled 5 after 0"]);
  });

  it("covers what the target has left when that sold in the meantime", () => {
    const broker = new HandBroker();
    broker.place(target);
    const alone = broker.fill(broker.accept(), 30, 60);
    broker.place(stop);
    cancelAll(broker, [alone]);
    expect(broker.accept()).toMatchObject({ orderClass: "oco", shares: 70 });
  });

  it("ends at once when its target is over", () => {
    const broker = new HandBroker();
    broker.place(target);
    broker.fill(broker.accept(), 100, 60);
    broker.told();
    broker.place(stop);
    expect(broker.told()).toEqual(["canceled 6 after 0"]);
    expect(broker.take("Submit")).toEqual([]);
  });

  it("rests for the day where it covers a fraction of a share", () => {
    const broker = new HandBroker();
    broker.place({ ...stop, bracket: undefined, shares: 2.5 });
    expect(broker.one("Submit").spec).toMatchObject({ type: "stop", timeInForce: "day", shares: 2.5 });
  });

  it("is tried again while another order of ours stands in its way", () => {
    const broker = new HandBroker();
    broker.place({ ...stop, bracket: undefined });
    for (let tries = 0; tries < 3; tries++) {
      broker.answer(broker.one("Submit"), { kind: "refused", class: "shares_held", reason: "40310000" });
      broker.until(broker.mono + 4_000);
    }
    broker.accept();
    expect(broker.told()).toEqual(["accepted 6"]);
  });
});

describe("a split over night", () => {
  const FOUR = splitOf({ newShares: 4, oldShares: 1 });

  it("takes back what rests and rests it anew, once, in the new shares and prices", () => {
    const { broker, target, stop } = protectedEntry();
    broker.life.restate("ACME", FOUR, broker.now);
    expect(broker.take("Submit")).toEqual([]);
    cancelAll(broker, [target, stop]);
    const { spec } = broker.one("Submit");
    expect(spec).toMatchObject({ shares: 400, takeProfit: 15, stopLoss: 11.25, side: SELL });
    expect(broker.take("Submit")).toEqual([]);
  });

  it("of what a leg then sells counts every new share, and no fill is taken for an old one", () => {
    const { broker, target, stop } = protectedEntry();
    broker.life.restate("ACME", splitOf({ newShares: 1, oldShares: 10 }), broker.now);
    cancelAll(broker, [target, stop]);
    const { spec } = broker.one("Submit");
    expect(spec).toMatchObject({ shares: 10, stopLoss: 450 });
  });

  it("that leaves less than a share takes the legs back and rests nothing", () => {
    const { broker, target, stop } = protectedEntry();
    broker.life.restate("ACME", splitOf({ newShares: 1, oldShares: 1000 }), broker.now);
    expect(broker.life.open().length).toBeGreaterThan(0);
    cancelAll(broker, [target, stop]);
    expect(broker.take("Submit")).toEqual([]);
    expect(broker.life.open()).toEqual([]);
    expect(broker.told().toSorted()).toEqual(["canceled 1 after 0", "canceled 2 after 0"]);
  });

  it("that the broker has not made yet leaves what rests; then it rests anew where it was wanted since", () => {
    const { broker, target, stop } = protectedEntry();
    broker.life.restate("ACME", FOUR, broker.now, "later");
    broker.life.moveStop(n(1), 11.5, broker.now);
    expect([broker.take("Cancel"), broker.take("Change"), broker.take("Submit")]).toEqual([[], [], []]);
    broker.life.follow("ACME", broker.now);
    cancelAll(broker, [target, stop]);
    expect(broker.one("Submit").spec).toMatchObject({ shares: 400, takeProfit: 15, stopLoss: 11.5 });
    broker.life.follow("ACME", broker.now);
    expect(broker.take("Cancel")).toEqual([]);
  });

  it("that is taken back before leaves what rests for good", () => {
    const { broker } = protectedEntry();
    broker.life.restate("ACME", FOUR, broker.now, "later");
    broker.life.restate("ACME", splitOf({ newShares: 1, oldShares: 4 }), broker.now, "back");
    broker.life.follow("ACME", broker.now);
    expect([broker.take("Cancel"), broker.take("Submit")]).toEqual([[], []]);
  });

  it.each([
    ["the first new price sold a quarter of the new shares", 12, "filled 1: 100 at 12", 300],
    ["a price of before sold all of the old ones", 44.8, "filled 1: 400 at 11.2", 0],
  ])("and an old stop that fell to %s", (_, price, said, left) => {
    const { broker, target, stop } = protectedEntry();
    broker.life.restate("ACME", FOUR, broker.now, "later");
    broker.fill(stop, 100, price);
    broker.end(target);
    expect(broker.told()[0]).toBe(said);
    const submitted = broker.take("Submit").map(({ spec }) => spec.shares);
    expect(submitted).toEqual(left === 0 ? [] : [left]);
  });

  it("and old orders that are gone are not rested in old shares again", () => {
    const { broker, target, stop } = protectedEntry();
    broker.life.restate("ACME", FOUR, broker.now, "later");
    broker.end(stop);
    broker.end(target);
    for (const { spec } of broker.take("Submit")) expect(spec.shares).toBe(400);
  });

  it("of another symbol changes nothing", () => {
    const { broker } = protectedEntry();
    broker.life.restate("OTHER", FOUR, broker.now);
    expect(broker.take("Cancel")).toEqual([]);
  });

  it("takes back an entry that still works, and protects what it has bought", () => {
    const { broker, entry } = bracketed();
    broker.fill(entry, 40, 50);
    broker.life.restate("ACME", FOUR, broker.now);
    const [cancel] = broker.take("Cancel");
    expect(cancel?.order).toBe(entry.id);
  });
});

describe("a dividend over night", () => {
  it("moves the stop down with the price and leaves the target, in the order that rests", () => {
    const { broker, stop } = protectedEntry();
    broker.life.restate("ACME", dividendOf(0.5), broker.now);
    expect(broker.take("Cancel")).toEqual([]);
    expect(broker.one("Change")).toMatchObject({ order: stop.id, change: { stop: 44.5 } });
  });
});
