/**
 * Goal    two per cent below the day's high bars entries, and so does a drawdown that nobody knows.
 * Method  a table around the limit.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { dailyDrawdown } from "./daily-drawdown.ts";

const rule = dailyDrawdown.configure({ maxFraction: 0.02 });

describe("daily_drawdown", () => {
  it.each(
    table(`
      drawdown  says   why
      0         allow  at the high
      0.01999   allow  a hair above the rung
      0.02      deny   the rung acts when it is reached
      0.5       deny   far below
      1.2       deny   more lost than there was
      none      deny   an unknown drawdown
      -inf      deny   no number
    `),
  )("$drawdown: $why", (row) => {
    expect(answer(rule, { facts: { drawdownFromDayHigh: cellNumber(row.drawdown) } })).toBe(row.says);
  });
});
