/** Goal: the real files come in whole, fast enough, and their known defects are found (market-data/README.md). */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, isoInstant, startOfDay } from "../../domain/time.ts";
import { createLake } from "./lake.ts";

const now = startOfDay(dayNumber(2026, 11, 1)) as EpochMicros;
const shelf = resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data");
const folder = mkdtempSync(join(tmpdir(), "plimsoll-real-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function named(file: string): { readonly path: string; readonly absent: boolean; readonly title: string } {
  const path = join(shelf, file);
  const absent = !existsSync(path);
  return { path, absent, title: absent ? `${file} (skipped: not on this machine)` : file };
}

const large = named("daily/us_large_cap_daily.parquet");
describe.skipIf(large.absent)(large.title, () => {
  const lake = createLake(join(folder, "large"));
  afterAll(() => lake.close());

  it("comes in but for its five broken bars, and loads as columns", async () => {
    const result = await lake.importFiles({ files: [large.path], timeframe: "1d", adjustment: "split", now });
    expect(result).toMatchObject({
      imported: 850_935,
      rejected: 5,
      duplicates: 0,
      symbols: 245,
      from: "2006-01-03",
      to: "2020-10-28",
      rejectedByRule: { "ohlc-order": 5 },
    });
    const { columns, series } = await lake.loadBars({ symbols: "all", timeframe: "1d" });
    expect([columns.close.length, columns.closedAt.length, series.length]).toEqual([850_935, 3732, 245]);
    const apple = await lake.loadBars({
      symbols: ["AAPL"],
      timeframe: "1d",
      from: dayNumber(2020, 10, 27),
      to: dayNumber(2020, 10, 28),
    });
    expect(isoInstant((apple.columns.closedAt[1] ?? 0) as EpochMicros)).toBe("2020-10-28T20:00:00Z");
    expect(apple.columns.close[1]).toBeCloseTo(112.49, 2);
    // Float32 in the file; a decimal here.
    expect(String(apple.columns.close[0]).length).toBeLessThan(8);
  }, 30_000);

  it("betrays its snapshot day, AMCR's missing volumes and LUMN's hole", async () => {
    const { series, crossSeries, damaged } = await lake.verify();
    expect(damaged).toEqual([]);
    expect(crossSeries).toMatchObject([{ kind: "unfinished-session", date: "2020-10-28" }]);
    const of = (symbol: string) => series.find((each) => each.symbol === symbol);
    expect(of("AMCR")).toMatchObject({
      zeroVolume: 1371,
      details: { zeroVolume: { from: "2012-05-15", to: "2019-06-10" } },
    });
    // Its last bar before and first bar after are of 2020-04-28 and 2020-09-18.
    expect(of("LUMN")?.gaps).toEqual([{ from: "2020-04-29", to: "2020-09-17", sessions: 99, bars: 99 }]);
    expect(of("VIAC")?.gaps).toEqual([{ from: "2020-06-05", to: "2020-06-22", sessions: 12, bars: 12 }]);
    expect(of("AAPL")).toMatchObject({ gaps: [], duplicates: 0, splitLike: [] });
  }, 30_000);
});

const etfs = named("daily/etf_daily_adjusted.parquet");
const minutes = named("intraday/spy_1min_2024.parquet");
describe.skipIf(etfs.absent || minutes.absent)(`${etfs.title} and ${minutes.title}`, () => {
  it("live side by side; regular hours are whole", async () => {
    const lake = createLake(join(folder, "mixed"));
    expect(
      await lake.importFiles({ files: [etfs.path], timeframe: "1d", adjustment: "full", now }),
    ).toMatchObject({ imported: 183_647, rejected: 0, symbols: 60 });
    expect(
      await lake.importFiles({ files: [minutes.path], timeframe: "1m", adjustment: "raw", now }),
    ).toMatchObject({ imported: 49_718, rejected: 2, rejectedByRule: { "in-trading-hours": 2 } });
    const { columns } = await lake.loadBars({ symbols: ["SPY"], timeframe: "1m" });
    expect(columns.close).toHaveLength(63 * 390);
    const { bytes, bars } = lake.list().find(({ timeframe }) => timeframe === "1m") ?? { bytes: 0, bars: 1 };
    expect(bytes / bars).toBeLessThan(17);
    const { series } = await lake.verify({ symbols: ["SPY"] });
    expect(series).toMatchObject([
      { timeframe: "1d", gaps: [{ from: "2011-02-17" }] },
      { timeframe: "1m", gaps: [], zeroVolume: 0 },
    ]);
    lake.close();
  }, 30_000);
});
