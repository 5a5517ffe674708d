/**
 * Goal    the parts of a shared fill add up after every fill, are as near to pro rata as whole units allow, and
 *         nobody gets more than demanded or gives anything back.
 * Method  a table worked out by hand, then properties over demands and over how they are filled.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { table } from "../../test/table.ts";
import { NANOS } from "../domain/money.ts";
import { splitAmount, splitFill } from "./fill-split.ts";

const nanos = (text = "") => text.split(" ").map((count) => Math.round(Number(count) * NANOS));
const shares = (parts: readonly number[]) => parts.map((part) => part / NANOS).join(" ");

describe("splitFill by hand", () => {
  it.each(
    table(`
      demands  given   fill  parts        why
      60 40    0 0     100   60 40        all of it
      60 40    0 0     50    30 20        pro rata
      1 1      0 0     1     1 0          a tie goes to the earlier
      1 1      1 0     1     0 1          and the other gets the next
      1 1 1    0 0 0   2     1 1 0        two for three
      50 30    0 0     7     4 3          4.375 and 2.625: the largest remainder first
      90 10    0 0     4     4 0          0.4 of a share is none
      90 10    4 0     1     1 0          half a share behind both: a tie again
      5 3 2    3 2 1   4     2 1 1        to the end, exactly
      7        0       3     3            one alone
      60 40    0 0     0.5   0.3 0.2      parts of a share are split in parts
      60.5 40  0 0     50.25  30.25 20     a demand of parts, too
      2 1      0 0     0.000000001  0.000000001 0   the smallest there is
    `),
  )("$fill over $demands, given $given: $why", ({ demands, given, fill, parts }) => {
    expect(shares(splitFill(nanos(demands), nanos(given), nanos(fill)[0] ?? 0))).toBe(shares(nanos(parts)));
  });

  it("EX-1: more than is left, nothing, and no number cannot be split", () => {
    for (const fill of [11, 0, -1, Number.NaN]) {
      expect(() => splitFill([6 * NANOS, 4 * NANOS], [0, 0], fill * NANOS)).toThrow(/EX-1/);
    }
    expect(() => splitFill([6 * NANOS, 4 * NANOS], [3 * NANOS, 2 * NANOS], 6 * NANOS)).toThrow(/EX-1/);
  });
});

/** Demands and a way to fill some of them: shares of what is left, one after the other. */
const anyDemand = fc.oneof(
  fc.integer({ min: 1, max: 12 }).map((count) => count * NANOS),
  fc.integer({ min: 1, max: 1_000_000 }).map((count) => count * NANOS),
  fc.integer({ min: 1, max: 5_000_000_000 }),
);
const anyWhole = fc.integer({ min: 1, max: 300 }).map((count) => count * NANOS);
const cuts = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });

describe("splitFill always", () => {
  it("adds up after every fill, never unfills, never passes a demand, and ends where it should", () => {
    let shared = 0;
    const demands = fc.array(fc.oneof(anyDemand, anyWhole), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(demands, cuts, (wanted, steps) => {
        const total = wanted.reduce((sum, demand) => sum + demand, 0);
        const given = wanted.map(() => 0);
        let filled = 0;
        for (const step of [...steps, 1]) {
          const fill = Math.min(total - filled, Math.max(1, Math.round((total - filled) * step)));
          if (fill === 0) break;
          const parts = splitFill(wanted, given, fill);
          for (const [n, part] of parts.entries()) {
            expect(part).toBeGreaterThanOrEqual(0);
            given[n] = (given[n] ?? 0) + part;
            expect(given[n]).toBeLessThanOrEqual(wanted[n] ?? 0);
          }
          filled += fill;
          shared += 1;
          expect(given.reduce((sum, part) => sum + part, 0)).toBe(filled);
        }
        expect(given).toEqual(wanted);
      }),
      { numRuns: 1_000 },
    );
    expect(shared).toBeGreaterThan(2_000);
  });

  it("whole fills of whole demands stay whole, within a share of pro rata, whatever came before", () => {
    const demands = fc.array(anyWhole, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(demands, cuts, (wanted, steps) => {
        const total = wanted.reduce((sum, demand) => sum + demand, 0);
        const given = wanted.map(() => 0);
        let filled = 0;
        for (const step of steps) {
          const fill = Math.ceil(((total - filled) / NANOS) * step * 0.7) * NANOS;
          if (fill === 0) break;
          for (const [n, part] of splitFill(wanted, given, fill).entries()) {
            expect(part % NANOS).toBe(0);
            given[n] = (given[n] ?? 0) + part;
          }
          filled += fill;
          for (const [n, demand] of wanted.entries()) {
            // Nobody is a share ahead or behind for each who might have been served first.
            const exact = (demand / total) * filled;
            expect(Math.abs((given[n] ?? 0) - exact)).toBeLessThan(NANOS * wanted.length);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("a first fill is the largest-remainder rule itself: within one share of pro rata", () => {
    const demands = fc.array(anyWhole, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(demands, fc.double({ min: 0.01, max: 1, noNaN: true }), (wanted, step) => {
        const total = wanted.reduce((sum, demand) => sum + demand, 0);
        const fill = Math.ceil((total / NANOS) * step) * NANOS;
        const parts = splitFill(
          wanted,
          wanted.map(() => 0),
          fill,
        );
        const remainders = wanted.map((demand) => ((demand / NANOS) * (fill / NANOS)) % (total / NANOS));
        for (const [n, demand] of wanted.entries()) {
          const exact = (demand * (fill / NANOS)) / (total / NANOS);
          expect(Math.abs((parts[n] ?? 0) - exact)).toBeLessThan(NANOS);
          for (const other of wanted.keys()) {
            const lucky =
              (parts[n] ?? 0) > exact && (parts[other] ?? 0) < (wanted[other] ?? 0) * (fill / total);
            if (lucky) expect(remainders[n]).toBeGreaterThanOrEqual(remainders[other] ?? 0);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("splitAmount", () => {
  it("adds up to the last micro-dollar, rebates included, and follows the weights", () => {
    const weights = fc.array(fc.integer({ min: 0, max: 2_000_000_000_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(weights, fc.integer({ min: -50_000_000, max: 50_000_000 }), (parts, amount) => {
        const total = parts.reduce((sum, part) => sum + part, 0);
        const split = splitAmount(parts, amount);
        expect(split.reduce((sum, part) => sum + part, 0)).toBe(total === 0 ? 0 : amount);
        for (const [n, part] of split.entries()) {
          expect(Object.is(part, -0)).toBe(false);
          if (total > 0) expect(Math.abs(part - ((parts[n] ?? 0) / total) * amount)).toBeLessThan(1.001);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
