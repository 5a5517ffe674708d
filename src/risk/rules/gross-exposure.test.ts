/**
 * Goal    the sum of all positions and working entries stays below its share of equity.
 * Method  a table with 100 % of $100,000; then a property: what passes leaves the sum at or below the cap.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../../test/between.ts";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, kept } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { BUY, SELL } from "../../domain/order.ts";
import { grossExposure } from "./gross-exposure.ts";

const rule = grossExposure.configure({ maxFraction: 1 });

describe("gross_exposure", () => {
  it.each(
    table(`
      order      gross   working  limit  mark  equity  says           why
      buy 100    90000   0        100    100   100000  allow          exactly the whole equity
      buy 101    90000   0        100    100   100000  shrink to 100  one share too many is trimmed
      buy 100    90000   4000     100    100   100000  shrink to 60   RK-3 working entries use up room
      sell 101   90000   0        100    100   100000  shrink to 100  shorts add like longs
      buy 100    100000  0        100    100   100000  deny           full
      buy 100    130000  0        100    100   100000  deny           over the cap after a rise
      buy 100    90000   0        200    100   100000  shrink to 50   a limit above the mark counts
      sell 101   90000   0        1      100   100000  shrink to 100  a sell limit below the mark fills at the mark
      buy 100    90000   0        none   100   100000  allow          a market order counts at the mark
      buy 101    90000   -1000    100    100   100000  shrink to 100  less than nothing working is no room
      buy 1      0       0        100    none  100000  deny           no mark
      buy 1      0       0        0      100   100000  deny           a limit that is no price
      buy 1      none    0        100    100   100000  deny           unknown exposure
      buy 1      -inf    0        100    100   100000  deny           no number
      buy 1      0       none     100    100   100000  deny           unknown orders
      buy 1      0       0        100    100   none    deny           unknown equity
      buy 1      0       0        100    100   0       deny           no equity
      buy 1      0       0        100    100   -1      deny           a debt is no equity
      buy 1      0       0        100    100   inf     deny           nor is infinity
    `),
  )("$order, gross $gross and $working: $why", (row) => {
    const [side = "", shares = ""] = row.order?.split(" ") ?? [];
    const facts = {
      gross: cellNumber(row.gross),
      workingGross: cellNumber(row.working),
      mark: cellNumber(row.mark),
      equity: cellNumber(row.equity),
    };
    const order = { side: side === "buy" ? BUY : SELL, shares: Number(shares), limit: cellNumber(row.limit) };
    expect(answer(rule, { facts, order })).toBe(row.says);
  });

  it.each(
    table(`
      scalar  gross  says           why
      0.71    90000  allow          above the tier all of the equity
      0.7     40000  allow          in the tier exactly the half
      0.7     45000  shrink to 50   trimmed to the half
      0.4     90000  deny           beyond it already
      none    0      deny           an unknown scalar
    `),
  )("C-25: at a scalar of $scalar and $gross held: $why", (row) => {
    const facts = { scalar: cellNumber(row.scalar), gross: cellNumber(row.gross) };
    expect(answer(rule, { facts, order: { shares: 100, limit: 100 } })).toBe(row.says);
    const tight = grossExposure.configure({ maxFraction: 0.2 });
    expect(answer(tight, { facts: { ...facts, gross: 20_000 } })).toBe("deny");
  });

  it("what passes keeps the sum below the cap, and no whole share of room is wasted", () => {
    const dollars = between(0, 60_000);
    const price = between(1, 500);
    fc.assert(
      fc.property(
        dollars,
        dollars,
        price,
        fc.integer({ min: 1, max: 50_000 }),
        (gross, workingGross, mark, shares) => {
          const passed = kept(rule, { facts: { gross, workingGross, mark }, order: { shares, limit: mark } });
          const after = gross + workingGross + passed * mark;
          if (passed > 0) expect(after).toBeLessThanOrEqual(100_000 * (1 + 1e-12));
          if (passed < shares) expect(after + mark).toBeGreaterThan(100_000 * (1 - 1e-12));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
