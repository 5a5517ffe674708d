/**
 * Goal    no sequence of orders can hold more of one instrument than its share of equity.
 * Method  a table with 5 % of $100,000, that is $5,000; then a property over random orders, fills and positions.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../../test/between.ts";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, kept } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { BUY, SELL, type Side } from "../../domain/order.ts";
import { positionSize } from "./position-size.ts";

const rule = positionSize.configure({ maxFraction: 0.05 });

describe("position_size", () => {
  it("a flip has the room of its own side only: what is held is closed by the exit before it", () => {
    const sell = { side: SELL, shares: 120, limit: 100 };
    expect(answer(rule, { facts: { position: 50, exitingSell: 50 }, order: sell })).toBe("shrink to 50");
    expect(answer(rule, { facts: { position: 50, exitingSell: 20 }, order: sell })).toBe("shrink to 80");
    expect(answer(rule, { facts: { position: 50, exitingBuy: 50 }, order: sell })).toBe("shrink to 100");
    expect(answer(rule, { facts: { position: 50, exitingSell: Number.NaN }, order: sell })).toBe("deny");
  });

  it.each(
    table(`
      order     held  buys  sells  limit  mark  equity  says          why
      buy 50    0     0     0      100    100   100000  allow         exactly $5,000
      buy 51    0     0     0      100    100   100000  shrink to 50  one share too many is trimmed
      buy 50    20    0     0      100    100   100000  shrink to 30  what is held uses up room
      buy 50    0     30    0      100    100   100000  shrink to 20  RK-3 and so does what is working
      buy 50    0     0     30     100    100   100000  allow         working sells give and take nothing here
      buy 1     50    0     0      100    100   100000  deny          full
      buy 1     20    30    0      100    100   100000  deny          full once everything has filled
      sell 60   0     0     0      100    100   100000  shrink to 50  shorts count the same
      sell 120  50    0     0      100    100   100000  shrink to 100  a flip uses both sides
      buy 50    0     0     0      200    100   100000  shrink to 25  a limit above the mark counts
      buy 50    0     0     0      50     100   100000  allow         a limit below it buys no room
      buy 51    0     0     0      50     100   100000  shrink to 50  not even one share of it
      buy 50    0     0     0      none   100   100000  allow         a market order counts at the mark
      buy 50    0     0     0      100    none  100000  deny          no mark
      buy 50    0     0     0      100    0     100000  deny          a mark that is no price
      buy 50    0     0     0      0      100   100000  deny          a limit that is no price
      buy 50    none  0     0      100    100   100000  deny          unknown position
      buy 50    -inf  0     0      100    100   100000  deny          an endless short is no room
      buy 50    0     none  0      100    100   100000  deny          unknown orders
      buy 60    0     -30   0      100    100   100000  shrink to 50  fewer than no orders are no room
      buy 50    0     0     0      100    100   none    deny          unknown equity
      buy 50    0     0     0      100    100   0       deny          no equity
      buy 50    0     0     0      100    100   -1      deny          a debt is no equity
      buy 50    -99   0     0      100    100   -1      deny          not even to cover
    `),
  )("$order, $held held, limit $limit, mark $mark: $why", (row) => {
    const [side = "", shares = ""] = row.order?.split(" ") ?? [];
    const facts = {
      position: cellNumber(row.held),
      workingBuy: cellNumber(row.buys),
      workingSell: cellNumber(row.sells),
      mark: cellNumber(row.mark),
      equity: cellNumber(row.equity),
    };
    const order = {
      side: side === "buy" ? BUY : SELL,
      shares: Number(shares),
      limit: cellNumber(row.limit),
    };
    expect(answer(rule, { facts, order })).toBe(row.says);
  });

  it("RK-3: the worst case of what passes never passes the cap, and no whole share of room is wasted", () => {
    const position = fc.integer({ min: -400, max: 400 });
    const working = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 }));
    const mark = between(5, 300);
    const size = fc.integer({ min: 1, max: 3_000 });
    fc.assert(
      fc.property(
        position,
        working,
        mark,
        size,
        fc.constantFrom<Side>(BUY, SELL),
        (held, busy, price, shares, side) => {
          const facts = { position: held, [side === BUY ? "workingBuy" : "workingSell"]: busy, mark: price };
          const passed = kept(rule, { facts, order: { side, shares, limit: price } });
          const worst = side * held + busy + passed;
          if (passed > 0) expect(worst * price).toBeLessThanOrEqual(5_000 * (1 + 1e-12));
          if (passed < shares) expect((worst + 1) * price).toBeGreaterThan(5_000 * (1 - 1e-12));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("ten legal orders do not add up to an illegal position", () => {
    let working = 0;
    for (let n = 0; n < 10; n++)
      working += kept(rule, { facts: { workingBuy: working }, order: { shares: 40, limit: 100 } });
    expect(working).toBe(50);
  });
});
