/**
 * Goal    each outcome of a submission is read as RELIABILITY 3.3 says, and the engine hears of every order once.
 * Method  one life cycle, a broker played by hand, one case per row of the table.
 */
import { describe, expect, it } from "vitest";
import { HandBroker } from "../../../test/lifecycle-desk.ts";
import { flattenOrderId } from "../../domain/flatten-order-id.ts";
import { type OrderNumber, OrderType, Purpose, TimeInForce } from "../../domain/order.ts";

const EXIT = { purpose: Purpose.Exit, type: OrderType.Market, limit: Number.NaN } as const;
const numbered = (n: number) => n as OrderNumber;
const UNKNOWN = { kind: "unknown", reason: "504" } as const;

/** Answers every query that comes until then with "absent"; the milliseconds at which they came. */
function absentUntil(broker: HandBroker, mono: number): number[] {
  const asked: number[] = [];
  for (let next = broker.life.nextDue.mono; next <= mono; next = broker.life.nextDue.mono) {
    broker.until(next);
    for (const find of broker.take("FindByClientId")) {
      asked.push(broker.mono);
      broker.answer(find, { kind: "absent" });
    }
  }
  broker.until(mono);
  return asked;
}

describe("a submission", () => {
  it("that is accepted works, fills by the totals and ends without another word", () => {
    const broker = new HandBroker();
    broker.place();
    const order = broker.accept();
    broker.fill(order, 40, 50);
    broker.fill(order, 100, 49);
    expect(broker.told()).toEqual(["accepted 0", "filled 0: 40 at 50", "filled 0: 60 at 48.333333"]);
    expect(broker.noted()).toEqual(["SENDING", "ACKED", "PARTIAL", "FILLED"]);
    expect(broker.life.open()).toEqual([]);
  });

  it.each([0.575173, 13_445.575173, 54_689.839429, 1e9 + 0.1])(
    "that is refused is rejected at once, at whatever fraction of a millisecond it left (%d)",
    (mono) => {
      const broker = new HandBroker();
      broker.mono = mono;
      broker.place();
      broker.answer(broker.one("Submit"), { kind: "refused", class: "buying_power", reason: "no money" });
      expect(broker.life.open()).toEqual([]);
    },
  );

  it("that is refused for good is rejected, and not tried again", () => {
    const broker = new HandBroker();
    broker.place();
    broker.answer(broker.one("Submit"), { kind: "refused", class: "buying_power", reason: "no money" });
    broker.until(60_000);
    expect(broker.told()).toEqual(["rejected 0 after 0"]);
    expect(broker.life.requests).toEqual([]);
  });

  it("nobody knows of is asked about by its id, and adopted when found", () => {
    const broker = new HandBroker();
    broker.place();
    const submit = broker.one("Submit");
    broker.answer(submit, UNKNOWN);
    expect(broker.life.unknownCount).toBe(1);
    expect(absentUntil(broker, 1_500)).toEqual([250, 500, 1_000]);
    broker.until(2_000);
    broker.answer(broker.one("FindByClientId"), { kind: "found", order: broker.made(submit.spec) });
    expect(broker.told()).toEqual(["accepted 0"]);
    expect(broker.life.unknownCount).toBe(0);
  });

  it("of an entry that is nowhere is given up, released after 30 s, and canceled when it appears", () => {
    const broker = new HandBroker();
    broker.place({ decidedAt: broker.now.at });
    const submit = broker.one("Submit");
    broker.answer(submit, UNKNOWN);
    expect(absentUntil(broker, 29_000)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000]);
    expect(broker.told()).toEqual([]);
    expect(broker.take("Submit")).toEqual([]);
    absentUntil(broker, 31_000);
    expect(broker.told()).toEqual(["canceled 0 after 0"]);
    expect(broker.life.tombstones()).toHaveLength(1);
    expect(broker.noted()).toEqual(["SENDING", "UNKNOWN", "ABANDONED", "TOMBSTONE"]);
    const late = broker.made(submit.spec);
    broker.report(late, "new");
    expect(broker.one("Cancel").order).toBe(late.id);
    broker.fill(late, 30, 50);
    broker.end({ ...late, filled: 30, averagePrice: 50 });
    expect(broker.told()).toEqual(["filled 0: 30 at 50"]);
    expect(broker.life.open()).toEqual([]);
  });

  it("of a young entry is sent once more when the broker is slow to say no", () => {
    const broker = new HandBroker();
    broker.place({ decidedAt: (broker.now.at + 8_000_000) as typeof broker.now.at });
    const first = broker.one("Submit");
    broker.answer(first, UNKNOWN);
    absentUntil(broker, 10_500);
    const second = broker.one("Submit");
    expect(second.spec).toEqual(first.spec);
    broker.answer(second, UNKNOWN);
    absentUntil(broker, 60_000);
    expect(broker.take("Submit")).toEqual([]);
    expect(broker.told()).toEqual(["canceled 0 after 0"]);
  });

  it("of an exit that is nowhere is sent again under the same id, as often as it takes", () => {
    const broker = new HandBroker();
    broker.place(EXIT);
    for (let n = 1; n <= 3; n++) {
      broker.answer(broker.one("Submit"), UNKNOWN);
      absentUntil(broker, broker.mono + 10_500);
    }
    broker.accept();
    expect(broker.told()).toEqual(["accepted 0"]);
    expect(broker.life.byClientId().size).toBe(1);
  });

  it("is not sent again when its order is reported before the resend leaves", () => {
    const broker = new HandBroker();
    broker.place(EXIT);
    const submit = broker.one("Submit");
    broker.answer(submit, UNKNOWN);
    absentUntil(broker, 9_999);
    broker.report(broker.made(submit.spec), "new");
    broker.until(40_000);
    expect(broker.take("Submit")).toEqual([]);
    expect(broker.told()).toEqual(["accepted 0"]);
  });

  it("whose id exists is looked up and adopted, however long that takes", () => {
    const broker = new HandBroker();
    broker.place();
    const submit = broker.one("Submit");
    broker.answer(submit, { kind: "duplicate", reason: "must be unique" });
    absentUntil(broker, 45_000);
    expect(broker.told()).toEqual([]);
    broker.until(51_000);
    broker.answer(broker.one("FindByClientId"), { kind: "found", order: broker.made(submit.spec) });
    expect(broker.told()).toEqual(["accepted 0"]);
    expect(broker.take("Submit")).toEqual([]);
  });

  it("that came too fast waits: an entry leaves again, an exit is asked for first", () => {
    const throttled = { kind: "refused", class: "throttled", reason: "429" } as const;
    const entry = new HandBroker();
    entry.place();
    const first = entry.one("Submit");
    entry.answer(first, throttled);
    entry.until(999);
    expect(entry.take("Submit")).toEqual([]);
    entry.until(1_000);
    expect(entry.one("Submit").spec).toEqual(first.spec);
    const exit = new HandBroker();
    exit.place(EXIT);
    exit.answer(exit.one("Submit"), throttled);
    exit.until(1_000);
    expect(exit.take("Submit")).toEqual([]);
    exit.answer(exit.one("FindByClientId"), { kind: "absent" });
    expect(exit.take("Submit")).toHaveLength(1);
  });

  it("of which no byte left leaves again, an entry only while its decision is young", () => {
    const broker = new HandBroker();
    broker.place();
    for (let tries = 0; broker.mono < 20_000; tries++) {
      for (const submit of broker.take("Submit"))
        broker.answer(submit, { kind: "notSent", reason: "ECONNREFUSED" });
      broker.until(broker.mono + 250);
      expect(tries).toBeLessThan(100);
    }
    expect(broker.told()).toEqual(["expired 0 after 0"]);
    expect(broker.life.tombstones()).toEqual([]);
  });

  it("of an entry decided more than 5 s ago never leaves (C-10); an exit of that age does", () => {
    const broker = new HandBroker();
    broker.mono = 10_000;
    const decidedAt = (broker.now.at - 5_000_001) as typeof broker.now.at;
    broker.place({ decidedAt });
    expect(broker.take("Submit")).toEqual([]);
    expect(broker.told()).toEqual(["expired 0 after 0"]);
    broker.place({ ...EXIT, number: numbered(1), decidedAt });
    expect(broker.take("Submit")).toHaveLength(1);
  });

  it("is alone on its way in its symbol, exits first; entries wait while the reports are silent", () => {
    const broker = new HandBroker();
    broker.place();
    broker.place({ number: numbered(1), strategy: "other" });
    broker.place({ ...EXIT, number: numbered(2) });
    const first = broker.one("Submit");
    broker.answer(first, { kind: "accepted", order: broker.made(first.spec) });
    const second = broker.one("Submit");
    expect(second.spec.opens).toBe(false);
    broker.hear({ kind: "line", state: "down", reason: "closed" });
    broker.answer(second, { kind: "accepted", order: broker.made(second.spec) });
    expect(broker.take("Submit")).toEqual([]);
    broker.hear({ kind: "line", state: "up", reason: "" });
    expect(broker.take("Submit")).toHaveLength(1);
  });
});

