/**
 * Goal: actions come in from every shape of file, wrong ones are named, snapshots keep them, and neither the order of
 * imports nor a repetition changes what a reader gets.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, isoDate, startOfDay } from "../../domain/time.ts";
import { createLake, type Lake } from "./lake.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-actions-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const now = startOfDay(dayNumber(2026, 1, 1)) as EpochMicros;
let files = 0;
const file = (text: string): string => {
  const path = join(folder, `file-${files++}.csv`);
  writeFileSync(path, `${text.trim()}\n`);
  return path;
};
const newLake = () => createLake(join(folder, `lake-${files++}`));

const bars = file(`
symbol,date,open,high,low,close,volume
X,2015-07-10,680,690,678,680,100
X,2015-07-13,686,716,686,707,100
X,2015-07-14,708,711,697,702,100
X,2015-07-15,100,101,97,98,700
X,2015-07-16,25,25,24,24.5,10
X,2015-07-17,111,116,107,115,700`);
const events = file(`
symbol,ex_date,prev_date,prev_close,adj_factor,kind,implied_cash,implied_split_ratio
X,2015-07-13,2015-07-10,680,0.99,dividend_like,6.8,
X,2015-07-14,2015-07-13,707,0.14285714,split_like,,7.0
X,2015-07-15,2015-07-14,702,0.14285714,split_like,,7.0`);

const importBars = (lake: Lake, path = bars) =>
  lake.importFiles({ files: [path], timeframe: "1d", adjustment: "raw", now });
const load = (lake: Lake, adjust?: "raw" | "split" | "full") =>
  lake.loadBars({ symbols: "all", timeframe: "1d", ...(adjust === undefined ? {} : { adjust }) });

describe("importing actions", () => {
  it("counts and lists the lines that could not be read, and those that an open quote swallowed", async () => {
    const header = "symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference";
    const good = ["Q,2015-07-13,split,2,1,0,", "Q,2015-07-14,split,3,1,0,"];
    const wide = file([header, good[0], "Q,2015-07-15,split,2,1,0,,7,7", good[1]].join("\n"));
    const open = file([header, good[0], 'Q,"2015-07-15,split,2,1,0,', good[1]].join("\n"));
    for (const [path, imported] of [
      [wide, 2],
      [open, 1],
    ] as const) {
      const lake = newLake();
      const result = await lake.importActions({ files: [path] });
      expect(result).toMatchObject({ imported, rejected: 1, rejectedByRule: { schema: 1 } });
      expect(readFileSync(result.audit ?? "", "utf8")).toContain("2015-07-15");
      lake.close();
    }
  });

  it("refuses what the prices contradict, names it in the audit list, and keeps the rest", async () => {
    const lake = newLake();
    await importBars(lake);
    const result = await lake.importActions({ files: [events] });
    expect(result).toMatchObject({
      imported: 2,
      rejected: 1,
      duplicates: 0,
      splits: 1,
      dividends: 1,
      unchecked: 0,
    });
    const audit = readFileSync(result.audit ?? "", "utf8");
    expect(audit.split("\n")[1]).toContain(",2,X,2015-07-14,not-corroborated,");
    const again = await lake.importActions({ files: [events] });
    expect(again).toMatchObject({ imported: 0, duplicates: 2, replaced: 0, rejected: 1 });
    lake.close();
  });

  it("gives the same bars, actions and findings when actions come first", async () => {
    const [first, second] = [newLake(), newLake()];
    await importBars(first);
    await first.importActions({ files: [events] });
    await second.importActions({ files: [events] });
    await importBars(second);
    const [a, b] = [await load(first), await load(second)];
    expect(Array.from(b.columns.close)).toEqual(Array.from(a.columns.close));
    expect(b.raw.actions).toEqual(a.raw.actions);
    expect(a.raw.findings.map(({ date, rule }) => [date, rule])).toEqual([
      ["2015-07-16", "jump-without-action"],
    ]);
    expect(b.raw.findings.map(({ date }) => date)).toEqual(["2015-07-14", "2015-07-16"]);
    first.close();
    second.close();
  });

  it("reads history raw, split-adjusted and fully adjusted, without the bar that nothing explains", async () => {
    const lake = newLake();
    await importBars(lake);
    await lake.importActions({ files: [events] });
    const closes = async (adjust?: "raw" | "split" | "full") =>
      Array.from((await load(lake, adjust)).columns.close);
    expect(await closes()).toEqual([680, 707, 702, 98, 115]);
    const split = await closes("split");
    for (const [n, close] of [680 / 7, 101, 702 / 7, 98, 115].entries())
      expect(split[n]).toBeCloseTo(close, 12);
    expect((await closes("full"))[0]).toBeCloseTo((680 / 7) * 0.99, 12);
    const ids = await Promise.all(
      ["raw", "split", "full"].map(async (kind) => (await load(lake, kind as "raw")).snapshot),
    );
    expect(new Set(ids).size).toBe(3);
    lake.close();
  });

  it("freezes actions with a snapshot, tells two apart by them, and brings them back", async () => {
    const lake = newLake();
    await importBars(lake);
    await lake.snapshotCreate("without", now);
    await lake.importActions({ files: [events] });
    const frozen = await lake.snapshotCreate("with", now);
    expect(lake.snapshotDiff("without", "with")).toMatchObject({
      identical: false,
      actions: { rowsA: 0, rowsB: 2 },
    });
    await lake.snapshotRestore("without", now);
    expect((await load(lake)).raw).toEqual({ actions: [], findings: [], factors: [] });
    await lake.compact();
    expect(
      (await lake.loadBars({ symbols: "all", timeframe: "1d", snapshot: "with" })).raw.actions.length,
    ).toBe(2);
    await lake.snapshotRestore("with", now);
    expect((await load(lake)).raw.actions.length).toBe(2);
    expect(frozen.actions?.rows).toBe(2);
    lake.close();
  });

  it("gives the way back from adjusted prices to the printed ones, and none where a source adjusted them", async () => {
    const lake = newLake();
    await importBars(lake);
    await lake.importActions({ files: [events] });
    const printed = await load(lake, "raw");
    expect(printed.raw.factors).toEqual([]);
    for (const adjust of ["split", "full"] as const) {
      const { columns, raw } = await load(lake, adjust);
      const [before] = columns.close;
      expect(before).not.toBe(printed.columns.close[0]);
      for (const [batch, at] of columns.closedAt.entries()) {
        if (batch >= columns.close.length) break;
        const factor = raw.factors.findLast(({ from }) => from <= at)?.factor ?? Number.NaN;
        expect((columns.close[batch] ?? Number.NaN) * factor).toBeCloseTo(
          printed.columns.close[batch] ?? 0,
          8,
        );
      }
    }
    await lake.importFiles({ files: [bars], timeframe: "1d", adjustment: "full", source: "other", now });
    const { raw } = await lake.loadBars({ symbols: "all", timeframe: "1d", source: "other" });
    expect(raw.factors).toEqual([{ symbol: "X", from: Number.NEGATIVE_INFINITY, factor: Number.NaN }]);
    lake.close();
  });

  it("tells who asks for what cannot be: no actions, or prices that are adjusted already", async () => {
    const lake = newLake();
    await importBars(lake);
    await expect(load(lake, "split")).rejects.toThrow("data import-actions");
    await lake.importFiles({ files: [bars], timeframe: "1d", adjustment: "full", source: "other", now });
    const wanted = { symbols: "all", timeframe: "1d", adjust: "split" } as const;
    await expect(lake.loadBars({ ...wanted, source: "other" })).rejects.toThrow("--adjustment raw");
    lake.close();
  });

  it("says when the stored file is not what was written", async () => {
    const root = join(folder, "damaged");
    const lake = createLake(root);
    await importBars(lake);
    await lake.importActions({ files: [events] });
    const [name = ""] = readdirSync(join(root, "data", "actions"));
    writeFileSync(join(root, "data", "actions", name), "symbol\n");
    await expect(load(lake)).rejects.toThrow("missing or damaged");
    expect((await lake.verify()).damaged.map(({ path }) => path)).toEqual([`actions/${name}`]);
    lake.close();
  });
});

describe("the shapes of files", () => {
  const read = async (text: string) => {
    const lake = newLake();
    const result = await lake.importActions({ files: [file(text)] });
    lake.close();
    return result;
  };
  const stored = async (text: string) => {
    const root = join(folder, `shape-${files++}`);
    const lake = createLake(root);
    await lake.importActions({ files: [file(text)] });
    lake.close();
    const [name = ""] = readdirSync(join(root, "data", "actions"));
    return readFileSync(join(root, "data", "actions", name), "utf8")
      .trim()
      .split("\n")
      .slice(1);
  };

  it("factor files: what changes between rows happened on the session after the first's date", async () => {
    const lines = await stored(`
symbol,last_date,price_factor,split_factor,reference_price
AAPL,2014-06-06,0.9,0.0357143,645.57
AAPL,2050-12-31,1,1,0
AAPL,2014-08-06,0.9,0.25,94.97
AAPL,2020-08-28,1,0.25,499.23`);
    expect(lines.map((line) => line.split(",").slice(0, 5).join(","))).toEqual([
      "AAPL,2014-06-09,split,7,1",
      "AAPL,2014-08-07,dividend,1,1",
      "AAPL,2020-08-31,split,4,1",
    ]);
    expect(Number(lines[1]?.split(",")[5])).toBeCloseTo(9.497, 9);
  });

  it("columns beside bars: lines without an action are no actions", async () => {
    const lines = await stored(`
symbol,date,close,div_cash,split_factor
NVDA,2024-06-07,1208.88,0,1
NVDA,2024-06-10,121.79,0,10.0
NVDA,2024-06-11,120.91,0.01,1.0`);
    expect(lines).toEqual(["NVDA,2024-06-10,split,10,1,0,", "NVDA,2024-06-11,dividend,1,1,0.01,"]);
  });

  it("a split and a dividend of one day: the split stands first, and the cash is per new share", async () => {
    const beside = await stored("symbol,date,div_cash,split_factor\nX,2015-07-15,0.25,4.0");
    expect(beside).toEqual(["X,2015-07-15,split,4,1,0,", "X,2015-07-15,dividend,1,1,0.25,"]);
    const factors = await stored(`
symbol,last_date,price_factor,split_factor,reference_price
X,2015-07-14,0.99,0.25,400
X,2050-12-31,1,1,0`);
    expect(factors[0]).toBe("X,2015-07-15,split,4,1,0,");
    const [, , kind, , , cash, reference] = (factors[1] ?? "").split(",");
    expect([kind, Number(reference)]).toEqual(["dividend", 100]);
    expect(Number(cash)).toBeCloseTo(1, 12);
  });

  it("the lake's own, with every way of being wrong named", async () => {
    const result = await read(`
symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference
X,2015-07-15,split,7,1,0,
X,2015-07-18,split,7,1,0,
X,2015-07-15,split,7,7,0,
X,2015-07-15,split,1.5,1,0,
X,2015-07-15,merger,1,1,0,
X,someday,dividend,1,1,1,
X,2015-07-15,dividend,1,1,-1,
X,2015-07-15,dividend,1,1,12,12
x y,2015-07-15,dividend,1,1,1,`);
    expect(result).toMatchObject({ imported: 1, rejected: 8, from: "2015-07-15", unchecked: 1 });
    const audit = readFileSync(result.audit ?? "", "utf8");
    for (const words of [
      "no session",
      "is no split",
      "merger",
      "no date",
      "not above 0",
      "not below the close",
      "X Y",
    ]) {
      expect(audit).toContain(words);
    }
  });

  it("the lake's own with pay dates: stored and read again, and a list without any keeps its shape", async () => {
    const lines = await stored(`symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference,pay_date
X,2015-07-14,dividend,1,1,0.25,40,
X,2015-07-15,dividend,1,1,0.5,,2015-08-03`);
    expect(lines).toEqual([
      "X,2015-07-14,dividend,1,1,0.25,40,",
      "X,2015-07-15,dividend,1,1,0.5,,2015-08-03",
    ]);
    const wrong = await read(`
symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference,pay_date
X,2015-07-15,dividend,1,1,0.5,,soon
Y,2015-07-15,dividend,1,1,0.5,,2015-08-04`);
    expect(wrong).toMatchObject({ imported: 1, rejected: 1 });
    expect(readFileSync(wrong.audit ?? "", "utf8")).toContain("pay date is no date");
  });

  it("a fall by no usual ratio is a spin-off, and a note names it", async () => {
    const result = await read(`
symbol,ex_date,prev_close,adj_factor,kind,implied_cash
EBAY,2015-07-20,66.289998,0.42087542,split_like,`);
    expect(result.spinoffs).toBe(1);
    expect(result.notes.join()).toContain(`EBAY ${isoDate(dayNumber(2015, 7, 20))}`);
  });

  it("a file with other columns is refused with what would do", async () => {
    await expect(read("symbol,date,close\nX,2015-07-15,1")).rejects.toThrow("needed: symbol,ex_date");
  });
});
