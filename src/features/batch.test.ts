/** Goal: batch columns line up with the rows they came from, and a feature set's version names what it holds. */
import { describe, expect, it } from "vitest";
import { type Bar, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { computeColumns, featureSetVersion } from "./batch.ts";
import { ema } from "./ema.ts";
import { type Feature, output } from "./feature.ts";
import { features } from "./registry.ts";
import { simpleReturn } from "./returns.ts";
import { sma } from "./sma.ts";

const bar = (t: number, instrument: number, close: number): Bar => ({
  instrument: instrument as InstrumentId,
  closedAt: t as EpochMicros,
  open: close,
  high: close,
  low: close,
  close,
  volume: 1,
});

describe("computeColumns", () => {
  const columns = columnsFromBars("1d", instrumentTable(["A", "B"]), [
    ...[bar(1, 0, 100), bar(1, 1, 10)],
    bar(2, 1, 15),
    ...[bar(3, 0, 150), bar(3, 1, 30)],
    bar(4, 0, 75),
  ]);

  it("gives one value per row, of that row's instrument, over its own bars", () => {
    const values = computeColumns([simpleReturn({ bars: 1 }), sma({ period: 2 })], columns);
    const nan = Number.NaN;
    expect([...values.keys()]).toEqual(["ret_simple_1", "sma_2"]);
    expect([...(values.get("ret_simple_1") ?? [])]).toEqual([nan, nan, 0.5, 0.5, 1, -0.5]);
    expect([...(values.get("sma_2") ?? [])]).toEqual([nan, nan, 12.5, 125, 22.5, 112.5]);
  });

  it("computes a repeated feature once and refuses two that share an output name", () => {
    expect(computeColumns([sma({ period: 2 }), sma({ period: 2 })], columns).size).toBe(1);
    const impostor: Feature = { ...ema({ period: 2 }), outputs: ["sma_2"] };
    expect(() => computeColumns([sma({ period: 2 }), impostor], columns)).toThrow(/two features yield sma_2/);
  });

  it("gives empty columns for no bars", () => {
    const none = columnsFromBars("1d", instrumentTable(["A"]), []);
    expect(computeColumns([sma({ period: 2 })], none).get("sma_2")).toHaveLength(0);
  });
});

describe("featureSetVersion (FEAT-3)", () => {
  const version = featureSetVersion(features);

  it("names the set, not its order", () => {
    expect(version).toMatch(/^[0-9a-f]{64}$/);
    expect(featureSetVersion(features.toReversed())).toBe(version);
    expect(featureSetVersion([...features, ...features])).toBe(version);
  });

  it("moves with every member, parameter and part of a definition", () => {
    const [first, ...rest] = features;
    if (first === undefined) throw new Error("the catalogue is empty");
    const variants = [
      rest,
      [...features, sma({ period: 3 })],
      [...rest, { ...first, reference: "another paper" }],
      [...rest, { ...first, warmup: first.warmup + 1 }],
      [...rest, { ...first, outputs: ["renamed"] }],
      [...rest, { ...first, params: { bars: 2 } }],
    ];
    const versions = new Set([version, ...variants.map((variant) => featureSetVersion(variant))]);
    expect(versions.size).toBe(variants.length + 1);
  });
});

describe("output", () => {
  it("finds an output by name, the first by default, and names what there is otherwise", () => {
    const average = sma({ period: 2 });
    expect(output(average)).toEqual({ feature: average, output: 0 });
    expect(output(average, "sma_2").output).toBe(0);
    expect(() => output(average, "sma_3")).toThrow(/no output sma_3; it has sma_2/);
  });
});
