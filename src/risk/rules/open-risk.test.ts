/**
 * Goal    everything stopped out together loses no more than two per cent of equity.
 * Method  a table around the limit: equity 100,000, so $2,000 of heat.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { openRisk } from "./open-risk.ts";

const rule = openRisk.configure({});

describe("open_risk", () => {
  it.each(
    table(`
      shares  limit  stop  before  equity  says            why
      1000    100    98    0       100000  allow           exactly two per cent
      1001    100    98    0       100000  shrink to 1000  one share over
      400     100    98    1500    100000  shrink to 250   what is open counts
      1       100    98    2000    100000  deny            full
      1000    100    none  0       100000  allow           without a stop two per cent of the price
      1001    100    none  0       100000  shrink to 1000  counted the same
      10      100    100   0       100000  deny            a stop at the entry
      10      100    101   0       100000  deny            a stop on the winning side
      10      100    0     0       100000  deny            a stop that is no price
      10      0      98    0       100000  deny            a limit that is none
      10      none   98    0       100000  allow           a market order by its decision price
      10      100    98    none    100000  deny            unknown heat
      10      100    98    inf     100000  deny            no number
      10      100    98    0       none    deny            unknown equity
      10      100    98    0       -5      deny            no equity
    `),
  )("$shares, stop $stop: $why", (row) => {
    const facts = { openRisk: cellNumber(row.before), equity: cellNumber(row.equity) };
    const order = {
      shares: cellNumber(row.shares),
      limit: cellNumber(row.limit),
      stop: cellNumber(row.stop),
    };
    expect(answer(rule, { facts, order })).toBe(row.says);
  });

  it("three per cent are hard: no configuration goes beyond", () => {
    expect(openRisk.configure({ maxFraction: 0.03 }).id).toBe("open_risk");
    expect(() => openRisk.configure({ maxFraction: 0.030001 })).toThrow(/maxFraction/);
  });
});
