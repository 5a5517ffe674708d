/** Each strategy on bars made by hand, where the right answer can be worked out on paper. */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import { runEngine } from "../src/app/engine-run.ts";
import { type Bar, columnsFromBars } from "../src/domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../src/domain/time.ts";
import { SignalField, SignalKind } from "../src/engine/signal-table.ts";
import { sessionOn, xnysSessions } from "../src/market/calendar.ts";
import { buyAndHold } from "../src/strategies/buy-and-hold.ts";
import { intradayMeanReversion } from "../src/strategies/intraday-mean-reversion.ts";
import { meanReversion } from "../src/strategies/mean-reversion.ts";
import { referenceEmaCross } from "../src/strategies/reference-ema-cross.ts";
import type { StrategyModule } from "../src/strategies/strategy.ts";
import { swingTrendFollowing } from "../src/strategies/swing-trend-following.ts";
import { calmBar, calmBars, type DayBar, dailyColumns } from "./daily-market.ts";
import { StrategyDriver } from "./strategy-driver.ts";

type Paths = Parameters<typeof dailyColumns>[0];

function wishes({ bind }: StrategyModule, params: unknown, paths: Paths) {
  return new StrategyDriver(bind(params), dailyColumns(paths)).run().wishes;
}
const brief = (list: ReturnType<typeof wishes>) =>
  list.map(({ batch, kind, reason }) => `${batch} ${kind} ${reason}`);

describe("buy_and_hold", () => {
  it("enters each instrument once, at its first bar, and never leaves", () => {
    const late = [undefined, undefined, ...calmBars([50, 40, 30, 20])];
    const found = wishes(buyAndHold, {}, { AAA: calmBars([10, 9, 12, 3, 7, 8]), LATE: late });
    expect(found.map(({ batch, instrument, kind }) => [batch, instrument, kind])).toEqual([
      [0, 0, "enter"],
      [2, 1, "enter"],
    ]);
    expect(found.map(({ numbers }) => numbers)).toEqual([[10], [50]]);
  });
});

describe("reference_ema_cross", () => {
  // EMA1 is the close; EMA2 starts with the mean of two closes and then moves two thirds of the way.
  const params = { fast: 1, slow: 2 };

  it("enters on the one bar where the fast average crosses above, with both averages as numbers", () => {
    const found = wishes(referenceEmaCross, params, { AAA: calmBars([10, 10, 10, 12, 13, 14, 15]) });
    expect(brief(found)).toEqual(["3 enter above"]);
    expect(found[0]?.numbers[0]).toBe(12);
    expect(found[0]?.numbers[1]).toBeCloseTo(10 + (2 / 3) * 2, 12);
  });

  it("leaves on the one bar where it crosses below, and may come back", () => {
    const found = wishes(referenceEmaCross, params, { AAA: calmBars([10, 10, 10, 12, 13, 9, 8, 7, 11, 12]) });
    expect(brief(found)).toEqual(["3 enter above", "5 exit below", "8 enter above"]);
  });

  it("takes the first warm bar as where the averages are, not as a cross", () => {
    expect(wishes(referenceEmaCross, params, { AAA: calmBars([10, 12, 13, 14, 15, 16]) })).toEqual([]);
  });

  it("counts equal averages as not above: a flat market asks for nothing", () => {
    expect(wishes(referenceEmaCross, params, { AAA: calmBars(Array(12).fill(10)) })).toEqual([]);
  });

  it("keeps instruments apart", () => {
    const paths = { AAA: calmBars([10, 10, 10, 12, 13]), BBB: calmBars([20, 20, 20, 20, 25]) };
    const found = wishes(referenceEmaCross, params, paths);
    expect(found.map(({ batch, instrument }) => [batch, instrument])).toEqual([
      [3, 0],
      [4, 1],
    ]);
  });
});

