/**
 * Goal    the way back that adjusting returns leads from every adjusted price to the printed one.
 * Method  random series with random actions; each close, taken back by the factor of its row, is the one before.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { adjustBars } from "./adjust-bars.ts";
import type { PlacedAction } from "./judge-series.ts";

const ROWS = 40;
const action = fc.record({
  row: fc.integer({ min: 1, max: ROWS - 1 }),
  kind: fc.constantFrom("split", "dividend", "spinoff"),
  newShares: fc.integer({ min: 1, max: 9 }),
  oldShares: fc.integer({ min: 1, max: 9 }),
  cash: fc.integer({ min: 1, max: 200 }),
});

it("raw = adjusted x factor, at every row, for both kinds", () => {
  let moved = 0;
  fc.assert(
    fc.property(
      fc.array(action, { minLength: 1, maxLength: 5 }),
      fc.constantFrom("split" as const, "full" as const),
      (drawn, kind) => {
        const placed = drawn
          .toSorted((a, b) => a.row - b.row)
          .map(({ row, kind: what, newShares, oldShares, cash }) => ({
            row,
            reference: 100,
            action: {
              kind: what,
              symbol: "A",
              exDate: row,
              newShares,
              oldShares,
              cashPerShare: what === "split" ? 0 : cash / 10,
              reference: Number.NaN,
            },
          })) as unknown as PlacedAction[];
        const raw = Float64Array.from({ length: ROWS }, (_, row) => 50 + row);
        const close = raw.slice();
        const bars = { open: raw.slice(), high: raw.slice(), low: raw.slice(), close, volume: raw.slice() };
        const back = adjustBars(bars, placed, kind);
        expect(back[0]?.row).toBe(0);
        for (let row = 0; row < ROWS; row++) {
          const factor = back.findLast((step) => step.row <= row)?.factor ?? Number.NaN;
          expect(close[row]! * factor).toBeCloseTo(raw[row]!, 8);
          if (factor !== 1) moved += 1;
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(moved).toBeGreaterThan(1_000);
});
