/**
 * Goal    the hundredth entry of a session leaves, the next one does not.
 * Method  a table around the limit. That exits are not counted is the gate's contract (RK-2).
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, calm, ordinary, viewOf } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { tradesPerDay } from "./trades-per-day.ts";

const rule = tradesPerDay.configure({ limit: 100 });

describe("trades_per_day", () => {
  it.each(
    table(`
      sent  says   why
      0     allow  the first
      99    allow  the hundredth
      100   deny   one too many
      250   deny   far beyond, after a restart with a smaller limit
      none  deny   a count that was lost
      -inf  deny   no number
    `),
  )("$sent sent: $why", (row) => {
    expect(answer(rule, { facts: { entriesToday: cellNumber(row.sent) } })).toBe(row.says);
  });

  it("counts this order in the figure it shows", () => {
    expect(rule.check(ordinary, viewOf({ ...calm, entriesToday: 41 }))).toMatchObject({
      used: 42,
      limit: 100,
    });
  });
});
