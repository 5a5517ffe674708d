/**
 * Goal: a run hears of an earnings report from the first session that could act on it on, with what was surprising
 * then, and no later report moves that. Method: reports written by hand, known arithmetic, the same reports cut off.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runLine } from "../../../test/run-line.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { addReports, readReports } from "../../adapters/lake/report-store.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import { dayNumber, type EpochMicros, isoInstant, MICROS_PER_DAY } from "../../domain/time.ts";
import { sessionsBetween, xnysSessions } from "../../market/calendar.ts";
import { type EarningsReport, surprisesOf } from "../../market/earnings-report.ts";
import { reportsOf } from "../earnings/report-rows.ts";
import { earningsProvider } from "./earnings-provider.ts";
import type { ReferenceWorld } from "./reference-provider.ts";

const root = mkdtempSync(join(tmpdir(), "plimsoll-earnings-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const report = (at: number, eps: number, expected = Number.NaN, symbol = "AAA"): EarningsReport => ({
  ...{ symbol, announcedAt: at as EpochMicros, eps, expected },
});

describe("a surprise", () => {
  it("is the difference to what was expected, in deviations of the four to eight before it", () => {
    const eps = [1.1, 0.9, 1.2, 0.8, 1.5];
    const all = surprisesOf(eps.map((value, n) => report(n, value, 1)));
    // Differences 0.1, -0.1, 0.2, -0.2: mean 0, deviation the root of 0.1 / 3.
    expect(all.slice(0, 4).map(({ surprise }) => surprise)).toEqual(Array(4).fill(Number.NaN));
    expect(all[4]?.surprise).toBeCloseTo(0.5 / Math.sqrt(0.1 / 3), 12);
  });

  const quarter = (n: number) => n * 91 * MICROS_PER_DAY;
  it("is against the same quarter of the year before where nobody expected anything", () => {
    const eps = [1, 2, 3, 4, 1.1, 1.9, 3.2, 3.8, 1.6];
    const reports = eps.map((value, n) => report(quarter(n), value));
    const all = surprisesOf(reports);
    expect(all[8]?.surprise).toBeCloseTo(0.5 / Math.sqrt(0.1 / 3), 12);
    expect(surprisesOf(reports.slice(0, 8))).toEqual(all.slice(0, 8));
  });

  it("stays with its own season when a quarter of another one is missing", () => {
    const eps = [1, 2, 3, 4, 1.1, 1.9, 3.2, 3.8, 1.2, 1.8, 3.4, 3.6, 1.7];
    const reports = eps.map((value, n) => report(quarter(n), value)).filter((_, n) => n !== 1);
    // The second quarter of the first year is missing: of the year after it nothing is known, of all others what was.
    const differences = [0.1, 0.2, -0.2, 0.1, -0.1, 0.2, -0.2];
    const mean = differences.reduce((sum, value) => sum + value, 0) / 7;
    const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(surprisesOf(reports).at(-1)?.surprise).toBeCloseTo(0.5 / Math.sqrt(squares / 6), 9);
  });

  it("is not known where all earlier differences are alike", () => {
    const all = surprisesOf([1.5, 1.5, 1.5, 1.5, 9].map((value, n) => report(n, value, 1)));
    expect(all[4]?.surprise).toBeNaN();
  });
});

const [FIRST, LAST] = [dayNumber(2024, 4, 1), dayNumber(2024, 9, 30)];
const { close, open, date } = sessionsBetween(FIRST, LAST);
/** Four quarters of before, so that the fifth has something to be compared with. */
const early = [0, 1, 2, 3].map((n) => report(close[0]! - (400 - 90 * n) * 86_400e6, 1 + (n % 2) / 10, 1));

let folders = 0;
function told(reports: readonly EarningsReport[], timeframe: "1d" | "1m" = "1d") {
  const own = join(root, String(folders++));
  addReports(lakePaths(own), reports);
  const world: Partial<ReferenceWorld> = {
    ...{ root: own, instruments: instrumentTable(["AAA", "BBB"]), timeframe, first: FIRST, last: LAST },
    sessions: xnysSessions(),
  };
  return earningsProvider.tell(world as ReferenceWorld);
}