describe("what has traded", () => {
  it("is counted once and in full, whatever is lost, repeated or reordered", () => {
    const broker = new HandBroker();
    broker.place();
    const order = broker.accept();
    const [early, late] = [
      { ...order, filled: 10, averagePrice: 50, status: "partially_filled" as const },
      { ...order, filled: 30, averagePrice: 51, status: "partially_filled" as const },
    ];
    broker.report(late, "partial_fill", { shares: 5, price: 52 });
    broker.report(early, "partial_fill", { shares: 10, price: 50 });
    broker.report(late);
    expect(broker.told()).toEqual(["accepted 0", "filled 0: 30 at 51"]);
    broker.report({ ...order, filled: 100, averagePrice: 50.1, status: "filled" }, "fill", {
      shares: 70,
      price: 49.72,
    });
    expect(broker.told()).toEqual(["filled 0: 70 at 49.72"]);
  });

  it("before the answer to the submission counts, and the answer changes nothing", () => {
    const broker = new HandBroker();
    broker.place();
    const submit = broker.one("Submit");
    const order = broker.made(submit.spec);
    broker.fill(order, 100, 50);
    broker.answer(submit, { kind: "accepted", order });
    expect(broker.told()).toEqual(["accepted 0", "filled 0: 100 at 50"]);
    expect(broker.life.open()).toEqual([]);
  });

  it("and is taken back is for people: nothing is unbooked", () => {
    const broker = new HandBroker();
    broker.place();
    const order = broker.fill(broker.accept(), 40, 50);
    broker.mono += 1_000;
    broker.noted();
    broker.report({ ...order, filled: 30, updatedAt: broker.now.at }, "trade_bust");
    expect(broker.noted()).toEqual(["bust"]);
    expect(broker.told()).toEqual(["accepted 0", "filled 0: 40 at 50"]);
  });

  it("beyond what was ordered halts us (C-03), but for a halt that the guardian executes too", () => {
    const broker = new HandBroker();
    broker.place();
    const order = broker.accept();
    expect(() => broker.fill({ ...order, shares: 101 }, 101, 50)).toThrow(/C-03/);
    const halted = new HandBroker();
    const clientId = flattenOrderId("1n3k", "ACME", 1);
    halted.place({ ...EXIT, purpose: Purpose.Flatten, clientId });
    const submit = halted.one("Submit");
    halted.answer(submit, { kind: "duplicate", reason: "exists" });
    const theirs = halted.made(
      { ...submit.spec, shares: 120 },
      { filled: 120, averagePrice: 50, status: "filled" },
    );
    halted.until(250);
    halted.answer(halted.one("FindByClientId"), { kind: "found", order: theirs });
    expect(halted.told()).toEqual(["accepted 0", "filled 0: 100 at 50"]);
  });
});

