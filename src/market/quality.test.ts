/**
 * Goal    show that the report finds each planted defect where it lies, and finds nothing in sound series.
 * Method  sound random series with one defect planted; naive recomputation for outliers.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE, parseIsoDate } from "../domain/time.ts";
import { createRng } from "../numerics/rng.ts";
import { sessionOn, sessionsBetween, xnysSessions } from "./calendar.ts";
import { outliers } from "./quality/outliers.ts";
import { lastSessionSnapshot, snapshotSessions } from "./quality/snapshot.ts";
import { splitLikeJumps, splitName } from "./quality/split-like.ts";
import { dailyQuality, intradayQuality } from "./quality.ts";

const day = (iso: string): DayNumber => parseIsoDate(iso) as DayNumber;
const known = { sessions: xnysSessions(), knownSplitKeys: new Set<number>() };
const minute = MICROS_PER_MINUTE;

type Columns = Record<"key" | "open" | "high" | "low" | "close" | "volume", number[]>;
/** A series whose columns a test may spoil. */
type Sound = Columns & { readonly symbol: string };

/** A series without a defect: quiet returns, ordered prices, volumes in whole hundreds. */
function sound(symbol: string, keys: Iterable<number>): Sound {
  const random = createRng(7, symbol);
  const made: Sound = { symbol, key: [...keys], open: [], high: [], low: [], close: [], volume: [] };
  let close = 50;
  for (const _ of made.key) {
    const open = close * Math.exp(0.002 * random.normal());
    close = open * Math.exp(0.01 * random.normal());
    made.open.push(open);
    made.close.push(close);
    made.high.push(Math.max(open, close) * 1.003);
    made.low.push(Math.min(open, close) * 0.997);
    made.volume.push(100 * (5000 + random.integer(3000)));
  }
  return made;
}

const without = (series: Sound, isGone: (key: number) => boolean): Sound => {
  const keep = <T>(column: T[]): T[] => column.filter((_, row) => !isGone(series.key[row]!));
  const { symbol, key, open, high, low, close, volume } = series;
  const columns = {
    open: keep(open),
    high: keep(high),
    low: keep(low),
    close: keep(close),
    volume: keep(volume),
  };
  return { symbol, ...columns, key: keep(key) };
};

const range = { from: day("2019-01-02"), to: day("2020-10-28") };
const days = [...sessionsBetween(range.from, range.to).date];
const rowOf = (iso: string) => days.indexOf(day(iso));

