/**
 * Goal    a large entry is bought in slices that are never more than the order, each protected from the start, and no
 *         further slice leaves without the gate's word or after the first sign that it is not wanted any more.
 * Method  one life cycle with a broker played by hand. The storm (lifecycle-storm.test.ts) has slices under all faults.
 */
import { expect, it } from "vitest";
import { HandBroker } from "../../../test/lifecycle-desk.ts";
import type { BrokerOrder } from "../../domain/broker.ts";
import { type OrderNumber, SELL } from "../../domain/order.ts";
import type { LiveOrder } from "./words.ts";

const entry = 0 as OrderNumber;
const stop = 1 as OrderNumber;
const target = 2 as OrderNumber;
const EVERY_MS = 15_000;
const terms: Partial<LiveOrder> = {
  bracket: { stopOrder: stop, stop: 45, targetOrder: target, target: 60 },
  slices: { shares: 40, everyMicros: EVERY_MS * 1000 },
};

const asked = (broker: HandBroker) => broker.life.rechecks.asks.splice(0);
const say = (broker: HandBroker, refusal?: string) => broker.life.rechecks.answer(entry, refusal, broker.now);

/** Placed, and its first slice of 40 of 100 is bought whole. */
function begun(): { readonly broker: HandBroker; readonly first: BrokerOrder } {
  const broker = new HandBroker();
  broker.place(terms);
  const first = broker.fill(broker.accept(), 40, 50);
  const legs = first.legs.map((leg) => ({ ...leg, status: "working" as const }));
  broker.report({ ...first, legs });
  broker.told();
  return { broker, first: { ...first, legs } };
}

/** The next slice is due and allowed: its submission. */
function next(broker: HandBroker) {
  broker.until(broker.mono + EVERY_MS);
  expect(asked(broker)).toEqual([entry]);
  say(broker);
  return broker.one("Submit");
}

/** The next slice of 40 is bought whole: its legs, which work. */
function boughtNext(broker: HandBroker): BrokerOrder[] {
  const submit = next(broker);
  const made = broker.made(submit.spec);
  broker.answer(submit, { kind: "accepted", order: made });
  const second = broker.fill(made, 40, 50);
  const legs = second.legs.map((leg) => ({ ...leg, status: "working" as const }));
  broker.report({ ...second, legs });
  broker.told();
  return legs;
}

const legOf = ({ legs }: BrokerOrder, type: "stop" | "limit") =>
  legs.find((leg) => leg.type === type) as BrokerOrder;

it("leaves in slices with legs of their own, each after the one before, and is one order to the engine", () => {
  const broker = new HandBroker();
  broker.place(terms);
  const told: string[] = [];
  const specs: unknown[] = [];
  for (const shares of [40, 40, 20]) {
    if (specs.length > 0) {
      broker.until(broker.mono + EVERY_MS - 1);
      expect([asked(broker), broker.take("Submit")]).toEqual([[], []]);
      broker.until(broker.mono + 1);
      expect(asked(broker)).toEqual([entry]);
      expect(broker.take("Submit")).toEqual([]);
      say(broker);
    }
    const submit = broker.one("Submit");
    specs.push(submit.spec);
    const order = broker.made(submit.spec);
    broker.answer(submit, { kind: "accepted", order });
    broker.fill(order, shares, 50);
    told.push(...broker.told());
  }
  expect(specs).toMatchObject([
    { shares: 40, orderClass: "bracket", stopLoss: 45, takeProfit: 60, limit: 50 },
    { shares: 40, orderClass: "bracket", stopLoss: 45, takeProfit: 60, limit: 50 },
    { shares: 20, orderClass: "bracket", stopLoss: 45, takeProfit: 60, limit: 50 },
  ]);
  expect(new Set(specs.map((spec) => (spec as { clientId: string }).clientId)).size).toBe(3);
  expect(told.filter((line) => line === "accepted 0")).toHaveLength(1);
  expect(told.filter((line) => line.startsWith("filled"))).toEqual([
    "filled 0: 40 at 50",
    "filled 0: 40 at 50",
    "filled 0: 20 at 50",
  ]);
  expect(told.filter((line) => /expired|canceled|rejected/.test(line))).toEqual([]);
});

it("ends with what it has when the gate does not allow the next slice; what was bought stays protected", () => {
  const { broker } = begun();
  broker.until(EVERY_MS);
  asked(broker);
  say(broker, "daily_drawdown: 0.021 against 0.02");
  expect(broker.told()).toEqual(["expired 0 after 40"]);
  broker.until(EVERY_MS * 20);
  expect([asked(broker), broker.take("Submit"), broker.take("Cancel")]).toEqual([[], [], []]);
});

it("waits while nobody can say, and for a minute at most", () => {
  const { broker } = begun();
  broker.until(EVERY_MS);
  asked(broker);
  broker.life.rechecks.later(entry, broker.now);
  broker.until(EVERY_MS + 1_000);
  expect(asked(broker)).toEqual([entry]);
  broker.life.rechecks.later(entry, broker.now);
  broker.until(EVERY_MS + 60_000);
  expect(broker.told()).toEqual(["expired 0 after 40"]);
});

it("ends when a slice is not bought within its time, and what that one lacks no other one buys", () => {
  const { broker } = begun();
  const submit = next(broker);
  const order = broker.made(submit.spec);
  broker.answer(submit, { kind: "accepted", order });
  broker.until(broker.mono + 60_000);
  broker.answer(broker.one("Cancel"), { kind: "done" });
  broker.end(order);
  expect(broker.told()).toEqual(["expired 0 after 40"]);
  broker.until(broker.mono + 120_000);
  expect([asked(broker), broker.take("Submit")]).toEqual([[], []]);
});

