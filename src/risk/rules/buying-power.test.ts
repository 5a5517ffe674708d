/**
 * Goal    the worst case stays within nine tenths of what the account may buy.
 * Method  a table around the limit: a cash account of 100,000, shares at $100.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { buyingPower } from "./buying-power.ts";

describe("buying_power", () => {
  it.each(
    table(`
      shares  gross  working  equity  mark  multiple  says           why
      900     0      0        100000  100   1         allow          exactly nine tenths
      901     0      0        100000  100   1         shrink to 900  one share over
      100     80000  5000     100000  100   1         shrink to 50   working entries count
      1       90000  0        100000  100   1         deny           full
      1       90000  -1       100000  100   1         deny           dust is no room
      1800    0      0        100000  100   2         allow          with margin twice as much
      1801    0      0        100000  100   2         shrink to 1800  and no more
      10      none   0        100000  100   1         deny           unknown gross
      10      0      none     100000  100   1         deny           unknown orders
      10      0      0        none    100   1         deny           unknown equity
      10      0      0        0       100   1         deny           no equity
      10      0      0        100000  none  1         deny           no price
    `),
  )("$shares at $multiple: $why", (row) => {
    const facts = {
      gross: cellNumber(row.gross),
      workingGross: cellNumber(row.working),
      equity: cellNumber(row.equity),
      mark: cellNumber(row.mark),
    };
    const rule = buyingPower.configure({ multiple: cellNumber(row.multiple) });
    expect(answer(rule, { facts, order: { shares: cellNumber(row.shares), limit: Number.NaN } })).toBe(
      row.says,
    );
  });
});
