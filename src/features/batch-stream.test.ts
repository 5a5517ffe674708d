/**
 * Goal    batch and stream are one: a run that is saved, killed and restored several times gives the bits of the
 *         batch over all history, and of the batch over any prefix of it (FEAT-2).
 * Method  wild random markets; every registered feature; snapshots cross as JSON text that carries the doubles as
 *         bytes, because plain JSON loses NaN.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BarBatch, type BarColumns, batchCount } from "../domain/bars.ts";
import type { EpochMicros } from "../domain/time.ts";
import { computeColumns, worldOf } from "./batch.ts";
import type { Feature, FeatureSnapshot } from "./feature.ts";
import { randomBars } from "./random-bars.ts";
import { features } from "./registry.ts";

const MARKET = "S0";
/** The late listing misses a fifth of the instants and a third of the rest, and must still warm up. */
const INSTANTS = Math.ceil(2.5 * Math.max(...features.map(({ warmup }) => warmup)));

describe("every registered feature", () => {
  it("streams, through several restores, the bits of its batch", () => {
    const tally = { compared: 0, spoken: 0, savedNaN: 0 };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 }),
        fc.uniqueArray(fc.integer({ min: 1, max: INSTANTS - 1 }), { minLength: 2, maxLength: 5 }),
        (seed, cuts) => {
          const columns = randomBars({ seed, symbols: 3, instants: INSTANTS, market: "wild" });
          const batch = computeColumns(features, columns, MARKET);
          const restores = cuts.toSorted((a, b) => a - b);
          for (const feature of features) {
            expect(differences(feature, columns, batch, { restores, tally })).toEqual([]);
          }
        },
      ),
      { numRuns: 6 },
    );
    expect(tally.spoken).toBeGreaterThan(0.5 * tally.compared);
    expect(tally.savedNaN).toBeGreaterThan(0);
  });

  it("gives the same bits over a prefix as over the whole", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 }),
        fc.integer({ min: 1, max: INSTANTS - 1 }),
        (seed, until) => {
          const columns = randomBars({ seed, symbols: 3, instants: INSTANTS, market: "wild" });
          const whole = computeColumns(features, columns, MARKET);
          const prefix = computeColumns(features, firstBatches(columns, until), MARKET);
          for (const [name, values] of prefix) {
            expect(values, name).toEqual(whole.get(name)?.subarray(0, values.length));
          }
        },
      ),
      { numRuns: 6 },
    );
  });
});

interface Play {
  /** Batches before which the state is saved, dropped and loaded into a fresh one. */
  readonly restores: readonly number[];
  readonly tally: { compared: number; spoken: number; savedNaN: number };
}

/** Where the stream differs from the batch, as text. */
function differences(
  feature: Feature,
  columns: BarColumns,
  expected: ReadonlyMap<string, Float64Array>,
  { restores, tally }: Play,
): string[] {
  const off: string[] = [];
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  let state = feature.start(worldOf(columns, MARKET));
  for (let b = 0; b < batchCount(columns); b++) {
    if (restores.includes(b)) {
      const saved = state.save();
      for (const column of Object.values(saved)) tally.savedNaN += column.filter(Number.isNaN).length;
      state = feature.start(worldOf(columns, MARKET));
      state.load(decode(encode(saved)));
    }
    batch.at = columns.closedAt[b]! as EpochMicros;
    batch.from = columns.offset[b]!;
    batch.to = columns.offset[b + 1]!;
    state.update(batch);
    for (const [k, name] of feature.outputs.entries()) {
      for (let row = batch.from; row < batch.to; row++) {
        const got = state.outputs[k]?.[columns.instrument[row]!];
        const want = expected.get(name)?.[row];
        tally.compared += 1;
        if (Number.isFinite(got)) tally.spoken += 1;
        if (got === undefined || !Object.is(got, want)) off.push(`${name}[${row}] is ${got}, not ${want}`);
      }
    }
  }
  return off;
}

/** JSON text with each column as the bytes of its doubles. */
function encode(snapshot: FeatureSnapshot): string {
  const columns = Object.entries(snapshot).map(([name, numbers]) => {
    return [name, Buffer.from(Float64Array.from(numbers).buffer).toString("base64")];
  });
  return JSON.stringify(Object.fromEntries(columns));
}

function decode(text: string): FeatureSnapshot {
  const columns = Object.entries<string>(JSON.parse(text)).map(([name, bytes]) => {
    const copied = Uint8Array.from(Buffer.from(bytes, "base64"));
    return [name, Array.from(new Float64Array(copied.buffer))];
  });
  return Object.fromEntries(columns);
}

function firstBatches(columns: BarColumns, until: number): BarColumns {
  const rows = columns.offset[until]!;
  return {
    ...columns,
    closedAt: columns.closedAt.subarray(0, until),
    offset: columns.offset.subarray(0, until + 1),
    instrument: columns.instrument.subarray(0, rows),
    open: columns.open.subarray(0, rows),
    high: columns.high.subarray(0, rows),
    low: columns.low.subarray(0, rows),
    close: columns.close.subarray(0, rows),
    volume: columns.volume.subarray(0, rows),
  };
}
