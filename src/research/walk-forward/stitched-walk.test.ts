/** Goal: each day and each trade of a walk is told once, and a trade by the window that entered it. */
import { expect, it } from "vitest";
import { type DayNumber, dayNumber } from "../../domain/time.ts";
import { stitchedWalk } from "./stitched-walk.ts";
import type { WalkWindow } from "./walk-windows.ts";

const day = (n: number) => (dayNumber(2020, 1, 1) + n) as DayNumber;
const windowAt = (from: number, stitched: number): WalkWindow => ({
  train: { from: day(from - 5), to: day(from - 1) },
  test: { from: day(from), to: day(from + 5) },
  stitched,
});
const windows = [windowAt(10, 2), windowAt(12, 6)];
const entered = (n: number, pnl: number) => ({
  openedAt: new Date(86_400_000 * day(n) + 50_000_000).toISOString(),
  pnl,
});
const outcomes = [
  { returns: [1, 2, 3, 4, 5, 6], trades: [entered(10, 1), entered(11, 2), entered(12, 3)], digest: "" },
  { returns: [7, 8, 9, 10, 11, 12], trades: [entered(12, 4), entered(17, 5)], digest: "" },
];

it("days and trades are told once, a trade by who entered it whenever it ended", () => {
  const walked = stitchedWalk(windows, 1, { tested: (w) => outcomes[w]!, score: () => Number.NaN });
  expect(Array.from(walked.returns)).toEqual([1, 2, 7, 8, 9, 10, 11, 12]);
  expect(walked.trades.map(({ pnl }) => pnl)).toEqual([1, 2, 4, 5]);
});

it("the setting with the most is chosen, the first of equals, and none without a score while another has one", () => {
  const chosen = (scores: readonly number[]) =>
    stitchedWalk(windows, scores.length, { tested: (w) => outcomes[w]!, score: (_, s) => scores[s]! })
      .windows[0]?.chosen;
  expect(
    [
      [1, 3, 3],
      [Number.NaN, -1],
      [2, Number.NaN],
      [Number.NaN, Number.NaN],
    ].map(chosen),
  ).toEqual([1, 1, 0, 0]);
});
