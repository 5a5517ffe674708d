/**
 * Goal    every registered feature keeps FT-1 to FT-5. Being in the registry is enough to be tested here.
 * Method  seeded random markets, longer than every warm-up, with gaps, halts and shocks; bits are compared.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BarBatch, type BarColumns, barCount, batchCount } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import type { Feature, FeatureState } from "./feature.ts";
import { randomBars } from "./random-bars.ts";
import { features } from "./registry.ts";

const longestWarmup = Math.max(...features.map(({ warmup }) => warmup));
/** A fifth of the instants pass before the late listing, and it misses a third of the rest. */
const INSTANTS = 4 * longestWarmup;
const SYMBOLS = 3;
const WORLD = { instruments: SYMBOLS, market: 0 as InstrumentId, sessions: xnysSessions() };
const market = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 32 }),
  symbols: fc.constant(SYMBOLS),
  instants: fc.constant(INSTANTS),
});
const wild = market.map((given) => randomBars({ ...given, market: "wild" }));
const ordinary = market.map((given) => randomBars({ ...given, market: "ordinary" }));
const cut = fc.integer({ min: 1, max: INSTANTS - 1 });
const runs = { numRuns: 8 };

describe.each(features)("$key", (feature) => {
  it("FT-1 the past never changes, whatever the future holds", () => {
    fc.assert(
      fc.property(wild, wild, cut, (columns, other, at) => {
        const rows = columns.offset[at]!;
        const future = replaceFrom(columns, other, rows);
        expect(play(feature, future).slice(0, at)).toEqual(play(feature, columns).slice(0, at));
      }),
      runs,
    );
  });

  it("FT-2 is NaN until warm, and warm exactly after its warm-up on ordinary data", () => {
    fc.assert(
      fc.property(ordinary, (columns) => {
        const values = play(feature, columns);
        for (let i = 0; i < SYMBOLS; i++) {
          const warmAt = feature.outputs.map((_, k) => values.findIndex((now) => !Number.isNaN(now[k]?.[i])));
          expect(Math.max(...warmAt)).toBe(feature.warmup - 1);
          expect(Math.min(...warmAt)).toBeGreaterThanOrEqual(0);
          const afterwards = values
            .slice(feature.warmup - 1)
            .flatMap((now) => now.map((column) => column[i]));
          expect(afterwards.every(Number.isFinite)).toBe(true);
        }
      }),
      runs,
    );
  });

  it("FT-2 is never infinite, and warms up by bars of its own, however wild the market", () => {
    fc.assert(
      fc.property(wild, (columns) => {
        const values = play(feature, columns);
        expect(values.flat().every((now) => now.every((x) => Math.abs(x) !== Infinity))).toBe(true);
        for (let i = 0; i < SYMBOLS; i++) {
          const warm = instantOfBar(columns, i, feature.warmup);
          expect(warm).toBeGreaterThan(0);
          const before = values.slice(0, warm).map((now) => now.some((column) => Number.isNaN(column[i])));
          expect(before.every(Boolean)).toBe(true);
        }
      }),
      runs,
    );
  });

  it("FT-3 a saved state continues bit for bit, in a fresh or a used instance", () => {
    fc.assert(
      fc.property(wild, wild, cut, (columns, other, at) => {
        const whole = play(feature, columns);
        const first = feature.start(WORLD);
        play(feature, columns, 0, at, first);
        const saved = structuredClone(first.save());
        play(feature, columns, at, batchCount(columns), first);

        const fresh = feature.start(WORLD);
        fresh.load(saved);
        expect(fresh.outputs.map((column) => column.slice())).toEqual(whole[at - 1]);
        expect(play(feature, columns, at, batchCount(columns), fresh)).toEqual(whole.slice(at));

        const used = feature.start(WORLD);
        play(feature, other, 0, batchCount(other), used);
        used.load(saved);
        expect(play(feature, columns, at, batchCount(columns), used)).toEqual(whole.slice(at));
      }),
      runs,
    );
  });

  it("FT-3 refuses the snapshot of another size or another feature, and stays as it was", () => {
    const columns = randomBars({ seed: 7, symbols: SYMBOLS, instants: INSTANTS, market: "wild" });
    const state = feature.start(WORLD);
    play(feature, columns, 0, batchCount(columns), state);
    const before = state.save();
    expect(() => state.load(feature.start({ ...WORLD, instruments: SYMBOLS + 1 }).save())).toThrow(
      RangeError,
    );
    expect(() => state.load({ ...before, stranger: [1] })).toThrow(/stranger/);
    expect(() => state.load({})).toThrow(RangeError);
    expect(state.save()).toEqual(before);
  });

  it("FT-4 keeps its output arrays through updates and loads", () => {
    const columns = randomBars({ seed: 11, symbols: SYMBOLS, instants: INSTANTS, market: "wild" });
    const state = feature.start(WORLD);
    const outputs = [...state.outputs];
    expect(outputs.map(({ length }) => length)).toEqual(feature.outputs.map(() => SYMBOLS));
    play(feature, columns, 0, batchCount(columns), state);
    state.load(state.save());
    for (const [k, column] of outputs.entries()) expect(state.outputs[k]).toBe(column);
    expect(state.outputs).toHaveLength(outputs.length);
  });

  it("FT-5 an instrument alone has the same values, and one without a bar keeps its own", () => {
    fc.assert(
      fc.property(wild, fc.integer({ min: 0, max: SYMBOLS - 1 }), (columns, only) => {
        const together = play(feature, columns).map((now) => now.map((column) => column[only]));
        const alone = play(feature, onlyRowsOf(columns, only)).map((now) =>
          now.map((column) => column[only]),
        );
        expect(alone).toEqual(together);
      }),
      runs,
    );
  });

  it("speaks: every output takes many values", () => {
    const columns = randomBars({ seed: 3, symbols: 1, instants: INSTANTS, market: "wild" });
    const values = play(feature, columns);
    for (const k of feature.outputs.keys()) {
      const distinct = new Set(values.map((now) => now[k]?.[0]).filter((x) => Number.isFinite(x)));
      expect(distinct.size).toBeGreaterThan(20);
    }
  });
});

