/** Goal: the distance to a stop reads the same for longs and shorts, in figures and on the track. */
import { describe, expect, it } from "vitest";
import type { PositionLine } from "../app/engine-snapshot.ts";
import { ofLimit, stopDistance, stopTrack } from "./terminal-tables.ts";

function held(shares: number, averageEntry: number, mark: number, stop: number): PositionLine {
  const unrealised = shares * (mark - averageEntry);
  return { symbol: "BYTEL", strategy: "any", shares, averageEntry, mark, stop, unrealised };
}
const track = (position: PositionLine) =>
  stopTrack(position)
    .map(({ text }) => text)
    .join("");

describe("stopTrack", () => {
  it("has the stop at the left for longs and shorts alike", () => {
    expect(track(held(10, 100, 102, 98))).toBe("┃──────┼━━━━━━●───");
    expect(track(held(-10, 100, 98, 102))).toBe(track(held(10, 100, 102, 98)));
    expect(track(held(10, 100, 99, 98))).toBe("┃──●━━━┼──────────");
  });

  it("puts the last price near the stop when it is, even where the stop has passed the entry", () => {
    expect(track(held(10, 161.4, 161.76, 161.5))).toMatch(/^┃━+●─+$/);
    expect(track(held(10, 161.4, 161.76, 161.5)).indexOf("●")).toBeLessThan(6);
  });

  it("is empty without a stop", () => {
    expect(track(held(10, 100, 99, Number.NaN))).toBe("");
  });
});

describe("stopDistance", () => {
  it("is a positive fraction of the last price until the stop is passed", () => {
    expect(stopDistance(held(10, 100, 100, 98))).toBeCloseTo(0.02, 12);
    expect(stopDistance(held(-10, 100, 100, 102))).toBeCloseTo(0.02, 12);
    expect(stopDistance(held(10, 100, 97, 98))).toBeLessThan(0);
    expect(stopDistance(held(10, 100, 100, Number.NaN))).toBeNaN();
  });
});

describe("ofLimit", () => {
  it("adds digits until the pair compares as the numbers do", () => {
    expect(ofLimit(0.004, 0.02, 2)).toEqual(["0.40%", "2.00%"]);
    expect(ofLimit(0.02004, 0.02, 2)).toEqual(["2.004%", "2.00%"]);
    expect(ofLimit(0.02, 0.02, 2)).toEqual(["2.00%", "2.00%"]);
    expect(ofLimit(Number.NaN, 0.02, 2)).toEqual(["no data", "2.00%"]);
  });
});
