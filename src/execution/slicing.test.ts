/**
 * Goal    what is large for a minute of its market leaves in slices, everything else as one; no slice is larger than
 *         its share unless there would be too many of them.
 * Method  a table, then properties over sizes and volumes.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../../test/property-seed.ts";
import { OrderType, Purpose, TimeInForce } from "../domain/order.ts";
import { slicePlan, slicingParams } from "./slicing.ts";

const params = slicingParams.parse({});
const entry = {
  purpose: Purpose.Entry as Purpose,
  type: OrderType.Limit as OrderType,
  timeInForce: TimeInForce.NextBar as TimeInForce,
  shares: 1000,
  limit: 100,
};
/** 5 % of a minute of it are 100 shares. */
const VOLUME = 780_000;
const sizeOf = (changes: Partial<typeof entry> & { readonly members?: [] }, volume = VOLUME, given = {}) =>
  slicePlan({ ...entry, ...changes }, volume, { ...params, ...given })?.shares;

describe("a large entry", () => {
  it("leaves in slices of its share of a usual minute, fifteen seconds apart", () => {
    expect(slicePlan(entry, VOLUME, params)).toEqual({ shares: 100, everyMicros: 15_000_000 });
  });

  it.each<[string, number | undefined, number | undefined]>([
    ["as large as a slice", sizeOf({ shares: 100, limit: 300 }), undefined],
    ["one share more than a slice", sizeOf({ shares: 101, limit: 300 }), 100],
    ["below its dollars", sizeOf({ shares: 199 }), undefined],
    ["at its dollars", sizeOf({ shares: 200 }), 100],
    ["so large that there would be too many slices", sizeOf({ shares: 2401 }), 201],
    ["of an instrument that hardly trades", sizeOf({ shares: 240 }, 1), 20],
    ["of an unknown volume", sizeOf({}, Number.NaN), undefined],
    ["of no volume at all", sizeOf({}, 0), undefined],
    ["with a fraction of a share", sizeOf({ shares: 1000.5 }), undefined],
    ["shared by several strategies", sizeOf({ members: [] }), undefined],
    ["where slices are switched off", sizeOf({}, VOLUME, { maxSlices: 1 }), undefined],
    ["for an auction", sizeOf({ timeInForce: TimeInForce.AtOpen }), undefined],
    ["that takes what is there", sizeOf({ timeInForce: TimeInForce.ImmediateOrCancel }), undefined],
    ["at the market", sizeOf({ type: OrderType.Market, limit: Number.NaN }), undefined],
    ["that is an exit", sizeOf({ purpose: Purpose.Exit }), undefined],
  ])("%s", (_, size, expected) => {
    expect(size).toBe(expected);
  });

  it("has whole slices, no more than allowed, and no larger than its share where that is enough", () => {
    let sliced = 0;
    const shares = fc.integer({ min: 1, max: 100_000 });
    const volume = fc.double({ min: 1, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(shares, volume, fc.integer({ min: 1, max: 100 }), (wanted, usual, maxSlices) => {
        const size = sizeOf({ shares: wanted }, usual, { maxSlices, fromDollars: 0 });
        if (size === undefined) return;
        sliced += 1;
        const count = Math.ceil(wanted / size);
        expect(Number.isInteger(size) && size >= 1 && size < wanted).toBe(true);
        expect(count).toBeLessThanOrEqual(maxSlices);
        const isShare = size <= (0.05 * usual) / 390;
        expect(isShare || size === 1 || size === Math.ceil(wanted / maxSlices)).toBe(true);
      }),
    );
    expect(sliced).toBeGreaterThan(20);
  });
});
