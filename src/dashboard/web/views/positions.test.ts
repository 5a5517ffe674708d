import { expect, test } from "vitest";
import type { LimitUse, PositionRow } from "../../contract/picture.ts";
import { nearestFirst, roomBeforeLimits, toStop } from "./positions.ts";

const row = (symbol: string, shares: number, last: number | null, stop: number | null): PositionRow => ({
  symbol,
  strategy: "s",
  shares,
  entry: 100,
  last,
  pnl: 0,
  pnlFraction: 0,
  weight: 0,
  stop,
  target: null,
  risk: 0,
  heldSince: null,
});

test("distance to the stop is positive before it, for longs and shorts, and negative past it", () => {
  expect(toStop(row("A", 10, 100, 98))).toBeCloseTo(0.02);
  expect(toStop(row("A", -10, 100, 102))).toBeCloseTo(0.02);
  expect(toStop(row("A", -10, 103, 102))).toBeLessThan(0);
});

test("the nearest stop stands first, and what has none before it", () => {
  const rows = [row("FAR", 1, 100, 90), row("NEAR", -1, 100, 101), row("BARE", 1, 100, null)];
  expect(nearestFirst(rows).map((each) => each.symbol)).toEqual(["BARE", "NEAR", "FAR"]);
});

test("room is what is left, never below nothing", () => {
  const limit = (label: string, unit: LimitUse["unit"], use: number | null, most: number): LimitUse => ({
    id: label,
    label,
    group: "exposure",
    unit,
    use,
    limit: most,
    // biome-ignore lint/suspicious/noThenProperty: a word of the contract, no promise.
    then: "",
  });
  const room = roomBeforeLimits([
    limit("Gross exposure", "fraction", 0.294, 0.5),
    limit("Positions", "count", 9, 10),
    limit("Open risk, all stops hit", "fraction", 0.03, 0.02),
    limit("Entries today", "count", null, 100),
  ]);
  expect(room).toEqual([
    { name: "position", text: "1" },
    { name: "gross", text: "20.6%" },
    { name: "open risk", text: "0.00%" },
  ]);
});