describe("the catalogue", () => {
  it("names every feature and every output once", () => {
    const keys = features.map(({ key }) => key);
    const outputs = features.flatMap((feature) => feature.outputs);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(outputs).size).toBe(outputs.length);
  });

  it("the markets of these tests hold what they promise: gaps, halts and late listings", () => {
    const columns = randomBars({ seed: 1, symbols: SYMBOLS, instants: INSTANTS, market: "wild" });
    expect(batchCount(columns)).toBe(INSTANTS);
    expect(barCount(columns)).toBeLessThan(0.9 * SYMBOLS * INSTANTS);
    expect(instantOfBar(columns, SYMBOLS - 1, 1)).toBeGreaterThan(INSTANTS / 6);
    expect(columns.volume.some((shares) => shares === 0)).toBe(true);
    const flat = columns.close.filter(
      (close, row) => close === columns.low[row] && close === columns.high[row],
    );
    expect(flat.length).toBeGreaterThan(INSTANTS / 20);
    for (const [row, close] of columns.close.entries()) {
      expect(columns.low[row]).toBeGreaterThan(0);
      expect(columns.low[row]).toBeLessThanOrEqual(Math.min(close, columns.open[row]!));
      expect(columns.high[row]).toBeGreaterThanOrEqual(Math.max(close, columns.open[row]!));
    }
  });
});

/** What stood in the output columns after each batch of [from, to), copied. */
function play(
  feature: Feature,
  columns: BarColumns,
  from = 0,
  to: number = batchCount(columns),
  state: FeatureState = feature.start({ ...WORLD, instruments: columns.instruments.symbols.length }),
): Float64Array[][] {
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  const seen: Float64Array[][] = [];
  for (let b = from; b < to; b++) {
    batch.at = columns.closedAt[b]! as EpochMicros;
    batch.from = columns.offset[b]!;
    batch.to = columns.offset[b + 1]!;
    state.update(batch);
    seen.push(state.outputs.map((column) => column.slice()));
  }
  return seen;
}

/** The batch of the n-th bar of an instrument, or -1. */
function instantOfBar(columns: BarColumns, instrument: number, n: number): number {
  let count = 0;
  for (let b = 0; b < batchCount(columns); b++) {
    for (let row = columns.offset[b]!; row < columns.offset[b + 1]!; row++) {
      if (columns.instrument[row] === instrument && ++count === n) return b;
    }
  }
  return -1;
}

/** The same market with every number from `rows` on taken from another one. */
function replaceFrom(columns: BarColumns, other: BarColumns, rows: number): BarColumns {
  const splice = (mine: Float64Array, theirs: Float64Array) =>
    mine.map((x, row) => (row < rows ? x : 7 * theirs[row % theirs.length]!));
  return {
    ...columns,
    open: splice(columns.open, other.open),
    high: splice(columns.high, other.high),
    low: splice(columns.low, other.low),
    close: splice(columns.close, other.close),
    volume: splice(columns.volume, other.volume),
  };
}

/** The same instants and table, but only one instrument has bars: some batches become empty. */
function onlyRowsOf(columns: BarColumns, only: number): BarColumns {
  const rows = Array.from(columns.instrument.keys()).filter((row) => columns.instrument[row] === only);
  const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  return {
    ...columns,
    offset: columns.offset.map((start) => rows.filter((row) => row < start).length),
    instrument: Uint32Array.from(rows, () => only),
    open: pick(columns.open),
    high: pick(columns.high),
    low: pick(columns.low),
    close: pick(columns.close),
    volume: pick(columns.volume),
  };
}
