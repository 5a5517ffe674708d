/**
 * Goal    every registered feature keeps FT-1 to FT-5. Being in the registry is enough to be tested here.
 * Method  seeded random markets, longer than every warm-up, with gaps, halts and shocks, and quotes and trades
 *         before each bar; bits are compared. A definition that declares peers is exempt from FT-5 where it
 *         must be; one that declares sessions is played over sessions, where it may be undefined at their start.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Bar,
  type BarBatch,
  type BarColumns,
  barCount,
  batchCount,
  columnsFromBars,
} from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import type { Feature, FeatureState, FeatureWorld } from "./feature.ts";
import { randomBars } from "./random-bars.ts";
import { eventsBefore } from "./random-events.ts";
import { features } from "./registry.ts";

/** A fifth of the instants pass before the late listing, and it misses a third of the rest. */
const INSTANTS = 4 * Math.max(...features.filter((f) => f.perSession !== true).map(({ warmup }) => warmup));
/** What begins anew each session is played over the bars of sessions, and for four of them when warm. */
const SESSION_INSTANTS = 4 * 78;
/** Enough for a cross-section, which five with a value make, while one is listed late. */
const CROWD = 7;
const SYMBOLS = 3;
/** The instrument that others are compared with; it is the one that is never without a bar. */
const MARKET = 0;
/** Outputs that can take few values: signs, and ranks among so few. */
const leastValues = new Map([
  ...["tick_sign", "lee_ready_sign", "trade_tick_sign"].map((name) => [name, 1] as const),
  ["cs_rank_ret_20", CROWD],
  // One value a session, in the sessions after the warm-up.
  ...features
    .filter(({ name }) => /^(opening_|session_so_far|daily_(atr|volume)$)/.test(name))
    .flatMap(({ outputs }) => outputs.map((name) => [name, 2] as const)),
]);
const runs = { numRuns: 8 };

