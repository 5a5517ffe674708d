/** Goal: an operator reads what keeps a process from beginning as one line; a fault of the program has its stack. */
import { expect, it } from "vitest";
import { InputError } from "../../domain/assert.ts";
import { causeOfText, runbookOf } from "../../ops/alerts/alert-causes.ts";
import { beginBarIn, endingLine } from "./ending-line.ts";

const missing = new InputError("model m@1: /r/run/abc.model is missing; put it back", 1);

it("is one line with the cure where wrong input keeps it from beginning, and is read back from it", () => {
  const line = endingLine("broke", missing, false);
  expect(line).toBe("cannot begin: model m@1: /r/run/abc.model is missing; put it back");
  expect(beginBarIn(line)).toBe(missing.message);
  expect(runbookOf(causeOfText(line))).toBe("docs/RUNBOOK.md#model-of-a-run-missing");
  expect(causeOfText("cannot begin: history.json: is another file")).toBe("process-broke");
});

it("has a stack once it has begun, and whenever it is a fault of the program", () => {
  expect(endingLine("broke", missing, true)).toMatch(/^broke: InputError: model m@1: .*\n +at /);
  const fault = endingLine("broke", new TypeError("x is not a function"), false);
  expect(fault).toMatch(/^broke: TypeError: x is not a function\n +at /);
  expect([endingLine("broke", "no error", false), beginBarIn(fault)]).toEqual(["broke: no error", undefined]);
});
