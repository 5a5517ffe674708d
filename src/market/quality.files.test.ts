/**
 * Goal    show that the report finds in the real files what a reader of them found, and cries wolf nowhere else.
 * Method  the large-cap file and the ETF file, whole; skipped where the market data is not at hand.
 */
import { existsSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { type DayNumber, isoDate } from "../domain/time.ts";
import { xnysSessions } from "./calendar.ts";
import type { KeyRange, QualitySeries } from "./quality/series.ts";
import { lastSessionSnapshot, snapshotSessions } from "./quality/snapshot.ts";
import { dailyQuality } from "./quality.ts";

const folder = `${process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data"}/daily`;
const areFilesHere =
  existsSync(`${folder}/us_large_cap_daily.parquet`) && existsSync(`${folder}/etf_daily_adjusted.parquet`);
const missing = areFilesHere ? "" : " (skipped: PLIMSOLL_MARKET_DATA/daily/*.parquet is missing)";

const known = { sessions: xnysSessions(), knownSplitKeys: new Set<number>() };
const dates = (range: KeyRange | undefined) =>
  range && `${isoDate(range.from as DayNumber)}..${isoDate(range.to as DayNumber)} ${range.count}`;

async function load(file: string): Promise<Map<string, QualitySeries>> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const reader = await connection.runAndReadAll(
    `SELECT symbol, list(date - DATE '1970-01-01' ORDER BY date)::VARCHAR,
       list(open ORDER BY date)::VARCHAR, list(high ORDER BY date)::VARCHAR, list(low ORDER BY date)::VARCHAR,
       list("close" ORDER BY date)::VARCHAR, list(volume ORDER BY date)::VARCHAR
     FROM '${folder}/${file}' GROUP BY symbol ORDER BY symbol`,
  );
  connection.closeSync();
  const series = reader.getRows().map((row): [string, QualitySeries] => {
    const [symbol = "", key = [], open = [], high = [], low = [], close = [], volume = []] = row.map(
      (cell, i) => (i === 0 ? String(cell) : Float64Array.from(JSON.parse(String(cell)) as number[])),
    ) as [string, ...Float64Array[]];
    return [symbol, { symbol, key, open, high, low, close, volume }];
  });
  return new Map(series);
}

describe.skipIf(!areFilesHere)(`real files${missing}`, () => {
  it("us_large_cap_daily: one snapshot day in fifteen years, the last", async () => {
    const series = await load("us_large_cap_daily.parquet");
    const all = [...series.values()];
    expect(snapshotSessions(all).map(({ day, marks }) => [isoDate(day), marks])).toEqual([
      ["2020-10-28", ["grain", "order"]],
    ]);
    expect(lastSessionSnapshot(all)).toMatchObject({ rows: 245, grainBroken: 244, orderBroken: 4 });

    const report = (symbol: string) => dailyQuality(series.get(symbol)!, known);
    expect(dates(report("AMCR").zeroVolume.span)).toBe("2012-05-15..2019-06-10 1371");
    expect(report("LUMN").absent.map(dates)).toEqual(["2020-04-29..2020-09-17 99"]);
    expect(report("VIAC").absent.map(dates)).toEqual(["2020-06-05..2020-06-22 12"]);
    expect(report("DXC").ohlcViolations.map((d) => isoDate(d as DayNumber))).toEqual(["2018-06-01"]);
    const serious = report("AIG").outliers.filter((o) => o.isSerious);
    expect(serious.map((o) => isoDate(o.key as DayNumber))).toContain("2008-09-15");
  });

  it("etf_daily_adjusted: no snapshot day; the sessions its funds lack are named", async () => {
    const series = [...(await load("etf_daily_adjusted.parquet")).values()];
    expect(snapshotSessions(series)).toEqual([]);
    const gaps = series.flatMap((each) => dailyQuality(each, known).absent.map(dates));
    expect(new Set(gaps)).toEqual(
      new Set(["1999-11-16..1999-11-16 1", "2007-03-15..2007-03-15 1", "2011-02-17..2011-02-17 1"]),
    );
    expect(gaps).toHaveLength(60);
  });
});