describe("a daily series", () => {
  it("that is sound has an empty report", () => {
    expect(dailyQuality(sound("AAA", days), known)).toEqual({
      symbol: "AAA",
      rows: days.length,
      span: { ...range, count: days.length },
      duplicates: [],
      backwards: 0,
      zeroVolume: { rows: 0, span: undefined, longest: undefined },
      ohlcViolations: [],
      outliers: [],
      splitLike: [],
      absent: [],
      offSession: [],
    });
  });

  it("with sessions missing names the ranges, whatever is missing", () => {
    const gone = fc.uniqueArray(fc.integer({ min: 1, max: days.length - 2 }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(gone, (rows) => {
        const missing = new Set(rows.map((row) => days[row]!));
        const { absent } = dailyQuality(
          without(sound("AAA", days), (key) => missing.has(key)),
          known,
        );
        const named = absent.flatMap(({ from, to, count }) => {
          const inside = days.filter((d) => d >= from && d <= to);
          expect(inside).toHaveLength(count);
          return inside;
        });
        expect(new Set(named)).toEqual(missing);
        expect(named).toHaveLength(missing.size);
        for (const [i, { from }] of absent.entries()) {
          if (i > 0) expect(days.indexOf(from) - days.indexOf(absent[i - 1]!.to)).toBeGreaterThan(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("with rows repeated, misplaced or on closed days says where", () => {
    const series = sound(
      "AAA",
      [...days, day("2020-10-25"), days[5]!, days[5]!, day("2019-07-04")].toSorted((a, b) => a - b),
    );
    const report = dailyQuality(series, known);
    expect(report.duplicates).toEqual([days[5], days[5]]);
    expect(report.offSession).toEqual([day("2019-07-04"), day("2020-10-25")]);
    expect(report.backwards).toBe(0);
    expect(report.absent).toEqual([]);
    series.key.reverse();
    expect(dailyQuality(series, known)).toMatchObject({
      backwards: days.length + 1,
      absent: [],
      span: report.span,
    });
  });

  it("with days without volume gives their number, their span and the longest run", () => {
    const series = sound("AAA", days);
    for (const row of [10, 50, 51, 52, 90, 91]) series.volume[row] = 0;
    expect(dailyQuality(series, known).zeroVolume).toEqual({
      rows: 6,
      span: { from: days[10], to: days[91], count: 6 },
      longest: { from: days[50], to: days[52], count: 3 },
    });
  });

  it("with prices out of order names the rows, and forgives rounding", () => {
    const series = sound("AAA", days);
    series.high[20] = Math.max(series.open[20]!, series.close[20]!) * (1 - 1e-7);
    series.high[30] = Math.max(series.open[30]!, series.close[30]!) * (1 - 1e-5);
    series.low[40] = Number.NaN;
    expect(dailyQuality(series, known).ohlcViolations).toEqual([days[30], days[40]]);
  });

  it("that is empty is reported as empty", () => {
    expect(dailyQuality(sound("AAA", []), known)).toMatchObject({ rows: 0, span: undefined, absent: [] });
  });

  it("with columns of different length halts", () => {
    const series = sound("AAA", days);
    series.volume.pop();
    expect(() => dailyQuality(series, known)).toThrow(/BQ-1/);
  });
});

describe("an intraday series", () => {
  const regular = (iso: string) => {
    const { open, close } = sessionOn(day(iso))!;
    return Array.from({ length: (close - open) / minute }, (_, i) => open + i * minute);
  };
  const week = ["2026-11-24", "2026-11-25", "2026-11-27", "2026-11-30"].flatMap(regular);

  it("with every minute of regular hours has no gap, half day and holiday included", () => {
    const report = intradayQuality(sound("AAA", week), { ...known, barMicros: minute });
    expect(report).toMatchObject({ rows: 390 * 3 + 210, absent: [], absentSessions: [] });
  });

  it("names absent minutes as ranges and absent sessions as such; extended hours are no gap", () => {
    const lost = regular("2026-11-25");
    const early = (lost[0]! - 30 * minute) as EpochMicros;
    const series = without(
      sound(
        "AAA",
        [early, ...week].toSorted((a, b) => a - b),
      ),
      (key) => [10, 11, 12, 200].some((i) => key === lost[i]) || regular("2026-11-27").includes(key),
    );
    const report = intradayQuality(series, { ...known, barMicros: minute });
    expect(report.absent).toEqual([
      { from: lost[10], to: lost[12], count: 3 },
      { from: lost[200], to: lost[200], count: 1 },
    ]);
    expect(report.absentSessions).toEqual([day("2026-11-27")]);
  });

  it("asks for nothing before its first bar or after its last", () => {
    const series = sound("AAA", week.slice(100, -50));
    expect(intradayQuality(series, { ...known, barMicros: minute })).toMatchObject({
      absent: [],
      absentSessions: [],
    });
  });

  it("reports a sound empty series", () => {
    expect(intradayQuality(sound("AAA", []), { ...known, barMicros: minute }).absentSessions).toEqual([]);
  });
});

describe("outliers", () => {
  const naiveZ = (returns: readonly number[], x: number): number => {
    const middle = (values: readonly number[], share = 0.5) => {
      const sorted = values.toSorted((a, b) => a - b);
      const place = share * (sorted.length - 1);
      const low = sorted[Math.floor(place)]!;
      return low + (place % 1) * ((sorted[Math.ceil(place)] ?? low) - low);
    };
    const center = middle(returns);
    const mad = middle(returns.map((r) => Math.abs(r - center)));
    return mad > 0
      ? (0.6745 * (x - center)) / mad
      : (1.349 * (x - center)) / (middle(returns, 0.75) - middle(returns, 0.25));
  };

  it("agree with a fresh computation over the trailing 252 returns, at 8 and at 20", () => {
    const random = createRng(3, "outliers");
    const close = [100];
    for (let row = 1; row < 1200; row += 1) {
      const size = row % 41 === 0 ? 0.09 + 0.2 * random.uniform() : 0.01;
      close.push(close[row - 1]! * Math.exp(size * random.normal()));
    }
    const keys = close.map((_, row) => row);
    const returns = close.slice(1).map((c, i) => Math.log(c / close[i]!));
    const expected = returns.flatMap((x, i) => {
      const before = returns.slice(Math.max(0, i - 252), i);
      const z = before.length < 63 ? 0 : naiveZ(before, x);
      return Math.abs(z) > 8 ? [{ key: i + 1, isSerious: Math.abs(z) > 20, z: expect.closeTo(z, 6) }] : [];
    });
    expect(outliers(keys, close)).toMatchObject(expected);
    expect(outliers(keys, close)).toHaveLength(expected.length);
    expect(expected.filter((o) => o.isSerious).length).toBeGreaterThan(2);
    expect(expected.filter((o) => !o.isSerious).length).toBeGreaterThan(2);
  });

  it("fall back to the interquartile range, then to no decision", () => {
    const steps = (pattern: readonly number[]) => {
      const close = [100];
      for (let i = 0; i < 120; i += 1) close.push(close[i]! * Math.exp(pattern[i % pattern.length]!));
      close.push(close.at(-1)! * Math.exp(0.5));
      return outliers(
        close.map((_, row) => row),
        close,
      ).map((o) => o.key);
    };
    // 60 % zeros, 20 % either side: the median deviation is zero, the quartiles are not at both ends.
    expect(steps([0, 0.02, 0, -0.02, 0, 0, 0.02])).toContain(121);
    expect(steps([0])).toEqual([]);
  });

  it("need a quarter's returns before they decide, and skip closes that are no price", () => {
    const { close } = sound("AAA", days.slice(0, 70));
    close[60] = 1e6;
    expect(
      outliers(
        close.map((_, row) => row),
        close,
      ),
    ).toEqual([]);
    close[60] = 0;
    close[69] = 1e6;
    expect(
      outliers(
        close.map((_, row) => row),
        close,
      ),
    ).toMatchObject([{ key: 69, isSerious: true }]);
  });
});

describe("split-like jumps", () => {
  it.each([
    [2, "2:1"],
    [2.039, "2:1"],
    [2.041, undefined],
    [1.961, "2:1"],
    [1.959, undefined],
    [0.5, "1:2"],
    [1.5, "3:2"],
    [0.6667, "2:3"],
    [7.1, "7:1"],
    [6, undefined],
    [20, "20:1"],
    [0.05, "1:20"],
    [1, undefined],
    [Number.NaN, undefined],
  ])("a ratio of %d is called %s", (ratio, name) => {
    expect(splitName(ratio)).toBe(name);
  });

  it("are found at their row, unless a split is known there", () => {
    const close = [100, 101, 25, 25.2, 25.1];
    const keys = [10, 11, 12, 13, 14];
    expect(splitLikeJumps(keys, close, new Set())).toEqual([
      { key: 12, name: "4:1", ratio: 101 / 25, isTakenBack: false },
    ]);
    expect(splitLikeJumps(keys, close, new Set([12]))).toEqual([]);
  });

  it("that the next row takes back are one bad print, not two splits", () => {
    const found = splitLikeJumps([1, 2, 3, 4], [100, 25, 101, 100], new Set());
    expect(found).toEqual([{ key: 2, name: "4:1", ratio: 4, isTakenBack: true }]);
  });
});

describe("snapshot days", () => {
  const symbols = Array.from({ length: 40 }, (_, i) => `S${i}`);
  const market = () => symbols.map((symbol) => sound(symbol, days));
  const last = days.length - 1;

  it("are none in sound series, half days with a fifth of the volume included", () => {
    const series = market();
    for (const each of series) each.volume[rowOf("2019-12-24")] = 50_000;
    expect(snapshotSessions(series)).toEqual([]);
    expect(lastSessionSnapshot(series)).toBeUndefined();
  });

  it("show by volumes that break with whole hundreds on one day", () => {
    const series = market();
    for (const each of series) each.volume[last] = each.volume[last]! + 37;
    expect(lastSessionSnapshot(series)).toMatchObject({
      day: day("2020-10-28"),
      rows: 40,
      grainBroken: 40,
      marks: ["grain"],
    });
    const middle = market();
    for (const each of middle) each.volume[200] = each.volume[200]! + 37;
    expect(snapshotSessions(middle)).toMatchObject([{ day: days[200], marks: ["grain"] }]);
    expect(lastSessionSnapshot(middle)).toBeUndefined();
  });

  it("are not the day a vendor starts to count odd lots, nor the chance of a few series", () => {
    const changed = market();
    for (const each of changed) each.volume = each.volume.map((v, row) => (row >= 200 ? v + 37 : v));
    expect(snapshotSessions(changed)).toEqual([]);
    const few = market();
    for (const [i, each] of few.entries()) {
      each.volume = each.volume.map((v, row) => (i < 33 || row === 200 ? v + 37 : v));
    }
    expect(snapshotSessions(few)).toEqual([]);
  });

  it("show by closes outside their range that cluster on one day, not by scattered ones", () => {
    const series = market();
    for (const [i, each] of series.entries()) each.high[5 * i + 30] = each.low[5 * i + 30]! * 0.99;
    expect(snapshotSessions(series)).toEqual([]);
    const clustered = market();
    for (const each of clustered.slice(0, 4)) each.high[last] = each.low[last]! * 0.99;
    expect(lastSessionSnapshot(clustered)).toMatchObject({ orderBroken: 4, marks: ["order"] });
  });

  it("are not days with two such closes, nor three among four hundred", () => {
    const two = market();
    for (const each of two.slice(0, 2)) each.high[last] = each.low[last]! * 0.99;
    expect(snapshotSessions(two)).toEqual([]);
    const many = Array.from({ length: 400 }, (_, i) => sound(`S${i}`, days.slice(0, 60)));
    for (const each of many.slice(0, 3)) each.high[50] = each.low[50]! * 0.99;
    expect(snapshotSessions(many)).toEqual([]);
  });

  it("show by volumes far below what is usual on a full session", () => {
    const series = market();
    for (const each of series) each.volume[last] = 100 * Math.floor(each.volume[last]! / 1000);
    expect(lastSessionSnapshot(series)?.marks).toEqual(["volume"]);
    expect(lastSessionSnapshot(series)?.volumeRatio).toBeLessThan(0.2);
  });

  it("are not judged by fewer than five series", () => {
    const series = market().slice(0, 4);
    for (const each of series) each.volume[last] = 1;
    expect(snapshotSessions(series)).toEqual([]);
    expect(lastSessionSnapshot([])).toBeUndefined();
  });
});
