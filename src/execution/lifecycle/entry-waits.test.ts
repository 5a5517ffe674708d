/**
 * Goal    an order for an auction reaches the broker once, inside its window, and only if it is still wanted then;
 *         nobody hears of it before.
 * Method  one life cycle with a broker played by hand; the window is half a minute to a minute of the exchange's time.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { HandBroker } from "../../../test/lifecycle-desk.ts";
import { exchangeAt } from "../../../test/mean-broker.ts";
import "../../../test/property-seed.ts";
import { type OrderNumber, OrderType, Purpose, TimeInForce } from "../../domain/order.ts";

const OPENS_MS = 30_000;
const CLOSES_MS = 60_000;
const order = 0 as OrderNumber;
const opening = { timeInForce: TimeInForce.AtOpen } as const;
const window = { opensAt: exchangeAt(OPENS_MS), closesAt: exchangeAt(CLOSES_MS) };
const waiting = () =>
  new HandBroker({ auctionWindow: (auction) => (auction === "open" ? window : undefined) });

const asked = (broker: HandBroker) => broker.life.rechecks.asks.splice(0);
const say = (broker: HandBroker, refusal?: string) => broker.life.rechecks.answer(order, refusal, broker.now);

it("waits without a word, longer than any other entry may, until its window opens", () => {
  const broker = waiting();
  broker.place(opening);
  broker.until(OPENS_MS - 1);
  expect([asked(broker), broker.told(), broker.noted(), broker.life.requests]).toEqual([[], [], [], []]);
  expect(broker.life.open()).toMatchObject([{ state: "INTENT", isHeld: true }]);
  broker.until(OPENS_MS);
  expect(asked(broker)).toEqual([order]);
  expect(broker.life.requests).toEqual([]);
});

it("leaves at once when it is still wanted, as an opening order without legs", () => {
  const broker = waiting();
  broker.place({ ...opening, bracket: { stopOrder: 1 as OrderNumber, stop: 45, target: Number.NaN } });
  broker.until(OPENS_MS);
  say(broker);
  expect(broker.one("Submit").spec).toMatchObject({ timeInForce: "opg", orderClass: "simple", shares: 100 });
  expect(broker.life.open()[0]?.isHeld).toBeUndefined();
});

it("that is not wanted any more ends as expired, with the rule in its note, and never leaves", () => {
  const broker = waiting();
  broker.place(opening);
  broker.until(OPENS_MS);
  say(broker, "daily_drawdown: 0.021 against 0.02");
  expect(broker.life.notes.at(-1)).toMatchObject({
    to: "EXPIRED",
    reason: "daily_drawdown: 0.021 against 0.02",
  });
  expect(broker.told()).toEqual(["expired 0 after 0"]);
  broker.until(CLOSES_MS * 2);
  expect(broker.life.requests).toEqual([]);
});

it("that is canceled while it waits ends without a request", () => {
  const broker = waiting();
  broker.place(opening);
  broker.until(10_000);
  broker.life.cancel(order, broker.now);
  broker.until(CLOSES_MS * 2);
  expect(broker.told()).toEqual(["canceled 0 after 0"]);
  expect([asked(broker), broker.life.requests]).toEqual([[], []]);
});

it("that could not leave in its window expires with a note", () => {
  const broker = waiting();
  broker.place(opening);
  broker.hear({ kind: "line", state: "down", reason: "test" });
  broker.until(CLOSES_MS);
  expect(asked(broker)).toEqual([]);
  expect(broker.told()).toEqual(["expired 0 after 0"]);
  expect(broker.life.notes.at(-1)?.reason).toContain("window");
});

it("for an auction that nobody knows of ends at once", () => {
  const broker = waiting();
  broker.place({ timeInForce: TimeInForce.AtClose });
  expect(broker.told()).toEqual(["expired 0 after 0"]);
  expect(broker.life.requests).toEqual([]);
});

it("leaves at once where its window is open: the gate has just said yes", () => {
  const broker = waiting();
  broker.until(OPENS_MS + 1_000);
  broker.place(opening);
  expect(broker.take("Submit")).toHaveLength(1);
  expect(asked(broker)).toEqual([]);
});

it("is asked about again when a yes grew old before it could leave", () => {
  const broker = waiting();
  broker.place(opening);
  broker.until(OPENS_MS);
  asked(broker);
  say(broker);
  broker.answer(broker.one("Submit"), { kind: "notSent", reason: "no line" });
  broker.hear({ kind: "line", state: "down", reason: "test" });
  broker.until(OPENS_MS + 8_000);
  expect(broker.take("Submit")).toEqual([]);
  broker.hear({ kind: "line", state: "up", reason: "test" });
  expect(asked(broker)).toEqual([order]);
  say(broker);
  broker.accept();
  expect(broker.told()).toEqual(["accepted 0"]);
});

it("waits on after a restart, and leaves once", () => {
  const broker = waiting();
  broker.place(opening);
  broker.until(10_000);
  broker.life.restarted(broker.now);
  expect(broker.life.requests).toEqual([]);
  broker.until(OPENS_MS);
  broker.life.restarted(broker.now);
  expect(asked(broker)).toEqual([order]);
  say(broker);
  expect(broker.take("Submit")).toHaveLength(1);
  broker.until(OPENS_MS + 1);
  expect(broker.take("Submit")).toEqual([]);
});

it("an exit waits for no auction", () => {
  const broker = waiting();
  broker.place({ ...opening, purpose: Purpose.Exit, type: OrderType.Market, limit: Number.NaN });
  expect(broker.take("Submit")).toHaveLength(1);
});

it("whenever it is placed, whatever is said, nothing of it leaves outside its window or without a yes", () => {
  let sent = 0;
  const instants = fc.integer({ min: 0, max: 80_000 });
  const steps = fc.array(
    fc.record({ mono: instants, act: fc.constantFrom("yes", "no", "restart", "cancel") }),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(instants, steps, (placedAt, all) => {
      const broker = waiting();
      broker.until(placedAt);
      let mayLeave = placedAt >= OPENS_MS && placedAt < CLOSES_MS;
      const look = () => {
        const submits = broker.take("Submit");
        if (submits.length === 0) return;
        expect(mayLeave).toBe(true);
        expect(broker.mono).toBeGreaterThanOrEqual(OPENS_MS);
        expect(broker.mono).toBeLessThan(CLOSES_MS);
        sent += submits.length;
      };
      broker.place(opening);
      look();
      for (const { mono, act } of all.toSorted((a, b) => a.mono - b.mono)) {
        if (mono > broker.mono) broker.until(mono);
        const isAsked = asked(broker).length > 0;
        if (act === "restart") broker.life.restarted(broker.now);
        else if (act === "cancel") broker.life.cancel(order, broker.now);
        else if (isAsked) {
          mayLeave ||= act === "yes";
          say(broker, act === "yes" ? undefined : "no");
        }
        look();
      }
    }),
    { numRuns: 300 },
  );
  expect(sent).toBeGreaterThan(20);
});
