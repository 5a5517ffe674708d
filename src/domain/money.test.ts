/** Goal: no amount is ever lost to rounding. Method: compare with BigInt over the whole legal range. */
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  affordable,
  dollarsPerShare,
  type Money,
  notional,
  type Price,
  type Quantity,
  shares,
  usd,
} from "./money.ts";

const price = fc.integer({ min: 1, max: 999_999_999_999 }).map((n) => n as Price);
const quantity = fc.integer({ min: 0, max: 9_000_000_000 }).map((n) => n as Quantity);

it("notional agrees with BigInt everywhere", () => {
  fc.assert(
    fc.property(price, quantity, (p, q) => {
      const product = BigInt(p) * BigInt(q);
      expect(BigInt(notional(p, q))).toBe((product + 500_000_000n) / 1_000_000_000n);
    }),
    { numRuns: 20_000 },
  );
});

it("affordable never overspends, and leaves less than one nano-share unspent", () => {
  const budget = fc.integer({ min: 0, max: 1_000_000_000_000 }).map((n) => n as Money);
  const liquid = fc.integer({ min: 1_000_000, max: 999_999_999_999 }).map((n) => n as Price);
  fc.assert(
    fc.property(liquid, budget, (p, m) => {
      const bought = BigInt(affordable(m, p));
      const nanoDollars = BigInt(m) * 1_000_000_000n;
      expect(bought * BigInt(p) <= nanoDollars).toBe(true);
      expect((bought + 1n) * BigInt(p) > nanoDollars).toBe(true);
    }),
  );
});

it("DM-1, DM-2, DM-3: refuses what is not a price, a quantity or exact", () => {
  expect(() => dollarsPerShare(0)).toThrow(/DM-1/);
  expect(() => dollarsPerShare(Number.NaN)).toThrow(/DM-3/);
  expect(() => shares(-1)).toThrow(/DM-2/);
  expect(() => usd(1e10)).toThrow(/DM-3/);
});
