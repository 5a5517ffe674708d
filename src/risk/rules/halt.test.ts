/**
 * Goal    no entry in a halted instrument, whatever else is well.
 * Method  the calm case with and without the halt. That exits are not asked is the gate's contract (RK-2).
 */
import { expect, it } from "vitest";
import { answer, calm, ordinary, viewOf } from "../../../test/risk-case.ts";
import { halt } from "./halt.ts";

const rule = halt.configure({});

it("refuses while halted and only then", () => {
  expect(answer(rule, { facts: { halted: true } })).toBe("deny");
  expect(answer(rule, { facts: { halted: false } })).toBe("allow");
});

it("shows both numbers", () => {
  expect(rule.check(ordinary, viewOf({ ...calm, halted: true }))).toMatchObject({ used: 1, limit: 0 });
});
