/** Goal: good rows arrive unchanged, bad rows never do, and a refused import leaves no trace (DATA-4, LAKE-2). */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, startOfDay } from "../../domain/time.ts";
import { Duck } from "./duck.ts";
import type { ImportRequest } from "./import-files.ts";
import { createLake, type Lake } from "./lake.ts";
import { parseColumnMap } from "./row-query.ts";

const now = startOfDay(dayNumber(2025, 1, 1)) as EpochMicros;
const header = "symbol,date,open,high,low,close,volume";
let folder: string;
let lake: Lake;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-import-"));
  lake = createLake(join(folder, "root"));
});
afterEach(() => {
  lake.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array | readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, Array.isArray(content) ? `${content.join("\n")}\n` : (content as string));
  return path;
}

function bring(files: string | string[], request: Partial<ImportRequest> = {}) {
  return lake.importFiles({ files: [files].flat(), timeframe: "1d", adjustment: "raw", now, ...request });
}

async function closes(symbol: string, request: { timeframe?: "1d" | "1m" | "5m" } = {}): Promise<number[]> {
  const { columns } = await lake.loadBars({ symbols: [symbol], timeframe: "1d", ...request });
  return [...columns.close];
}

describe("rows", () => {
  it("arrive with their counts, in order of time", async () => {
    const path = file("bars.csv", [
      header,
      "B,2024-01-03,2,2,2,2,20",
      "A,2024-01-03,1.5,2,1,1.75,10",
      "A,2024-01-02,1,2,1,1.25,10",
    ]);
    const result = await bring(path);
    expect(result).toMatchObject({
      imported: 3,
      rejected: 0,
      duplicates: 0,
      symbols: 2,
      from: "2024-01-02",
      to: "2024-01-03",
      audit: null,
    });
    expect(await closes("A")).toEqual([1.25, 1.75]);
    expect(lake.list()).toMatchObject([
      {
        symbol: "A",
        timeframe: "1d",
        source: "files",
        adjustment: "raw",
        bars: 2,
        from: "2024-01-02",
        to: "2024-01-03",
      },
      { symbol: "B", bars: 1 },
    ]);
  });

  it("the last of equal instants wins, within a file and over the lake, and is counted once", async () => {
    const first = await bring(
      file("a.csv", [header, "A,2024-01-02,1,1,1,1,1", "A,2024-01-03,1,1,1,1,1", "A,2024-01-02,2,2,2,2,2"]),
    );
    expect(first).toMatchObject({ imported: 2, duplicates: 1 });
    expect(await closes("A")).toEqual([2, 1]);
    const second = await bring(
      file("b.csv", [header, "A,2024-01-03,1,1,1,1,1", "A,2024-01-04,4,4,4,4,4", "A,2024-01-02,3,3,3,3,3"]),
    );
    expect(second).toMatchObject({ imported: 1, duplicates: 2, rejected: 0 });
    expect(await closes("A")).toEqual([3, 1, 4]);
  });

  it("rows of one import that contradict each other are counted and both written down", async () => {
    const rows = [
      "AAA,2024-01-02,1,2,1,1.5,10",
      "AAA,2024-01-03,1,2,1,1.25,10",
      "AAA,2024-01-02,1,2,1,1.9,10",
      "AAA,2024-01-03,1,2,1,1.25,10",
      "BBB,2024-01-02,1,2,1,1.5,10",
    ];
    const path = file("twice.csv", [header, ...rows]);
    const result = await bring(path);
    expect(result).toMatchObject({
      imported: 3,
      rejected: 0,
      duplicates: 2,
      conflicts: 1,
      rejectedByRule: {},
    });
    expect(await closes("AAA")).toEqual([1.9, 1.25]);
    const list = readFileSync(result.audit ?? "", "utf8")
      .trimEnd()
      .split("\n")
      .slice(1);
    expect(list).toEqual([
      expect.stringMatching(
        `^${path},,AAA,2024-01-02,conflicting-rows,"gave way to close 1.9, .*",1,2,1,1.5,10,`,
      ),
      expect.stringMatching(`^${path},,AAA,2024-01-02,conflicting-rows,stays: .*,1,2,1,1.9,10,`),
    ]);
  });

  it("a conflict over two files of one import, or over the disk, is one as well", async () => {
    const one = file("one.csv", [header, "AAA,2024-01-02,1,2,1,1.5,10"]);
    const two = file("two.csv", [header, "AAA,2024-01-02,1,2,1,1.9,10", "AAA,2024-01-02,1,2,1,1.9,10"]);
    const result = await bring([one, two], { rowsInMemory: 1 });
    expect(result).toMatchObject({ imported: 1, duplicates: 2, conflicts: 1 });
    expect(readFileSync(result.audit ?? "", "utf8")).toContain(`one of 2 files from ${one},,AAA`);
    expect(await bring(two)).toMatchObject({ imported: 0, conflicts: 0, replaced: 0, audit: null });
  });

  it("bringing the same file twice changes nothing", async () => {
    const path = file("a.csv", [header, "A,2024-01-02,1,1,1,1,1", "A,2024-01-03,1,1,1,1,1"]);
    await bring(path);
    const before = readFileSync(join(folder, "root/data/catalog.json"), "utf8");
    expect(await bring(path)).toMatchObject({ imported: 0, duplicates: 2 });
    expect(readFileSync(join(folder, "root/data/catalog.json"), "utf8")).toBe(before);
  });

  it("any split of a series into imports ends in the same bars", async () => {
    const days = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08"];
    const split = fc.array(
      fc.tuple(fc.constantFrom(...days), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 2 })),
      { minLength: 3, maxLength: 20 },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(split, async (rows) => {
        run += 1;
        const expected = new Map<string, number>();
        for (const part of [0, 1, 2]) {
          const lines = rows.filter((row) => row[2] === part);
          if (lines.length === 0) continue;
          const path = file("part.csv", [
            header,
            ...lines.map(([day, p]) => `S${run},${day},${p},${p},${p},${p},1`),
          ]);
          await bring(path);
          for (const [day, p] of lines) expected.set(day, p);
        }
        const inOrder = [...expected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p);
        expect(await closes(`S${run}`)).toEqual(inOrder);
      }),
      { numRuns: 10 },
    );
  });

  it("more rows than memory should hold go over the disk and arrive all the same", async () => {
    const lines = Array.from({ length: 9000 }, (_, i) => {
      const minute = 14 * 60 + 30 + (i % 390);
      const day = String(2 + Math.floor(i / 3900)).padStart(2, "0");
      const clock = [Math.floor(minute / 60), minute % 60]
        .map((part) => String(part).padStart(2, "0"))
        .join(":");
      const time = `2024-01-${day}T${clock}:00Z`;
      return `S${Math.floor(i / 390) % 10},${time},${i + 1},${i + 1},${i + 1},${i + 1},1`;
    });
    const path = file("many.csv", [header.replace("date", "timestamp"), ...lines]);
    const result = await bring(path, { timeframe: "1m", rowsInMemory: 1000 });
    expect(result).toMatchObject({ imported: 9000, duplicates: 0, symbols: 10 });
    const whole = await lake.loadBars({ symbols: "all", timeframe: "1m" });
    expect(whole.columns.close.reduce((sum, close) => sum + close, 0)).toBe((9000 * 9001) / 2);
  });

  it("a year of minutes is a file, and another year touches only its own", async () => {
    const line = (at: string) => `A,${at},1,1,1,1,1`;
    await bring(
      file("a.csv", [
        header.replace("date", "timestamp"),
        line("2023-12-29T15:00:00Z"),
        line("2024-01-02T15:00:00Z"),
      ]),
      { timeframe: "1m" },
    );
    const filesOf = () =>
      readdirSync(
        join(folder, "root/data/parquet/ohlcv/source=files/timeframe=1m/adjustment=raw/symbol=A"),
      ).sort();
    const before = filesOf();
    expect(before.map((name) => name.slice(0, 5))).toEqual(["2023-", "2024-"]);
    await bring(file("b.csv", [header.replace("date", "timestamp"), line("2024-01-02T15:01:00Z")]), {
      timeframe: "1m",
    });
    expect(filesOf()).toContain(before[0]);
    expect(lake.list()).toMatchObject([{ bars: 3, files: 2 }]);
  });
});

