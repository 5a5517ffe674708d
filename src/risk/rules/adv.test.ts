/**
 * Goal    what is traded of an instrument in a day stays within one per cent of its usual volume, whoever trades it.
 * Method  a table around the limit: 10,000 shares are usual, so 100 may trade.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { adv } from "./adv.ts";

describe("adv", () => {
  it.each(
    table(`
      shares  usual  buys  sells  today  required  says          why
      100     10000  0     0      0      no        allow         exactly one per cent
      101     10000  0     0      0      no        shrink to 100  one share over is trimmed
      100     10000  30    0      0      no        shrink to 70  working entries use it up
      100     10000  0     30     0      no        shrink to 70  on either side
      100     10000  0     0      30     no        shrink to 70  and what was traded today
      100     10000  20    30     50     no        deny          all used
      10      99     0     0      0      no        deny          not one share of room
      10      none   0     0      0      no        allow         no usual volume known
      10      none   0     0      0      yes       deny          where it is required
      10      0      0     0      0      no        deny          nothing trades
      10      inf    0     0      0      no        deny          no number
      10      10000  none  0      0      no        deny          unknown entries
      10      10000  0     0      none   no        deny          unknown trades
    `),
  )("$shares of $usual: $why", (row) => {
    const rule = adv.configure({ required: row.required === "yes" });
    const facts = {
      averageVolume: cellNumber(row.usual),
      workingBuy: cellNumber(row.buys),
      workingSell: cellNumber(row.sells),
      tradedToday: cellNumber(row.today),
    };
    expect(answer(rule, { facts, order: { shares: cellNumber(row.shares) } })).toBe(row.says);
  });
});
