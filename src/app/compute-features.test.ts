/**
 * Goal    the files of `features compute` and the store hold the same bits however often and in whatever mode
 *         they were made (FEAT-2, FEAT-5), and judge what they hold (FEAT-4).
 * Method  a small lake in a folder of its own, grown day by day, changed, damaged.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLake } from "../adapters/lake/lake.ts";
import type { EpochMicros } from "../domain/time.ts";
import { FeatureWatch } from "../features/quality.ts";
import { features } from "../features/registry.ts";
import { xnysSessions } from "../market/calendar.ts";
import { createRng } from "../numerics/rng.ts";
import { compareFeatures, computeFeatures, type FeatureRequest } from "./compute-features.ts";
import { outputNames } from "./feature-run.ts";

const NOW = Date.UTC(2026, 10, 21) * 1000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Daily bars of two symbols from 2020 on; the first `days` of one endless series. */
function csvOf(days: number, shift = 0): string {
  const { date } = xnysSessions();
  const first = date.findIndex((day) => day >= 18_263);
  const rng = createRng(4, "feature-store");
  const rows = ["symbol,date,open,high,low,close,volume"];
  const price = { AAA: 50, SPY: 300 };
  for (let n = 0; n < days; n++) {
    const day = new Date(date[first + n]! * 86_400_000).toISOString().slice(0, 10);
    for (const symbol of ["AAA", "SPY"] as const) {
      const open = price[symbol] * (1 + 0.002 * rng.normal());
      const close = open * (1 + 0.01 * rng.normal()) + (n === 5 ? shift : 0);
      price[symbol] = close;
      const volume = 1000 + Math.floor(1e6 * rng.uniform());
      rows.push(
        `${symbol},${day},${open},${Math.max(open, close)},${Math.min(open, close)},${close},${volume}`,
      );
    }
  }
  return rows.join("\n");
}

async function importDays(days: number, shift = 0): Promise<void> {
  const file = join(folder, "bars.csv");
  writeFileSync(file, csvOf(days, shift));
  const lake = createLake(folder);
  try {
    await lake.importFiles({ files: [file], timeframe: "1d", adjustment: "full", now: NOW as EpochMicros });
  } finally {
    lake.close();
  }
}

const request = (given: Partial<FeatureRequest> = {}): FeatureRequest => ({
  root: folder,
  inputs: [],
  columns: undefined,
  symbols: "all",
  timeframe: "1d",
  source: undefined,
  adjustment: undefined,
  from: undefined,
  to: undefined,
  features,
  outputs: outputNames(features),
  market: "SPY",
  mode: "batch",
  out: join(folder, "out.csv"),
  now: NOW as EpochMicros,
  ...given,
});
const text = (name = "out.csv") => readFileSync(join(folder, name), "utf8");

describe("the store", () => {
  it("FS-2 grown day by day it holds the bits of one run over all of history, and computes no bar twice", async () => {
    const computed: number[] = [];
    for (const days of [3, 260, 261, 300]) {
      await importDays(days);
      computed.push((await computeFeatures(request())).store?.computed ?? -1);
    }
    computed.push((await computeFeatures(request())).store?.computed ?? -1);
    expect(computed).toEqual([6, 514, 2, 78, 0]);
    const grown = text();
    rmSync(join(folder, "data", "parquet", "features"), { recursive: true });
    await computeFeatures(request());
    expect(text()).toBe(grown);
    writeFileSync(join(folder, "whole.csv"), csvOf(300));
    await computeFeatures(request({ inputs: [join(folder, "whole.csv")], out: join(folder, "direct.csv") }));
    expect(text("direct.csv")).toBe(grown);
  });

  it("FS-3 notices that history changed, says so and computes anew", async () => {
    await importDays(40);
    await computeFeatures(request());
    const before = text();
    await importDays(40, 3);
    const { store, notes } = await computeFeatures(request());
    expect(store?.computed).toBe(80);
    expect(notes.join()).toMatch(/had changed/);
    expect(text()).not.toBe(before);
  });

  it("FS-4 a damaged or half-written set is computed anew, and what nobody names is swept", async () => {
    await importDays(30);
    await computeFeatures(request());
    const before = text();
    const [set = ""] = readdirSync(join(folder, "data", "parquet", "features"));
    const inside = join(folder, "data", "parquet", "features", set);
    const part = readdirSync(inside).find((name) => name.endsWith(".parquet")) ?? "";
    writeFileSync(join(inside, part), "damaged");
    writeFileSync(join(inside, "part-left-by-a-crash.parquet"), "x");
    expect((await computeFeatures(request())).store?.computed).toBe(60);
    expect(text()).toBe(before);
    expect(readdirSync(inside)).not.toContain("part-left-by-a-crash.parquet");
  });

  it("is left alone by an import's sweep", async () => {
    await importDays(30);
    await computeFeatures(request());
    await importDays(31);
    expect((await computeFeatures(request())).store?.computed).toBe(2);
  });
});

