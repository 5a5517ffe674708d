/** Goal: survivorship is noticed where it is, and a universe that loses names, or is small, is left in peace. */
import { describe, expect, it } from "vitest";
import { type DayBar, dailyColumns } from "../../test/daily-market.ts";
import { survivorsOnly } from "./run-warnings.ts";

const bar: DayBar = { open: 10, high: 10, low: 10, close: 10 };
const DAYS = 600;

/** `names` series of which `dead` end halfway and `late` begin after the run's last day. */
function universe(names: number, dead: number, late = 0, days = DAYS) {
  const path = (n: number) =>
    Array.from({ length: days }, (_, day) => {
      if (n < late) return undefined;
      return n < late + dead && day > days / 2 ? undefined : bar;
    });
  return dailyColumns(Object.fromEntries(Array.from({ length: names }, (_, n) => [`S${n}`, path(n)])));
}

describe("survivorship", () => {
  it.each([
    ["everybody lives", universe(100, 0), true],
    ["one of a hundred dies in two and a half years: too few to tell", universe(100, 1), true],
    ["one of three hundred", universe(300, 1), true],
    ["names listed later prove nothing", universe(100, 0, 30), true],
    ["five in a hundred die", universe(100, 5), false],
    ["a handful of names is a choice, not a universe", universe(10, 0), false],
    ["nobody dies in half a year", universe(100, 0, 0, 120), false],
  ])("%s", (_, columns, expected) => {
    expect(survivorsOnly(columns)).toBe(expected);
  });
});
