/**
 * Goal    no limit far from the last close leaves, and none that our own pricing makes is refused.
 * Method  a table around the width of half a per cent; then a property over every tick that an auction order can
 *         be priced at, because its offset is as wide as the collar.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { BUY, SELL, type Side } from "../../domain/order.ts";
import { executionParams, priceEntry } from "../../execution/order-policy.ts";
import { priceCollar } from "./price-collar.ts";

const rule = priceCollar.configure({ maxFraction: 0.005 });

describe("price_collar", () => {
  it.each(
    table(`
      limit   mark   reference  says   why
      100     100    100        allow  at the close
      100.5   100    100        allow  exactly at the width
      100.51  100    100        deny   one cent beyond
      99.5    100    100        allow  the same below
      99.49   100    100        deny   one cent beyond below
      6.03    6      6          allow  at the width, where doubles say a hair more
      1       100    100        deny   the $1 sentinel of 2013
      none    100    100.2      allow  a market order is measured by its decision
      none    100    102        deny   decided at a price that is gone
      none    100    none       deny   a market order without a decision price
      100     none   100        deny   no close known
      100     0      100        deny   a close that is no price
      100     -100   100        deny   nor is this
      100     inf    100        deny   nor this
      0       100    100        deny   a limit that is no price
      inf     100    100        deny   nor is this
    `),
  )("limit $limit, close $mark: $why", (row) => {
    const order = { limit: cellNumber(row.limit), reference: cellNumber(row.reference) };
    expect(answer(rule, { facts: { mark: cellNumber(row.mark) }, order })).toBe(row.says);
  });

  it("never refuses the auction price of an offset as wide as itself, on any cent and either side", () => {
    const params = executionParams.parse({ auctionOffsetBps: 50 });
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 1_000_000 }),
        fc.constantFrom<Side>(BUY, SELL),
        (cents, side) => {
          const mark = cents / 100;
          const { limit } = priceEntry(side, mark, "open_auction", params);
          expect(answer(rule, { facts: { mark }, order: { side, limit, reference: mark } })).toBe("allow");
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
