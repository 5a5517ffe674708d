/**
 * What every strategy is: a pure function from what it sees to what it wants.
 *
 * ST-1  Same view, same decision. No clock, no chance, no I/O; memory is the declared columns only.
 * ST-2  Memory is plain numbers, so a run can be saved and resumed bit for bit.
 * ST-3  A strategy states what it wants and why; sizing and risk decide how much of it happens.
 * ST-4  It sees the current bars, its declared features and its own virtual position. Never columns,
 *       never another strategy, never the account: there is nothing to peek at.
 * ST-5  The past never changes: cutting off or poisoning the future moves no decision (STRAT-5).
 */
import type { z } from "zod";
import type { Timeframe } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryTiming, SizingMethod } from "../domain/intent.ts";
import type { ReferenceRef } from "../domain/reference-table.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { FeatureRef, FeatureUnit } from "../features/feature.ts";
import type { DriftReference } from "../models/drift/drift-reference.ts";
import { type ParameterSpec, parameterSpecs } from "./parameter-spec.ts";

/** One declared feature, read by instrument. */
export interface FeatureReader {
  at(instrument: InstrumentId): number;
}

/** One declared memory column, per instrument. */
export interface MemoryColumn {
  at(instrument: InstrumentId): number;
  set(instrument: InstrumentId, value: number): void;
}

/** Where a number of the whole strategy is kept: the first instrument's place in a column that holds nothing else. */
export const WHOLE = 0 as InstrumentId;

export interface Entry {
  readonly instrument: InstrumentId;
  /**
   * Conviction and direction, from -1 (fully short) to +1 (fully long); never 0. Sizing scales what
   * the strategy's allocation and the risk per trade allow.
   */
  readonly conviction: number;
  /** Protective stop, dollars per share, on the losing side of the last close. Absent: no stop. */
  readonly stop?: number;
  /** Profit target, dollars per share, on the winning side of the last close. */
  readonly target?: number;
  /** Leave after this many bars held. */
  readonly timeStopBars?: number;
  /** The other leg of a pair, which names this one: both are entered or neither is, and both are left together. */
  readonly together?: InstrumentId;
  /** Default: `open_auction` on daily bars, `now` otherwise. */
  readonly when?: EntryTiming;
  /** What the model beside the rules says of it; rules leave it out. */
  readonly advice?: Advice;
  /** What keeps it from becoming an order whatever its size; strategies leave it out. */
  readonly barredBy?: "news";
  /** What models say of it that change nothing; rules leave it out. */
  readonly beside?: readonly Opinion[];
}

/** One model's word on one entry. */
export interface Opinion {
  /** The model's version. */
  readonly model: string;
  /** Chance in [0, 1] that the entry pays after costs; NaN where the model has no answer. */
  readonly probability: number;
  /** False: were it to decide, no share would be bought or sold short for it. */
  readonly follows: boolean;
  /** It decided until it had drifted. */
  readonly isDemoted?: boolean;
}

/** A model's word on one entry (STRAT-2). Figures are of entries that it was not fitted on. */
export interface Advice extends Opinion {
  /** From which on entries are followed. */
  readonly threshold: number;
  /** Entries behind the mean win and the mean loss, both fractions of the stake from 0 up. */
  readonly events: number;
  readonly win: number;
  readonly loss: number;
  /** What the model read, in the order of its columns; NaN for a missing value. */
  readonly inputs: Float64Array;
  /** As the rules asked for it. */
  readonly rules: Entry;
}

/**
 * The strategy's window on one `BarsClosed`. `size` instruments are ready: they have a bar now, all
 * declared features are warm and, unless the strategy accepts missing values, none is NaN.
 */
export interface StrategyView<
  Feature extends string,
  Memory extends string,
  Reason extends string,
  Reference extends string = never,
> {
  /** When the bars closed. */
  readonly at: EpochMicros;
  readonly size: number;
  /** How many the run has; their ids go from 0 to below it. */
  readonly instruments: number;
  /** The n-th ready instrument, ascending, for n in [0, size). */
  instrument(n: number): InstrumentId;

  /** What it is called, so that a rule may name a fund; empty where the run has no names. */
  symbol(instrument: InstrumentId): string;

  /** The bar that just closed, dollars per share and shares. */
  open(instrument: InstrumentId): number;
  high(instrument: InstrumentId): number;
  low(instrument: InstrumentId): number;
  close(instrument: InstrumentId): number;
  volume(instrument: InstrumentId): number;

  readonly feature: { readonly [Name in Feature]: FeatureReader };
  readonly memory: { readonly [Name in Memory]: MemoryColumn };
  /** Columns of declared reference tables, as last told; NaN for what is not known. */
  readonly reference: { readonly [Name in Reference]: FeatureReader };

  /** Own virtual position in shares, negative when short, as of the last fill consumed. */
  position(instrument: InstrumentId): number;
  /** Average entry, dollars per share; NaN when flat. */
  averageEntry(instrument: InstrumentId): number;
  /** Bars of the instrument since the position opened, 0 on the bar of the first fill. */
  barsHeld(instrument: InstrumentId): number;

  /** Ask for a position. Repeating it while one is held or on its way changes nothing. */
  enter(entry: Entry, because: Reason, ...numbers: readonly number[]): void;
  /** Ask to be flat. */
  exit(instrument: InstrumentId, because: Reason, ...numbers: readonly number[]): void;
  /** Move the protective stop towards the price; a stop never moves away (I-36). */
  protect(instrument: InstrumentId, stop: number): void;
}

