/**
 * What every feature is: numbers per instrument, from the bars so far. One definition serves the
 * backtest, training and live trading, so they cannot differ (FEAT-1, FEAT-2).
 *
 * FT-1  The past never changes: a later bar cannot alter a value already given.
 * FT-2  An output is NaN until warm; after `warmup` bars every output is warm, and one of several may
 *       be so earlier. A warm value may be NaN (undefined now, e.g. a zero denominator) but is never
 *       infinite. What declares sessions counts its warm-up in unbroken full ones.
 * FT-3  A saved state, loaded into a fresh instance, continues bit for bit.
 * FT-4  An update allocates nothing and is amortised O(1) per instrument.
 * FT-5  Instruments are independent: the bars of one never move another's value, unless the
 *       definition declares peers. Their order never matters.
 */
import type { z } from "zod";
import { type BarBatch, type Timeframe, timeframeSeconds } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import type { SessionTable } from "../domain/session.ts";

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

/**
 * What an output counts. Prices and shares change at a split, the others do not: a bank that is fed prices on one
 * common basis turns `usd_per_share` and `shares` back into today's (DATA-6).
 */
export const featureUnits = [
  "usd_per_share",
  "shares",
  "usd",
  "ratio",
  "percent",
  "bps",
  "per_million_usd",
  "per_usd",
  "minutes",
] as const;
export type FeatureUnit = (typeof featureUnits)[number];

/** Whose bars move a value besides the instrument's own: nobody's, the market's, or those of all instruments. */
export type FeaturePeers = "none" | "market" | "all";

/** Where a feature is at work: who is there, and what it may know of the market as a whole. */
export interface FeatureWorld {
  readonly instruments: number;
  /** The one that market-relative features compare with (SPY unless told otherwise); without it they stay NaN. */
  readonly market: InstrumentId | undefined;
  /** For features that begin anew each session. */
  readonly sessions: SessionTable;
}

/** Plain data: column name to numbers. JSON loses NaN, so writers store these as binary doubles. */
export type FeatureSnapshot = Readonly<Record<string, readonly number[]>>;

/** A feature at work over `instruments` instruments. Columns are indexed by instrument. */
export interface FeatureState {
  /** One column per output, in the order of the definition's outputs. */
  readonly outputs: readonly Float64Array[];
  /** Folds the rows of one instant. Instruments without a row keep their state and value. */
  update(batch: BarBatch): void;
  /** For features that watch quotes or trades between bars; their outputs move at the next `update` only. */
  quote?(quote: Quote): void;
  trade?(trade: TradePrint): void;
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
  /** Unit of each output. */
  readonly units: readonly FeatureUnit[];
  /** Bars of an instrument up to and including the first at which every output has a value. */
  readonly warmup: number;
  /** In minutes of sessions, for what reads bars of any length within the day; `warmup` is of 5-minute bars then. */
  readonly warmupMinutes?: number;
  /** Paper, book or document id of the formula. */
  readonly reference: string;
  /** "none" when absent; anything else is exempt from FT-5. */
  readonly peers?: FeaturePeers;
  /** Begins anew each session, so that its values may be NaN again at a session's start. */
  readonly perSession?: boolean;
  start(world: FeatureWorld): FeatureState;
}

/** One column of a feature: what a strategy declares and reads. */
export interface FeatureRef {
  readonly feature: Feature;
  /** Index into the feature's outputs. */
  readonly output: number;
}

type FeatureSpec<Params extends Record<string, number>> = Definition<Params> &
  ({ warmup(params: Params): number } | { warmupMinutes(params: Params): number });

interface Definition<Params extends Record<string, number>> {
  readonly name: string;
  readonly family: FeatureFamily;
  readonly inputs: readonly BarField[];
  readonly params: z.ZodType<Params>;
  readonly reference: string;
  /** "none" unless said otherwise. */
  readonly peers?: FeaturePeers;
  /** False unless said otherwise. */
  readonly perSession?: boolean;
  /** Name and unit of each column, in their order. */
  outputs(params: Params): Readonly<Record<string, FeatureUnit>>;
  start(params: Params, world: FeatureWorld): FeatureState;
}

/** A full session in minutes; a daily bar counts as one. */
export const SESSION_MINUTES = 390;
/** Bars that `warmup` counts where the definition says minutes. */
const WARMUP_BAR_MINUTES = 5;

/** Bars of this length up to and including the first at which every output has a value. */
export function warmupOn(
  { warmup, warmupMinutes }: Pick<Feature, "warmup" | "warmupMinutes">,
  timeframe: Timeframe,
): number {
  if (warmupMinutes === undefined) return warmup;
  return Math.ceil(warmupMinutes / Math.min(SESSION_MINUTES, timeframeSeconds[timeframe] / 60));
}

/** Parses the parameters once; a wrong one fails at start-up, by name. */
export function defineFeature<Params extends Record<string, number>>(
  spec: FeatureSpec<Params>,
): (params: Params) => Feature {
  return (given) => {
    const params = spec.params.parse(given);
    const outputs = spec.outputs(params);
    const minutes = "warmupMinutes" in spec ? spec.warmupMinutes(params) : undefined;
    const values = Object.entries(params).map(([name, value]) => `${name}=${value}`);
    return {
      key: `${spec.name}(${values.join(",")})`,
      name: spec.name,
      family: spec.family,
      inputs: spec.inputs,
      params,
      outputs: Object.keys(outputs),
      units: Object.values(outputs),
      warmup: "warmup" in spec ? spec.warmup(params) : Math.ceil(minutes! / WARMUP_BAR_MINUTES),
      ...(minutes === undefined ? {} : { warmupMinutes: minutes }),
      reference: spec.reference,
      peers: spec.peers ?? "none",
      perSession: spec.perSession ?? false,
      start: (world) => spec.start(params, world),
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