describe("swing_trend_following", () => {
  const params = { fast: 2, slow: 3, adxPeriod: 2, atrPeriod: 2, maxBars: 4 };
  /** One dollar up each day without looking back: an uptrend, and never a pullback. */
  const marching = (close: number): DayBar => ({
    open: close - 0.05,
    high: close + 0.1,
    low: close - 0.1,
    close,
  });
  const pullback = (close: number): DayBar => ({ ...marching(close), low: close - 2 });
  const march = (from: number, days: number) => Array.from({ length: days }, (_, n) => marching(from + n));

  it("stays out of an uptrend that never touches its average", () => {
    expect(wishes(swingTrendFollowing, params, { AAA: march(100, 30) })).toEqual([]);
  });

  it("enters on the bar whose low touched the fast average and whose close held it, stop two ATR below", () => {
    const [entry, ...rest] = wishes(swingTrendFollowing, params, { AAA: [...march(100, 10), pullback(110)] });
    expect(rest).toEqual([]);
    expect(entry).toMatchObject({ batch: 10, kind: "enter", reason: "pullback" });
    // True ranges of 1.10 until then and 2.10 on the day: the Wilder average of two moves half the way.
    expect(entry?.entry?.stop).toBeCloseTo(110 - 2 * 1.6, 10);
    expect(entry?.entry?.conviction).toBe(1);
    const [low, , strength] = entry?.numbers ?? [];
    expect([low, strength]).toEqual([108, 100]);
  });

  it("stays out when the close falls through the average, when nothing trends, and in a downtrend", () => {
    const broken: DayBar = { open: 109, high: 109.2, low: 106, close: 106.5 };
    expect(wishes(swingTrendFollowing, params, { AAA: [...march(100, 10), broken] })).toEqual([]);
    // Just below the fast average of 108.43, which is still above the slow one, in a strong trend.
    const below: DayBar = { open: 109, high: 109.2, low: 108.3, close: 108.4 };
    expect(wishes(swingTrendFollowing, params, { AAA: [...march(100, 10), below] })).toEqual([]);
    const held = { ...below, close: 108.7 };
    expect(wishes(swingTrendFollowing, params, { AAA: [...march(100, 10), held] }).length).toBe(1);
    const falling = Array.from({ length: 15 }, (_, n) => pullback(200 - n));
    expect(wishes(swingTrendFollowing, params, { AAA: falling })).toEqual([]);
    const weak = { ...params, adxMinimum: 100 };
    expect(wishes(swingTrendFollowing, weak, { AAA: [...march(100, 10), pullback(110)] })).toEqual([]);
  });

  it("trails three ATR below the highest high since the entry", () => {
    const found = wishes(swingTrendFollowing, params, {
      AAA: [...march(100, 10), pullback(110), ...march(111, 3)],
    });
    expect(brief(found)).toEqual(["10 enter pullback", "11 protect ", "12 protect ", "13 protect "]);
    // ATR 1.6 on the day of the entry, then half the way to 1.1 each day.
    const ranges = [1.35, 1.225, 1.1625];
    for (const [n, range] of ranges.entries())
      expect(found[n + 1]?.stop).toBeCloseTo(111 + n + 0.1 - 3 * range, 10);
  });

  it("remembers the highest high through a quieter day, and forgets it with the position", () => {
    const quiet: DayBar = { open: 112, high: 112.1, low: 111.9, close: 112 };
    const found = wishes(
      swingTrendFollowing,
      { ...params, maxBars: 3 },
      {
        AAA: [
          ...march(100, 10),
          pullback(110),
          marching(112.5),
          quiet,
          marching(113),
          marching(114),
          ...march(115, 2),
        ],
      },
    );
    const ranges = (day: DayBar, before: number) => Math.max(day.high, before) - Math.min(day.low, before);
    const range = (1.6 + ranges(marching(112.5), 110)) / 2;
    expect(found[2]?.stop).toBeCloseTo(112.6 - (3 * (range + ranges(quiet, 112.5))) / 2, 10);

    const again = [...march(60, 10), pullback(70), marching(71)];
    const fall = Array.from({ length: 8 }, (_, n) => marching(105 - 6 * n));
    const twice = wishes(swingTrendFollowing, params, {
      AAA: [...march(100, 10), pullback(110), ...march(111, 2), ...fall, ...again],
    });
    const second = twice.findLastIndex(({ kind }) => kind === "enter");
    expect(twice[second]?.close).toBe(70);
    expect(twice[second + 1]?.stop).toBeLessThan(71.1);
    expect(twice[second + 1]?.stop).toBeCloseTo(71.1 - 3 * 1.35, 0);
  });

  it("leaves after maxBars bars, the bar of the fill being number 0", () => {
    const found = wishes(swingTrendFollowing, params, {
      AAA: [...march(100, 10), pullback(110), ...march(111, 5)],
    });
    expect(brief(found).at(-1)).toBe("15 exit timeUp");
    expect(found.at(-1)?.numbers).toEqual([4, 4]);
  });

  it("leaves when the fast average falls below the slow one", () => {
    const found = wishes(
      swingTrendFollowing,
      { ...params, trailAtr: 20, stopAtr: 20 },
      {
        AAA: [...march(100, 10), pullback(110), marching(111), marching(109), marching(107)],
      },
    );
    expect(brief(found).at(-1)).toBe("13 exit trendOver");
  });

  it("the engine moves the stop up only, whatever the range does", () => {
    const wide = (close: number): DayBar => ({ ...marching(close), high: close + 6 });
    const days = [
      ...march(100, 10),
      pullback(110),
      marching(111),
      marching(112),
      wide(113),
      wide(114),
      ...march(115, 6),
    ];
    const config = loadConfig({
      assignments: [
        "execution.entryOrder=market",
        // Too few bars for an ATR14, and wild ones: the market scale would leave nothing of the size.
        "sizing.atr.floor=1",
        `strategies.swing_trend_following.params=${JSON.stringify({ ...params, maxBars: 50 })}`,
      ],
    });
    const columns = dailyColumns({ AAA: days });
    const run = runEngine({
      config,
      strategyIds: ["swing_trend_following"],
      columns,
      sessions: xnysSessions(),
      cash: 1e5,
    });
    const { signals } = run.loop.compute;
    const rows = Array.from({ length: signals.length }, (_, row) => row);
    const stops = rows
      .filter((row) => signals.get(row, SignalField.kind) === SignalKind.Protect)
      .map((row) => signals.get(row, SignalField.stop));
    expect(run.loop.execute.fills.length).toBeGreaterThan(0);
    expect(stops.length).toBeGreaterThan(2);
    expect(stops).toEqual(stops.toSorted((a, b) => a - b));
    // The wide bars widen the range faster than the high rises: some wishes were to move it down.
    expect(stops.length).toBeLessThan(days.length - 11);
  });
});

