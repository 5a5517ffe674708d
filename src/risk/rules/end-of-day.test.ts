/**
 * Goal    near the close nothing is entered that may not be held over night, and at any other time nothing is refused.
 * Method  a table with $100,000 and half of it over night, the close so many minutes away; then a property: what passes
 *         leaves the gross exposure of the night within its cap.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../../test/between.ts";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, kept, NOW } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { TimeInForce } from "../../domain/order.ts";
import { MICROS_PER_MINUTE } from "../../domain/time.ts";
import { endOfDay } from "./end-of-day.ts";

const carry = endOfDay.configure({ maxOvernightFraction: 0.5 });
const flat = endOfDay.configure({ policy: "flat" });
const rules = { carry, flat };

const closeIn = (minutes: number) => NOW + minutes * MICROS_PER_MINUTE;

describe("end_of_day", () => {
  it.each(
    table(`
      policy  close in  order    shares  gross  working  equity  says           why
      carry   31        NextBar  100     90000  0        100000  allow          hours to go: gross_exposure rules alone
      carry   30        NextBar  100     40000  0        100000  allow          exactly the half of the night
      carry   30        NextBar  100     45000  0        100000  shrink to 50   trimmed to the room left
      carry   30        NextBar  100     40000  5000     100000  shrink to 50   RK-3 working entries use up room
      carry   5         NextBar  1       50000  0        100000  deny           full
      carry   0         NextBar  100     45000  0        100000  shrink to 50   a run over days decides at the close
      carry   -600      AtOpen   100     45000  0        100000  shrink to 50   over night too
      carry   390       AtClose  100     45000  0        100000  shrink to 50   its auction is the night's
      carry   30        NextBar  1       none   0        100000  deny           unknown exposure
      carry   30        NextBar  1       0      0        none    deny           unknown equity
      carry   30        NextBar  1       0      0        -1      deny           a debt is no equity
      carry   none      NextBar  1       0      0        100000  deny           no close known
      flat    31        NextBar  100     90000  0        100000  allow          hours to go
      flat    30        NextBar  1       0      0        100000  deny           nothing near the close
      flat    390       AtClose  1       0      0        100000  deny           nor in its auction
      flat    0         AtOpen   100     0      0        100000  allow          the next session's auction may wait
      flat    -600      AtOpen   100     0      0        100000  allow          over night too
    `),
  )("$policy, close in $close in, $order: $why", (row) => {
    const facts = {
      gross: cellNumber(row.gross),
      workingGross: cellNumber(row.working),
      equity: cellNumber(row.equity),
      sessionClose: closeIn(cellNumber(row["close in"])),
    };
    const timeInForce = TimeInForce[row.order as "AtOpen" | "AtClose" | "NextBar"];
    const order = { shares: cellNumber(row.shares), limit: 100, timeInForce };
    expect(answer(rules[row.policy as "carry" | "flat"], { facts, order })).toBe(row.says);
  });

  it("what passes near the close leaves the night within its cap", () => {
    const account = fc.record({
      gross: between(0, 120_000),
      workingGross: between(0, 50_000),
      shares: fc.integer({ min: 1, max: 2_000 }),
      cap: between(0.05, 1),
      toClose: between(0, 30),
    });
    fc.assert(
      fc.property(account, ({ gross, workingGross, shares, cap, toClose }) => {
        const rule = endOfDay.configure({ maxOvernightFraction: cap });
        const facts = { gross, workingGross, sessionClose: closeIn(toClose) };
        const passed = kept(rule, { facts, order: { shares, limit: 100 } });
        if (passed > 0) expect(gross + workingGross + passed * 100).toBeLessThanOrEqual(cap * 100_000 + 1e-6);
      }),
    );
  });
});