describe("bad rows", () => {
  it.each([
    ["A,2024-01-03,abc,2,1,2,5", "schema", 'open ""abc"" is no number'],
    ["A,2024-01-03,1,2,1,,5", "schema", "close is empty"],
    ["A,2024-01-03,1,2,1", "schema", "close is empty"],
    ["A,2024-01-03,1,2,1,NaN,5", "bar-finite", "close NaN"],
    ["A,2024-01-03,1,inf,1,1,5", "bar-finite", "high Infinity"],
    ["A,2024-01-03,1,2,-1,2,5", "bar-positive", "low -1"],
    ["A,2024-01-03,1,2,1.5,2,5", "ohlc-order", "low 1.5 is above 1"],
    ["A,2024-01-03,1,2,1,2,-5", "volume-not-negative", "volume -5"],
    ["A,2024-01-06,1,2,1,2,5", "on-session", "2024-01-06 is no XNYS session: weekend"],
    ["A,2025-01-02,1,2,1,2,5", "timestamp-not-in-future", "after now"],
    ["A,01/03/2024,1,2,1,2,5", "schema", 'timestamp ""01/03/2024"" is no ISO 8601'],
    ["A,2024-02-30,1,2,1,2,5", "schema", "2024-02-30"],
    ["A,,1,2,1,2,5", "schema", "timestamp is empty"],
    ["A,20240103,1,2,1,2,5", "schema", "are these seconds?"],
    ["A,1704240000,1,2,1,2,5", "schema", "are these seconds?"],
    [",2024-01-03,1,2,1,2,5", "schema", "symbol is empty"],
    ["../../x y,2024-01-03,1,2,1,2,5", "schema", "symbol"],
    ["A,2024-01-03,1,2,1,2,5,6,7", "schema", "Expected Number of Columns: 7 Found: 8"],
  ])("%s is refused by %s", async (line, rule, reason) => {
    const result = await bring(
      file("bad.csv", [header, "A,2024-01-02,1,2,1,2,5", line, "A,2024-01-04,1,2,1,2,5"]),
    );
    expect(result).toMatchObject({ imported: 2, rejected: 1, rejectedByRule: { [rule]: 1 } });
    const audit = readFileSync(result.audit ?? "", "utf8");
    expect(audit.split("\n")[1]).toContain(rule);
    expect(audit).toContain(reason);
    expect(audit.trim().split("\n")).toHaveLength(2);
    expect(await closes("A")).toEqual([2, 2]);
  });

  it("when all are bad the lake stays as it was and the list says why", async () => {
    const result = await bring(file("bad.csv", [header, "A,2024-01-03,1,2,1,x,5"]));
    expect(result).toMatchObject({ imported: 0, rejected: 1, symbols: 0, from: null });
    expect(lake.list()).toEqual([]);
    expect(readdirSync(join(folder, "root/data"))).toEqual(["audit"]);
  });
});

