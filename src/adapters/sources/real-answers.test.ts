/**
 * Goal: what decides between sources takes sound real series and refuses those with known defects, which stand in
 * market-data/README.md, and two real sources that tell of one thing agree on it.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { Duck, floatItems, textItem } from "../lake/duck.ts";
import { answer, rowQuery } from "../lake/row-query.ts";
import { inspectFile } from "../lake/source-file.ts";
import { judgeAnswer, sessionOf } from "./answer-quality.ts";
import type { SourceBar, SourceTimeframe } from "./bar-source.ts";
import { compareBars } from "./quorum.ts";

const shelf = resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data");
const isAbsent = !existsSync(shelf);

/** The bars of a file by symbol. */
async function barsOf(name: string, timeframe: SourceTimeframe): Promise<ReadonlyMap<string, SourceBar[]>> {
  const duck = await Duck.open(join(shelf, "never-needed"));
  const bars = new Map<string, SourceBar[]>();
  try {
    const { sql } = rowQuery(
      await inspectFile(duck, join(shelf, `${name}.parquet`)),
      timeframe,
      new Map(),
      0,
    );
    await duck.during(async (session) => {
      for await (const chunk of session.chunks(sql)) {
        const symbols = chunk.getColumnVector(answer.symbol);
        const columns = [0, 1, 2, 3, 4, 5].map((c) => floatItems(chunk.getColumnVector(answer.ts + c)));
        for (let row = 0; row < chunk.rowCount; row += 1) {
          const symbol = textItem(symbols, row);
          const [ts, open, high, low, close, volume] = columns.map((items) => items[row]);
          const list = bars.get(symbol) ?? [];
          if (list.length === 0) bars.set(symbol, list);
          list.push({ ts, open, high, low, close, volume } as SourceBar);
        }
      }
    });
  } finally {
    duck.close();
  }
  return bars;
}

function refused(bySymbol: ReadonlyMap<string, readonly SourceBar[]>, timeframe: SourceTimeframe): string[] {
  return [...bySymbol].flatMap(([symbol, bars]) => {
    const days = bars.map((bar) => sessionOf(bar, { timeframe })).toSorted((a, b) => a - b);
    const [from, to] = [days[0], days.at(-1)];
    if (from === undefined || to === undefined) return [];
    const { problem } = judgeAnswer(bars, { timeframe, from, to });
    return problem === undefined ? [] : [`${symbol}: ${problem}`];
  });
}

describe.skipIf(isAbsent)(isAbsent ? "real series (skipped: not on this machine)" : "real series", () => {
  it.each([
    ["daily/us_large_cap_daily", "1d", 245, [/^LUMN: 99 of 156 sessions/]],
    ["daily/us_raw_daily_2015_2017", "1d", 530, []],
    ["daily/etf_daily_adjusted", "1d", 60, []],
    ["daily/later_delisted_daily_adjusted", "1d", 28, []],
    ["daily/raw_daily_with_factor_files", "1d", 15, [/^AAA: 3377/, /^BNO: 2022/, /^FB: 2464/, /^QQQ: 1588/]],
    ["intraday/multi_5min_2025_12_2026_03", "5m", 21, []],
    ["intraday/multi_1min_2026_03", "1m", 21, []],
  ] as const)(
    "%s (%s): of %i series those with known holes are refused",
    async (name, timeframe, count, holes) => {
      const bars = await barsOf(name, timeframe);
      expect(bars.size).toBe(count);
      expect(refused(bars, timeframe)).toEqual(holes.map((hole) => expect.stringMatching(hole)));
    },
    30_000,
  );

  it("of two sources of raw daily prices agree on 2,045 of 2,052 bars, and on every close", async () => {
    const [yahoo, exchange] = [
      await barsOf("daily/us_raw_daily_2015_2017", "1d"),
      await barsOf("daily/raw_daily_with_factor_files", "1d"),
    ];
    const told = ["AAPL", "AIG", "BAC", "FB"].map((symbol) => {
      const [a, b] = [yahoo.get(symbol) ?? [], exchange.get(symbol) ?? []];
      const from = Math.max(a[0]?.ts ?? 0, b[0]?.ts ?? 0);
      const to = Math.min(a.at(-1)?.ts ?? 0, b.at(-1)?.ts ?? 0);
      const within = (bars: readonly SourceBar[]) => ({
        source: { volume: "consolidated" } as const,
        bars: bars.filter(({ ts }) => ts >= from && ts <= to),
      });
      return compareBars(within(a), within(b), { price: 0.005, volume: 0.25 });
    });
    const fields = told.flatMap(({ disagreements }) => disagreements.map(({ field }) => field));
    expect(told.map(({ agreed }) => agreed.length)).toEqual([513, 508, 512, 512]);
    expect(fields.toSorted()).toEqual(["bar", "bar", "volume", "volume", "volume", "volume", "volume"]);
  }, 30_000);
});
