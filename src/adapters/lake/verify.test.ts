/** Goal: each defect planted in a lake is found where it is, and a sound lake is called sound (DATA-5). */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type DayNumber,
  dayNumber,
  type EpochMicros,
  isoDate,
  isoInstant,
  startOfDay,
} from "../../domain/time.ts";
import { sessionsBetween } from "../../market/calendar.ts";
import { createLake, type Lake } from "./lake.ts";

const now = startOfDay(dayNumber(2026, 1, 1)) as EpochMicros;
const sessions = sessionsBetween(dayNumber(2023, 1, 1), dayNumber(2024, 6, 28));
const days = [...sessions.date].map((day) => isoDate(day as DayNumber));
let folder: string;
let lake: Lake;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-verify-"));
  lake = createLake(join(folder, "root"));
});
afterEach(() => {
  lake.close();
  rmSync(folder, { recursive: true, force: true });
});

async function bring(rows: readonly string[], timeframe: "1d" | "5m" = "1d"): Promise<void> {
  const path = join(folder, "bars.csv");
  writeFileSync(path, ["symbol,timestamp,open,high,low,close,volume", ...rows, ""].join("\n"));
  await lake.importFiles({ files: [path], timeframe, adjustment: "split", now });
}

/** A calm series whose returns alternate a little, so that nothing in it stands out. */
function calm(
  symbol: string,
  dates: readonly string[],
  {
    scale = () => 1,
    volume = () => 1000,
  }: { scale?: (i: number) => number; volume?: (i: number) => number } = {},
): string[] {
  return dates.map((date, i) => {
    const price = (100 + Math.sin(i * 1.7)) * scale(i);
    return `${symbol},${date},${price},${price * 1.01},${price * 0.99},${price},${volume(i)}`;
  });
}

it("a sound series has nothing to report", async () => {
  await bring(calm("A", days));
  const { series, crossSeries, damaged } = await lake.verify();
  expect(series).toMatchObject([
    {
      symbol: "A",
      timeframe: "1d",
      source: "files",
      bars: days.length,
      from: days[0],
      to: days.at(-1),
      gaps: [],
      duplicates: 0,
      outliers: 0,
      zeroVolume: 0,
      ohlcViolations: 0,
      splitLike: [],
      remarks: [],
    },
  ]);
  expect([crossSeries, damaged]).toEqual([[], []]);
});

it("gaps, missing volume and a forgotten split are found where they are", async () => {
  const kept = days.filter((_, i) => i < 100 || i >= 112);
  await bring(
    calm("A", kept, { scale: (i) => (i < 200 ? 4 : 1), volume: (i) => (i >= 50 && i < 60 ? 0 : 1000) }),
  );
  const [found] = (await lake.verify({ symbols: ["a"] })).series;
  expect(found).toMatchObject({
    gaps: [{ from: days[100], to: days[111], sessions: 12, bars: 12 }],
    missing: { gaps: 1, sessions: 12, bars: 12 },
    zeroVolume: 10,
    splitLike: [{ at: kept[200], ratio: "4:1", takenBack: false }],
    details: { longestZeroVolume: { from: kept[50], to: kept[59], bars: 10 } },
  });
  expect(found?.outliers).toBeGreaterThanOrEqual(1);
  expect(found?.remarks).toContain(`12 sessions absent from ${days[100]} to ${days[111]}`);
});

it("a day taken before the close, a day the source lost and a series that ended are seen across series", async () => {
  const last = days.length - 1;
  const names = ["A", "B", "C", "D", "E", "F"];
  const rows = names.flatMap((name) => {
    const kept = name === "F" ? days.slice(0, -30) : days;
    const list = calm(name, kept, { volume: (i) => (i === last ? 12_345 : 20_000 + 100 * (i % 7)) });
    return name === "A" ? list : list.filter((row) => !row.includes(days[150] ?? ""));
  });
  await bring(rows);
  const { series, crossSeries } = await lake.verify();
  expect(crossSeries).toMatchObject([
    { kind: "lost-session", date: days[150], series: 5, of: 6 },
    { kind: "unfinished-session", date: days[last], series: 5, of: 5 },
  ]);
  expect(series.find(({ symbol }) => symbol === "B")?.remarks.join()).toContain(
    `${days[last]} looks taken before the close`,
  );
  expect(series.find(({ symbol }) => symbol === "F")?.remarks.join()).toContain(
    "ends 30 sessions before the others",
  );
});

it("intraday gaps are runs of bars within a session and whole sessions", async () => {
  const starts = [0, 3].flatMap((session) => {
    const open = sessions.open[session] ?? 0;
    return Array.from({ length: 78 }, (_, i) => open + i * 300_000_000).filter(
      (_, i) => session === 3 || i < 10 || i >= 13,
    );
  });
  await bring(
    starts.map((at, i) => `A,${isoInstant(at as EpochMicros)},1,1,1,1,${i + 1}`),
    "5m",
  );
  const [found] = (await lake.verify()).series;
  expect(found?.gaps).toEqual([
    { from: days[1], to: days[2], sessions: 2, bars: 156 },
    {
      from: isoInstant(((starts[0] ?? 0) + 10 * 300e6) as EpochMicros),
      to: isoInstant(((starts[0] ?? 0) + 12 * 300e6) as EpochMicros),
      sessions: 0,
      bars: 3,
    },
  ]);
  expect(found?.missing).toEqual({ gaps: 2, sessions: 2, bars: 159 });
});

it("a damaged file is named and its series not judged", async () => {
  await bring([...calm("A", days.slice(0, 5)), ...calm("B", days.slice(0, 5))]);
  const folderA = join(folder, "root/data/parquet/ohlcv/source=files/timeframe=1d/adjustment=split/symbol=A");
  const path = join(folderA, readdirSync(folderA)[0] ?? "");
  const good = readFileSync(path);
  good[40]! ^= 1;
  writeFileSync(path, good);
  const changed = await lake.verify();
  expect(changed.series.map(({ symbol }) => symbol)).toEqual(["B"]);
  expect(changed.damaged).toMatchObject([
    { path: expect.stringContaining("symbol=A"), problem: expect.stringContaining("not what was written") },
  ]);
  rmSync(path);
  expect((await lake.verify()).damaged).toMatchObject([{ problem: expect.stringContaining("missing") }]);
});

it("an unknown symbol is refused with the nearest", async () => {
  await bring(calm("AAPL", days.slice(0, 5)));
  await expect(lake.verify({ symbols: ["AAPX"] })).rejects.toThrow(/no bars of AAPX; nearest of 1: AAPL/);
});
