/**
 * What compute and execute tell each other where they are separate processes. In one loop these are function calls
 * (`single-loop.ts`); the stages are the same objects. Plain values that survive JSON.
 */
import type { CorporateActionEvent, EngineEvent, ReferenceTold } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Intent, SizingConstraint } from "../domain/intent.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { EnsembleParams } from "../ensemble/ensemble-params.ts";
import type { AccountFacts } from "./compute.ts";
import type { EndedBySplit } from "./corporate-actions.ts";
import type { Demotion } from "./model-watch.ts";
import type { OwnFill } from "./own-fill.ts";
import type { StrategyFault } from "./strategy-fault.ts";

/** The account as of one minute: what a decision on that minute may know. */
export interface AccountSnapshot {
  /** Dollars. */
  readonly equity: number;
  readonly availableCash: number;
  readonly scalar: number;
  /** Of new longs, where it is another. */
  readonly longScalar?: number;
  /** Index points; null: it should be known and is not; absent: no source. */
  readonly vix?: number | null;
  /** New longs are barred for every strategy; absent: they are not. */
  readonly barsLongs?: true;
  /** Instruments with entries sent this session, and their shares; all others have none. */
  readonly entered: readonly (readonly [InstrumentId, number])[];
  /** Strategies whose entries are barred. */
  readonly barred: readonly number[];
  /** Dollars that each strategy has won, null for not known; absent where nothing adapts to it. */
  readonly won?: readonly (number | null)[];
}

/** Execute to compute, in the order in which it happened. */
export type ComputeFeedback =
  | { readonly kind: "filled"; readonly fill: OwnFill }
  | { readonly kind: "action"; readonly event: CorporateActionEvent; readonly ended: readonly EndedBySplit[] }
  | { readonly kind: "told"; readonly event: ReferenceTold }
  /** An operator enabled a strategy. */
  | { readonly kind: "enabled"; readonly strategy: number }
  /** The bars of that instant are valued: compute may decide on them. */
  | { readonly kind: "valued"; readonly at: EpochMicros; readonly account: AccountSnapshot };

/** What an event that execute was told means for compute; undefined for most. */
export function heardByCompute(event: EngineEvent): ComputeFeedback | undefined {
  if (event.kind === "ReferenceTold") return { kind: "told", event };
  const isEnabled = event.kind === "OperatorActed" && event.action === "enable";
  return isEnabled && event.strategy !== undefined
    ? { kind: "enabled", strategy: event.strategy }
    : undefined;
}

/** One wish as a person reads it, with the row that orders refer to. */
export interface SignalNote {
  readonly signal: number;
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly kind: "enter" | "exit" | "protect";
  readonly conviction: number;
  /** Dollars per share; null for none. */
  readonly stop: number | null;
  readonly target: number | null;
  /** The sentence with its numbers, and what a model beside the rules made of it. */
  readonly reason: string;
  /** What the strategy declared and saw of the instrument; absent in old records and where a stop follows the price. */
  readonly features?: readonly (readonly [name: string, value: number | null])[];
  /** The constraint that left it no share; absent when there was room. */
  readonly unsized?: SizingConstraint;
  /** Shares that each constraint alone would have allowed, where a size was asked for. */
  readonly sizes?: readonly (readonly [SizingConstraint, number])[];
  /** What models said of it, whoever decided; absent where none was asked. */
  readonly models?: readonly NotedOpinion[];
}

/** A model's word on an entry, as the record keeps it (LEARN-8). */
export interface NotedOpinion {
  /** Its version. */
  readonly model: string;
  /** It decided, looked on, or was out of use for its drift. */
  readonly role: "decides" | "shadow" | "demoted";
  /** Chance in [0, 1] that the entry pays; null for no answer. */
  readonly probability: number | null;
  readonly follows: boolean;
}

/** Compute to execute: all that was decided on the bars of one instant, also when that is nothing. */
export interface Decision {
  readonly at: EpochMicros;
  readonly intents: readonly Intent[];
  readonly signals: readonly SignalNote[];
  /** Strategies that threw on these bars; absent when none did. */
  readonly faults?: readonly StrategyFault[];
  /** Models that had drifted when this was decided, told once; absent when none had. */
  readonly demotions?: readonly Demotion[];
  /** What shares of the capital are multiplied by now, by strategy (SIZE-3); absent where nothing adapts. */
  readonly adaptive?: readonly number[];
}

/** The snapshot as compute asks it. */
export class SnapshotFacts implements AccountFacts {
  #account: AccountSnapshot = { equity: 0, availableCash: 0, scalar: 0, entered: [], barred: [] };

  take(account: AccountSnapshot): void {
    this.#account = account;
  }

  get equity(): number {
    return this.#account.equity;
  }

  get availableCash(): number {
    return this.#account.availableCash;
  }

  get scalar(): number {
    return this.#account.scalar;
  }

  get longScalar(): number {
    return this.#account.longScalar ?? this.#account.scalar;
  }

  get vix(): number | undefined {
    const { vix } = this.#account;
    return vix === null ? Number.NaN : vix;
  }

  /** Asked for each entry, of which a minute has few: a table would be made anew each minute. */
  enteredToday(instrument: InstrumentId): number {
    for (const [entered, shares] of this.#account.entered) if (entered === instrument) return shares;
    return 0;
  }

  wonBy(strategy: number): number {
    return this.#account.won?.[strategy] ?? Number.NaN;
  }

  allowsEntries(strategy: number, isLong = false): boolean {
    return !(isLong && this.#account.barsLongs === true) && !this.#account.barred.includes(strategy);
  }
}

const wonByAll = (facts: AccountFacts, strategies: number): readonly (number | null)[] =>
  Array.from({ length: strategies }, (_, s) => {
    const won = facts.wonBy?.(s) ?? Number.NaN;
    return Number.isNaN(won) ? null : won;
  });

/** What execute tells of the account after valuing a minute. */
export function accountSnapshot(
  facts: AccountFacts,
  {
    strategies,
    instruments,
    ensemble,
  }: { readonly strategies: number; readonly instruments: number; readonly ensemble?: EnsembleParams },
): AccountSnapshot {
  const entered: [InstrumentId, number][] = [];
  for (let i = 0; i < instruments; i++) {
    const instrument = i as InstrumentId;
    const shares = facts.enteredToday(instrument);
    if (shares !== 0) entered.push([instrument, shares]);
  }
  const barred: number[] = [];
  for (let s = 0; s < strategies; s++) if (!facts.allowsEntries(s)) barred.push(s);
  const { equity, availableCash, scalar, longScalar = scalar, vix } = facts;
  let barsLongs = false;
  for (let s = 0; s < strategies; s++) barsLongs ||= facts.allowsEntries(s) && !facts.allowsEntries(s, true);
  return {
    ...{ equity, availableCash, scalar, entered, barred },
    ...(longScalar === scalar ? {} : { longScalar }),
    ...(barsLongs ? { barsLongs: true as const } : {}),
    ...(vix === undefined ? {} : { vix: Number.isNaN(vix) ? null : vix }),
    ...(ensemble?.adaptive.enabled ? { won: wonByAll(facts, strategies) } : {}),
  };
}
