/**
 * Goal    five bars after a stop nothing is entered again, on the sixth it may be.
 * Method  a table around the limit.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { cooldown } from "./cooldown.ts";

describe("cooldown", () => {
  it.each(
    table(`
      since  bars  says   why
      none   5     allow  no stop ever filled
      0      5     deny   the bar of the stop
      4      5     deny   one bar too early
      5      5     allow  the wait is over
      900    5     allow  long ago
      0      0     allow  a wait of nothing
      inf    5     deny   no number
      -inf   5     deny   no number
      -1     0     deny   a stop from the future
    `),
  )("$since of $bars: $why", (row) => {
    const rule = cooldown.configure({ bars: cellNumber(row.bars) });
    expect(answer(rule, { facts: { barsSinceStop: cellNumber(row.since) } })).toBe(row.says);
  });
});
