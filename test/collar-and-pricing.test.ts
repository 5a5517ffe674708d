/**
 * Goal    the collar never refuses what our own pricing makes: the auction offset is as wide as the collar, and
 *         one bit of a double would be enough to lose the order.
 * Method  every cent from one dollar to ten thousand, and every finer tick below one dollar, by chance.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { BUY, SELL, type Side } from "../src/domain/order.ts";
import { executionParams, priceEntry } from "../src/execution/order-policy.ts";
import { priceCollar } from "../src/risk/rules/price-collar.ts";
import { answer } from "./risk-case.ts";

const rule = priceCollar.configure({ maxFraction: 0.005 });
const mark = fc.oneof(
  fc.integer({ min: 100, max: 1_000_000 }).map((cents) => cents / 100),
  fc.integer({ min: 1_000, max: 9_999 }).map((ticks) => ticks / 10_000),
);

it.each(["us", "none"] as const)("an auction price on the collar's edge leaves, with ticks: %s", (tick) => {
  const params = executionParams.parse({ auctionOffsetBps: 50, tick });
  fc.assert(
    fc.property(mark, fc.constantFrom<Side>(BUY, SELL), (close, side) => {
      const { limit } = priceEntry(side, close, "open_auction", params);
      const said = answer(rule, {
        facts: { mark: close, quotedAt: Number.NaN },
        order: { side, limit, reference: close },
      });
      expect(`${limit} after ${close}: ${said}`).toBe(`${limit} after ${close}: allow`);
    }),
    { numRuns: 5_000 },
  );
});
