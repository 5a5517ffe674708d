/**
 * Goal    show that no order leaves with a price or quantity the exchange would refuse.
 * Method  a table around one dollar and the half tick, then properties over the whole range.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dollarsPerShare, type Price, type Quantity, shares } from "../domain/money.ts";
import {
  isFractional,
  isOnTick,
  type RoundingDirection,
  roundLots,
  roundToTick,
  tickSize,
  wholeShares,
} from "./ticks.ts";

const directions: readonly RoundingDirection[] = ["down", "up", "nearest"];
const price = fc
  .oneof(fc.integer({ min: 1, max: 2_000_000 }), fc.integer({ min: 1, max: 900_000_000_000 }))
  .map((p) => p as Price);

it("prices are in cents from one dollar up, in hundredths of a cent below", () => {
  const ticks = [0.5, 0.999999, 1, 1.000001, 500].map((dollars) => tickSize(dollarsPerShare(dollars)));
  expect(ticks).toEqual([100, 100, 10_000, 10_000, 10_000]);
});

describe("roundToTick", () => {
  it.each([
    [10.005, "down", 10],
    [10.005, "up", 10.01],
    [10.005, "nearest", 10.01],
    [10.004999, "nearest", 10],
    [10.01, "down", 10.01],
    [10.01, "up", 10.01],
    [1, "down", 1],
    [1.000001, "down", 1],
    [1.000001, "up", 1.01],
    [0.99995, "up", 1],
    [0.99995, "down", 0.9999],
    [0.12345, "nearest", 0.1235],
    [0.123449, "nearest", 0.1234],
    [0.00001, "down", 0.0001],
  ] as [number, RoundingDirection, number][])("%d %s is %d", (given, direction, wanted) => {
    expect(roundToTick(dollarsPerShare(given), direction)).toBe(dollarsPerShare(wanted));
  });

  it("lands on a tick, on the side asked for, less than a tick away, and stays there", () => {
    fc.assert(
      fc.property(price, fc.constantFrom(...directions), (p, direction) => {
        const rounded = roundToTick(p, direction);
        expect(isOnTick(rounded)).toBe(true);
        expect(Math.abs(rounded - p)).toBeLessThan(tickSize(p));
        if (direction === "up") expect(rounded).toBeGreaterThanOrEqual(p);
        if (direction === "down" && p >= 100) expect(rounded).toBeLessThanOrEqual(p);
        if (direction === "nearest" && p >= 100)
          expect(2 * Math.abs(rounded - p)).toBeLessThanOrEqual(tickSize(p));
        for (const again of directions) expect(roundToTick(rounded, again)).toBe(rounded);
      }),
      { numRuns: 5000 },
    );
  });

  it("refuses what is not a price", () => {
    for (const bad of [0, -1, Number.NaN]) expect(() => roundToTick(bad as Price, "up")).toThrow(/DM-1/);
  });
});

describe("quantities", () => {
  it.each([
    [100, false, 1, 100],
    [99, false, 0, 99],
    [250.5, true, 2, 250],
    [0.000000001, true, 0, 0],
    [0, false, 0, 0],
  ])("%d shares: fractional %s, %i round lots, %i whole", (count, fractional, lots, whole) => {
    const quantity = shares(count);
    expect(isFractional(quantity)).toBe(fractional);
    expect(roundLots(quantity)).toBe(lots);
    expect(wholeShares(quantity)).toBe(shares(whole));
  });

  it("whole shares and the part that is left make up the quantity", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9e15 }), (n) => {
        const whole = wholeShares(n as Quantity);
        expect(isFractional(whole)).toBe(false);
        expect(n - whole).toBeGreaterThanOrEqual(0);
        expect(n - whole).toBeLessThan(1e9);
      }),
    );
  });
});
