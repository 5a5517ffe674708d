import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUY, SELL } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { closeOrder, planRound } from "./flatten-plan.ts";
import type { SeenOrder, SeenPosition } from "./ports.ts";

const at = 1_000_000_000 as EpochMicros;
const long: SeenPosition = { symbol: "AAPL", shares: 10, available: 10, price: 100 };
const working = (given: Partial<SeenOrder>): SeenOrder => ({
  id: "1",
  clientId: "E1",
  symbol: "AAPL",
  side: SELL,
  submittedAt: at,
  ...given,
});
const fresh = { at, bid: 99.9, ask: 100.1 };

describe("a round of the flatten", () => {
  it.each<[string, Partial<SeenOrder>, { isOpen?: boolean }, { cancels: number; closes: number }]>([
    ["a foreign order is cancelled first", {}, {}, { cancels: 1, closes: 0 }],
    ["our own that is fresh is left to work", { clientId: "Hh1-AAPL-1" }, {}, { cancels: 0, closes: 0 }],
    [
      "our own that is old is cancelled",
      { clientId: "Hh1-AAPL-1", submittedAt: (at - 5_000_000) as EpochMicros },
      {},
      { cancels: 1, closes: 0 },
    ],
    ["one of another halt is foreign", { clientId: "Hh2-AAPL-1" }, {}, { cancels: 1, closes: 0 }],
    [
      "ours on the wrong side is cancelled",
      { clientId: "Hh1-AAPL-1", side: BUY },
      {},
      { cancels: 1, closes: 0 },
    ],
    ["another symbol's holds up nothing", { symbol: "MSFT" }, {}, { cancels: 1, closes: 1 }],
    ["shut: what protects stays", {}, { isOpen: false }, { cancels: 0, closes: 0 }],
    ["shut: what adds goes", { side: BUY }, { isOpen: false }, { cancels: 1, closes: 0 }],
  ])("%s", (_, order, { isOpen = true }, expected) => {
    // Shares are free although an order works: some brokers say so, and it must not matter.
    const plan = planRound({ at, isOpen, positions: [long], orders: [working(order)] }, "h1", new Map());
    expect({ cancels: plan.cancels.length, closes: plan.closes.length }).toEqual(expected);
  });

  it("closes the five largest first", () => {
    const positions = [1, 7, 3, 5, 2, 6].map((shares) => ({
      ...long,
      symbol: `S${shares}`,
      shares: -shares,
    }));
    const { closes } = planRound({ at, isOpen: true, positions, orders: [] }, "h1", new Map());
    expect(closes.map(({ symbol }) => symbol)).toEqual(["S7", "S6", "S5", "S3", "S2"]);
  });
});

describe("a closing order", () => {
  it.each([
    ["a fresh quote", 1, fresh, undefined],
    ["no quote", 1, undefined, 99.5],
    ["a quote of 2.1 s ago", 2, { ...fresh, at: (at - 2_100_000) as EpochMicros }, 99],
    ["a crossed quote", 3, { at, bid: 101, ask: 100 }, 98],
    ["an empty side", 9, { at, bid: 0, ask: 100 }, 95],
  ])("with %s, attempt %d", (_, attempt, quote, limit) => {
    expect(closeOrder(long, "h1", attempt, { at, quote })).toMatchObject({ side: SELL, shares: 10 });
    expect(closeOrder(long, "h1", attempt, { at, quote }).limit).toBe(limit);
  });

  it("that buys goes above the price, on the tick; without any price it goes at market", () => {
    const short = { ...long, shares: -10, price: 33.33 };
    expect(closeOrder(short, "h1", 1, { at, quote: undefined })).toMatchObject({ side: BUY, limit: 33.5 });
    const penny = { ...short, price: 0.1234 };
    expect(closeOrder(penny, "h1", 1, { at, quote: undefined }).limit).toBe(0.1241);
    expect(closeOrder({ ...short, price: 0 }, "h1", 1, { at, quote: undefined }).limit).toBeUndefined();
  });

  it("only ever closes: the other side, no more than held and no more than available (RISK-7)", () => {
    const amount = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(
        amount,
        fc.boolean(),
        amount,
        fc.double({ min: 0, max: 5000, noNaN: true }),
        amount,
        (...given) => {
          const [held, isShort, available, price, attempt] = given;
          const shares = isShort ? -held : held;
          const order = closeOrder({ symbol: "A", shares, available, price }, "h1", attempt, {
            at,
            quote: undefined,
          });
          expect(order.side).toBe(isShort ? BUY : SELL);
          expect(order.shares).toBeLessThanOrEqual(Math.min(held, available));
          expect(order.shares).toBeGreaterThan(0);
          if (order.limit !== undefined) expect(order.limit).toBeGreaterThan(0);
        },
      ),
    );
    expect(() => closeOrder({ ...long, available: 0 }, "h1", 1, { at, quote: fresh })).toThrow(/GF-1/);
    expect(() => closeOrder({ ...long, shares: Number.NaN }, "h1", 1, { at, quote: fresh })).toThrow(/GF-1/);
  });
});