describe("a report", () => {
  it("in the evening is known at the next close, grows older by the session, and is told for sixty", async () => {
    const rows = await told([...early, report(close[5]! + 30 * 60e6, 1.5, 1)]);
    const heard = rows.flatMap(({ at, rows: lines }) => lines.map(({ values }) => [at, values[1]]));
    expect(heard[0]).toEqual([close[6], 0]);
    expect(heard[1]).toEqual([close[7], 1]);
    expect(heard).toHaveLength(61);
    expect(heard.at(-1)).toEqual([close[66], 60]);
    expect(rows.find(({ at }) => at === close[6])?.rows[0]?.values[0]).toBeGreaterThan(1);
  });

  it("is known at the next open where bars are shorter than a day", async () => {
    const rows = await told([...early, report(close[5]! + 30 * 60e6, 1.5, 1)], "1m");
    expect(rows.find(({ rows: lines }) => lines.length > 0)?.at).toBe(open[6]);
  });

  it("does not know what comes later", async () => {
    const reports = [...early, report(close[5]!, 1.5, 1), report(close[70]!, 0.2, 1)];
    const whole = await told(reports);
    const cut = await told(reports.slice(0, -1));
    expect(cut.filter(({ at }) => at <= close[70]!)).toEqual(whole.filter(({ at }) => at <= close[70]!));
    expect(cut).not.toEqual(whole);
  });

  it("from before the run counts with its age", async () => {
    const before = sessionsBetween(dayNumber(2024, 3, 1), dayNumber(2024, 3, 28)).close;
    const rows = await told([...early, report(before.at(-3)! - 3600e6, 1.5, 1)]);
    const first = rows.find(({ at }) => at === close[0]);
    expect(first?.rows[0]?.values[1]).toBe(3);
    expect(date[0]).toBe(FIRST);
  });
});

describe("the file", () => {
  const rowsOf = (line: string) =>
    reportsOf(["symbol", "announced", "eps", "expected"], [line.split(",")], "e.csv");

  it.each([
    ["a b,2024-05-02,1,", /e.csv: line 2: symbol "a b" must be as AAPL/],
    ["A,May,1,", /announced "May" must be/],
    ["A,2024-05-02,,", /eps "" must be dollars per share/],
    ["A,2024-05-02,1,lots", /expected "lots" must be dollars per share/],
  ])("is refused by its line: %s", (line, words) => {
    expect(() => rowsOf(line)).toThrow(words);
  });

  it("comes by the command line, corrects, and is refused when it is damaged", async () => {
    const file = join(root, "earnings.csv");
    const line = ["--root", join(root, "cli"), "fundamentals", "import-earnings", file];
    writeFileSync(file, "symbol,announced,eps\nAAPL,2024-05-02T20:30:00Z,1.53\nMSFT,2024-05-02,2.94\n");
    expect((await runLine(line)).out).toContain("2 reports read, 2 of them new, 2 known now");
    writeFileSync(file, "symbol,announced,eps,expected\nAAPL,2024-05-02T20:30:00Z,1.54,1.5\n");
    expect((await runLine(line)).out).toContain("1 reports read, 0 of them new, 2 known now");
    const paths = lakePaths(join(root, "cli"));
    const [apple, other] = readReports(paths);
    expect([apple?.eps, apple?.expected, isoInstant(apple?.announcedAt as EpochMicros)]).toEqual([
      1.54,
      1.5,
      "2024-05-02T20:30:00Z",
    ]);
    expect(isoInstant(other?.announcedAt as EpochMicros)).toBe("2024-05-03T04:00:00Z");
    writeFileSync(join(paths.data, "earnings", "reports.jsonl"), "x\n");
    expect(() => readReports(paths)).toThrow(/is damaged/);
  });
});
