/**
 * Features over all history at once, for training and reports. There is no second implementation: the
 * streaming definition is played over the columns, so both give the same bits (FEAT-2).
 */
import type { BarBatch, BarColumns } from "../domain/bars.ts";
import { barCount, batchCount } from "../domain/bars.ts";
import type { EpochMicros } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { canonicalJson } from "../numerics/canonical-json.ts";
import { sha256Hex } from "../numerics/sha256.ts";
import type { Feature, FeatureWorld } from "./feature.ts";
import { fingerprints } from "./fingerprints.ts";

/**
 * One column per output name, one value per row of `columns`: what a live run would have seen when that
 * bar closed, NaN while not warm. A feature listed twice is computed once. Throws a RangeError when two
 * different features yield an output of the same name. Market-relative features compare with `market`, a
 * symbol of the columns; without it, or when the columns lack it, they stay NaN.
 */
export function computeColumns(
  features: readonly Feature[],
  columns: BarColumns,
  market?: string,
): ReadonlyMap<string, Float64Array> {
  const byName = new Map<string, Float64Array>();
  const world = worldOf(columns, market);
  for (const feature of distinct(features)) {
    for (const [k, values] of play(feature, columns, world).entries()) {
      const name = feature.outputs[k] ?? `${feature.key}[${k}]`;
      if (byName.has(name)) throw new RangeError(`two features yield ${name}; the second is ${feature.key}`);
      byName.set(name, values);
    }
  }
  return byName;
}

/**
 * The version of a set of features: SHA-256 over definitions, parameters and what the formulas give, in
 * hexadecimal; neither order nor repetition matters. Stored with data, models and decisions, so that a model
 * trained on other numbers of the same name refuses these (FEAT-3).
 */
export function featureSetVersion(features: readonly Feature[]): string {
  const definitions = distinct(features)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ start, peers = "none", perSession = false, warmupMinutes, ...definition }) => {
      const fingerprint = fingerprints[definition.key] ?? "";
      return { ...definition, peers, perSession, fingerprint };
    });
  return sha256Hex(canonicalJson(definitions));
}

/** The world of these columns under the exchange's calendar. */
export function worldOf({ instruments }: Pick<BarColumns, "instruments">, market = ""): FeatureWorld {
  return {
    instruments: instruments.symbols.length,
    market: instruments.find(market),
    sessions: xnysSessions(),
  };
}

function distinct(features: readonly Feature[]): Feature[] {
  return [...new Map(features.map((feature) => [feature.key, feature])).values()];
}

/** One series per output, in the order of the feature's outputs. */
function play(feature: Feature, columns: BarColumns, world: FeatureWorld): Float64Array[] {
  const state = feature.start(world);
  const series = state.outputs.map((current) => ({ current, values: new Float64Array(barCount(columns)) }));
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  for (let b = 0; b < batchCount(columns); b++) {
    batch.at = columns.closedAt[b]! as EpochMicros;
    batch.from = columns.offset[b]!;
    batch.to = columns.offset[b + 1]!;
    state.update(batch);
    for (const { current, values } of series) {
      for (let row = batch.from; row < batch.to; row++) values[row] = current[columns.instrument[row]!]!;
    }
  }
  return series.map(({ values }) => values);
}
