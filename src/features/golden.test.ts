/**
 * Goal    the same numbers as TA-Lib, R's TTR and pandas on a real stock, to the tolerance of each file.
 * Method  read the golden files of the market-independent set; without them the tests are skipped by name.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Bar, type BarColumns, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { parseIsoDate, startOfDay } from "../domain/time.ts";
import { computeColumns } from "./batch.ts";
import { features } from "./registry.ts";

const folder = process.env.PLIMSOLL_GOLDEN ?? "../shared/golden";
const missing = !existsSync(join(folder, "MANIFEST.json"));

interface Golden {
  readonly tolerance: { readonly rel: number; readonly abs: number };
  readonly expected: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Those that look at the market are checked with it, beside the other liquidity features. */
const ownBarsOnly = features.filter(({ peers = "none" }) => peers === "none");
const outputs = ownBarsOnly.flatMap((feature) => feature.outputs);
const files = [
  { file: "indicators_talib.json", least: 16 },
  { file: "indicators_ttr.json", least: 15 },
  { file: "features_pandas.json", least: 11 },
];
/**
 * Slips of the oracle: TA-Lib's first NATR is 0 although its ATR there is not (its ATR is checked below), and from
 * bar 38 on its deviation is a variance (compared as one with the other price goldens).
 */
const oracleSlips: ReadonlySet<string> = new Set([
  "natr_14[14]",
  ...Array.from({ length: 562 }, (_, k) => `stddev_20_pop[${38 + k}]`),
]);

describe.skipIf(missing)(`golden numbers (skipped when ${folder}/MANIFEST.json is missing)`, () => {
  it.each(files)(
    "$file: every output that it knows is equal, and NaN where it has none",
    ({ file, least }) => {
      const { tolerance, expected } = golden(file);
      const values = computeColumns(ownBarsOnly, stock());
      const shared = outputs.filter((name) => expected[name] !== undefined);
      expect(shared.length).toBeGreaterThanOrEqual(least);
      for (const name of shared) expectEqual(name, values.get(name), expected[name] ?? [], tolerance);
    },
  );

  it("pandas: volume averages leave the current bar out", () => {
    const { tolerance, expected } = golden("features_pandas.json");
    const columns = stock();
    const values = computeColumns(features, columns);
    const ratio = values.get("adv_20_excl")?.map((mean, t) => columns.volume[t]! / mean);
    expectEqual("volume_ratio_20_excl", ratio, expected.volume_ratio_20_excl ?? [], tolerance);
    const before = [null, ...(expected.dollar_adv_20 ?? []).slice(0, -1)];
    expectEqual("dollar_adv_20_excl", values.get("dollar_adv_20_excl"), before, tolerance);
  });

  it("TA-Lib: ATR% is its ATR over the close at every bar, the first included", () => {
    const { tolerance, expected } = golden("indicators_talib.json");
    const columns = stock();
    const percent = (expected.atr_14 ?? []).map((atr, t) =>
      atr === null ? null : (100 * atr) / columns.close[t]!,
    );
    expectEqual("ATR%", computeColumns(features, columns).get("natr_14"), percent, tolerance);
  });

  it("TA-Lib: Williams %R follows from the highest and the lowest", () => {
    const { tolerance, expected } = golden("indicators_talib.json");
    const columns = stock();
    const values = computeColumns(features, columns);
    const lowest = values.get("lowest_14");
    const williams = values
      .get("highest_14")
      ?.map((highest, t) => (-100 * (highest - columns.close[t]!)) / (highest - lowest![t]!));
    expectEqual("willr_14", williams, expected.willr_14 ?? [], tolerance);
  });
});

function expectEqual(
  name: string,
  actual: Float64Array | undefined,
  expected: readonly (number | null)[],
  { rel, abs }: Golden["tolerance"],
): void {
  expect(actual?.length, name).toBe(expected.length);
  const off = expected.flatMap((want, t) => {
    const got = actual?.[t] ?? Number.NaN;
    if (oracleSlips.has(`${name}[${t}]`)) return [];
    if (want === null) return Number.isNaN(got) ? [] : [`${name}[${t}] is ${got}, expected NaN`];
    const near = Math.abs(got - want) <= Math.max(abs, rel * Math.abs(want));
    return near ? [] : [`${name}[${t}] is ${got}, expected ${want}`];
  });
  expect(off).toEqual([]);
}

function golden(file: string): Golden {
  return JSON.parse(readFileSync(join(folder, file), "utf8"));
}

function stock(): BarColumns {
  const [, ...lines] = readFileSync(join(folder, "ohlcv_stock.csv"), "utf8").trim().split("\n");
  const bars = lines.map((line): Bar => {
    const [date = "", ...numbers] = line.split(",");
    const [open = 0, high = 0, low = 0, close = 0, volume = 0] = numbers.map(Number);
    const day = parseIsoDate(date);
    if (day === undefined) throw new Error(`not a date in ohlcv_stock.csv: ${date}`);
    return { instrument: 0 as InstrumentId, closedAt: startOfDay(day), open, high, low, close, volume };
  });
  return columnsFromBars("1d", instrumentTable(["GOOG"]), bars);
}