describe.each(features)("$key", (feature) => {
  const { peers = "none", perSession = false } = feature;
  const symbols = peers === "none" ? SYMBOLS : CROWD;
  const size = {
    symbols,
    instants: perSession ? feature.warmup + SESSION_INSTANTS : INSTANTS,
    clock: perSession ? ("session" as const) : ("days" as const),
  };
  const cut = fc.integer({ min: 1, max: size.instants - 1 });
  const world = worldOf(symbols);
  const marketOf = (kind: "wild" | "ordinary") =>
    fc.integer({ min: 0, max: 2 ** 32 }).map((seed) => market({ ...size, seed, market: kind }));
  const wild = marketOf("wild");
  const ordinary = marketOf("ordinary");

  it("FT-1 the past never changes, whatever the future holds", () => {
    fc.assert(
      fc.property(wild, wild, cut, (columns, other, at) => {
        const rows = columns.offset[at]!;
        const future = replaceFrom(columns, other, rows);
        expectSameBits(play(feature, future, 0, at), play(feature, columns, 0, at));
      }),
      runs,
    );
  });

  it("FT-2 is NaN until warm, and warm exactly after its warm-up on ordinary data", () => {
    fc.assert(
      fc.property(ordinary, (columns) => {
        const values = play(feature, columns);
        for (let i = 0; i < symbols; i++) {
          const warmAt = feature.outputs.map((_, k) => values.findIndex((now) => !Number.isNaN(now[k]?.[i])));
          expect(Math.max(...warmAt)).toBe(feature.warmup - 1);
          expect(Math.min(...warmAt)).toBeGreaterThanOrEqual(0);
          if (perSession) continue;
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
        for (let i = 0; i < symbols && !perSession; i++) {
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
        const first = feature.start(world);
        play(feature, columns, 0, at, first);
        const saved = structuredClone(first.save());
        play(feature, columns, at, batchCount(columns), first);

        const fresh = feature.start(world);
        fresh.load(saved);
        expect(fresh.outputs.map((column) => column.slice())).toEqual(whole[at - 1]);
        expectSameBits(play(feature, columns, at, batchCount(columns), fresh), whole.slice(at));

        const used = feature.start(world);
        play(feature, other, 0, batchCount(other), used);
        used.load(saved);
        expectSameBits(play(feature, columns, at, batchCount(columns), used), whole.slice(at));
      }),
      runs,
    );
  });

  it("FT-3 refuses the snapshot of another size or another feature, and stays as it was", () => {
    const columns = randomBars({ ...size, seed: 7, market: "wild" });
    const state = feature.start(world);
    play(feature, columns, 0, batchCount(columns), state);
    const before = state.save();
    expect(() => state.load(feature.start(worldOf(symbols + 1)).save())).toThrow(RangeError);
    expect(() => state.load({ ...before, stranger: [1] })).toThrow(/stranger/);
    expect(() => state.load({})).toThrow(RangeError);
    expect(state.save()).toEqual(before);
  });

  it("FT-4 keeps its output arrays through updates and loads", () => {
    const columns = randomBars({ ...size, seed: 11, market: "wild" });
    const state = feature.start(world);
    const outputs = [...state.outputs];
    expect(outputs.map(({ length }) => length)).toEqual(feature.outputs.map(() => symbols));
    play(feature, columns, 0, batchCount(columns), state);
    state.load(state.save());
    for (const [k, column] of outputs.entries()) expect(state.outputs[k]).toBe(column);
    expect(state.outputs).toHaveLength(outputs.length);
  });

  it.skipIf(peers === "all")("FT-5 an instrument has the same values alone, or with the market alone", () => {
    fc.assert(
      fc.property(wild, fc.integer({ min: 0, max: symbols - 1 }), (columns, only) => {
        const together = play(feature, columns).map((now) =>
          now.map((column) => column.slice(only, only + 1)),
        );
        const company = peers === "market" ? [MARKET, only] : [only];
        const alone = play(feature, onlyRowsOf(columns, company)).map((now) =>
          now.map((column) => column.slice(only, only + 1)),
        );
        expectSameBits(alone, together);
      }),
      runs,
    );
  });

  it("FT-5 an instrument without a bar keeps its values, and the order of instruments does not matter", () => {
    fc.assert(
      fc.property(wild, (columns) => {
        const values = play(feature, columns);
        for (const [b, now] of values.slice(1).entries()) {
          const rows = columns.instrument.subarray(columns.offset[b + 1], columns.offset[b + 2]);
          const absent = Array.from({ length: symbols }, (_, i) => i).filter((i) => !rows.includes(i));
          const of = (outputs: readonly Float64Array[] = []) =>
            outputs.map((column) => Float64Array.from(absent, (i) => column[i]!));
          expectSameBits([of(now)], [of(values[b])]);
        }
        const reversed = { ...world, market: (symbols - 1 - MARKET) as InstrumentId };
        const backwards = play(
          feature,
          inReverse(columns, symbols),
          0,
          values.length,
          feature.start(reversed),
        );
        expectSameBits(
          backwards.map((now) => now.map((column) => column.toReversed())),
          values,
        );
      }),
      { numRuns: 3 },
    );
  });

  it("speaks: every output takes many values", () => {
    // Beside the market, not the market itself: it has beta 1 with itself for ever.
    const speaker = peers === "none" ? 0 : 1;
    const columns = randomBars({ ...size, seed: 3, symbols: speaker === 0 ? 1 : CROWD, market: "wild" });
    const values = play(feature, columns);
    for (const [k, name] of feature.outputs.entries()) {
      const distinct = new Set(values.map((now) => now[k]?.[speaker]).filter((x) => Number.isFinite(x)));
      expect(distinct.size, name).toBeGreaterThan(leastValues.get(name) ?? 20);
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

/** Each market once: the properties of all features draw the same few seeds. */
const markets = new Map<string, BarColumns>();
function market(terms: Parameters<typeof randomBars>[0]): BarColumns {
  const key = JSON.stringify(terms);
  const known = markets.get(key) ?? randomBars(terms);
  markets.set(key, known);
  return known;
}

/** As toEqual, NaN like NaN and 0 unlike -0, but a hundred times as fast where nothing differs. */
function expectSameBits(
  actual: readonly (readonly Float64Array[])[],
  expected: readonly (readonly Float64Array[])[],
): void {
  const isSame =
    actual.length === expected.length &&
    actual.every((now, b) => {
      const other = expected[b] ?? [];
      return now.length === other.length && now.every((column, k) => hasSameBits(column, other[k]));
    });
  if (!isSame) expect(actual).toEqual(expected);
  expect(isSame).toBe(true);
}

function hasSameBits(a: Float64Array, b: Float64Array | undefined): boolean {
  if (a.length !== b?.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** What stood in the output columns after each batch of [from, to) and the events before it, copied. */
function play(
  feature: Feature,
  columns: BarColumns,
  from = 0,
  to: number = batchCount(columns),
  state: FeatureState = feature.start(worldOf(columns.instruments.symbols.length)),
): Float64Array[][] {
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  const seen: Float64Array[][] = [];
  for (let b = from; b < to; b++) {
    batch.at = columns.closedAt[b]! as EpochMicros;
    batch.from = columns.offset[b]!;
    batch.to = columns.offset[b + 1]!;
    if (state.quote !== undefined || state.trade !== undefined) hear(state, batch);
    state.update(batch);
    seen.push(state.outputs.map((column) => column.slice()));
  }
  return seen;
}

function worldOf(instruments: number): FeatureWorld {
  return { instruments, market: MARKET as InstrumentId, sessions: xnysSessions() };
}

/** Quotes and trades move no output: that is for the bar's close. */
function hear(state: FeatureState, { at, from, to, columns }: BarBatch): void {
  const before = state.outputs.map((column) => column.slice());
  for (let row = from; row < to; row++) {
    for (const event of eventsBefore(columns, row, at)) {
      if (event.kind === "quote") state.quote?.(event.quote);
      else state.trade?.(event.trade);
    }
  }
  expectSameBits([state.outputs], [before]);
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

/** The same instants and table, but only these instruments have bars: some batches may become empty. */
function onlyRowsOf(columns: BarColumns, only: readonly number[]): BarColumns {
  const rows = Array.from(columns.instrument.keys()).filter((row) => only.includes(columns.instrument[row]!));
  const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  const before = new Uint32Array(columns.instrument.length + 1);
  for (const [row, instrument] of columns.instrument.entries())
    before[row + 1] = before[row]! + (only.includes(instrument) ? 1 : 0);
  return {
    ...columns,
    offset: columns.offset.map((start) => before[start]!),
    instrument: Uint32Array.from(rows, (row) => columns.instrument[row]!),
    open: pick(columns.open),
    high: pick(columns.high),
    low: pick(columns.low),
    close: pick(columns.close),
    volume: pick(columns.volume),
  };
}

/** The same market with its instruments numbered from the other end. */
function inReverse(columns: BarColumns, symbols: number): BarColumns {
  const bars: Bar[] = [];
  for (let b = 0; b < batchCount(columns); b++) {
    for (let row = columns.offset[b]!; row < columns.offset[b + 1]!; row++) {
      bars.push({
        instrument: (symbols - 1 - columns.instrument[row]!) as InstrumentId,
        closedAt: columns.closedAt[b]! as EpochMicros,
        open: columns.open[row]!,
        high: columns.high[row]!,
        low: columns.low[row]!,
        close: columns.close[row]!,
        volume: columns.volume[row]!,
      });
    }
  }
  return columnsFromBars(columns.timeframe, columns.instruments, bars);
}