describe("mean_reversion", () => {
  const params = { trend: 40, atrPeriod: 2, maxBars: 4 };
  const march = Array.from({ length: 40 }, (_, n) => 100 + n);
  const fall = [136, 133, 130];

  it("buys the fall whose RSI is below the edge, deeper ones with more, and a stop three ATR below", () => {
    const [entry, ...rest] = wishes(meanReversion, params, { AAA: calmBars([...march, ...fall]) });
    expect(rest).toEqual([]);
    // Wilder averages of two: gains 1, .5, .25, .125 and losses 0, 1.5, 2.25, 2.625, so RSI is 25, 10, 4.545.
    expect(entry).toMatchObject({ batch: 42, kind: "enter", reason: "oversold" });
    expect(entry?.numbers[0]).toBeCloseTo(100 / 22, 10);
    expect(entry?.numbers.slice(1, 3)).toEqual([10, 130]);
    expect(entry?.entry?.conviction).toBeCloseTo(1 - 100 / 22 / 20, 10);
    // True ranges of 1.2 until the fall, then 3.2: 1.2, 2.2, 2.7, 2.95.
    expect(entry?.entry?.stop).toBeCloseTo(130 - 3 * 2.95, 10);
    expect(entry?.entry?.timeStopBars).toBe(4);
  });

  it("sells the bounce above the short average, not the first green bar", () => {
    const found = wishes(meanReversion, params, { AAA: calmBars([...march, ...fall, 131, 136, 137]) });
    expect(brief(found)).toEqual(["42 enter oversold", "44 exit bounced"]);
    expect(found[1]?.numbers[1]).toBeCloseTo((136 + 133 + 130 + 131 + 136) / 5, 10);
  });

  it("stays out below the long average, however oversold", () => {
    const down = Array.from({ length: 50 }, (_, n) => 200 - n);
    expect(wishes(meanReversion, params, { AAA: calmBars(down) })).toEqual([]);
    expect(
      wishes(meanReversion, { ...params, trend: 20 }, { AAA: calmBars([...march.slice(20), ...fall]) }),
    ).toEqual([]);
  });

  it("stays out at the edge itself: RSI of exactly 10 is not below 10", () => {
    expect(wishes(meanReversion, params, { AAA: calmBars([...march, ...fall.slice(0, 2)]) })).toEqual([]);
  });
});

