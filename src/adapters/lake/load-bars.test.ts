/** Goal: a backtest sees each bar when it closed, only bars of sessions, and never a series it did not mean. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, isoInstant, parseIsoDate, startOfDay } from "../../domain/time.ts";
import { createLake, type Lake } from "./lake.ts";
import type { LoadRequest } from "./load-bars.ts";

const now = startOfDay(dayNumber(2026, 1, 1)) as EpochMicros;
const folder = mkdtempSync(join(tmpdir(), "plimsoll-load-"));
let lake: Lake;

const bars = (name: string, rows: readonly string[]) => {
  const path = join(folder, name);
  writeFileSync(path, ["symbol,timestamp,open,high,low,close,volume", ...rows, ""].join("\n"));
  return path;
};
const row = (symbol: string, at: string, price: number) =>
  `${symbol},${at},${price},${price},${price},${price},1`;
const day = (text: string) => parseIsoDate(text) as NonNullable<ReturnType<typeof parseIsoDate>>;

beforeAll(async () => {
  lake = createLake(join(folder, "root"));
  const common = { adjustment: "raw", now } as const;
  // 2024-07-03 ends at 13:00 in New York, 2024-11-29 as well.
  const daily = bars("daily.csv", [
    row("MSFT", "2024-07-02", 2),
    row("MSFT", "2024-07-03", 3),
    row("AAPL", "2024-07-03", 30),
    row("AAPL", "2024-11-29", 40),
    row("AAPL", "2024-12-02", 50),
  ]);
  await lake.importFiles({ ...common, files: [daily], timeframe: "1d" });
  const minutes = bars("minutes.csv", [
    row("SPY", "2024-07-03T13:29:00Z", 1),
    row("SPY", "2024-07-03T13:30:00Z", 2),
    row("SPY", "2024-07-03T16:59:00Z", 3),
    row("SPY", "2024-07-03T17:00:00Z", 4),
    row("SPY", "2024-07-03T23:59:00Z", 5),
    row("SPY", "2024-07-05T08:00:00Z", 6),
    row("SPY", "2024-07-05T13:30:00Z", 7),
    row("QQQ", "2024-07-05T13:30:00Z", 70),
    // Half past seven in the evening of December 2nd, and four in the morning after it.
    row("EVE", "2024-12-03T00:30:00Z", 1),
    row("EVE", "2024-12-03T09:00:00Z", 2),
  ]);
  await lake.importFiles({ ...common, files: [minutes], timeframe: "1m" });
  await lake.importFiles({
    ...common,
    files: [bars("two.csv", [row("TWO", "2024-07-02", 1)])],
    timeframe: "1d",
  });
  await lake.importFiles({
    ...common,
    files: [bars("two.csv", [row("TWO", "2024-07-02", 1)])],
    timeframe: "1d",
    source: "other",
    adjustment: "full",
  });
});
afterAll(() => {
  lake.close();
  rmSync(folder, { recursive: true, force: true });
});

async function load(request: Partial<LoadRequest>) {
  const { columns } = await lake.loadBars({ symbols: ["SPY"], timeframe: "1m", ...request });
  const { closedAt, offset, instrument, close, instruments } = columns;
  return [...closedAt].map((at, batch) => {
    const rows = Array.from({ length: offset[batch + 1]! - offset[batch]! }, (_, i) => offset[batch]! + i);
    const names = rows.map((r) => `${instruments.symbols[instrument[r]!]} ${close[r]}`);
    return `${isoInstant(at as EpochMicros)} ${names.join(", ")}`;
  });
}

describe("when a bar closed", () => {
  it("a daily bar closes with its session, at 13:00 on a half day, whatever the season", async () => {
    expect(await load({ symbols: ["MSFT", "AAPL"], timeframe: "1d" })).toEqual([
      "2024-07-02T20:00:00Z MSFT 2",
      "2024-07-03T17:00:00Z AAPL 30, MSFT 3",
      "2024-11-29T18:00:00Z AAPL 40",
      "2024-12-02T21:00:00Z AAPL 50",
    ]);
  });

  it("an intraday bar closes its length after its start, and regular hours end early too", async () => {
    expect(await load({})).toEqual([
      "2024-07-03T13:31:00Z SPY 2",
      "2024-07-03T17:00:00Z SPY 3",
      "2024-07-05T13:31:00Z SPY 7",
    ]);
  });

  it("extended hours are there when asked for", async () => {
    expect(await load({ extendedHours: true })).toHaveLength(7);
  });
});

describe("what is asked", () => {
  it("both dates are included, by the New York date", async () => {
    const range = { from: day("2024-07-03"), to: day("2024-07-03"), extendedHours: true };
    expect((await load(range)).map((text) => text.slice(-1))).toEqual(["1", "2", "3", "4", "5"]);
    expect(await load({ ...range, from: day("2024-07-05"), to: day("2024-07-05") })).toHaveLength(2);
    const evening = { symbols: ["EVE"], extendedHours: true };
    expect(await load({ ...evening, to: day("2024-12-02") })).toEqual(["2024-12-03T00:31:00Z EVE 1"]);
    expect(await load({ ...evening, from: day("2024-12-03") })).toEqual(["2024-12-03T09:01:00Z EVE 2"]);
    expect(
      await load({ symbols: ["AAPL"], timeframe: "1d", from: day("2024-11-29"), to: day("2024-11-29") }),
    ).toHaveLength(1);
  });

  it("a symbol without bars in the range keeps its place in the table", async () => {
    const { columns, series } = await lake.loadBars({
      symbols: ["msft", "AAPL"],
      timeframe: "1d",
      from: day("2024-11-01"),
    });
    expect(columns.instruments.symbols).toEqual(["AAPL", "MSFT"]);
    expect(series).toMatchObject([
      { symbol: "AAPL", rows: 2, from: "2024-11-29", to: "2024-12-02" },
      { symbol: "MSFT", rows: 0, from: null },
    ]);
  });

  it("all means every symbol of the timeframe", async () => {
    const { series } = await lake.loadBars({ symbols: "all", timeframe: "1m" });
    expect(series.map(({ symbol }) => symbol)).toEqual(["EVE", "QQQ", "SPY"]);
  });

  it("shared columns lie in shared memory", async () => {
    const { columns } = await lake.loadBars({ symbols: "all", timeframe: "1m", shared: true });
    expect(columns.close.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("loads side by side do not disturb each other", async () => {
    const [alone] = await Promise.all([
      load({}),
      load({ symbols: ["QQQ"] }),
      load({ symbols: ["AAPL"], timeframe: "1d" }),
    ]);
    expect(alone).toEqual(await load({}));
  });

  it("equal data has an equal name, other data another", async () => {
    const name = async (symbols: string[]) => (await lake.loadBars({ symbols, timeframe: "1d" })).snapshot;
    expect(await name(["AAPL"])).toBe(await name(["AAPL"]));
    expect(await name(["AAPL"])).not.toBe(await name(["MSFT"]));
    expect(await name(["AAPL"])).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a wrong request is one line with the cure", () => {
  it.each([
    [{ symbols: ["SPX"] }, /no 1m bars of SPX; nearest of 3: SPY, EVE, QQQ/],
    [{ symbols: ["AAPL"] }, /no 1m bars of AAPL; it has 1d/],
    [{ timeframe: "5m" }, /no 5m bars; it has 1d full from other, 1d raw from files, 1m raw from files/],
    [
      { symbols: ["TWO"], timeframe: "1d" },
      /exists as files\/raw, other\/full; choose with --source files\|other and --adjustment full\|raw/,
    ],
    [{ from: day("2024-07-05"), to: day("2024-07-03") }, /--from 2024-07-05 is after --to 2024-07-03; swap/],
    [{ from: day("2025-01-02") }, /no 1m bars of SPY from 2025-01-02.*there are 2024-07-03 to 2024-07-05/],
    [{ timeframe: "1d", source: "nope" }, /the lake has no 1d bars from nope; it has 1d full from other/],
    [{ adjustment: "full", source: "files" }, /the lake has no 1m full bars from files; it has/],
    [{ snapshot: "nope" }, /no snapshot nope; there is none/],
    [{ symbols: [] }, /at least one symbol/],
  ] as [Partial<LoadRequest>, RegExp][])("%o", async (request, message) => {
    const refusal = lake.loadBars({ symbols: ["SPY"], timeframe: "1m", ...request });
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toMatchObject({ exitCode: 2 });
  });

  it("a choice settles it", async () => {
    const { series } = await lake.loadBars({ symbols: ["TWO"], timeframe: "1d", source: "other" });
    expect(series).toMatchObject([{ adjustment: "full" }]);
  });

  it("an empty lake and a broken catalog say so", async () => {
    const empty = createLake(join(folder, "empty"));
    await expect(empty.loadBars({ symbols: ["A"], timeframe: "1d" })).rejects.toThrow(
      /the lake is empty; fill it/,
    );
    empty.close();
    const path = join(folder, "root/data/catalog.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.slice(0, 100));
    expect(() => lake.list()).toThrow(/is not a lake catalog/);
    writeFileSync(path, text.replace("parquet/", "parquet/../../"));
    expect(() => lake.list()).toThrow(/is not a lake catalog/);
    writeFileSync(path, text);
  });
});
