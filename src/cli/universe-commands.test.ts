/** Goal: lists come in or are refused whole, and real bars give a universe with its reasons, the same each time. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-universe-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(root: string, ...words: string[]) {
  const [out, err]: string[][] = [[], []];
  const streams = {
    out: (text: string) => void out?.push(text),
    err: (text: string) => void err?.push(text),
  };
  const code = await runCommandLine(
    ["node", "plimsoll", "--json", "--root", join(folder, root), ...words],
    streams,
  );
  return { code, out: out?.join("") ?? "", err: err?.join("") ?? "" };
}

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

const kept = (root: string, name: string) =>
  readFileSync(join(folder, root, "data", "reference", name), "utf8");

it("lists are merged, the last word on a name counts, and twice is once", async () => {
  const one = file(
    "one.csv",
    "symbol,security,gics_sector",
    "bbb,B,Energy",
    'AAA,"A, Inc.",Information Technology',
  );
  const two = file("two.csv", "Symbol,sector", "BBB,55");
  const imported = async (path: string) =>
    JSON.parse((await run("a", "universe", "import", path, "--kind", "sectors")).out);
  expect(await imported(one)).toEqual({ kind: "sectors", imported: 2, known: 2 });
  expect(await imported(two)).toEqual({ kind: "sectors", imported: 1, known: 2 });
  expect(kept("a", "sectors.csv")).toBe("symbol,value,known\nAAA,45,1970-01-01\nBBB,55,1970-01-01\n");
  await imported(two);
  expect(kept("a", "sectors.csv")).toBe("symbol,value,known\nAAA,45,1970-01-01\nBBB,55,1970-01-01\n");
  const reports = file("reports.csv", "symbol,date,known_on", "AAA,2016-04-26,2016-04-01", "AAA,2016-07-26,");
  await run("a", "universe", "import", reports, "--kind", "earnings");
  // Who does not say when it was announced knows it when it has come.
  expect(kept("a", "earnings.csv")).toBe("symbol,value,known\nAAA,16917,2016-04-01\nAAA,17008,2016-07-26\n");
});

const sectors = file("sectors.csv", "symbol,gics_sector", "AAA,Energy", "BBB,Moonshine");
const noColumn = file("no-column.csv", "symbol,name", "AAA,Energy");
const noSymbol = file("no-symbol.csv", "symbol,gics_sector", "A A,Energy");
const empty = file("empty.csv", "symbol,gics_sector");

it.each([
  [
    ["import", sectors, "--kind", "sectors"],
    1,
    'line 3: "Moonshine" is not a GICS sector by name or two digits',
  ],
  [["import", noColumn, "--kind", "sectors"], 2, "needs columns symbol, gics_sector; it has symbol, name"],
  [["import", noSymbol, "--kind", "sectors"], 1, 'line 2: "A A" is no symbol'],
  [["import", empty, "--kind", "sectors"], 1, "no line under the header"],
  [["import", sectors, "--kind", "moons"], 2, "--kind"],
  [["import", sectors], 2, "--kind is missing; give sectors, shortable, earnings"],
  [["import", "none.csv", "--kind", "sectors"], 2, "none.csv: cannot be read"],
  [["build"], 2, "--date is missing; give it as --date 2016-06-01"],
  [["build", "--date", "2016-02-30"], 2, "--date"],
  [["build", "--date", "2016-06-01"], 2, "the lake is empty"],
  [["build", "--date", "2016-06-01", "--adjustment", "none"], 2, "--adjustment"],
  [["build", "--date", "2016-06-01", "--set", "universe.minPrice=600"], 2, "universe.minPrice"],
  [["build", "--date", "2016-06-01", "--set", "universe.coreNames=2000"], 2, "universe.coreNames"],
])("answers universe %j with %i and one line", async (words, code, part) => {
  const found = await run("b", "universe", ...(words as string[]));
  expect([found.code, found.out]).toEqual([code, ""]);
  expect(found.err).toContain(part);
  expect(found.err.trimEnd().split("\n")).toHaveLength(1);
  expect(existsSync(join(folder, "b", "data", "reference", "sectors.csv"))).toBe(false);
});

const shelf = resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data");
const bars = join(shelf, "daily", "us_raw_daily_2015_2017.parquet");
describe.skipIf(!existsSync(bars))("us_raw_daily_2015_2017 (skipped where it is absent)", () => {
  beforeAll(async () => {
    const day = ["--timeframe", "1d", "--adjustment", "raw"];
    expect((await run("real", "data", "import", bars, ...day)).code).toBe(0);
    await run("real", "data", "import-actions", join(shelf, "daily", "us_raw_daily_2015_2017_events.csv"));
    await run(
      "real",
      "fundamentals",
      "import",
      join(shelf, "fundamentals", "annual_fundamentals_2003_2016.csv"),
    );
  }, 120_000);

  it("has a core of 200 on 2016-06-01, names that ended later among them, and a reason for every other", async () => {
    const build = async () =>
      JSON.parse((await run("real", "universe", "build", "--date", "2016-06-01")).out);
    const rows: { symbol: string; tier: string | null; reasons: string[]; price: number }[] = await build();
    expect(rows.filter(({ tier }) => tier === "core")).toHaveLength(200);
    expect(rows.every(({ tier, reasons }) => (tier === "core") === (reasons.length === 0))).toBe(true);
    const tierOf = (symbol: string) => rows.find((row) => row.symbol === symbol)?.tier;
    // Starwood's last bar is of 2016-09-21, Spectra Energy's of 2017-02-24.
    expect(["HOT", "SE", "AAPL"].map(tierOf).map((tier) => tier !== null && tier !== undefined)).toEqual([
      ...[true, true, true],
    ]);
    const apple = rows.find(({ symbol }) => symbol === "AAPL");
    expect(apple?.price).toBe(98.46);
    const amazon = rows.find(({ symbol }) => symbol === "AMZN");
    expect(amazon?.reasons).toEqual(["price: 719.44 above 500"]);
    expect(await build()).toEqual(rows);
  }, 30_000);
});
