/**
 * Goal    a model that is found is the one that a fit would give, to the bit; what was damaged, cut off, moved or made
 *         of anything else is fitted anew; the folder stays small, and one that cannot be written costs time alone.
 * Method  two and a half years of quiet and loud days, with fits counted and files spoiled in between.
 */
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { regimeDays } from "../../../test/regime-days.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { sha256OfText } from "../../adapters/durable-file.ts";
import { keptName } from "../../adapters/kept-answers.ts";
import { removeOldFiles } from "../../adapters/old-files.ts";
import {
  fitMonth,
  type MonthFit,
  pointInTimeParams,
  pointInTimeRegimes,
} from "../../learn/regime/point-in-time.ts";
import { regimeInputs } from "../../models/regime/regime-inputs.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { keptFits, keptFitsFolder } from "./kept-fits.ts";

const scratch = scratchFolder("plimsoll-kept-fits-");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const table = regimeDays(480)
  .split("\n")
  .slice(1)
  .map((line) => line.split(","));
const months = table.map(([date]) => Number(date!.slice(0, 7).replace("-", "")));
const column = (n: number) => Float64Array.from(table, (row) => Number(row[n]));
const [closes, vix] = [column(1), column(2)];
const params = pointInTimeParams.parse({ windowDays: 300, daysMin: 252, starts: 2 });

interface Asked {
  readonly days?: number;
  readonly with?: typeof params;
  readonly most?: number;
}

/** The name of all that came of it, to the last bit, and how many models were fitted. */
function run(root: string | undefined, { days = table.length, with: of = params, most }: Asked = {}) {
  let fits = 0;
  const counted: MonthFit = (...what) => {
    fits += 1;
    return fitMonth(...what);
  };
  const fitter = root === undefined ? counted : keptFits(root, counted, most);
  const rows = regimeInputs(closes.slice(0, days), vix.slice(0, days));
  const made = pointInTimeRegimes(rows, months.slice(0, days), of, fitter);
  const text = JSON.stringify(made, (_key, value) =>
    ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")
      : value,
  );
  return { digest: sha256OfText(canonicalJson(JSON.parse(text))), fits };
}

const fresh = run(undefined);
const filesOf = (root: string) => readdirSync(keptFitsFolder(root)).sort();
const pathsOf = (root: string) => filesOf(root).map((name) => join(keptFitsFolder(root), name));

it("what is found is what a fit gives, to the bit, and nothing is fitted twice", () => {
  const root = join(scratch, "twice");
  expect(fresh.fits).toBeGreaterThan(4);
  expect(run(root)).toEqual(fresh);
  expect(run(root)).toEqual({ ...fresh, fits: 0 });
  expect(filesOf(root)).toHaveLength(fresh.fits);
});

it("days that were added cost the months that they add", () => {
  const root = join(scratch, "grown");
  const before = run(root, { days: 400 });
  expect(before).toEqual(run(undefined, { days: 400 }));
  expect(run(root)).toEqual({ ...fresh, fits: fresh.fits - before.fits });
});

it("a value of the past, or a setting, makes other models: nothing of before is taken for them", () => {
  const root = join(scratch, "other");
  run(root);
  const other = pointInTimeParams.parse({ ...params, seed: 7 });
  expect(run(root, { with: other })).toEqual(run(undefined, { with: other }));
  const was = closes[100]!;
  closes[100] = was * (1 + 1e-12);
  expect(run(root).fits).toBe(fresh.fits);
  closes[100] = was;
  expect(run(root).fits).toBe(0);
});

it("a file that is cut off, changed, empty or another's is not trusted, and is mended", () => {
  const root = join(scratch, "spoiled");
  run(root);
  // Last the month in which no start was fit for use: an answer without a model.
  const paths = pathsOf(root).toSorted((a, b) => statSync(b).size - statSync(a).size);
  const texts = paths.map((path) => readFileSync(path, "utf8"));
  const spoiled = [
    texts[0]!.slice(0, -40),
    // A model that is still a sound one.
    texts[1]!.replace(/"days":\d+/, '"days":9'),
    "",
    texts[0]!,
    "null",
  ];
  for (const [n, text] of spoiled.entries()) {
    expect(text).not.toBe(texts[n]);
    writeFileSync(paths[n]!, text);
  }
  expect(run(root)).toEqual({ ...fresh, fits: spoiled.length });
  expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(texts);
});

it("those that were used last stay when there are too many", () => {
  const root = join(scratch, "thinned");
  run(root);
  const paths = pathsOf(root);
  for (const [n, path] of paths.entries()) utimesSync(path, 1000 + n, 1000 + n);
  run(root, { with: pointInTimeParams.parse({ ...params, seed: 7 }), most: 2 });
  const left = pathsOf(root);
  expect(left.filter((path) => paths.includes(path))).toEqual(paths.slice(-2));
  // Who is used is young again.
  run(root, { most: 2 });
  expect(run(root).fits).toBe(0);
});

it("without a place to keep them they are fitted each time", () => {
  const root = join(scratch, "barred");
  writeFileSync(root, "a file where a folder would have to be");
  expect(run(root)).toEqual(fresh);
});

it("those that nobody used for long are removed by their names", () => {
  const root = join(scratch, "old");
  run(root);
  const [oldest = "", ...rest] = pathsOf(root);
  utimesSync(oldest, 1000, 1000);
  expect(removeOldFiles(keptFitsFolder(root), keptName, 1_000_001)).toHaveLength(1);
  expect(pathsOf(root)).toEqual(rest);
});