describe("intraday_mean_reversion", () => {
  /** Closes of one session's five-minute bars; each bar opens at the close before and reaches ten cents beyond. */
  function played(closes: readonly number[], params: unknown = {}, day = dayNumber(2020, 6, 10)) {
    const { open } = sessionOn(day) ?? { open: 0 };
    const bars = closes.map((close, n): Bar => {
      const { open: first, high, low } = calmBar(closes[n - 1] ?? close, close);
      const closedAt = (open + (n + 1) * 5 * MICROS_PER_MINUTE) as EpochMicros;
      return { instrument: 0 as InstrumentId, closedAt, open: first, high, low, close, volume: 1000 };
    });
    const columns = columnsFromBars("5m", instrumentTable(["AAA"]), bars);
    return new StrategyDriver(intradayMeanReversion.bind(params), columns).run().wishes;
  }
  /** Three dollars around a hundred, so that one deviation is about two. */
  const swinging = (bars: number) => Array.from({ length: bars }, (_, n) => 100 + 3 * Math.sin(n));
  const fall = [96, 94.5, 94];
  /** Where only the clock is asked. */
  const loose = { rsiMaximum: 50 };

  it("buys the stretch below the VWAP with a stop 1.5 ATR away, and sells on the way back", () => {
    const found = played([...swinging(30), ...fall, 96, 100]);
    expect(brief(found)).toEqual(["30 enter stretched", "34 exit returned"]);
    const [entry, exit] = found;
    expect(entry?.numbers[0]).toBeLessThan(-2);
    expect(entry?.numbers[0]).toBeGreaterThan(-3.5);
    expect(entry?.numbers[2]).toBeLessThan(10);
    expect(entry?.entry).toMatchObject({ conviction: 1, timeStopBars: 60 });
    const range = (96 - (entry?.entry?.stop ?? 0)) / 1.5;
    expect(range).toBeGreaterThan(1);
    expect(range).toBeLessThan(3);
    expect(exit?.numbers[0]).toBeGreaterThan(-0.5);
  });

  it("a crash is no stretch: beyond 3.5 deviations nothing is bought", () => {
    expect(played([...swinging(30), 80, 79, 78])).toEqual([]);
  });

  it("stays out for half an hour after the open and before the close", () => {
    const early = played([100, 101, 99, 100, 96.5]);
    expect(early).toEqual([]);
    // Bar 70 closes 35 minutes before the end of a full day, bar 72 only 25.
    expect(brief(played([...swinging(70), ...fall], loose)).at(0)).toBe("70 enter stretched");
    expect(played([...swinging(72), ...fall], loose)).toEqual([]);
  });

  it("is flat a quarter of an hour before the close, half days too", () => {
    const held = [...swinging(70), ...fall, 94, 94];
    expect(brief(played(held, { ...loose, exitZ: 0 })).slice(-1)).toEqual(["74 exit dayOver"]);
    // The day after Thanksgiving closes at 13:00: 42 bars.
    const short = [...swinging(30), ...fall, ...Array<number>(9).fill(94)];
    const halfDay = played(short, { exitZ: 0 }, dayNumber(2020, 11, 27));
    expect(brief(halfDay).at(-1)).toMatch(/exit dayOver$/);
    expect(halfDay.find(({ reason }) => reason === "dayOver")?.numbers[0]).toBe(15);
  });

  it("sells short only when told to, the mirror image", () => {
    const mirrored = [...swinging(30), ...fall].map((close) => 200 - close);
    expect(played(mirrored)).toEqual([]);
    const [entry] = played(mirrored, { shorts: true });
    expect(entry?.entry?.conviction).toBe(-1);
    expect(entry?.entry?.stop).toBeGreaterThan(105.5);
  });
});
