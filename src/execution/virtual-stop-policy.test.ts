/**
 * Goal    a disaster stop is wider than the stop it stands behind and never at zero; an exit of a breached position is
 *         never for more than what is held and never worse than its collar.
 * Method  cases by hand at the limits, then any position against the promises VS-5 and VS-6.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUY, OrderType, SELL, type Side, TimeInForce } from "../domain/order.ts";
import { executionParams } from "./order-policy.ts";
import { disasterStop, exitTerms } from "./virtual-stop-policy.ts";

const params = executionParams.parse({});
const { ImmediateOrCancel, Day } = TimeInForce;
const unquoted = { isQuoted: false, last: 100, failures: 0, reached: 100 };
const quoted = { ...unquoted, isQuoted: true };

describe("where the disaster stop rests (VS-6)", () => {
  it.each([
    [BUY, 100, 95, 90],
    [BUY, 100, 96.5, 92],
    [BUY, 100, 40, 20],
    [SELL, 100, 105, 110],
    [SELL, 100, 101, 108],
    // The price is beyond the stop already: a disaster stop in between would be the nearer of the two.
    [BUY, 80, 95, 50],
    [SELL, 120, 105, 150],
  ] as const)("side %i at %f with a stop at %f: at %f", (side, price, stop, rests) => {
    expect(disasterStop(side, price, stop, params)).toBe(rests);
  });

  it("there is none for a position without a stop or without a price", () => {
    expect(disasterStop(BUY, 100, Number.NaN, params)).toBeNaN();
    expect(disasterStop(BUY, Number.NaN, 95, params)).toBeNaN();
  });

  it("it is positive and never nearer than the stop, by up to a tick of rounding", () => {
    const dollars = fc.double({ min: 2, max: 5_000, noNaN: true });
    const sides = fc.constantFrom<Side>(BUY, SELL);
    fc.assert(
      fc.property(sides, dollars, dollars, (side, price, stop) => {
        const rests = disasterStop(side, price, stop, params);
        expect(rests).toBeGreaterThan(0);
        expect(side * (stop - rests)).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
  });
});

describe("how a breached position leaves (VS-5)", () => {
  it.each([
    { shares: 100, market: quoted, terms: [100, OrderType.Market, ImmediateOrCancel, Number.NaN] },
    { shares: 100.25, market: quoted, terms: [100, OrderType.Market, ImmediateOrCancel, Number.NaN] },
    { shares: 0.25, market: quoted, terms: [0.25, OrderType.Market, Day, Number.NaN] },
    // Nobody sells a fraction with a limit at once (broker rule): a day order at the market is all there is.
    { shares: 0.25, market: unquoted, terms: [0.25, OrderType.Market, Day, Number.NaN] },
    { shares: 100, market: unquoted, terms: [100, OrderType.Limit, ImmediateOrCancel, 99.5] },
    { shares: 3 - 1e-12, market: quoted, terms: [3, OrderType.Market, ImmediateOrCancel, Number.NaN] },
    {
      shares: 100,
      market: { ...unquoted, last: Number.NaN },
      terms: [100, OrderType.Market, ImmediateOrCancel, Number.NaN],
    },
  ])("$shares shares, $market", ({ shares, market, terms }) => {
    const got = exitTerms(SELL, shares, market, params);
    expect([got.shares, got.type, got.timeInForce, got.limit]).toEqual(terms);
  });

  it("the collar doubles with each failure up to its most, on the side that trades", () => {
    const patient = executionParams.parse({ virtualStop: { collarAttempts: 20 } });
    const limits = (side: Side) =>
      [0, 1, 2, 3, 4, 5, 19].map((failures) => exitTerms(side, 1, { ...unquoted, failures }, patient).limit);
    expect(limits(SELL)).toEqual([99.5, 99, 98, 96, 92, 90, 90]);
    expect(limits(BUY)).toEqual([100.5, 101, 102, 104, 108, 110, 110]);
  });

  it("after three attempts that got nothing it is a market order", () => {
    const types = [0, 1, 2, 3, 20].map(
      (failures) => exitTerms(SELL, 1, { ...unquoted, failures }, params).type,
    );
    const { Limit, Market } = OrderType;
    expect(types).toEqual([Limit, Limit, Limit, Market, Market]);
  });

  it.each([
    [SELL, 99.51, OrderType.Limit],
    [SELL, 99.49, OrderType.Market],
    [BUY, 100.49, OrderType.Limit],
    [BUY, 100.51, OrderType.Market],
  ] as const)(
    "side %i, once the price is at %f, beyond the collar of an attempt that failed, as well",
    (side, last, type) => {
      const market = { ...unquoted, last, failures: 1 };
      expect(exitTerms(side, 1, market, params).type).toBe(type);
      // The first attempt is made around the price of its moment, wherever that is.
      expect(exitTerms(side, 1, { ...market, failures: 0 }, params).type).toBe(OrderType.Limit);
    },
  );

  it("an order is for something and for no more than is held; what is left is less than a share", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.boolean(), (shares, isQuoted) => {
        const { shares: sold } = exitTerms(SELL, shares, { ...quoted, isQuoted }, params);
        expect(sold).toBeGreaterThan(0);
        expect(sold - shares).toBeLessThanOrEqual(1e-9);
        expect(shares - sold).toBeLessThan(1);
      }),
    );
  });
});
