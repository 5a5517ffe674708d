/** Goal: what the curves and tables are drawn from agrees with equity, and counts a loss on day one. */
import { describe, expect, it } from "vitest";
import { sampleRun } from "../../../test/sample-run.ts";
import { easternMoment, easternTime } from "./eastern-time.ts";
import { curvesOf, deepest, rollingSharpe, yearRows } from "./series.ts";

const input = sampleRun({ sessions: 700, seed: 11, drift: 0.0003, tradeCount: 40, trials: 2 });
const curves = curvesOf(input);

it("a loss on the first day is a drawdown and a return", () => {
  const daily = {
    date: ["2024-01-02", "2024-01-03"],
    equity: [90_000, 99_000],
    benchmark: [],
    gross: [1, 1],
    net: [1, 1],
    traded: [0, 0],
  };
  const short = curvesOf({ ...input, daily });
  expect([...short.growth]).toEqual([1, 0.9, 0.99]);
  expect([...short.drawdown].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([0, -0.1, -0.01]);
  expect(short.returns[0]).toBeCloseTo(-0.1, 12);
  expect(deepest(short.drawdown)).toBe(1);
});

it("months compound to years, and years to the whole run", () => {
  const rows = yearRows(curves);
  for (const { months, return: whole } of rows) {
    const compounded = months
      .filter((month) => !Number.isNaN(month))
      .reduce((growth, month) => growth * (1 + month), 1);
    expect(compounded - 1).toBeCloseTo(whole, 10);
  }
  expect(rows.reduce((growth, row) => growth * (1 + row.return), 1)).toBeCloseTo(
    curves.growth.at(-1) ?? 0,
    10,
  );
  expect(rows.reduce((sessions, row) => sessions + row.sessions, 0)).toBe(700);
});

it("the deepest year is as deep as the run", () => {
  const worst = Math.min(...yearRows(curves).map(({ drawdown }) => drawdown));
  expect(worst).toBe(curves.drawdown[deepest(curves.drawdown)]);
  expect(worst).toBeCloseTo(input.result.metrics.maxDrawdown, 10);
});

describe("rolling Sharpe", () => {
  it("begins with the 126th return", () => {
    const rolling = rollingSharpe(curves.returns);
    expect(Number.isNaN(rolling[124] ?? 0)).toBe(true);
    expect(Number.isFinite(rolling[125] ?? Number.NaN)).toBe(true);
  });

  it("over the whole of 126 days it is the Sharpe of the run", () => {
    const short = sampleRun({ sessions: 126, seed: 11, drift: 0.0003, tradeCount: 40, trials: 2 });
    expect(rollingSharpe(curvesOf(short).returns).at(-1)).toBeCloseTo(short.result.metrics.sharpe, 8);
  });

  it("is absent while equity stands still", () => {
    expect(rollingSharpe(new Float64Array(200)).some(Number.isFinite)).toBe(false);
  });
});

describe("market time", () => {
  it.each([
    ["2026-10-30T14:12:00Z", "2026-10-30 10:12 ET"],
    ["2026-01-05T21:00:00.250Z", "2026-01-05 16:00 ET"],
    ["2026-07-01T02:00:00Z", "2026-06-30 22:00 ET"],
    ["1975-01-02T21:00:00Z", "1975-01-02 21:00 UTC"],
    ["2026-10-30", "2026-10-30"],
    ["not a time", "not a time"],
  ])("%s is %s", (instant, text) => {
    expect(easternMoment(instant)).toBe(text);
    expect(easternTime(instant)).toBe(text.replace(/ ET$/, ""));
  });
});
