/**
 * Goal    the sixth entry of a second and the sixty-first of a minute do not leave; orders for an auction do.
 * Method  a table around both limits. What counts within a window is the engine's to know (its own test).
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { TimeInForce } from "../../domain/order.ts";
import { throttle } from "./throttle.ts";

describe("throttle", () => {
  it.each(
    table(`
      sent  perSecond  perMinute  order    says   why
      0     5          60         NextBar  allow  the first
      4     5          60         NextBar  allow  the fifth of a second
      5     5          60         NextBar  deny   the sixth
      59    200        60         NextBar  allow  the sixtieth of a minute
      60    200        60         NextBar  deny   one more
      60    5          60         AtOpen   allow  an auction order is sent spaced out
      none  5          60         NextBar  deny   a count that was lost
      none  5          60         AtOpen   deny   also for an auction
      inf   5          60         NextBar  deny   no number
    `),
  )("$sent sent, $order: $why", (row) => {
    const rule = throttle.configure({
      perSecond: cellNumber(row.perSecond),
      perMinute: cellNumber(row.perMinute),
    });
    const timeInForce = row.order === "AtOpen" ? TimeInForce.AtOpen : TimeInForce.NextBar;
    expect(answer(rule, { facts: { entriesWithin: cellNumber(row.sent) }, order: { timeInForce } })).toBe(
      row.says,
    );
  });
});