it("a refused slice after bought ones is no refused order", () => {
  const { broker } = begun();
  broker.answer(next(broker), { kind: "refused", class: "buying_power", reason: "no" });
  expect(broker.told()).toEqual(["canceled 0 after 40"]);
});

it("that is refused at once is a refused order, and its legs with it", () => {
  const broker = new HandBroker();
  broker.place(terms);
  broker.answer(broker.one("Submit"), { kind: "refused", class: "buying_power", reason: "no" });
  broker.until(1);
  expect(broker.told()).toEqual(["rejected 0 after 0", "rejected 1 after 0", "rejected 2 after 0"]);
});

it("buys nothing more once its stop has sold", () => {
  const { broker, first } = begun();
  broker.fill(legOf(first, "stop"), 40, 45);
  expect(broker.told()).toContain("filled 1: 40 at 45");
  broker.until(EVERY_MS * 20);
  expect([asked(broker), broker.take("Submit")]).toEqual([[], []]);
});

it("that was canceled while a slice worked goes on with no other, though that one was bought", () => {
  const { broker } = begun();
  const submit = next(broker);
  const order = broker.made(submit.spec);
  broker.answer(submit, { kind: "accepted", order });
  broker.life.cancel(entry, broker.now);
  broker.take("Cancel");
  broker.fill(order, 40, 50);
  expect(broker.told()).toEqual(["filled 0: 40 at 50", "canceled 0 after 80"]);
  broker.until(EVERY_MS * 20);
  expect([asked(broker), broker.take("Submit")]).toEqual([[], []]);
});

it("that is canceled between two slices ends without a request", () => {
  const { broker } = begun();
  broker.life.cancel(entry, broker.now);
  expect(broker.told()).toEqual(["canceled 0 after 40"]);
  broker.until(EVERY_MS * 20);
  expect([asked(broker), broker.take("Submit")]).toEqual([[], []]);
});

it("a stop that moved is moved where it rests, and is where later slices have theirs", () => {
  const { broker, first } = begun();
  broker.life.moveStop(stop, 47, broker.now);
  expect(broker.one("Change")).toMatchObject({ order: legOf(first, "stop").id, change: { stop: 47 } });
  broker.life.moveStop(stop, 46, broker.now);
  expect(broker.take("Change")).toEqual([]);
  expect(next(broker).spec).toMatchObject({ stopLoss: 47, takeProfit: 60 });
});

it("legs that are canceled are canceled in every slice, told once all are over, and nothing more is bought", () => {
  const { broker, first } = begun();
  const legs = boughtNext(broker);
  broker.life.cancel(stop, broker.now);
  broker.life.cancel(target, broker.now);
  expect(broker.told()).toEqual(["canceled 0 after 80"]);
  const canceled = broker.take("Cancel").map(({ order }) => order);
  const all = [...first.legs, ...legs];
  expect(new Set(canceled)).toEqual(new Set(all.map(({ id }) => id)));
  for (const leg of all.slice(0, 3)) broker.end(leg);
  expect(broker.told()).toEqual([]);
  for (const leg of all.slice(3)) broker.end(leg);
  expect(broker.told()).toEqual(["canceled 1 after 0", "canceled 2 after 0"]);
});

it("a lost stop takes the legs of all slices with it, so that one stop can rest for all", () => {
  const { broker, first } = begun();
  const legs = boughtNext(broker);
  for (const leg of first.legs) broker.end(leg);
  for (const { order } of broker.take("Cancel")) {
    const leg = legs.find(({ id }) => id === order);
    if (leg !== undefined) broker.end(leg);
  }
  broker.until(broker.mono + 1_000);
  expect(broker.told()).toEqual(["canceled 0 after 80", "canceled 1 after 0", "canceled 2 after 0"]);
});

it("goes on after a restart where it was: a slice that waited is asked about once, none leaves twice", () => {
  const { broker, first } = begun();
  broker.life.restarted(broker.now);
  for (const read of broker.take("Read")) {
    const found = [first, ...first.legs].find(({ id }) => id === read.order);
    if (found !== undefined) broker.answer(read, { kind: "found", order: found });
  }
  const submit = next(broker);
  broker.life.restarted(broker.now);
  expect(broker.take("Submit")).toEqual([]);
  broker.until(broker.mono + 12_000);
  const finds = broker.take("FindByClientId");
  expect(finds.at(-1)).toMatchObject({ clientId: submit.spec.clientId });
  const last = finds.at(-1);
  if (last !== undefined) broker.answer(last, { kind: "found", order: broker.made(submit.spec) });
  expect(broker.take("Submit")).toEqual([]);
  expect(broker.life.unknownCount).toBe(0);
});

it("of a short sale is sold the same way", () => {
  const broker = new HandBroker();
  broker.place({
    ...terms,
    side: SELL,
    bracket: { stopOrder: stop, stop: 55, target: Number.NaN },
  });
  broker.fill(broker.accept(), 40, 50);
  broker.life.moveStop(stop, 57, broker.now);
  broker.life.moveStop(stop, 53, broker.now);
  expect(next(broker).spec).toMatchObject({ side: SELL, orderClass: "oto", stopLoss: 53, shares: 40 });
});