it("a look at the account tells of a fill whose report was lost, and of nobody else's orders", () => {
  const broker = new HandBroker();
  broker.place();
  const order = broker.accept();
  const foreign = { ...order, id: "x" as typeof order.id, clientId: "by-hand" as typeof order.clientId };
  const filled = { ...order, filled: 100, averagePrice: 50, status: "filled" as const };
  const account = {
    id: "a",
    number: "1",
    mayTrade: true,
    mayShort: true,
    cash: 0,
    equity: 0,
    lastEquity: 0,
    buyingPower: 0,
    multiplier: 1,
  };
  const look = { at: broker.now.at, account, positions: [], orders: [foreign, filled], fills: [] };
  broker.hear({ kind: "look", request: 99 as never, look });
  expect(broker.told()).toEqual(["accepted 0", "filled 0: 100 at 50"]);
  expect(broker.life.owns(foreign.clientId)).toBe(false);
});

describe("the end of an order", () => {
  it("comes 60 s after its acceptance where it lives for the next bar, and names what had traded", () => {
    const broker = new HandBroker();
    broker.place();
    const order = broker.fill(broker.accept(), 40, 50);
    broker.until(59_999);
    expect(broker.take("Cancel")).toEqual([]);
    broker.until(60_000);
    broker.answer(broker.one("Cancel"), { kind: "done" });
    broker.end(order);
    expect(broker.told().at(-1)).toBe("expired 0 after 40");
  });

  it("may be a rejection after the acceptance, and is never taken back", () => {
    const broker = new HandBroker();
    broker.place();
    const order = broker.accept();
    broker.end(order, "rejected");
    broker.report(order, "new");
    expect(broker.told()).toEqual(["accepted 0", "rejected 0 after 0"]);
  });

  it("is no word that we do not know: the order is read", () => {
    const broker = new HandBroker();
    broker.place();
    const order = broker.accept();
    for (const status of ["unknown", "done_for_day"] as const) {
      broker.report({ ...order, status });
      broker.until(broker.mono + 2_000);
      broker.answer(broker.one("Read"), { kind: "found", order });
    }
    expect(broker.told()).toEqual(["accepted 0"]);
    expect(broker.noted()).toContain("unknownStatus");
  });

  it("waits for a cancel that has no effect, which is asked again and told to people after 2 min", () => {
    const broker = new HandBroker();
    broker.place({ timeInForce: TimeInForce.Day });
    const order = broker.accept();
    broker.life.cancel(numbered(0), broker.now);
    let cancels = 0;
    for (let mono = 0; mono <= 125_000; mono += 500) {
      broker.until(mono);
      for (const cancel of broker.take("Cancel")) {
        cancels += 1;
        broker.answer(cancel, { kind: "done" });
      }
      for (const read of broker.take("Read")) broker.answer(read, { kind: "found", order });
    }
    expect(cancels).toBe(13);
    expect(broker.noted().filter((note) => note === "stuckCancel")).toHaveLength(1);
    expect(broker.told()).toEqual(["accepted 0"]);
    broker.end(order);
    expect(broker.told()).toEqual(["canceled 0 after 0"]);
  });

  it("of an order that filled before its cancel came is the fill", () => {
    const broker = new HandBroker();
    broker.place();
    const order = broker.accept();
    broker.life.cancel(numbered(0), broker.now);
    broker.answer(broker.one("Cancel"), { kind: "refused", class: "not_open", reason: "422" });
    const filled = { ...order, filled: 100, averagePrice: 50, status: "filled" as const };
    broker.answer(broker.one("Read"), { kind: "found", order: filled });
    expect(broker.told()).toEqual(["accepted 0", "filled 0: 100 at 50"]);
    broker.until(60_000);
    expect(broker.life.requests).toEqual([]);
  });
});

