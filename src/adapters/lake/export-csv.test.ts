/** Goal: what is exported and brought back is the same lake, bit for bit. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { dayNumber, type EpochMicros, parseIsoDate, startOfDay } from "../../domain/time.ts";
import { createLake, type Lake } from "./lake.ts";

const now = startOfDay(dayNumber(2026, 1, 1)) as EpochMicros;
let folder: string;
let lake: Lake;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-export-"));
  lake = createLake(join(folder, "root"));
  const path = join(folder, "bars.csv");
  const prices = [0.1 + 0.2, 1 / 3, 123456.789, 5e-324 + 1, 99.99];
  const rows = prices.map(
    (price, i) =>
      `${i % 2 ? "B" : "A"},2024-01-0${(i % 4) + 2}T15:0${i}:00Z,${price},${price},${price},${price},${i * 1e9}`,
  );
  writeFileSync(path, ["symbol,timestamp,open,high,low,close,volume", ...rows, ""].join("\n"));
  await lake.importFiles({ files: [path], timeframe: "1m", adjustment: "raw", now });
});
afterEach(() => {
  lake.close();
  rmSync(folder, { recursive: true, force: true });
});

it("the way out and back loses nothing", async () => {
  const out = join(folder, "deep/er/out.csv");
  expect(await lake.exportCsv({ symbols: "all", out })).toMatchObject({
    rows: 5,
    symbols: 2,
    from: "2024-01-02T15:00:00Z",
    to: "2024-01-05T15:03:00Z",
  });
  const copy = createLake(join(folder, "copy"));
  await copy.importFiles({ files: [out], timeframe: "1m", adjustment: "raw", now });
  const both = await Promise.all(
    [lake, copy].map((each) => each.loadBars({ symbols: "all", timeframe: "1m" })),
  );
  const [a, b] = both.map(({ columns: { instruments, ...columns } }) => ({
    ...columns,
    symbols: instruments.symbols,
  }));
  expect(b).toEqual(a);
  expect(readdirSync(join(folder, "deep/er"))).toEqual(["out.csv"]);
  copy.close();
});

it("a range and a choice of symbols hold", async () => {
  const out = join(folder, "out.csv");
  const day = parseIsoDate("2024-01-03");
  await lake.exportCsv({ symbols: ["B"], out, ...(day === undefined ? {} : { from: day, to: day }) });
  expect(readFileSync(out, "utf8").trim().split("\n")).toEqual([
    "symbol,timestamp,open,high,low,close,volume",
    `B,2024-01-03T15:01:00Z,${1 / 3},${1 / 3},${1 / 3},${1 / 3},1000000000`,
  ]);
});

it("a refused export leaves the old file", async () => {
  const out = join(folder, "out.csv");
  writeFileSync(out, "precious");
  const day = parseIsoDate("2025-01-03");
  await expect(
    lake.exportCsv({ symbols: ["B"], out, ...(day === undefined ? {} : { from: day }) }),
  ).rejects.toThrow(/no 1m bars/);
  await expect(lake.exportCsv({ symbols: ["X"], out })).rejects.toThrow(/no bars of X/);
  await expect(lake.exportCsv({ symbols: ["A"], out: folder })).rejects.toThrow(/is a folder/);
  expect(readFileSync(out, "utf8")).toBe("precious");
  expect(existsSync(`${out}.unfinished-${process.pid}`)).toBe(false);
});