/** Sentences with numbered holes: `"close {0} above {1}"`. Filled in only when someone reads them. */
export type Reasons<Reason extends string> = Readonly<Record<Reason, string>>;

/** The literature a strategy stands on (STRAT-4), and what it is known to suffer from. */
export interface StrategyCard {
  readonly idea: string;
  readonly source: string;
  readonly failsWhen: string;
}

/** Units of memory that a split changes; every other number means the same before and after. */
export type MemoryUnit = Extract<FeatureUnit, "usd_per_share" | "shares">;

/** `intraday`: ends each day flat, and shares the intraday limit of gross exposure (SYSTEM 19). */
export type Horizon = "intraday" | "swing";

/** Core is a part of Extended (UNIV-1). */
export type UniverseTier = "core" | "extended";

interface StrategySpec<
  Params,
  Feature extends string,
  Memory extends string,
  Reason extends string,
  Reference extends string,
> {
  readonly id: string;
  readonly card: StrategyCard;
  readonly timeframes: readonly Timeframe[];
  readonly params: z.ZodType<Params>;
  readonly sizing: SizingMethod;
  /** Default: swing, which may hold over night. */
  readonly horizon?: Horizon;
  /** Decide although a declared feature is NaN now. Default false. */
  readonly acceptsMissing?: boolean;
  readonly reasons: Reasons<Reason>;
  /** Memory columns and their initial value. */
  readonly memory: Readonly<Record<Memory, number>>;
  /** Columns that hold prices or shares: a split restates them, so that a high of before still compares (DATA-6). */
  readonly memoryUnits?: Readonly<Partial<Record<Memory, MemoryUnit>>>;
  features(params: Params): Readonly<Record<Feature, FeatureRef>>;
  /** What no bar tells, and somebody has to: see `market/references`. */
  references?(params: Params): Readonly<Record<Reference, ReferenceRef>>;
  decide(view: StrategyView<Feature, Memory, Reason, Reference>, params: Params): void;
}

type Readers = Readonly<Record<string, FeatureReader>>;

/** A strategy with its parameters bound and its type parameters hidden: what the engine runs. */
export interface BoundStrategy {
  readonly id: string;
  readonly horizon: Horizon;
  readonly sizing: SizingMethod;
  readonly acceptsMissing: boolean;
  readonly params: unknown;
  readonly reasons: readonly (readonly [name: string, sentence: string])[];
  readonly memory: readonly (readonly [name: string, initial: number])[];
  readonly memoryUnits?: Readonly<Record<string, MemoryUnit>>;
  readonly features: readonly (readonly [name: string, ref: FeatureRef])[];
  readonly references?: readonly (readonly [name: string, ref: ReferenceRef])[];
  /** The only ones that are shown to it; absent: every one of the run. */
  readonly symbols?: readonly string[];
  /** Instruments outside of this tier of the universe, and not held, are not shown to it; absent: all are. */
  readonly tier?: UniverseTier;
  /** Of these, the ones whose NaN keeps no instrument from being looked at. */
  readonly mayBeMissing?: readonly string[];
  /** The model beside the rules; absent: rules alone. */
  readonly model?: { readonly id: string; readonly reference?: DriftReference | undefined };
  /** `isRepeated`: a record holds the decision, so no clock may change it. */
  decide(view: StrategyView<string, string, string, string>, isRepeated?: boolean): void;
  /** Nothing of a decision that it throws in was heard (GS-1). */
  readonly isGuarded?: true;
  /** Forgets what it holds beside its declared memory; absent: it holds nothing there. */
  renew?(): void;
  /** What models and news make of an entry of the rules at this close, dollars per share. Absent: rules alone. */
  advise?(entry: Entry, close: number, feature: Readers, reference: Readers): Entry;
}

export interface StrategyModule {
  readonly id: string;
  readonly horizon: Horizon;
  readonly card: StrategyCard;
  readonly timeframes: readonly Timeframe[];
  /** What a search may vary; none: nothing. */
  readonly parameters: readonly ParameterSpec[];
  /** Parses `params` strictly: an unknown or wrong one throws a ZodError naming it. */
  bind(params: unknown): BoundStrategy;
}

export function defineStrategy<
  Params,
  Feature extends string,
  Memory extends string,
  Reason extends string,
  Reference extends string = never,
>(spec: StrategySpec<Params, Feature, Memory, Reason, Reference>): StrategyModule {
  const { horizon = "swing" } = spec;
  return {
    id: spec.id,
    horizon,
    card: spec.card,
    timeframes: spec.timeframes,
    parameters: parameterSpecs(spec.params),
    bind(given) {
      const params = spec.params.parse(given);
      return {
        id: spec.id,
        horizon,
        sizing: spec.sizing,
        acceptsMissing: spec.acceptsMissing ?? false,
        params,
        reasons: Object.entries<string>(spec.reasons),
        memory: Object.entries<number>(spec.memory),
        memoryUnits: (spec.memoryUnits ?? {}) as Readonly<Record<string, MemoryUnit>>,
        features: Object.entries<FeatureRef>(spec.features(params)),
        ...(spec.references === undefined
          ? {}
          : { references: Object.entries<ReferenceRef>(spec.references(params)) }),
        // The engine builds the view from the very names declared above, so the cast cannot lie.
        decide: (view) => spec.decide(view as StrategyView<Feature, Memory, Reason, Reference>, params),
      };
    },
  };
}
