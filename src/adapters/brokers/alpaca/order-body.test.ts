/** Goal: our orders leave as Alpaca takes them: legal prices, texts for decimals, nothing that is unset. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OrderSpec } from "../../../domain/broker.ts";
import type { Price } from "../../../domain/money.ts";
import { BUY, type ClientOrderId, SELL } from "../../../domain/order.ts";
import { isOnTick } from "../../../market/ticks.ts";
import { changeBody, priceText, sharesText, submitBody } from "./order-body.ts";

const spec: OrderSpec = {
  clientId: "c-1" as ClientOrderId,
  symbol: "BRK.B",
  side: BUY,
  shares: 3,
  type: "market",
  timeInForce: "day",
  orderClass: "simple",
  opens: true,
};
const bodyOf = (changes: Partial<OrderSpec>): unknown => submitBody({ ...spec, ...changes });

describe("the body of an order", () => {
  it("holds what is set and nothing else", () => {
    expect(submitBody(spec)).toEqual({
      body: {
        symbol: "BRK.B",
        qty: "3",
        side: "buy",
        type: "market",
        time_in_force: "day",
        client_order_id: "c-1",
        position_intent: "buy_to_open",
      },
    });
  });

  it("names what the order does to the position", () => {
    const intent = (side: typeof BUY | typeof SELL, opens: boolean): unknown => bodyOf({ side, opens });
    expect(intent(SELL, true)).toMatchObject({ body: { position_intent: "sell_to_open" } });
    expect(intent(SELL, false)).toMatchObject({ body: { position_intent: "sell_to_close" } });
    expect(intent(BUY, false)).toMatchObject({ body: { position_intent: "buy_to_close" } });
  });

  it("puts a bracket's exits on the grid of the exits' side", () => {
    const bracket = {
      type: "limit",
      orderClass: "bracket",
      limit: 41.159,
      takeProfit: 43.001,
      stopLoss: 40.001,
    } as const;
    expect(bodyOf(bracket)).toMatchObject({
      body: {
        order_class: "bracket",
        limit_price: "41.15",
        take_profit: { limit_price: "43.01" },
        stop_loss: { stop_price: "40.01" },
      },
    });
  });

  it("of a pair that closes has both exits on the side of the pair", () => {
    const pair = {
      side: SELL,
      opens: false,
      type: "limit",
      orderClass: "oco",
      takeProfit: 43.001,
      stopLoss: 40.001,
    } as const;
    expect(bodyOf(pair)).toMatchObject({
      body: { side: "sell", take_profit: { limit_price: "43.01" }, stop_loss: { stop_price: "40.01" } },
    });
  });

  it("never carries a price that is off the grid, or worse than asked", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.0002, max: 5_000, noNaN: true }), (dollars) => {
        for (const direction of ["down", "up", "nearest"] as const) {
          const text = priceText(dollars, direction);
          const micros = Math.round(Number(text) * 1_000_000);
          expect(isOnTick(micros as Price)).toBe(true);
          expect(text).toMatch(/^\d+\.(?:\d{2}|\d{4})$/);
          const asked = Math.round(dollars * 1_000_000);
          if (direction === "down") expect(micros).toBeLessThanOrEqual(asked);
          if (direction === "up") expect(micros).toBeGreaterThanOrEqual(asked);
        }
      }),
    );
    expect(priceText(41.149999999999999, "down")).toBe("41.15");
    expect(priceText(0.12345, "up")).toBe("0.1235");
  });

  it("writes shares with the digits that they have", () => {
    expect([25, 1_000_000, 0.5, 0.1 + 0.2, 1e-9].map(sharesText)).toEqual([
      "25",
      "1000000",
      "0.5",
      "0.3",
      "0.000000001",
    ]);
  });
});

describe("the body of a change", () => {
  const clientId = "c-2" as ClientOrderId;
  it("holds what changes, and refuses a change of nothing", () => {
    expect(changeBody({ clientId, stop: 39.994 })).toEqual({
      body: { client_order_id: "c-2", stop_price: "39.99" },
    });
    expect(changeBody({ clientId })).toEqual({ problem: "a change that changes nothing" });
    expect(changeBody({ clientId, limit: Number.NaN })).toEqual({
      problem: "limit is NaN, must be a positive number",
    });
  });
});
