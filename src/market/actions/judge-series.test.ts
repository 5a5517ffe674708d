/**
 * Goal    a listed split that the prices do not show is refused, a print that nothing explains is kept out, and the
 *         rest passes: the cases are the real ones of 2015 to 2017, by name.
 */
import { describe, expect, it } from "vitest";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import { type DayNumber, isoDate, parseIsoDate } from "../../domain/time.ts";
import { adjustBars, stillHappening } from "./adjust-bars.ts";
import { judgeSeries } from "./judge-series.ts";
import { usualSplit } from "./usual-splits.ts";

const day = (text: string) => parseIsoDate(text) as DayNumber;
const action = (date: string, parts: Partial<CorporateAction>): CorporateAction => ({
  symbol: "X",
  exDate: day(date),
  kind: "split",
  newShares: 1,
  oldShares: 1,
  cashPerShare: 0,
  reference: Number.NaN,
  ...parts,
});
/** Bars by date, each `open/close`. */
function series(rows: Readonly<Record<string, string>>) {
  const prices = Object.values(rows).map((text) => text.split("/").map(Number));
  return {
    day: Object.keys(rows).map(day),
    open: prices.map(([open = 0]) => open),
    close: prices.map(([, close = 0]) => close),
  };
}

describe("actions against prices", () => {
  const netflix = series({
    "2015-07-13": "686.69/707.61",
    "2015-07-14": "708.90/702.60",
    "2015-07-15": "99.97/98.13",
    "2015-07-16": "111.02/115.81",
  });

  it("NFLX 7:1 is listed twice: the day before is refused, 2015-07-15 holds and no bar is lost", () => {
    const seven = { newShares: 7 };
    const judged = judgeSeries(netflix, [action("2015-07-14", seven), action("2015-07-15", seven)]);
    expect(judged.refused.map(({ action: { exDate } }) => isoDate(exDate))).toEqual(["2015-07-14"]);
    expect(judged.actions.map(({ row }) => row)).toEqual([2]);
    expect(judged.quarantined).toEqual([]);
  });

  it("without its split the same fall is a leap: one bar is kept out, the next agrees", () => {
    const { quarantined } = judgeSeries(netflix, []);
    expect(quarantined.map(({ row, isLeap }) => [row, isLeap])).toEqual([[2, true]]);
  });

  it("VNO at a quarter of its price for one day is kept out, and the way back is no leap", () => {
    const vornado = series({
      "2015-06-29": "96.59/94.89",
      "2015-06-30": "24.05/23.76",
      "2015-07-01": "93.94/96.42",
    });
    const { quarantined } = judgeSeries(vornado, []);
    expect(quarantined.map(({ row, isLeap, before }) => [row, isLeap, before])).toEqual([[1, false, 94.89]]);
  });

  it("BTU 1:15 passes although the share rises thirteenfold; a small one is believed unseen", () => {
    const peabody = series({
      "2015-09-30": "1.40/1.38",
      "2015-10-01": "20.10/17.73",
      "2015-10-02": "17.00/16.20",
    });
    const judged = judgeSeries(peabody, [action("2015-10-01", { oldShares: 15 })]);
    expect([judged.actions.length, judged.quarantined.length]).toEqual([1, 0]);
    const tiny = judgeSeries(peabody, [action("2015-09-30", { newShares: 21, oldShares: 20 })]);
    expect(tiny.refused).toEqual([]);
  });

  it("EBAY: value that left with a spin-off explains the fall as cash; a cash that does not fit is refused", () => {
    const ebay = series({
      "2015-07-17": "66.04/66.29",
      "2015-07-20": "26.89/28.57",
      "2015-07-21": "28.15/28.60",
    });
    const spun = (cashPerShare: number) =>
      action("2015-07-20", { kind: "spinoff", cashPerShare, reference: 66.29 });
    expect(judgeSeries(ebay, [spun(38.39)]).quarantined).toEqual([]);
    const wrong = judgeSeries(ebay, [spun(55)]);
    expect([wrong.refused.length, wrong.quarantined.length]).toEqual([1, 1]);
    expect(judgeSeries(ebay, [spun(67)]).refused[0]?.reason).toContain("more than the close before");
  });

  it("what happened before the first bar, or after the last, is nobody's business here", () => {
    const judged = judgeSeries(netflix, [
      action("2014-01-02", { newShares: 2 }),
      action("2016-01-04", { newShares: 2 }),
    ]);
    expect([judged.actions, judged.refused]).toEqual([[], []]);
  });
});

describe("history on one basis", () => {
  const of = (...closes: number[]) => ({
    open: Float64Array.from(closes),
    high: Float64Array.from(closes),
    low: Float64Array.from(closes),
    close: Float64Array.from(closes),
    volume: Float64Array.from(closes, () => 70),
  });
  const placed = [
    {
      action: action("2015-01-05", { kind: "dividend", cashPerShare: 7, reference: 700 }),
      row: 1,
      reference: 699,
    },
    { action: action("2015-01-06", { newShares: 7 }), row: 2, reference: 700 },
  ];

  it("earlier prices fall by a split and volumes rise; dividends count in full adjustment only", () => {
    const split = of(700, 693, 99);
    adjustBars(split, placed, "split");
    expect(Array.from(split.close)).toEqual([100, 99, 99]);
    expect(Array.from(split.volume)).toEqual([490, 490, 70]);
    const full = of(700, 693, 99);
    adjustBars(full, placed, "full");
    expect(full.close[0]).toBeCloseTo(99, 12);
    expect(full.close[1]).toBe(99);
  });

  it("on one day the split comes first: cash per new share is measured against the close in new shares", () => {
    const bars = series({ "2015-01-05": "400/400", "2015-01-06": "99/99" });
    const both = [
      action("2015-01-06", { newShares: 4 }),
      action("2015-01-06", { kind: "dividend", cashPerShare: 1 }),
    ];
    const judged = judgeSeries(bars, both);
    expect(judged.actions.map(({ reference }) => reference)).toEqual([400, 100]);
    const full = of(400, 99);
    adjustBars(full, judged.actions, "full");
    expect(full.close[0]).toBeCloseTo(99, 12);
    expect(stillHappening(judged.actions, "split").map(({ cashPerShare }) => cashPerShare)).toEqual([1]);
  });

  it("a holder of split-adjusted shares still gets the dividend, in dollars of today's shares", () => {
    expect(stillHappening(placed, "raw").length).toBe(2);
    expect(stillHappening(placed, "split").map(({ kind, cashPerShare }) => [kind, cashPerShare])).toEqual([
      ["dividend", 1],
    ]);
    expect(stillHappening(placed, "full")).toEqual([]);
  });
});

describe("a decimal ratio", () => {
  it.each([
    [1.99979, "2:1"],
    [0.066667, "1:15"],
    [7, "7:1"],
    [24.99, "25:1"],
    [0.04, "1:25"],
    [1.5, "3:2"],
    [1.3333, "4:3"],
    [0.75, "3:4"],
    [1.0027, "10027:10000"],
    [1.05, "21:20"],
  ])("%d is %s", (decimal, name) => {
    const found = usualSplit(decimal);
    expect(`${found?.newShares}:${found?.oldShares}`).toBe(name);
  });

  it.each([2.376, 1.841, 2.202, 1.391, 3.7259, 1, 0, -2, Number.NaN])("%d is none", (decimal) => {
    expect(usualSplit(decimal)).toBeUndefined();
  });
});
