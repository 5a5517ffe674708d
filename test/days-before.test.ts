/**
 * Goal    a running system shows its daily strategies the days before its minutes and no other: none that minutes are to
 *         make, none across a hole; every stage and every restart reads the same bytes.
 * Method  days by hand; written beside a run, read again, and shown to a compute stage that counts what it sees.
 */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Secret } from "../src/adapters/brokers/alpaca/secret.ts";
import { loadConfig, withSettings } from "../src/app/config.ts";
import { type DaysBefore, daysBefore } from "../src/app/live/days-before.ts";
import { readHistory, writeHistory } from "../src/app/live/history-file.ts";
import { warmCompute } from "../src/app/live/run-engine.ts";
import { syntheticLake } from "../src/app/references/synthetic-lake.ts";
import type { Bar, BarBatch, Timeframe } from "../src/domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../src/domain/time.ts";
import { startExchange } from "../src/exchange/exchange-server.ts";
import { SyntheticPrices } from "../src/exchange/prices/synthetic-prices.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { onlyShares } from "./strategy-shares.ts";

const folder = scratchFolder("days-before");
const sessions = xnysSessions();
const row = sessions.date.indexOf(parseIsoDate("2026-11-18") as DayNumber);
const begins = sessions.open[row]! + 60e6;
const instruments = instrumentTable(["ACME", "HARD"]);
const daily = loadConfig({ assignments: onlyShares({ mean_reversion: 0.5, swing_trend_following: 0.5 }) });
const minutesAlone = loadConfig({ assignments: onlyShares({ reference_ema_cross: 1 }) });

const bar = (at: number, instrument = 0): Bar => ({
  ...{ instrument: instrument as InstrumentId, closedAt: sessions.close[at] as EpochMicros },
  ...{ open: at, high: at + 1, low: at - 1, close: at, volume: 1000 },
});
/** Days from `first` on, up to and with `last`, by their rows in the calendar. */
const answering =
  (last: number, asked: [DayNumber, DayNumber][] = []): DaysBefore =>
  async (from, to) => {
    asked.push([from, to]);
    const first = sessions.date.indexOf(from);
    return Array.from({ length: last - first + 1 }, (_, n) => bar(first + n));
  };

async function shown(days: DaysBefore, config = daily) {
  const lines: string[] = [];
  const broker = { credentials: undefined as never, hosts: { data: "" }, config };
  const tell = (line: string) => void lines.push(line);
  return { bars: await daysBefore({ ...broker, days, tell }, instruments, begins), lines };
}

describe("the days before a run's minutes", () => {
  it("end with the session before, also where the day that is being made was told", async () => {
    const asked: [DayNumber, DayNumber][] = [];
    const { bars } = await shown(answering(row + 1, asked));
    expect(bars?.closedAt.at(-1)).toBe(sessions.close[row - 1]);
    expect(asked[0]?.[1]).toBe(sessions.date[row - 1]);
    // Three times the slowest feature of the strategy, as in a run over days.
    expect(row - sessions.date.indexOf(asked[0]![0])).toBeGreaterThanOrEqual(600);
  });

  it("are none, and people are told, where they end earlier; and nobody is asked where nobody decides on days", async () => {
    const { bars, lines } = await shown(answering(row - 2));
    expect(bars).toBeUndefined();
    expect(lines.at(-1)).toMatch(/begin cold: the day 2026-11-17 is missing/);
    const asked: [DayNumber, DayNumber][] = [];
    expect((await shown(answering(row - 1, asked), minutesAlone)).bars).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it("are those of the broker over its own protocol, the same that a lake of that market has", async () => {
    const firstSession = sessions.date[row] as DayNumber;
    const source = new SyntheticPrices(1, firstSession);
    const startsAt = (sessions.open[row]! - 60e6) as EpochMicros;
    const exchange = await startExchange({ source, startsAt, rateLimit: 1_000_000 });
    try {
      const symbols = ["BYTEL", "TIDES"];
      const broker = {
        credentials: { keyId: new Secret(exchange.key), secretKey: new Secret(exchange.secret) },
        hosts: { data: exchange.url },
      };
      const config = withSettings(daily, ["strategies.mean_reversion.params={trend: 20}"], "test");
      const asked = { ...broker, config, tell: () => undefined };
      const bars = await daysBefore(asked, instrumentTable(symbols), begins);
      const span = { from: sessions.date[row - 60] as DayNumber, to: sessions.date[row - 1] as DayNumber };
      const lake = syntheticLake({ seed: 1, firstSession });
      const { columns } = await lake.loadBars({ symbols, timeframe: "1d", ...span });
      expect(columns.close.length).toBe(120);
      for (const name of ["closedAt", "instrument", "open", "high", "low", "close", "volume"] as const)
        expect(bars?.[name]).toEqual(columns[name]);
    } finally {
      await exchange.close();
    }
  }, 30_000);

  it("are the same bytes for every stage, shown as days and before the minutes", async () => {
    const { bars } = await shown(answering(row - 1));
    const path = join(folder, "days.json");
    const sha256 = writeHistory(path, bars!);
    const days = readHistory({ path, sha256 }, instruments, "1d");
    expect(days.close).toEqual(bars!.close);
    const seen: string[] = [];
    warmCompute(
      {
        warm: ({ at }: BarBatch) => void seen.push(`1m ${at}`),
        warmLonger: (timeframe: Timeframe, { at }: BarBatch) => void seen.push(`${timeframe} ${at}`),
      },
      { days, history: { ...days, timeframe: "1m" } },
    );
    const half = seen.length / 2;
    expect(seen.slice(0, half).every((text) => text.startsWith("1d"))).toBe(true);
    expect(seen.slice(half).every((text) => text.startsWith("1m"))).toBe(true);
    expect(() => readHistory({ path, sha256: "0" }, instruments, "1d")).toThrow("is not the history");
  });
});
