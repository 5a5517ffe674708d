/** Goal: what two sources tell of one action is one, and two actions are two. */
import { expect, it } from "vitest";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import { type DayNumber, dayNumber } from "../../domain/time.ts";
import { knownAlready } from "./known-already.ts";

const DAY = dayNumber(2024, 6, 10);
const action = (
  kind: CorporateAction["kind"],
  days: number,
  more: Partial<CorporateAction>,
): CorporateAction => ({
  ...{ symbol: "AAA", exDate: (DAY + days) as DayNumber, kind, newShares: 1, oldShares: 1 },
  ...{ cashPerShare: 0, reference: Number.NaN },
  ...more,
});
const split = (days: number, newShares = 10, oldShares = 1) =>
  action("split", days, { newShares, oldShares });
const cash = (days: number, cashPerShare = 0.24) => action("dividend", days, { cashPerShare });

it.each([
  ["a split", split(0), split(0), true],
  ["a split by a day apart, in other whole numbers", split(0), split(1, 20, 2), true],
  ["a split by two weeks apart", split(0), split(14), false],
  ["a split of another ratio", split(0), split(0, 9), false],
  ["a split of the year before", split(-365), split(0), undefined],
  ["cash", cash(0), cash(0), true],
  ["cash by a weekend apart, rounded", cash(0, 0.24), cash(-3, 0.240_01), true],
  ["cash of a week before", cash(-7), cash(0), undefined],
  ["another amount of that day", cash(0, 0.3), cash(0), false],
  ["another amount of the day before", cash(-1, 0.3), cash(0), undefined],
  ["a spin-off of that day, booked as cash", action("spinoff", 0, { cashPerShare: 4 }), cash(0), false],
  ["cash of the day of a split", cash(0), split(0), undefined],
])("%s", (_, known, told, isSame) => {
  const found = knownAlready([split(-3000), cash(-3000, 9), known], told);
  expect(found).toEqual(isSame === undefined ? undefined : { as: known, isSame });
});

it("takes the nearest of several", () => {
  const near = split(2);
  expect(knownAlready([split(-3), near, split(4)], split(1))).toEqual({ as: near, isSame: true });
});
