/**
 * Goal    show that a bar is what its trades say, that it never changes once closed, and that five-minute and
 *         daily bars agree with the minutes they are made of.
 * Method  small cases by hand; random trades in random order against a naive builder that sees them all at once.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Session } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE, parseIsoDate } from "../domain/time.ts";
import { type BuilderTrade, type BuiltBar, MinuteBarBuilder, OPEN_BARS_MAX } from "./bar-builder.ts";
import { type RollupTimeframe, SessionRollup } from "./bar-rollup.ts";
import { sessionOn } from "./calendar.ts";

const session = sessionOn(parseIsoDate("2026-03-10")!) as Session;
const halfDay = sessionOn(parseIsoDate("2026-11-27")!) as Session;
/** Seconds after the open. */
const t = (seconds: number, of: Session = session) => (of.open + seconds * 1e6) as EpochMicros;
const trade = (seconds: number, price: number, size = 100, series = 0): BuilderTrade => ({
  series,
  at: t(seconds),
  price,
  size,
});

describe("a minute", () => {
  it("takes its numbers from its trades, by event time", () => {
    const builder = new MinuteBarBuilder();
    for (const each of [trade(30, 11), trade(5, 10), trade(59.9, 9, 300), trade(40, 12)]) builder.add(each);
    expect(builder.closeThrough(t(60))).toEqual([
      {
        series: 0,
        start: t(0),
        end: t(60),
        open: 10,
        high: 12,
        low: 9,
        close: 9,
        volume: 600,
        vwap: 10,
        count: 4,
      },
    ]);
  });

  it("goes by arrival where event times tie", () => {
    const builder = new MinuteBarBuilder();
    for (const price of [10, 11, 12]) builder.add(trade(5, price));
    expect(builder.closeThrough(t(60))[0]).toMatchObject({ open: 10, close: 12 });
  });

  it("closed, never changes: its trades are late and counted", () => {
    const builder = new MinuteBarBuilder();
    builder.add(trade(5, 10));
    expect(builder.closeThrough(t(60))).toHaveLength(1);
    expect(builder.add(trade(59, 99))).toBe("late");
    expect(builder.add(trade(60, 11))).toBe("built");
    expect(builder.late).toBe(1);
    expect(builder.closeThrough(t(120))).toMatchObject([{ start: t(60), high: 11 }]);
  });

  it("stays open until its end, and is not opened again by an earlier boundary", () => {
    const builder = new MinuteBarBuilder();
    builder.add(trade(5, 10));
    expect(builder.closeThrough(t(59))).toEqual([]);
    expect(builder.closeThrough(t(60))).toHaveLength(1);
    expect(builder.closeThrough(t(30))).toEqual([]);
    expect(builder.add(trade(59, 10))).toBe("late");
  });

  it("halts when bars pile up that nobody closes", () => {
    const builder = new MinuteBarBuilder();
    for (let series = 0; series < OPEN_BARS_MAX; series += 1) builder.add(trade(0, 10, 1, series));
    expect(() => builder.add(trade(0, 10, 1, OPEN_BARS_MAX))).toThrow(/BB-1/);
    expect(builder.closeThrough(t(60))).toHaveLength(OPEN_BARS_MAX);
    expect(builder.add(trade(60, 10))).toBe("built");
  });
});

const randomTrade = fc.record({
  series: fc.integer({ min: 0, max: 2 }),
  at: fc.integer({ min: 0, max: 20 * 60_000 - 1 }).map((ms) => (session.open + ms * 1000) as EpochMicros),
  price: fc.integer({ min: 900, max: 1100 }).map((cents) => cents / 100),
  size: fc.integer({ min: 1, max: 500 }),
});
const randomTrades = fc.array(randomTrade, { minLength: 60, maxLength: 200 });

/** One bar over all trades of a series from `start` to `end`. */
function naive(all: readonly BuilderTrade[], series: number, start: EpochMicros, end: EpochMicros) {
  const mine = all
    .filter((x) => x.series === series && x.at >= start && x.at < end)
    .toSorted((a, b) => a.at - b.at);
  const volume = mine.reduce((sum, x) => sum + x.size, 0);
  return {
    open: mine[0]?.price,
    high: Math.max(...mine.map((x) => x.price)),
    low: Math.min(...mine.map((x) => x.price)),
    close: mine.at(-1)?.price,
    volume,
    vwap: expect.closeTo(mine.reduce((sum, x) => sum + x.size * x.price, 0) / volume, 9),
    count: mine.length,
  };
}

function rollUp(minutes: readonly BuiltBar[], timeframe: RollupTimeframe, of: Session = session): BuiltBar[] {
  const rollup = new SessionRollup({ timeframe, session: of });
  for (const minute of minutes) rollup.add(minute);
  return rollup.closeThrough(of.close);
}

