/**
 * Goal    the offset covers half of the spread and the drift, is never below the fixed one nor beyond the collar, and
 *         no quote, however broken, makes it anything but a number between the two.
 * Method  a few figures by hand, then properties over sound and broken quotes (EXEC-1).
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../../test/property-seed.ts";
import { adaptiveOffsetBps, adaptiveOffsetParams } from "./adaptive-offset.ts";

const params = adaptiveOffsetParams.parse({});
const offset = (bid: number, ask: number, volatility = Number.NaN) =>
  adaptiveOffsetBps({ bid, ask, volatility }, 5, params);

describe("the adaptive offset", () => {
  it.each([
    ["a narrow spread leaves the fixed one", 99.99, 100.01, Number.NaN, 5],
    ["half of a spread of 20 basis points", 99.9, 100.1, Number.NaN, 10],
    ["and a tenth of a bar's deviation", 99.9, 100.1, 0.004, 14],
    ["no more than the collar", 90, 110, 0.004, 50],
    ["a locked quote drifts alone", 100, 100, 0.01, 10],
    ["a crossed quote says nothing", 100.1, 99.9, 0.01, 5],
    ["nor does one side", Number.NaN, 100, 0.01, 5],
    ["nor the other", 100, Number.NaN, 0.01, 5],
    ["nor a bid of nothing", 0, 100, 0.01, 5],
  ])("%s", (_, bid, ask, volatility, bps) => {
    expect(offset(bid, ask, volatility)).toBeCloseTo(bps, 9);
  });

  it("stays between the fixed one and the collar, whatever it is told", () => {
    const any = fc.oneof(fc.double(), fc.double({ min: 0.01, max: 1000, noNaN: true }));
    fc.assert(
      fc.property(any, any, any, (bid, ask, volatility) => {
        const bps = offset(bid, ask, volatility);
        expect(bps).toBeGreaterThanOrEqual(5);
        expect(bps).toBeLessThanOrEqual(params.maxBps);
      }),
    );
  });

  it("grows with the spread and with the volatility", () => {
    const spread = fc.double({ min: 0, max: 0.02, noNaN: true });
    let wider = 0;
    fc.assert(
      fc.property(spread, spread, spread, spread, (a, b, c, d) => {
        const [narrow, wide] = [Math.min(a, b), Math.max(a, b)];
        const [calm, wild] = [Math.min(c, d), Math.max(c, d)];
        const before = offset(100 * (1 - narrow), 100 * (1 + narrow), calm);
        const after = offset(100 * (1 - wide), 100 * (1 + wide), wild);
        if (after > before) wider += 1;
        expect(after).toBeGreaterThanOrEqual(before);
      }),
    );
    expect(wider).toBeGreaterThan(5);
  });
});
