/**
 * Goal    the figures beside the book are counted right. Method: a rise with two falls in it, whose trades are known by
 *         hand, and a span that leaves one of them out.
 */
import { describe, expect, it } from "vitest";
import {
  type DailyCloses,
  dailyCloses,
  fiveDaysAfter,
  ruleOfTheBook,
  ruleOfTheHigh,
} from "./published-reversion.ts";

/** 260 days up by one dollar each, but for two falls of two days; the first comes back, the second one later. */
function risingWithFalls(): DailyCloses {
  const close: number[] = [];
  for (let t = 0; t < 260; t++) {
    const before = close[t - 1] ?? 999;
    close.push(
      before +
        (t === 220 || t === 221 || t === 240 || t === 241
          ? -30
          : t === 242
            ? 5
            : t > 242 && t < 246
              ? 20
              : 1),
    );
    if (t === 222) close[t] = before + 62;
  }
  const date = close.map(
    (_, t) =>
      `2000-${String(Math.floor(t / 28) + 1).padStart(2, "0")}-${String((t % 28) + 1).padStart(2, "0")}`,
  );
  return { date, close: Float64Array.from(close), high: Float64Array.from(close, (price) => price + 0.5) };
}

const ALL = ["", "9999"] as const;

describe("published reversion", () => {
  const days = risingWithFalls();
  const gain = (from: number, to: number) => days.close[to]! / days.close[from]! - 1;

  it("buys the first close of a fall and sells the first close above the average of five", () => {
    const found = ruleOfTheBook(days, ALL);
    expect(found.count).toBe(2);
    // The first fall is bought at day 220 and over at 222; the second at 240, at 1203 above the
    // average of 1238, 1208, 1178, 1183 and 1203 at 243.
    expect(found.mean).toBeCloseTo((gain(220, 222) + gain(240, 243)) / 2, 12);
    expect(found.winners).toBe(0.5);
  });

  it("takes entries of its span alone, and lets the last of them end after it", () => {
    const found = ruleOfTheBook(days, ["", days.date[221]!]);
    expect(found.count).toBe(1);
    expect(found.mean).toBeCloseTo(gain(220, 222), 12);
  });

  it("leaves above the high of the day before, where that is the rule", () => {
    expect(ruleOfTheHigh(days, ALL).mean).toBeCloseTo((gain(220, 222) + gain(240, 242)) / 2, 12);
    expect(() => ruleOfTheHigh({ ...days, high: undefined }, ALL)).toThrow("high");
  });

  it("follows each day for five days, and all days where nothing is asked", () => {
    expect(fiveDaysAfter(days, ALL, 10).count).toBe(4);
    expect(fiveDaysAfter(days, ALL, 101).count).toBe(260 - 199 - 5);
  });

  it("names the column that a file has not", () => {
    expect(() => dailyCloses("date,price\n", "f.csv")).toThrow(
      "f.csv: columns date, price; needs date and close",
    );
    expect([...dailyCloses("date,close\n2000-01-03,7\n", "f.csv").close]).toEqual([7]);
  });
});