describe("random trades", () => {
  it("give, whatever order they come in, the bars of all trades seen at once", () => {
    fc.assert(
      fc.property(randomTrades, (all) => {
        const builder = new MinuteBarBuilder();
        for (const each of all) builder.add(each);
        const minutes = builder.closeThrough(session.close);
        for (const timeframe of ["1m", "5m", "1d"] as const) {
          const bars = timeframe === "1m" ? minutes : rollUp(minutes, timeframe);
          expect(bars.reduce((sum, b) => sum + b.count, 0)).toBe(all.length);
          for (const bar of bars) expect(bar).toMatchObject(naive(all, bar.series, bar.start, bar.end));
        }
      }),
    );
  });

  it("a late trade changes no bar, before or after", () => {
    fc.assert(
      fc.property(randomTrades, fc.integer({ min: 1, max: 19 }), (all, closed) => {
        const boundary = (session.open + closed * MICROS_PER_MINUTE) as EpochMicros;
        const early = all.filter((x) => x.at < boundary);
        const rest = all.filter((x) => x.at >= boundary);
        const play = (late: readonly BuilderTrade[]) => {
          const builder = new MinuteBarBuilder();
          for (const each of early) builder.add(each);
          const bars = builder.closeThrough(boundary);
          for (const each of late) expect(builder.add(each)).toBe("late");
          for (const each of rest) builder.add(each);
          return [...bars, ...builder.closeThrough(session.close)];
        };
        expect(play(early)).toEqual(play([]));
      }),
    );
  });

  it("days are the same through five minutes or one step", () => {
    fc.assert(
      fc.property(randomTrades, (all) => {
        const builder = new MinuteBarBuilder();
        for (const each of all) builder.add(each);
        const minutes = builder.closeThrough(session.close);
        for (const day of rollUp(minutes, "1d")) {
          const fives = rollUp(minutes, "5m").filter((b) => b.series === day.series);
          expect(day).toMatchObject({
            start: session.open,
            end: session.close,
            open: fives[0]?.open,
            close: fives.at(-1)?.close,
            high: Math.max(...fives.map((b) => b.high)),
            volume: fives.reduce((sum, b) => sum + b.volume, 0),
          });
        }
      }),
    );
  });
});

describe("roll-up", () => {
  const minute = (seconds: number, of: Session = session, volume = 100): BuiltBar => {
    const start = t(seconds, of);
    const end = (start + MICROS_PER_MINUTE) as EpochMicros;
    return { series: 0, start, end, open: 10, high: 10, low: 10, close: 10, volume, vwap: 10, count: 1 };
  };

  it("hangs on the session's open and leaves extended hours out", () => {
    const rollup = new SessionRollup({ timeframe: "5m", session });
    expect(rollup.add(minute(-60))).toBe("outside");
    expect(rollup.add(minute(0))).toBe("rolled");
    expect(rollup.add(minute(6.5 * 3600 - 60))).toBe("rolled");
    expect(rollup.add(minute(6.5 * 3600))).toBe("outside");
    expect(rollup.closeThrough(t(299))).toEqual([]);
    expect(rollup.closeThrough(t(300))).toMatchObject([{ start: t(0), end: t(300) }]);
    expect(rollup.add(minute(120))).toBe("late");
    expect(rollup.add(minute(300))).toBe("rolled");
    expect(rollup.closeThrough(session.close)).toMatchObject([{ start: t(300) }, { end: session.close }]);
    expect(rollup.add(minute(6.5 * 3600 - 120))).toBe("late");
  });

  it("takes open and close from the first and last minute, whatever order they come in", () => {
    const minutes = [1, 2, 0].map((i) => ({ ...minute(60 * i), open: 10 + i, close: 20 + i }));
    expect(rollUp(minutes, "5m")).toMatchObject([{ open: 10, close: 22 }]);
  });

  it("a half day has 42 five-minute bars and a daily bar that ends at 13:00", () => {
    const minutes = Array.from({ length: 210 }, (_, i) => minute(60 * i, halfDay));
    expect(rollUp(minutes, "5m", halfDay)).toHaveLength(42);
    expect(rollUp(minutes, "1d", halfDay)).toMatchObject([{ end: halfDay.close, volume: 21_000 }]);
  });

  it("minutes without volume have their close as average", () => {
    expect(rollUp([minute(0, session, 0)], "1d")).toMatchObject([{ volume: 0, vwap: 10 }]);
  });

  it("halts on a minute that comes twice, and on what is no minute", () => {
    const rollup = new SessionRollup({ timeframe: "5m", session });
    rollup.add(minute(0));
    expect(() => rollup.add(minute(0))).toThrow(/RU-2/);
    expect(() => rollup.add({ ...minute(60), end: t(180) })).toThrow(/RU-1/);
  });
});