describe("times", () => {
  it.each([
    ["date", "2024-01-03"],
    ["timestamp", "2024-01-03T05:00:00Z"],
    ["timestamp", "2024-01-03T00:00:00-05:00"],
    ["timestamp", "2024-01-03T21:00:00Z"],
    ["timestamp", "2024-01-04T01:00:00Z"],
    ["timestamp", "2024-01-03 00:00:00"],
    ["ts_ms", "1704240000000"],
    ["ts_ms", "1704258000000"],
  ])("%s %s is the daily bar of 2024-01-03", async (name, time) => {
    await bring(file("a.csv", [header.replace("date", name), `A,${time},1,1,1,1,1`]));
    expect(lake.list()).toMatchObject([{ from: "2024-01-03" }]);
  });

  it.each([
    ["2024-01-03T14:30:00Z", []],
    ["2024-01-03T09:30:00-05:00", []],
    ["1704292200000", []],
    ["2024-01-03 14:30:00", [expect.stringContaining("without a zone")]],
  ])("%s starts the minute 14:30 UTC", async (time, notes) => {
    const result = await bring(file("a.csv", [header.replace("date", "timestamp"), `A,${time},1,1,1,1,1`]), {
      timeframe: "1m",
    });
    expect(result).toMatchObject({ from: "2024-01-03T14:30:00Z", notes });
  });

  it("minutes brought as daily or five-minute bars are refused, not thinned", async () => {
    const minutes = Array.from({ length: 10 }, (_, i) => `A,2024-01-03T14:3${i}:00Z,1,1,1,1,1`);
    const path = file("a.csv", [header.replace("date", "timestamp"), ...minutes]);
    await expect(bring(path)).rejects.toThrow(/A has bars at 2024-01-03T14:30:00Z and 2024-01-03T14:31:00Z/);
    await expect(bring(path, { timeframe: "5m" })).rejects.toThrow(/8 of 10 rows do not start a 5m bar/);
    expect(lake.list()).toEqual([]);
  });
});

