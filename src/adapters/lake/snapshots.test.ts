/** Goal: what was frozen stays, comes back whole or not at all, and nothing is lost on the way (LAKE-2). */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { dayNumber, type EpochMicros, startOfDay } from "../../domain/time.ts";
import { createLake, type Lake } from "./lake.ts";

const now = startOfDay(dayNumber(2026, 1, 1)) as EpochMicros;
const later = (now + 1_000_000) as EpochMicros;
let folder: string;
let lake: Lake;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-snapshot-"));
  lake = createLake(join(folder, "root"));
  await bring("A", 1);
});
afterEach(() => {
  lake.close();
  rmSync(folder, { recursive: true, force: true });
});

async function bring(symbol: string, price: number): Promise<void> {
  const path = join(folder, "bars.csv");
  writeFileSync(
    path,
    `symbol,date,open,high,low,close,volume\n${symbol},2024-01-02,${price},${price},${price},${price},1\n`,
  );
  await lake.importFiles({ files: [path], timeframe: "1d", adjustment: "raw", now });
}
const close = async (request: { snapshot?: string } = {}) =>
  (await lake.loadBars({ symbols: ["A"], timeframe: "1d", ...request })).columns.close[0];
const dataFiles = () =>
  readdirSync(join(folder, "root/data/parquet"), { recursive: true }).filter((name) =>
    String(name).endsWith(".parquet"),
  );

it("a frozen lake can be read while the current one moves on, and its files outlive their successors", async () => {
  const one = await lake.snapshotCreate("one", now);
  await bring("A", 2);
  await bring("A", 3);
  await bring("B", 9);
  expect(await close()).toBe(3);
  expect(await close({ snapshot: "one" })).toBe(1);
  expect(await close({ snapshot: one.id.slice(0, 10) })).toBe(1);
  expect((await lake.loadBars({ symbols: ["A"], timeframe: "1d", snapshot: "one" })).snapshot).toBe(one.id);
  // Of A's three files the middle one belongs to nobody and is gone.
  expect(dataFiles()).toHaveLength(3);
});

it("the id tells contents apart and nothing else", async () => {
  const one = await lake.snapshotCreate("one", now);
  const same = await lake.snapshotCreate("same", later);
  await bring("A", 2);
  const other = await lake.snapshotCreate("other", now);
  expect(same.id).toBe(one.id);
  expect(other.id).not.toBe(one.id);
  expect(one).toMatchObject({ files: 1, rows: 1, created: "2026-01-01T00:00:00Z" });
  expect(lake.snapshotList().map(({ name }) => name)).toEqual(["one", "other", "same"]);
});

it("a difference names what was added, removed and changed", async () => {
  await lake.snapshotCreate("one", now);
  await bring("A", 2);
  await bring("B", 1);
  await lake.snapshotCreate("two", now);
  expect(lake.snapshotDiff("one", "two")).toMatchObject({
    identical: false,
    added: [{ symbol: "B", rowsA: 0, rowsB: 1 }],
    removed: [],
    changed: [{ symbol: "A" }],
  });
  expect(lake.snapshotDiff("two", "one")).toMatchObject({ added: [], removed: [{ symbol: "B" }] });
  expect(lake.snapshotDiff("one", "one").identical).toBe(true);
});

it("a restore brings back the old lake and keeps the one it replaced", async () => {
  await lake.snapshotCreate("one", now);
  await bring("A", 2);
  const { previous } = await lake.snapshotRestore("one", now);
  expect(await close()).toBe(1);
  expect(previous).toMatch(/^before-restore-/);
  await bring("B", 1);
  await lake.snapshotRestore(previous ?? "", now);
  expect(await close()).toBe(2);
  expect((await lake.snapshotRestore(previous ?? "", now)).previous).toBeNull();
});

it("a restore with a damaged or missing file changes nothing", async () => {
  await lake.snapshotCreate("one", now);
  const [file] = dataFiles();
  const path = join(folder, "root/data/parquet", String(file));
  await bring("A", 2);
  const good = readFileSync(path);
  writeFileSync(path, Buffer.concat([good.subarray(0, -1), Buffer.of(0)]));
  await expect(lake.snapshotRestore("one", now)).rejects.toThrow(/missing or damaged.*nothing was changed/);
  rmSync(path);
  await expect(lake.snapshotRestore("one", now)).rejects.toThrow(/missing or damaged/);
  expect(await close()).toBe(2);
});

