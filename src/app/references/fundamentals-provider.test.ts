/**
 * Goal    a backtest hears of a report from the day after its filing on, with the shares of that day, and nothing that
 *         is filed later moves what it heard before.
 * Method  a small lake with a split, reports written by hand, and the same lake with the later ones cut off.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeFilings } from "../../adapters/lake/filing-store.ts";
import { createLake } from "../../adapters/lake/lake.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import { type DayNumber, dayNumber, type EpochMicros, isoInstant } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { type Filing, figureNames } from "../../market/fundamentals/filing.ts";
import { loadConfig } from "../config.ts";
import { fundamentalsProvider } from "./fundamentals-provider.ts";
import type { ReferenceWorld } from "./reference-provider.ts";

const root = mkdtempSync(join(tmpdir(), "plimsoll-reports-"));
const lake = createLake(root);
afterAll(() => {
  lake.close();
  rmSync(root, { recursive: true, force: true });
});

const filing = (symbol: string, end: DayNumber, filed: DayNumber | undefined, shares: number): Filing => ({
  ...{ source: "s", symbol, form: "annual", periodEnd: end, filed, fiscalYear: undefined, isAmended: false },
  figures: {
    ...(Object.fromEntries(figureNames.map((name) => [name, Number.NaN])) as Filing["figures"]),
    ...{ shares, equity: 50, ebit: 7, debt: 20, cash: 3, grossProfit: 40, assets: 100, netIncome: 5 },
    operatingCashFlow: 9,
  },
});
const reports = [
  filing("AAA", dayNumber(2014, 12, 31), dayNumber(2015, 2, 20), 10),
  filing("AAA", dayNumber(2015, 12, 31), dayNumber(2016, 2, 19), 44),
  filing("BBB", dayNumber(2015, 12, 31), undefined, 5),
  filing("AAA", dayNumber(2016, 12, 31), dayNumber(2017, 2, 19), 55),
];

beforeAll(async () => {
  const bars = join(root, "bars.csv");
  const rows = ["2015-11-30", "2015-12-01", "2015-12-02", "2016-05-31"].flatMap((date) => {
    const price = date < "2015-12-02" ? 40 : 10;
    return [`AAA,${date},${price},${price},${price},${price},1000`, `BBB,${date},9,9,9,9,1000`];
  });
  writeFileSync(bars, `symbol,date,open,high,low,close,volume\n${rows.join("\n")}\n`);
  const now = (dayNumber(2020, 1, 1) * 86_400e6) as EpochMicros;
  await lake.importFiles({ files: [bars], timeframe: "1d", adjustment: "raw", now });
  const splits = join(root, "splits.csv");
  writeFileSync(
    splits,
    "symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference\nAAA,2015-12-02,split,4,1,0,40\n",
  );
  expect((await lake.importActions({ files: [splits] })).imported).toBe(1);
});

async function told(filings: readonly Filing[], first: DayNumber, last: DayNumber) {
  writeFilings(lakePaths(root), filings);
  const world: Partial<ReferenceWorld> = {
    ...{
      root,
      choice: {},
      instruments: instrumentTable(["AAA", "BBB", "CCC"]),
      timeframe: "1d",
      first,
      last,
    },
    ...{ sessions: xnysSessions(), config: loadConfig() },
  };
  return fundamentalsProvider.tell(world as ReferenceWorld);
}

it("tells a report at the open after its filing, monthly with its age, in shares of the day", async () => {
  const rows = await told(reports, dayNumber(2015, 11, 30), dayNumber(2016, 4, 1));
  const short = rows.map(({ at, rows: lines }) => [
    isoInstant(at).slice(0, 10),
    lines.map(({ instrument, values }) => [instrument, values[0], values[8]]),
  ]);
  expect(short).toEqual([
    ["2015-11-30", [[0, 10, 283]]],
    ["2015-12-01", [[0, 10, 284]]],
    ["2016-01-04", [[0, 40, 318]]],
    ["2016-02-01", [[0, 40, 346]]],
    ["2016-02-22", [[0, 44, 3]]],
    ["2016-03-01", [[0, 44, 11]]],
    ["2016-03-30", [[1, 5, 0]]],
    [
      "2016-04-01",
      [
        [0, 44, 42],
        [1, 5, 2],
      ],
    ],
  ]);
  expect(rows[0]!.rows[0]!.values).toEqual([10, 50, 7, 20, 3, 0.4, -0.04, 0.2, 283]);
});

it("hears nothing of what is filed later", async () => {
  const span = [dayNumber(2015, 11, 30), dayNumber(2016, 6, 1)] as const;
  expect(await told(reports.slice(0, 3), ...span)).toEqual(await told(reports, ...span));
});

it("says what is missing where there is none, or more than one source", async () => {
  const two = [...reports, { ...reports[0]!, source: "t" }];
  await expect(told(two, dayNumber(2016, 1, 4), dayNumber(2016, 2, 1))).rejects.toThrow(
    "several sources tell company reports: set fundamentals.source to one of s, t",
  );
  rmSync(join(root, "data", "fundamentals"), { recursive: true });
  expect(() => fundamentalsProvider.tell({ root } as ReferenceWorld)).toThrow(
    "plimsoll fundamentals import FILE",
  );
});
