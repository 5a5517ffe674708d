/** Daily bars on real session closes, for tests of whole strategies and runs: hand-made paths and seeded ones. */
import { type Bar, type BarColumns, columnsFromBars } from "../src/domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import { dayNumber, type EpochMicros } from "../src/domain/time.ts";
import { sessionsBetween } from "../src/market/calendar.ts";
import { createRng } from "../src/numerics/rng.ts";

/** Session closes from 2015 on; half days close early. */
const closes = sessionsBetween(dayNumber(2015, 1, 2), dayNumber(2020, 12, 31)).close;

export interface DayBar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume?: number;
}

/** One list of bars per symbol; undefined where a symbol has none that day. */
export function dailyColumns(paths: Readonly<Record<string, readonly (DayBar | undefined)[]>>): BarColumns {
  const bars = Object.values(paths).flatMap((days, instrument) =>
    days.flatMap((day, n): Bar[] => {
      if (day === undefined) return [];
      const closedAt = closes[n] as EpochMicros;
      return [{ volume: 1e7, ...day, instrument: instrument as InstrumentId, closedAt }];
    }),
  );
  return columnsFromBars("1d", instrumentTable(Object.keys(paths)), bars);
}

/** A bar that opens at the close before and spans `reach` beyond both ends. */
export function calmBar(before: number, close: number, reach = 0.1): DayBar {
  return { open: before, high: Math.max(before, close) + reach, low: Math.min(before, close) - reach, close };
}

/** Bars that go from close to close. */
export function calmBars(path: readonly number[], reach = 0.1): DayBar[] {
  return path.map((close, n) => calmBar(path[n - 1] ?? close, close, reach));
}

/**
 * Trends that turn every few weeks, with pullbacks inside, so that trend rules trade; the second symbol misses
 * one day in five, the last one is listed late, the third dies early.
 */
export function randomDaily({
  seed,
  sessions,
}: {
  readonly seed: number;
  readonly sessions: number;
}): BarColumns {
  const names = ["AAA", "BBB", "CCC", "DDD"];
  const paths = names.map((name, i): [string, (DayBar | undefined)[]] => {
    const rng = createRng(seed, name);
    let price = 40 + 60 * rng.uniform();
    let drift = 0;
    const days = Array.from({ length: sessions }, (_, n) => {
      if (rng.uniform() < 0.04) drift = 0.006 * rng.normal();
      const open = price * Math.exp(0.003 * rng.normal());
      const close = open * Math.exp(drift + 0.012 * rng.normal());
      const high = Math.max(open, close) * (1 + 0.006 * rng.uniform());
      const low = Math.min(open, close) * (1 - 0.006 * rng.uniform());
      price = close;
      const absent =
        (i === 1 && rng.uniform() < 0.2) || (i === 3 && n < sessions / 5) || (i === 2 && n > 0.7 * sessions);
      return absent ? undefined : { open, high, low, close, volume: 1e6 + rng.integer(1e6) };
    });
    return [name, days];
  });
  return dailyColumns(Object.fromEntries(paths));
}
