/**
 * Goal    a ticker that was used again does not hand one company's actions to another, and no action of the company
 *         itself is lost by it.
 * Method  by hand, from the ways in which it happens: a hole in the bars, a list by ticker, a print under suspicion.
 */
import { describe, expect, it } from "vitest";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import { type DayNumber, isoDate, parseIsoDate } from "../../domain/time.ts";
import { adjustBars } from "./adjust-bars.ts";
import { judgeSeries } from "./judge-series.ts";

const day = (text: string) => parseIsoDate(text) as DayNumber;
const dividend = (date: string, cashPerShare: number, reference = Number.NaN): CorporateAction => ({
  symbol: "X",
  exDate: day(date),
  kind: "dividend",
  newShares: 1,
  oldShares: 1,
  cashPerShare,
  reference,
});
const split = (date: string, newShares: number, oldShares = 1): CorporateAction => ({
  ...dividend(date, 0),
  kind: "split",
  newShares,
  oldShares,
});
const judged = (closes: Readonly<Record<string, number>>, ...actions: CorporateAction[]) => {
  const close = Object.values(closes);
  const found = judgeSeries({ day: Object.keys(closes).map(day), open: close, close }, actions);
  return {
    ...found,
    held: found.actions.map(({ action }) => isoDate(action.exDate)),
    reasons: found.refused.map(({ reason }) => reason),
  };
};

describe("bars with a hole", () => {
  const hole = { "2004-11-29": 39, "2004-11-30": 39.2, "2011-03-23": 56, "2011-03-24": 56.5 };

  it("what happened in it is not paid to who holds the ticker when it comes back", () => {
    const { held, reasons, refused } = judged(
      hole,
      dividend("2004-11-30", 0.1),
      dividend("2006-12-15", 0.2),
      split("2007-01-03", 21, 20),
      dividend("2011-03-24", 0.1),
    );
    expect(held).toEqual(["2004-11-30", "2011-03-24"]);
    expect(refused.every(({ isInHole }) => isInHole)).toBe(true);
    expect(reasons[0]).toBe(
      "no bar within 14 days of 2006-12-15, the bars around it are of 2004-11-30 and 2011-03-23: " +
        "the ticker may have been another company's",
    );
  });

  it("a split that the price shows across it holds; one that it does not show is refused for that", () => {
    const suspended = { "2015-01-05": 2, "2015-03-20": 29, "2015-03-23": 30 };
    expect(judged(suspended, split("2015-03-20", 1, 15)).held).toEqual(["2015-03-20"]);
    expect(judged(suspended, split("2015-03-20", 4)).reasons[0]).toContain("would have made it 0.50");
  });

  it("a closure of the exchange is none: 2001-09-10 to 09-17", () => {
    const closed = { "2001-09-10": 40, "2001-09-17": 38 };
    expect(judged(closed, dividend("2001-09-17", 0.1)).held).toEqual(["2001-09-17"]);
  });
});

describe("a list of actions by ticker", () => {
  const bars = { "2012-05-18": 38, "2012-05-21": 34, "2012-05-22": 31 };

  it("of a company at another price is refused, with both closes", () => {
    const { held, reasons } = judged(
      bars,
      dividend("2012-05-21", 0.05, 4.1),
      dividend("2012-05-22", 0.1, 34.02),
    );
    expect(held).toEqual(["2012-05-22"]);
    expect(reasons).toEqual([
      "its source had a close of 4.1 before 2012-05-21, the bars have 38: " +
        "another company's, or prices on another basis",
    ]);
  });

  it("before the first bar and after the last it moves nothing", () => {
    const { held, reasons } = judged(bars, dividend("2001-02-01", 1), dividend("2013-02-01", 1));
    expect([held, reasons]).toEqual([[], []]);
  });

  it("of one day, a split and then cash: the close is compared in new shares", () => {
    const both = { "2015-01-05": 400, "2015-01-06": 99 };
    expect(judged(both, split("2015-01-06", 4), dividend("2015-01-06", 1, 100)).held.length).toBe(2);
    expect(judged(both, split("2015-01-06", 4), dividend("2015-01-06", 1, 400)).held.length).toBe(1);
  });

  it("that saw a leap which is still under suspicion is not another company's", () => {
    const leap = { "2015-01-05": 100, "2015-01-06": 50, "2015-01-07": 49, "2015-01-08": 49 };
    const { held, quarantined } = judged(leap, dividend("2015-01-07", 0.5, 50));
    expect(quarantined.map(({ isLeap }) => isLeap)).toEqual([true]);
    expect(held).toEqual(["2015-01-07"]);
  });
});

it("history before a hole is left as it was printed by what is refused", () => {
  const close = [39, 56];
  const columns = () => Float64Array.from(close);
  const { actions } = judged({ "2004-11-30": 39, "2011-03-23": 56 }, dividend("2006-12-15", 0.2));
  const rows = { open: columns(), high: columns(), low: columns(), close: columns(), volume: columns() };
  adjustBars(rows, actions, "full");
  expect([...rows.close]).toEqual(close);
});
