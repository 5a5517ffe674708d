/**
 * Goal    no entry loses more than its share of equity when its stop is hit.
 * Method  a table with 0.4 % of $100,000, that is $400; then a property: what passes never risks more.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../../test/between.ts";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, kept } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { BUY, SELL, type Side } from "../../domain/order.ts";
import { perTradeRisk } from "./per-trade-risk.ts";

const optional = perTradeRisk.configure({ maxFraction: 0.004, costBps: 0 });
const required = perTradeRisk.configure({ maxFraction: 0.004, requireStop: true, costBps: 0 });

describe("per_trade_risk", () => {
  it.each(
    table(`
      order     limit  reference  stop   equity   says           why
      buy 200   100    100        98     100000   allow          $2 on 200 shares is exactly $400
      buy 201   100    100        98     100000   shrink to 200  one share too many is trimmed
      sell 201  100    100        102    100000   shrink to 200  shorts count the same
      buy 500   none   100        98     100000   shrink to 200  a market order is measured from its decision
      buy 10    100    100        40     100000   shrink to 6    rounded down, never up
      buy 1     1000   1000       500    100000   deny           not one share fits
      buy 10    100    100        100    100000   deny           C-15 a stop at the entry protects nothing
      buy 10    100    100        101    100000   deny           nor does one on the winning side
      sell 10   100    100        99     100000   deny           the same for shorts
      buy 10    100    100        none   100000   allow          no stop, where the configuration allows it
      buy 10    none   none       98     100000   deny           no price to measure from
      buy 10    100    100        98     none     deny           unknown equity
      buy 10    100    100        98     0        deny           no equity
      buy 10    100    100        98     -50000   deny           a debt is no equity: the fraction would be negative
      buy 10    100    100        98     inf      deny           nor is infinity
      buy 10    100    100        0      100000   deny           a stop that is no price
      buy 10    100    100        -inf   100000   deny           nor is this
    `),
  )("$order, stop $stop, equity $equity: $why", (row) => {
    const [side = "", shares = ""] = row.order?.split(" ") ?? [];
    const order = {
      side: side === "buy" ? BUY : SELL,
      shares: Number(shares),
      limit: cellNumber(row.limit),
      reference: cellNumber(row.reference),
      stop: cellNumber(row.stop),
    };
    expect(answer(optional, { facts: { equity: cellNumber(row.equity) }, order })).toBe(row.says);
  });

  it.each(
    table(`
      order     limit  stop  bps  says           why
      buy 190   100    98    5    allow          2 and 0.099 of costs on 190 shares are 398.81
      buy 191   100    98    5    shrink to 190  400.91
      sell 190  100    102   5    allow          shorts: 2.101, 399.19
      sell 191  100    102   5    shrink to 190  401.29
      buy 3990  100    99.9  0    allow          a tight stop without costs
      buy 3990  100    99.9  10   shrink to 1333  with costs: most of what it can lose
      buy 10    100    100   5    deny           costs make no stop of an entry
      buy 10    100    101   5    deny           nor turn one to the right side
    `),
  )("C-15 with costs: $order, stop $stop, $bps bps: $why", (row) => {
    const [side = "", shares = ""] = row.order?.split(" ") ?? [];
    const order = {
      side: side === "buy" ? BUY : SELL,
      shares: Number(shares),
      limit: cellNumber(row.limit),
      stop: cellNumber(row.stop),
    };
    const rule = perTradeRisk.configure({ maxFraction: 0.004, costBps: cellNumber(row.bps) });
    expect(answer(rule, { order })).toBe(row.says);
  });

  it("C-15: no stop, no entry, where stops are required", () => {
    expect(answer(required, { order: { stop: Number.NaN } })).toBe("deny");
    expect(answer(required, {})).toBe("allow");
  });

  it("what passes loses at most its share at the stop; one share more would lose too much", () => {
    const price = between(1, 500);
    const distance = between(0.001, 0.5);
    const equity = between(1_000, 1e6);
    const size = fc.integer({ min: 1, max: 50_000 });
    fc.assert(
      fc.property(
        price,
        distance,
        equity,
        size,
        fc.constantFrom<Side>(BUY, SELL),
        (limit, away, net, shares, side) => {
          const stop = limit * (1 - side * away);
          const passed = kept(required, { facts: { equity: net }, order: { side, shares, limit, stop } });
          const perShare = Math.abs(limit - stop);
          const most = 0.004 * net * (1 + 1e-6);
          expect(passed * perShare).toBeLessThanOrEqual(most);
          if (passed < shares) expect((passed + 1) * perShare * (1 + 1e-6)).toBeGreaterThan(0.004 * net);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