describe("files", () => {
  it("stream and batch give the same bytes, and Parquet the same numbers", async () => {
    writeFileSync(join(folder, "bars.csv"), csvOf(120));
    const inputs = [join(folder, "bars.csv")];
    await computeFeatures(request({ inputs }));
    await computeFeatures(request({ inputs, mode: "stream", out: join(folder, "stream.csv") }));
    expect(text("stream.csv")).toBe(text());
    await computeFeatures(request({ inputs, out: join(folder, "same.parquet") }));
    const drift = await compareFeatures(folder, join(folder, "out.csv"), join(folder, "same.parquet"));
    expect(drift.length).toBeGreaterThan(20);
    for (const { psi, ks, verdict } of drift) expect([psi, ks, verdict]).toEqual([0, 0, "stable"]);
  });

  it("a range cuts rows and not history: the values stay", async () => {
    writeFileSync(join(folder, "bars.csv"), csvOf(60));
    const inputs = [join(folder, "bars.csv")];
    await computeFeatures(request({ inputs }));
    const all = text().split("\n");
    const from = 18_300 as NonNullable<FeatureRequest["from"]>;
    const { rows } = await computeFeatures(request({ inputs, from, outputs: ["rsi_14", "sma_5"] }));
    const cut = text().trim().split("\n").slice(1);
    expect(rows).toBe(cut.length);
    const names = all[0]?.split(",") ?? [];
    for (const line of cut) {
      const [symbol, date, rsi, sma] = line.split(",");
      const whole = all.find((row) => row.startsWith(`${symbol},${date},`))?.split(",") ?? [];
      expect([whole[names.indexOf("rsi_14")], whole[names.indexOf("sma_5")]]).toEqual([rsi, sma]);
    }
  });

  it("without a good row nothing is written, and the rules are named", async () => {
    writeFileSync(
      join(folder, "bad.csv"),
      "symbol,date,open,high,low,close,volume\nAAA,2020-01-02,1,0.5,2,1,5\n",
    );
    await expect(computeFeatures(request({ inputs: [join(folder, "bad.csv")] }))).rejects.toThrow(
      /rows were rejected/,
    );
    expect(readdirSync(folder)).toEqual(["bad.csv"]);
  });
});

describe("drift", () => {
  it("sees a distribution that moved and is calm about one that did not", async () => {
    const rng = createRng(9, "drift");
    const write = (name: string, shift: number) => {
      const rows = Array.from({ length: 500 }, () => `X,${rng.normal()},${shift + rng.normal()},,text`);
      writeFileSync(join(folder, name), ["symbol,same,moved,empty,words", ...rows].join("\n"));
      return join(folder, name);
    };
    const rows = await compareFeatures(folder, write("a.csv", 0), write("b.csv", 1));
    expect(rows.map(({ feature, verdict }) => [feature, verdict])).toEqual([
      ["same", "stable"],
      ["moved", "drift"],
    ]);
  });
});

it("FEAT-4: warming, undefined, infinite, constant and outlying values are counted apart", () => {
  const watch = new FeatureWatch();
  const rng = createRng(2, "watch");
  for (const value of [Number.NaN, Number.NaN, 1, Number.NaN, Number.POSITIVE_INFINITY]) watch.add(0, value);
  watch.add(1, Number.NaN);
  expect(watch.quality).toMatchObject({
    rows: 6,
    warming: 3,
    missing: 1,
    infinite: 1,
    constant: true,
    outliers: 0,
  });
  for (let n = 0; n < 100; n++) watch.add(0, rng.normal());
  for (const value of [12, -60]) watch.add(0, value);
  expect(watch.quality).toMatchObject({ constant: false, outliers: 2, serious: 1 });
});