describe("columns", () => {
  it("a file without symbols takes its name, and says so", async () => {
    const result = await bring(
      file("brk.b.csv", ["Date,Open,High,Low,Close,Adj Close,Volume", "2024-01-03,1,2,1,2,2,5"]),
    );
    expect(result.symbolNames).toEqual(["BRK.B"]);
    expect(result.notes[0]).toMatch(/no symbol column: all rows are BRK.B/);
  });

  it("other delimiters, quotes, CRLF, a byte order mark and gzip are read", async () => {
    const text = `\ufeff${header.replaceAll(",", ";")}\r\n"A";"2024-01-03";1;2;1;"1.5";5\r\n`;
    expect(await bring(file("a.csv", text))).toMatchObject({ imported: 1, rejected: 0 });
    expect(await closes("A")).toEqual([1.5]);
    expect(await bring(file("z.csv.gz", gzipSync(`${header}\nZ,2024-01-03,1,2,1,2,5\n`)))).toMatchObject({
      imported: 1,
    });
  });

  it("an adjusted close alone scales the other prices with it", async () => {
    const path = file("a.csv", [
      `${header},adj_close`,
      "A,2024-01-03,12,16,8,10,5,5",
      "A,2024-01-04,12.1,16,8,10.1,5,10.1",
    ]);
    const result = await bring(path, { adjustment: "full", columns: parseColumnMap("close=adj_close") });
    expect(result.notes).toEqual(["open, high and low were scaled by adj_close/close"]);
    const { columns } = await lake.loadBars({ symbols: ["A"], timeframe: "1d" });
    expect([...columns.open, ...columns.high, ...columns.low]).toEqual([6, 12.1, 8, 16, 4, 8]);
    expect([...columns.close]).toEqual([5, 10.1]);
  });

  it("float32 in Parquet is taken for the decimal it was written from", async () => {
    const duck = await Duck.open(join(folder, "spill"));
    const path = join(folder, "floats.parquet");
    await duck.during((session) =>
      session.run(`COPY (SELECT 'A' AS symbol, DATE '2024-01-03' AS date, 116.6::FLOAT AS open, 117.3::FLOAT AS high,
      116.1::FLOAT AS low, 116.7::FLOAT AS close, 5::BIGINT AS volume UNION ALL
      SELECT 'A', DATE '2024-01-04', 1, 1, 1, NULL, 1) TO '${path}' (FORMAT parquet)`),
    );
    duck.close();
    const result = await bring(path);
    expect(result).toMatchObject({ imported: 1, rejected: 1, rejectedByRule: { "bar-finite": 1 } });
    const { columns } = await lake.loadBars({ symbols: ["A"], timeframe: "1d" });
    expect([columns.open[0], columns.high[0], columns.low[0], columns.close[0]]).toEqual([
      116.6, 117.3, 116.1, 116.7,
    ]);
  });
});

describe("files that are none", () => {
  const cases: readonly (readonly [string, () => string, RegExp, 1 | 2])[] = [
    ["an empty file", () => file("e.csv", ""), /e.csv is empty/, 1],
    ["a header without rows", () => file("h.csv", [header]), /has no rows/, 1],
    ["a missing file", () => join(folder, "nowhere.csv"), /no such file/, 2],
    ["a folder", () => folder, /is a folder/, 2],
    [
      "random bytes as Parquet",
      () =>
        file(
          "r.parquet",
          Uint8Array.from({ length: 999 }, (_, i) => (i * 7919) % 251),
        ),
      /not a readable Parquet/,
      1,
    ],
    [
      "random bytes as CSV",
      () =>
        file(
          "r.csv",
          Uint8Array.from({ length: 999 }, (_, i) => (i * 7919) % 251),
        ),
      /neither CSV text/,
      1,
    ],
    [
      "a truncated Parquet file",
      () => file("t.parquet", "PAR1 and then nothing of use"),
      /not a readable Parquet/,
      1,
    ],
    [
      "a missing column",
      () => file("m.csv", ["symbol,date,open,high,low,volume", "A,2024-01-03,1,1,1,1"]),
      /no column close; it has symbol, date, open, high, low, volume/,
      2,
    ],
    [
      "two columns of one name",
      () => file("d.csv", [`${header},close`, "A,2024-01-03,1,1,1,1,1,1"]),
      /2 columns named close/,
      2,
    ],
  ];
  it.each(cases)("%s ends in one line and changes nothing", async (_, make, message, exitCode) => {
    const good = file("good.csv", [header, "A,2024-01-02,1,2,1,2,5"]);
    const refusal = bring([good, make()]);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toMatchObject({
      name: "InputError",
      exitCode,
      message: expect.not.stringContaining("\n"),
    });
    expect(lake.list()).toEqual([]);
  });

  it("a column map that names nothing says what there is", async () => {
    const path = file("a.csv", [header, "A,2024-01-02,1,2,1,2,5"]);
    await expect(bring(path, { columns: parseColumnMap("close=nope") })).rejects.toThrow(
      /no column nope; it has symbol, date/,
    );
    expect(() => parseColumnMap("price=close")).toThrow(/one of symbol, timestamp, open/);
    expect(() => parseColumnMap("close")).toThrow(/NAME=COLUMN/);
    await expect(bring(path, { source: "../x" })).rejects.toThrow(/--source/);
  });
});
