/**
 * Goal: on real minutes the features of the day agree with what another source printed for those days, and a strategy
 * asks for what the rows say. Needs market data from outside the repository; names what is missing and skips.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { type BarColumns, columnsFromBars } from "../src/domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../src/domain/time.ts";
import { atr } from "../src/features/atr.ts";
import { computeColumns } from "../src/features/batch.ts";
import { dailyAtr } from "../src/features/daily-atr.ts";
import { sessionSoFar } from "../src/features/session-so-far.ts";
import { sessionsBetween } from "../src/market/calendar.ts";
import { openingRangeBreakout } from "../src/strategies/opening-range-breakout.ts";
import { StrategyDriver } from "./strategy-driver.ts";

const shelf = resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data");
const minutesFile = join(shelf, "intraday/spy_1min_2024.parquet");
const daysFile = join(shelf, "daily/recent_daily_2024_2026.parquet");
const isAbsent = !existsSync(minutesFile) || !existsSync(daysFile);
const title = `SPY minutes of 2024${isAbsent ? " (skipped: not on this machine)" : ""}`;

const sessions = sessionsBetween(dayNumber(2024, 2, 20), dayNumber(2024, 5, 17));
const SESSIONS = 63;
/** The daily file begins with April. */
const APRIL = sessions.date.indexOf(dayNumber(2024, 4, 1));

interface Row {
  readonly at: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

async function read(sql: string): Promise<Row[]> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const rows = (await connection.runAndReadAll(sql)).getRowObjects();
  connection.closeSync();
  const number = (value: unknown) => Number(value);
  return rows.map((row) => ({
    ...{ at: number(row.at), open: number(row.open), high: number(row.high) },
    ...{ low: number(row.low), close: number(row.close) },
  }));
}

const columnsOf = (
  rows: readonly Row[],
  timeframe: "1m" | "1d",
  closedAt: (row: Row) => number,
): BarColumns =>
  columnsFromBars(
    timeframe,
    instrumentTable(["SPY"]),
    rows.map((row) => {
      const { open, high, low, close } = row;
      const at = closedAt(row) as EpochMicros;
      return { instrument: 0 as InstrumentId, closedAt: at, open, high, low, close, volume: 100 };
    }),
  );

const ofMinutes = () =>
  read(`SELECT ts_ms AS at, open, high, low, "close" AS "close" FROM '${minutesFile}' ORDER BY ts_ms`);

describe.skipIf(isAbsent)(title, () => {
  it("opens, gaps and travels as the daily prices of another source say", async () => {
    const minutes = columnsOf(await ofMinutes(), "1m", ({ at }) => at * 1000 + MICROS_PER_MINUTE);
    const days = await read(
      `SELECT date_diff('day', DATE '1970-01-01', CAST(date AS DATE)) AS at, open, high, low, "close" AS "close"
       FROM '${daysFile}' WHERE symbol = 'SPY' ORDER BY 1`,
    );
    const closeOf = ({ at }: Row) => sessions.close[sessions.date.indexOf(at)] ?? Number.NaN;
    const ours = days.filter((row) => !Number.isNaN(closeOf(row)));
    const daily = columnsOf(ours, "1d", closeOf);
    const theirs = computeColumns([atr({ period: 5 })], daily).get("atr_5") ?? [];
    const values = computeColumns([sessionSoFar({}), dailyAtr({ sessions: 5 })], minutes);
    /** The value at the end of each session. */
    const at = (name: string, day: number) =>
      values.get(name)?.[minutes.closedAt.indexOf(sessions.close[day]!)] ?? Number.NaN;
    let compared = 0;
    for (const [n, row] of ours.entries()) {
      const day = APRIL + n;
      expect(sessions.date[day]).toBe(row.at);
      for (const [name, value] of [
        ["session_open", row.open],
        ["session_high", row.high],
        ["session_low", row.low],
      ] as const)
        expect(Math.abs(at(name, day) / value - 1), `${name} on ${day}`).toBeLessThan(0.001);
      if (n === 0) continue;
      expect(at("session_gap", day), `gap on ${day}`).toBeCloseTo(row.open / ours[n - 1]!.close - 1, 2.7);
      // Both averages forget how they began; the daily file knows no session before April.
      if (n < 20) continue;
      expect(at("daily_atr_5", day) / theirs[n - 1]!, `ATR on ${day}`).toBeCloseTo(1, 1);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(10);
  });

  it("asks for each opening's own side, with the stop across its range", async () => {
    const rows = await ofMinutes();
    const expected = Array.from({ length: SESSIONS }, (_, day) => {
      const first = sessions.open[day]! / 1000;
      const opening = rows.filter(({ at }) => at >= first && at < first + 5 * 60_000);
      const side = Math.sign(opening.at(-1)!.close - opening[0]!.open);
      return [
        day,
        side,
        side > 0 ? Math.min(...opening.map(({ low }) => low)) : Math.max(...opening.map(({ high }) => high)),
      ];
    });
    const minutes = columnsOf(rows, "1m", ({ at }) => at * 1000 + MICROS_PER_MINUTE);
    const params = { at: "opening", stopAt: "range", targetRisks: 10, shorts: true };
    const { wishes } = new StrategyDriver(openingRangeBreakout.bind(params), minutes).run();
    const entries = wishes.filter(({ kind }) => kind === "enter");
    const found = entries.map(({ batch, entry }) => {
      const day = sessions.open.findIndex((open) => open + 5 * MICROS_PER_MINUTE === minutes.closedAt[batch]);
      return [day, entry?.conviction, entry?.stop];
    });
    expect(found).toEqual(expected.filter(([, side]) => side !== 0));
    expect(found.length).toBeGreaterThan(60);
  });
});
