/**
 * What every feature is: numbers per instrument, from the bars so far. One definition serves the
 * backtest, training and live trading, so they cannot differ (FEAT-1, FEAT-2).
 *
 * FT-1  The past never changes: a later bar cannot alter a value already given.
 * FT-2  An output is NaN until warm; after `warmup` bars every output is warm, and one of several may
 *       be so earlier. A warm value may be NaN (undefined now, e.g. a zero denominator) but is never
 *       infinite.
 * FT-3  A saved state, loaded into a fresh instance, continues bit for bit.
 * FT-4  An update allocates nothing and is amortised O(1) per instrument.
 * FT-5  Instruments are independent: the bars of one never move another's value, unless the
 *       definition says it is cross-sectional.
 */
import type { z } from "zod";
import type { BarBatch } from "../domain/bars.ts";

export const families = [
  "price",
  "technical",
  "volume",
  "volatility",
  "microstructure",
  "cross-sectional",
] as const;
export type FeatureFamily = (typeof families)[number];

export type BarField = "open" | "high" | "low" | "close" | "volume";

/** Plain data: column name to numbers. JSON loses NaN, so writers store these as binary doubles. */
export type FeatureSnapshot = Readonly<Record<string, readonly number[]>>;

/** A feature at work over `instruments` instruments. Columns are indexed by instrument. */
export interface FeatureState {
  /** One column per output, in the order of the definition's outputs. */
  readonly outputs: readonly Float64Array[];
  /** Folds the rows of one instant. Instruments without a row keep their state and value. */
  update(batch: BarBatch): void;
  save(): FeatureSnapshot;
  load(snapshot: FeatureSnapshot): void;
}

/** A definition with its parameters bound: what registries list and engines run. */
export interface Feature {
  /** Unique per definition and parameters, so that two strategies share one computation. */
  readonly key: string;
  readonly name: string;
  readonly family: FeatureFamily;
  readonly inputs: readonly BarField[];
  readonly params: Readonly<Record<string, number>>;
  /** Names of the columns it yields, e.g. `ema_20`; unique across the catalogue. */
  readonly outputs: readonly string[];
  /** Bars of an instrument up to and including the first at which every output has a value. */
  readonly warmup: number;
  /** Paper, book or document id of the formula. */
  readonly reference: string;
  start(instruments: number): FeatureState;
}

/** One column of a feature: what a strategy declares and reads. */
export interface FeatureRef {
  readonly feature: Feature;
  /** Index into the feature's outputs. */
  readonly output: number;
}

interface FeatureSpec<Params extends Record<string, number>> {
  readonly name: string;
  readonly family: FeatureFamily;
  readonly inputs: readonly BarField[];
  readonly params: z.ZodType<Params>;
  readonly reference: string;
  outputs(params: Params): readonly string[];
  warmup(params: Params): number;
  start(params: Params, instruments: number): FeatureState;
}

/** Parses the parameters once; a wrong one fails at start-up, by name. */
export function defineFeature<Params extends Record<string, number>>(
  spec: FeatureSpec<Params>,
): (params: Params) => Feature {
  return (given) => {
    const params = spec.params.parse(given);
    const values = Object.entries(params).map(([name, value]) => `${name}=${value}`);
    return {
      key: `${spec.name}(${values.join(",")})`,
      name: spec.name,
      family: spec.family,
      inputs: spec.inputs,
      params,
      outputs: spec.outputs(params),
      warmup: spec.warmup(params),
      reference: spec.reference,
      start: (instruments) => spec.start(params, instruments),
    };
  };
}

/** The only output, or the one called `name`. */
export function output(feature: Feature, name: string | undefined = feature.outputs[0]): FeatureRef {
  const index = feature.outputs.indexOf(name ?? "");
  if (index < 0)
    throw new RangeError(`feature ${feature.key} has no output ${name}; it has ${feature.outputs}`);
  return { feature, output: index };
}
