/**
 * Goal    the intraday strategies together stay within half of equity; the others are not theirs to pay for.
 * Method  a table around the limit: equity 100,000, shares at $100.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { intradayGross } from "./intraday-gross.ts";

describe("intraday_gross", () => {
  it.each(
    table(`
      shares  before  horizon   equity  mark  says           why
      500     0       intraday  100000  100   allow          exactly half
      501     0       intraday  100000  100   shrink to 500  one share over
      100     45000   intraday  100000  100   shrink to 50   what they hold counts
      1       50000   intraday  100000  100   deny           full
      501     49000   swing     100000  100   allow          another horizon
      10      none    intraday  100000  100   deny           unknown
      10      none    swing     100000  100   deny           for everyone
      10      0       intraday  0       100   deny           no equity
      10      0       intraday  none    100   deny           unknown equity
      10      0       intraday  100000  none  deny           no price
    `),
  )("$shares, $horizon: $why", (row) => {
    const facts = {
      intradayGross: cellNumber(row.before),
      isIntraday: row.horizon === "intraday",
      equity: cellNumber(row.equity),
      mark: cellNumber(row.mark),
    };
    const order = { shares: cellNumber(row.shares), limit: Number.NaN };
    expect(answer(intradayGross.configure({}), { facts, order })).toBe(row.says);
  });
});
