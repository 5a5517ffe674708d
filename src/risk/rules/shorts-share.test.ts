/**
 * Goal    shorts are never more than half of the gross exposure, working entries counted as filled.
 * Method  a table around the limit at $100 a share, then any book: what passes keeps the share.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../../test/between.ts";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, kept } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { BUY, SELL } from "../../domain/order.ts";
import { shortsShare } from "./shorts-share.ts";

const rule = shortsShare.configure({});

describe("shorts_share", () => {
  it.each(
    table(`
      order     gross  net    working  mark  says          why
      sell 100  10000  10000  0        100   allow         exactly half
      sell 101  10000  10000  0        100   shrink to 100  one share over
      sell 10   0      0      0        100   deny          a first short would be all there is
      sell 100  10000  10000  2000     100   shrink to 80  shorts on their way count
      sell 100  12000  8000   0        100   shrink to 80  and those held
      sell 1    10000  0      0        100   deny          half is short already
      buy 500   10000  -9000  0        100   allow         a purchase lowers the share
      buy 10    0      0      0        100   allow         nothing is short
      sell 10   none   0      0        100   deny          unknown gross
      sell 10   10000  none   0        100   deny          unknown net
      buy 10    10000  inf    0        100   deny          no number
      sell 10   10000  10000  none     100   deny          unknown orders
      sell 10   10000  10000  0        none  deny          no price
    `),
  )("$order: $why", (row) => {
    const [side, shares] = (row.order ?? "").split(" ");
    const facts = {
      gross: cellNumber(row.gross),
      net: cellNumber(row.net),
      workingShort: cellNumber(row.working),
      mark: cellNumber(row.mark),
    };
    const order = { side: side === "buy" ? BUY : SELL, shares: cellNumber(shares), limit: Number.NaN };
    expect(answer(rule, { facts, order })).toBe(row.says);
  });

  it("RK-3: what passes keeps shorts within half, and no whole share of room is wasted", () => {
    const size = fc.integer({ min: 1, max: 3_000 });
    fc.assert(
      fc.property(between(0, 2e5), between(-1, 1), between(0, 5e4), between(5, 300), size, (...drawn) => {
        const [gross, netShare, working, mark, shares] = drawn;
        const facts = { gross, net: gross * netShare, workingShort: working, mark };
        const passed = kept(rule, { facts, order: { side: SELL, shares, limit: Number.NaN } });
        const share = (count: number) =>
          ((gross * (1 - netShare)) / 2 + working + count * mark) / (gross + working + count * mark);
        if (passed > 0) expect(share(passed)).toBeLessThanOrEqual(0.5 + 1e-9);
        if (passed < shares) expect(share(passed + 1)).toBeGreaterThan(0.5 - 1e-9);
      }),
      { numRuns: 500 },
    );
  });
});
