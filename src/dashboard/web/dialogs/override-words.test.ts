import { expect, test } from "vitest";
import { overrideTrouble } from "./override-words.ts";

const most = { key: "risk.x.maxFraction", value: 0.5, label: "Gross, most", tightens: "down" } as const;
const least = { key: "risk.x.bars", value: 5, label: "Bars after a stop, least", tightens: "up" } as const;

test("an override only tightens, in the direction of its limit", () => {
  expect(overrideTrouble(most, 0.4)).toBe("");
  expect(overrideTrouble(most, 0.6)).toContain("only less than 0.5 is stricter");
  expect(overrideTrouble(least, 6)).toBe("");
  expect(overrideTrouble(least, 4)).toContain("only more than 5 is stricter");
});

test("what is no number, no change or below zero is told", () => {
  expect(overrideTrouble(most, null)).toBe("Enter a number.");
  expect(overrideTrouble(most, Number.NaN)).toBe("Enter a number.");
  expect(overrideTrouble(most, 0.5)).toContain("nothing would change");
  expect(overrideTrouble(most, -1)).toContain("below 0");
});