it("a new process asks about all that is not settled, and sends nothing a second time unasked", () => {
  const broker = new HandBroker();
  broker.place();
  const rests = broker.accept();
  broker.place({ ...EXIT, number: numbered(1), symbol: "OTHR" });
  const submit = broker.one("Submit");
  broker.mono = 5;
  broker.life.restarted(broker.now);
  expect(broker.one("Read").order).toBe(rests.id);
  expect(broker.take("Submit")).toEqual([]);
  broker.until(300);
  broker.answer(broker.one("FindByClientId"), { kind: "found", order: broker.made(submit.spec) });
  expect(broker.told()).toEqual(["accepted 0", "accepted 1"]);
  expect(broker.take("Submit")).toEqual([]);
});

it.each([
  ["the next bar", { timeInForce: TimeInForce.NextBar }, "day"],
  ["the day", { timeInForce: TimeInForce.Day }, "day"],
  ["good till canceled", { timeInForce: TimeInForce.GoodTillCanceled }, "gtc"],
  ["the open", { timeInForce: TimeInForce.AtOpen }, "opg"],
  ["the close", { timeInForce: TimeInForce.AtClose }, "cls"],
  ["at once", { timeInForce: TimeInForce.ImmediateOrCancel }, "ioc"],
  ["a market exit", { ...EXIT, timeInForce: TimeInForce.GoodTillCanceled }, "day"],
  ["a fraction, at once", { ...EXIT, shares: 1.5, timeInForce: TimeInForce.ImmediateOrCancel }, "day"],
])("%s has its word at the broker", (_name, changes, life) => {
  const broker = new HandBroker();
  broker.place(changes);
  expect(broker.one("Submit").spec.timeInForce).toBe(life);
});
