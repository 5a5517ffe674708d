/** Goal: reports come in through their gatekeeper, twice is once, what is refused is kept, and a company is valued. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dayNumber } from "../domain/time.ts";
import { runCommandLine } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-fundamentals-"));
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
const json = async (root: string, ...words: string[]) => JSON.parse((await run(root, ...words)).out);

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

const header = "symbol,period_end,filed,revenue,ebit,debt,cash,shares,depreciation,capital_expenditure";
const reports = file(
  "reports.csv",
  header,
  "AAA,2014-12-31,2015-02-20,800,100,300,100,10,50,60",
  "AAA,2015-12-31,2016-02-20,1000,150,300,100,10,50,60",
  "BBB,2015-12-31,2016-02-20,0,150,300,100,10,50,60",
  "CCC,2015-12-31,2016-02-20,None,150,300,100,10,50,60",
  "DDD,2015-12-31,2015-02-20,900,-,300,100,10,50,60",
  "no symbol,2015-12-31,2016-02-20,900,1,300,100,10,50,60",
);

it("imports what is sound, keeps what is not with its rule and hash, and changes no byte the second time", async () => {
  const first = await json("a", "fundamentals", "import", reports);
  expect(first).toMatchObject({ imported: 2, duplicates: 0, rejected: 4, symbols: 1 });
  expect(first.rejectedByRule).toEqual({ "revenue-positive": 2, schema: 1, "filed-after-period": 1 });
  const audit = readFileSync(first.audit, "utf8").trimEnd().split("\n");
  expect(audit).toHaveLength(5);
  expect(audit.find((line) => line.includes("BBB"))).toMatch(
    /revenue-positive,"?revenue must be above 0.*,[0-9a-f]{64}$/,
  );
  const stored = () => readFileSync(join(folder, "a", "data", "fundamentals", "filings.csv"), "utf8");
  const before = stored();
  const second = await json("a", "fundamentals", "import", reports);
  expect(second).toMatchObject({ imported: 0, duplicates: 2, rejected: 4, audit: first.audit });
  expect(stored()).toBe(before);
});

it("values a company by what was known on the day, and says what it assumed", async () => {
  const terms = [
    "--growth",
    "0.1",
    "--terminal-growth",
    "0",
    "--discount",
    "0.25",
    "--tax",
    "0.2",
    "--years",
    "2",
  ];
  const late = await json("a", "fundamentals", "value", "aaa", "--date", "2016-02-21", ...terms);
  expect(late.value.perShare).toBeCloseTo(32.272, 9);
  expect(late.report).toMatchObject({
    periodEnd: "2015-12-31",
    filed: "2016-02-20",
    knownFrom: "2016-02-21",
  });
  const early = await json("a", "fundamentals", "value", "AAA", "--date", "2016-02-20");
  expect(early.report.periodEnd).toBe("2014-12-31");
  expect(early.assumptions.map(({ name }: { name: string }) => name)).toEqual([
    ...["growth", "terminal growth", "discount", "tax", "years", "net investment", "shares"],
  ]);
  expect(early.assumptions[0]).toMatchObject({
    value: 0.02,
    because: "assumed: a single report tells no growth",
  });
});

it("tells what was known of every company on a day", async () => {
  const on = (date: string) => json("a", "fundamentals", "known", "--date", date);
  expect(await on("2015-02-20")).toEqual([]);
  expect(await on("2016-02-21")).toEqual([
    {
      ...{ symbol: "AAA", source: "plain", periodEnd: "2015-12-31", knownFrom: "2016-02-21" },
      values: [10, null, 150, 300, 100, null, null, null, 1],
      basis: { asOf: dayNumber(2016, 2, 20) },
    },
  ]);
});

it("says that the growth of a loss values nothing", async () => {
  const loss = file("loss.csv", header, "EEE,2015-12-31,2016-02-20,1000,1,300,100,10,50,60");
  await run("c", "fundamentals", "import", loss);
  expect((await json("c", "fundamentals", "value", "EEE")).cautions).toEqual([
    "the year's free cash flow is not above 0: its growth values nothing",
  ]);
});

it.each([
  [["fundamentals", "import", "none.csv"], 2, "none.csv: no such file"],
  [["fundamentals", "import", reports, "--format", "moon"], 2, "--format"],
  [["fundamentals", "import", reports, "--format", "edgar"], 2, "it lacks end_date, doc_type"],
  [["fundamentals", "import", reports, "--source", "A b"], 2, "--source"],
  [["fundamentals", "known", "--source", "nobody"], 2, "no source nobody"],
  [["fundamentals", "known", "--date", "2016-02-30"], 2, "--date"],
  [["fundamentals", "value", "ZZZ"], 1, "ZZZ: no report of it"],
  [["fundamentals", "value", "AAA", "--date", "2015-02-20"], 1, "was known on 2015-02-20"],
  [["fundamentals", "value", "AAA", "--discount", "0"], 2, "--discount"],
  [["fundamentals", "value", "AAA", "--growth", "x"], 2, "--growth"],
  [["fundamentals", "value", "AAA", "--years", "0"], 2, "--years"],
  [["fundamentals", "value", "AAA", "--source", "nobody"], 2, "no source nobody"],
])("answers %j with %i and one line", async (words, code, part) => {
  const found = await run("a", ...(words as string[]));
  expect(found.code).toBe(code);
  expect(found.err).toContain(part);
  expect(found.err.trimEnd().split("\n")).toHaveLength(1);
});

const shelf = resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data", "fundamentals");
describe.skipIf(!existsSync(shelf))("market-data/fundamentals (skipped where it is absent)", () => {
  it("is refused by rule as its README says it is dirty", async () => {
    const of = async (name: string) => json("real", "fundamentals", "import", join(shelf, name));
    expect(await of("edgar_10k_10q_2015_2017.parquet")).toMatchObject({
      ...{ imported: 11_955, duplicates: 3, rejected: 3951 },
      rejectedByRule: {
        ...{ "ebit-finite": 3241, "revenue-positive": 660, "no-conflicting-version": 32 },
        ...{ "cash-finite": 9, "fiscal-year-sane": 5, "cash-not-negative": 4 },
      },
    });
    expect(await of("annual_fundamentals_2003_2016.csv")).toMatchObject({
      ...{ imported: 779, rejected: 110 },
      rejectedByRule: { "shares-positive": 109, "fiscal-year-sane": 1 },
    });
    expect(await of("snapshot_fundamentals_2024.csv")).toMatchObject({
      ...{ imported: 241, rejected: 2 },
      rejectedByRule: { "ebit-finite": 1, "revenue-positive": 1 },
    });
  }, 30_000);
});

describe("company facts of SEC", () => {
  const fact = {
    start: "2015-01-01",
    end: "2015-12-31",
    accn: "a",
    fy: 2015,
    form: "10-K",
    filed: "2016-02-20",
  };
  const accounts = { Revenues: { units: { USD: [{ ...fact, val: 1000 }] } } };
  const facts = file("CIK0000000007.json", JSON.stringify({ cik: 7, facts: { "us-gaap": accounts } }));
  const tickers = file("tickers.json", JSON.stringify({ 0: { cik_str: 7, ticker: "SEV" } }));

  it("come in by the company's symbol, said or looked up, and are known from the day after", async () => {
    for (const [root, ...words] of [
      ["facts-a", "--symbol", "sev"],
      ["facts-b", "--tickers", tickers],
    ] as const) {
      expect(await json(root, "fundamentals", "import", facts, ...words)).toMatchObject({
        imported: 1,
        rejected: 0,
      });
      const known = await json(root, "fundamentals", "known", "--date", "2016-02-22");
      expect(known).toMatchObject([{ symbol: "SEV", knownFrom: "2016-02-21" }]);
    }
  });

  it("of nobody are refused in a line", async () => {
    const { code, err } = await run("facts-c", "fundamentals", "import", facts);
    expect([code, err]).toEqual([2, expect.stringContaining("give --symbol or --tickers")]);
    const two = await run("facts-c", "fundamentals", "import", facts, facts, "--symbol", "A");
    expect([two.code, two.err]).toEqual([2, expect.stringContaining("2 files; give --tickers")]);
  });
});
