/**
 * Goal    a position that a split changed counts as settled when the broker's books show it twice, whatever was traded
 *         meanwhile and however the account was rounded; a broker that does not follow is told of once.
 */
import { expect, it } from "vitest";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { RestatedPositions } from "./restated-positions.ts";

const MINUTE = 60_000_000;
const at = (minutes: number) => (1e15 + minutes * MINUTE) as EpochMicros;
const exDate = 20_000 as DayNumber;
const FOUR = { newShares: 4, oldShares: 1 };

/** Looks of the broker, in shares a minute apart; true while the symbol is not compared. */
function looks(restated: RestatedPositions, shown: readonly number[]): boolean[] {
  return shown.map((shares, minute) => {
    restated.looked(shares === 0 ? [] : [{ symbol: "AAA", shares }], at(minute));
    return restated.symbols.has("AAA");
  });
}

it.each([
  ["two that agree", 400, [400, 400], [true, false]],
  ["one that agrees and one that does not", 400, [400, 100, 400, 400], [true, true, true, false]],
  ["the old count for long", 400, [100, 100, 100], [true, true, true]],
  ["what is left when a part was sold since", 150, [150, 150], [true, false]],
  ["nothing, when all was sold since", 0, [0, 0], [true, false]],
] as const)("%s", (_, booked, shown, waits) => {
  const restated = new RestatedPositions(() => booked);
  restated.split({ symbol: "AAA", exDate, ratio: FOUR, before: 100, after: 400 }, at(0));
  expect(looks(restated, shown)).toEqual(waits);
});

it("takes the account's own rounding for the lots' several ones", () => {
  // Two lots of 15 at one for ten are 1 share each; the account's 30 are 3.
  const restated = new RestatedPositions(() => 2);
  const ratio = { newShares: 1, oldShares: 10 };
  restated.split({ symbol: "AAA", exDate, ratio, before: 30, after: 2 }, at(0));
  expect(looks(restated, [3, 3])).toEqual([true, false]);
});

it("RP-3 tells of a broker that does not follow once, half an hour later, with both numbers", () => {
  const restated = new RestatedPositions(() => 400);
  restated.split({ symbol: "AAA", exDate, ratio: FOUR, before: 100, after: 400 }, at(0));
  const told = [0, 29, 30, 31, 300].map((minute) =>
    restated.looked([{ symbol: "AAA", shares: 100 }], at(minute)),
  );
  expect(told.map((alarms) => alarms.length)).toEqual([0, 0, 1, 0, 0]);
  expect(told[2]?.[0]).toMatchObject({
    severity: "page",
    text: expect.stringMatching(/400 shares and the broker 100/),
  });
});

it("is over when an operator says so", () => {
  const restated = new RestatedPositions(() => 400);
  restated.split({ symbol: "AAA", exDate, ratio: FOUR, before: 100, after: 400 }, at(0));
  restated.acknowledged("AAA");
  expect(restated.symbols.size).toBe(0);
});
