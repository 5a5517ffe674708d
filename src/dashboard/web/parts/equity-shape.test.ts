/** DESIGN 6: the limit is drawn, whatever the curve does; a gap breaks the line. */
import { expect, test } from "vitest";
import type { EquityAnswer } from "../../contract/trading-answers.ts";
import { type EquityFacts, equityColumns, equityRange, spread } from "./equity-shape.ts";

const at = (minute: number) => new Date(Date.parse("2026-11-19T14:30:00Z") + minute * 60_000).toISOString();

function facts(points: readonly (readonly [minute: number, equity: number, high: number])[]): EquityFacts {
  const answer: EquityAnswer = {
    range: "today",
    points: points.map(([minute, equity, high]) => ({ at: at(minute), equity, high })),
    rungs: { fromHigh: 0.02, fromBase: 0.03 },
    marks: [],
  };
  return { answer, base: 100_000, dayHigh: 100_000, now: null, opensAt: at(0), closesAt: at(390) };
}

test("both rungs stay inside the range on a calm day, and a fall beyond them does too", () => {
  const calm = facts([
    [0, 100_000, 100_000],
    [1, 100_050, 100_050],
  ]);
  const range = equityRange(calm, equityColumns(calm));
  expect(range.low).toBeLessThan(97_000);
  expect(range.high).toBeGreaterThan(100_050);
  const fallen = facts([
    [0, 104_000, 104_000],
    [1, 90_000, 104_000],
  ]);
  expect(equityRange(fallen, equityColumns(fallen)).low).toBeLessThan(90_000);
});

test("the rung below the high follows the high and reaches the close", () => {
  const columns = equityColumns(
    facts([
      [0, 100_000, 100_000],
      [1, 101_000, 101_000],
      [2, 100_500, 101_000],
    ]),
  );
  expect(columns[3]).toEqual([98_000, 98_980, 98_980, 98_980]);
  expect(columns[0].at(-1)).toBe(Date.parse(at(390)) / 1000);
  expect(columns[1].at(-1)).toBeNull();
});

test("no line is drawn across a gap, and time never runs back", () => {
  const columns = equityColumns(
    facts([
      [0, 100_000, 100_000],
      [30, 100_100, 100_100],
      [29, 99_000, 100_100],
    ]),
  );
  expect(columns[1]).toEqual([100_000, null, 100_100, null]);
});

test("before the open there is no curve, but both rungs stand", () => {
  const empty = facts([]);
  expect(equityColumns(empty)[1]).toEqual([null, null]);
  expect(equityColumns(empty)[3]).toEqual([98_000, 98_000]);
  expect(equityRange(empty, equityColumns(empty)).low).toBeLessThan(97_000);
});

test("labels do not cover each other and keep their order", () => {
  expect(spread([10, 12, 50], 13)).toEqual([10, 23, 50]);
  expect(spread([50, 10, 12], 13)).toEqual([50, 10, 23]);
});
