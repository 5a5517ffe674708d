/**
 * Goal: no run reads bars that are not the ones the snapshot id stands for, and whoever meets such a file is told
 * which one and what to do, which then works (LAKE-2). Method: swap, damage and remove files of a real lake.
 */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { dayNumber, type EpochMicros, startOfDay } from "../../domain/time.ts";
import { createLake, type Lake } from "./lake.ts";

const now = startOfDay(dayNumber(2026, 1, 1)) as EpochMicros;
let folder: string;
let lake: Lake;

beforeEach(async () => {
  folder = scratchFolder("plimsoll-sound-");
  lake = createLake(join(folder, "root"));
  await bring("A", [1, 2, 3]);
  await bring("B", [4, 5, 6]);
});
afterEach(() => {
  lake.close();
  rmSync(folder, { recursive: true, force: true });
});

async function bring(symbol: string, closes: readonly number[]): Promise<void> {
  const rows = closes.map((price, n) => `${symbol},2024-01-0${n + 2},${price},${price},${price},${price},1`);
  writeFileSync(join(folder, "bars.csv"), ["symbol,date,open,high,low,close,volume", ...rows, ""].join("\n"));
  await lake.importFiles({
    files: [join(folder, "bars.csv")],
    timeframe: "1d",
    adjustment: "raw",
    now,
  });
}
function fileOf(symbol: string): string {
  const place = `root/data/parquet/ohlcv/source=files/timeframe=1d/adjustment=raw/symbol=${symbol}`;
  return join(folder, place, readdirSync(join(folder, place))[0] ?? "");
}
const closes = async (request: { snapshot?: string } = {}) => [
  ...(await lake.loadBars({ symbols: ["A"], timeframe: "1d", ...request })).columns.close,
];

const harms: readonly (readonly [string, () => void, RegExp])[] = [
  ["another valid file", () => copyFileSync(fileOf("B"), fileOf("A")), /the content is not what was written/],
  [
    "one flipped bit",
    () => {
      const bytes = readFileSync(fileOf("A"));
      bytes[40]! ^= 1;
      writeFileSync(fileOf("A"), bytes);
    },
    /the content is not what was written/,
  ],
  ["garbage", () => writeFileSync(fileOf("A"), "no parquet"), /the content is not what was written/],
  ["no file", () => rmSync(fileOf("A")), /the file is missing/],
];

describe.each(harms)("%s in a file's place", (_, harm, says) => {
  it("is refused by a run, also over a snapshot, in one line with the file, its owner and the cure", async () => {
    await lake.snapshotCreate("one", now);
    const path = fileOf("A");
    harm();
    for (const request of [{}, { snapshot: "one" }]) {
      const refused = await closes(request).catch((error: unknown) => error as Error & { exitCode: number });
      expect(refused).toMatchObject({ exitCode: 1, message: expect.stringMatching(says) });
      const { message } = refused as Error;
      expect(message).toContain(path);
      expect(message).toContain("A 1d raw from files");
      expect(message).toContain("import its source files again");
      expect(message).not.toMatch(/\n|SELECT|read_parquet/);
    }
    expect(await lake.loadBars({ symbols: ["B"], timeframe: "1d" })).toMatchObject({ columns: {} });
  });

  it("is cured by importing the source again, for the lake and its snapshots", async () => {
    const { id } = await lake.snapshotCreate("one", now);
    harm();
    await bring("A", [1, 2, 3]);
    expect(await closes()).toEqual([1, 2, 3]);
    expect(await closes({ snapshot: "one" })).toEqual([1, 2, 3]);
    expect((await lake.snapshotCreate("two", now)).id).toBe(id);
    expect((await lake.verify()).damaged).toEqual([]);
  });

  it("is not papered over by an import of a part of it: nothing changes", async () => {
    harm();
    const before = readFileSync(join(folder, "root/data/catalog.json"), "utf8");
    await expect(bring("A", [1, 2])).rejects.toThrow(says);
    expect(readFileSync(join(folder, "root/data/catalog.json"), "utf8")).toBe(before);
  });
});