it("names are taken once, checked, and suggested when wrong", async () => {
  await lake.snapshotCreate("one", now);
  await expect(lake.snapshotCreate("one", now)).rejects.toThrow(
    /snapshot one exists and snapshots never change/,
  );
  await expect(lake.snapshotCreate("../one", now)).rejects.toThrow(/give 1 to 64 letters/);
  await expect(lake.snapshotRestore("on", now)).rejects.toThrow(/no snapshot on; nearest: one/);
  await expect(createLake(join(folder, "empty")).snapshotCreate("x", now)).rejects.toThrow(/lake is empty/);
});

it("a snapshot that cannot be read stops the sweep instead of costing the data it protects", async () => {
  await lake.snapshotCreate("one", now);
  writeFileSync(join(folder, "root/data/snapshots/one.json"), "{}");
  await expect(bring("A", 2)).rejects.toThrow(/one.json is not a snapshot/);
  expect(dataFiles()).toHaveLength(1);
  expect(await close()).toBe(1);
});

it("a lost catalog costs no data file", async () => {
  await bring("B", 2);
  rmSync(join(folder, "root/data/catalog.json"));
  await bring("C", 3);
  expect(dataFiles()).toHaveLength(3);
});

it("compacting makes one file of the several that other means have left for a series", async () => {
  const root = join(folder, "root");
  const other = createLake(join(folder, "other"));
  const path = join(folder, "next.csv");
  writeFileSync(path, "symbol,date,open,high,low,close,volume\nA,2024-01-03,2,2,2,2,1\n");
  await other.importFiles({ files: [path], timeframe: "1d", adjustment: "raw", now });
  other.close();
  const [mine, theirs] = [root, join(folder, "other")].map((each) =>
    JSON.parse(readFileSync(join(each, "data/catalog.json"), "utf8")),
  );
  const file = theirs.series[0].files[0];
  cpSync(join(folder, "other/data", file.path), join(root, "data", file.path));
  const series = { ...mine.series[0], rows: 2, to: file.to, files: [mine.series[0].files[0], file] };
  writeFileSync(join(root, "data/catalog.json"), JSON.stringify({ version: 1, series: [series] }));

  const before = (await lake.loadBars({ symbols: ["A"], timeframe: "1d" })).columns;
  const compacted = await lake.compact();
  const after = (await lake.loadBars({ symbols: ["A"], timeframe: "1d" })).columns;
  expect([...before.close]).toEqual([1, 2]);
  expect(after.close).toEqual(before.close);
  expect(compacted).toMatchObject({ filesBefore: 2, filesAfter: 1, seriesChanged: 1, dropped: 2 });
  expect(dataFiles()).toHaveLength(1);
});

it("compacting joins nothing that is compact and drops what nobody names", async () => {
  await bring("A", 2);
  expect(dataFiles()).toHaveLength(2);
  expect(await lake.compact()).toMatchObject({ filesBefore: 1, filesAfter: 1, seriesChanged: 0, dropped: 1 });
  expect(dataFiles()).toHaveLength(1);
  expect(await close()).toBe(2);
});

it.each([
  ["half a document", '{"x":'],
  ["another document", '{"x": 1}\n'],
  ["nothing", ""],
])("a catalog of %s is cured by a restore, as its message says, and is kept", async (_, text) => {
  const catalog = join(folder, "root/data/catalog.json");
  await lake.snapshotCreate("one", now);
  writeFileSync(catalog, text);
  await expect(close()).rejects.toThrow(/restore it with `data snapshot restore NAME`/);
  const restored = await lake.snapshotRestore("one", later);
  expect(restored).toMatchObject({ name: "one", previous: null, brokenCatalog: `${catalog}.broken` });
  expect(await close()).toBe(1);
  expect(readFileSync(`${catalog}.broken`, "utf8")).toBe(text);
});

it("without a snapshot a broken catalog is moved away, and importing again brings the same lake back", async () => {
  const catalog = join(folder, "root/data/catalog.json");
  const before = readFileSync(catalog, "utf8");
  writeFileSync(catalog, "{");
  await expect(bring("A", 1)).rejects.toThrow(/move it away and import everything again/);
  rmSync(catalog);
  await bring("A", 1);
  expect(readFileSync(catalog, "utf8")).toBe(before);
});
