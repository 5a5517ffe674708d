/** Goal: the oracle's rows, never above 1, never below the floor, and the floor for what cannot be read. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { linearScale, scaleParams } from "./vix-atr-scale.ts";

const golden = resolve(process.env.PLIMSOLL_GOLDEN ?? "../shared/golden", "vix_atr_scale.json");
const has = existsSync(golden);

describe.skipIf(!has)(`golden scale${has ? "" : " (skipped: golden/vix_atr_scale.json missing)"}`, () => {
  it("every clamped figure of the oracle", () => {
    const { params, expected } = JSON.parse(readFileSync(golden, "utf8")) as {
      params: { base: number; max: number; floor: number };
      expected: { rows: { x: number; clamped: number }[] };
    };
    expect(expected.rows.length).toBeGreaterThan(5);
    for (const { x, clamped } of expected.rows) expect(linearScale(x, params)).toBeCloseTo(clamped, 12);
  });
});

describe("the defaults of SIZE-1", () => {
  const vix = scaleParams(20, 40, 200).parse({});
  const atr = scaleParams(0.015, 0.04, 1).parse({});

  it("full at the base, nothing at the maximum, a line between", () => {
    expect([9.14, 20, 25, 30, 40, 82.69].map((x) => linearScale(x, vix))).toEqual([1, 1, 0.75, 0.5, 0, 0]);
    expect(linearScale(0.0275, atr)).toBeCloseTo(0.5, 12);
    expect(linearScale(0.04, atr)).toBeCloseTo(0, 12);
  });

  it("what cannot be read counts as the worst; a floor of 1 switches it off, also for that", () => {
    for (const reading of [Number.NaN, 0, -3, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      expect(linearScale(reading, vix)).toBe(0);
      expect(linearScale(reading, { ...vix, floor: 0.25 })).toBe(0.25);
      expect(linearScale(reading, { ...vix, floor: 1 })).toBe(1);
    }
  });
});
