/**
 * What every risk rule is: a pure question asked of one order before it may leave (RISK-1).
 *
 * RK-1  A rule may shrink or refuse an order; it never grows one or flips its side.
 * RK-2  An order that can only shrink a position is never refused by a rule for entries (I-10).
 * RK-3  Exposure counts working orders as if they had filled (I-11).
 * RK-4  Every verdict carries both numbers: what was measured, and the limit.
 * RK-7  Entering fails closed: a fact that was read and is no number, or a price or an equity that is not
 *       positive, never ends in "allow". Every comparison is written so that NaN refuses.
 */
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import type { OrderType, Purpose, Side, TimeInForce } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";

/** An order that wants to leave. Dollars per share and shares; NaN for a price it does not have. */
export interface OrderRequest {
  readonly instrument: InstrumentId;
  readonly strategy: number;
  readonly side: Side;
  /** Whole or fractional shares, positive. */
  readonly shares: number;
  readonly purpose: Purpose;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limit: number;
  readonly stop: number;
  /** Close the decision was made at. */
  readonly reference: number;
  readonly decidedAt: EpochMicros;
}

/** Read-only facts a rule may use. Anything not here, a rule may not know. */
export interface RiskView {
  readonly now: EpochMicros;
  /** Net asset value and gross exposure at the last marks, dollars. */
  readonly equity: number;
  readonly gross: number;
  /** Dollars that working entries would add to the gross exposure. */
  readonly workingGross: number;
  /** Longs less shorts at the last marks, dollars, and what working entries that sell would add to the shorts. */
  readonly net: number;
  readonly workingShort: number;
  /** Gross exposure of the intraday strategies, their working entries included, dollars. */
  readonly intradayGross: number;
  /** What the permission in force multiplies sizes with, zero or positive. */
  readonly scalar: number;
  /** Fraction below the day's high, zero or positive. */
  readonly drawdownFromDayHigh: number;
  /** Instruments held or with a working entry. */
  readonly openPositions: number;
  /** Entry orders sent this session. */
  readonly entriesToday: number;
  readonly sessionOpen: EpochMicros;
  readonly sessionClose: EpochMicros;
  readonly inSession: boolean;
  /** Signed shares: negative when short. */
  position(instrument: InstrumentId): number;
  /** Unfilled shares of live entries on one side, cancels in flight included. */
  working(instrument: InstrumentId, side: Side): number;
  /** Last close, dollars; NaN when never seen. */
  mark(instrument: InstrumentId): number;
  /** The last close as it was printed, dollars, whatever the prices of the run are adjusted for; NaN if not known. */
  rawPrice(instrument: InstrumentId): number;
  /** When the last bar of the instrument closed; NaN when never. */
  markedAt(instrument: InstrumentId): number;
  /** Best bid and offer, dollars; NaN when nobody quotes that side or no quote was ever seen. */
  bid(instrument: InstrumentId): number;
  ask(instrument: InstrumentId): number;
  /** When the last quote of the instrument came; NaN when never. */
  quotedAt(instrument: InstrumentId): number;
  /** True from a trading halt or volatility pause to its end (C-44). */
  halted(instrument: InstrumentId): boolean;
  /** True while our books of the instrument and the broker's do not agree (C-47). */
  locked(instrument: InstrumentId): boolean;
  /** When the strategy last sent an entry in this instrument; NaN when never. */
  lastEntryAt(strategy: number, instrument: InstrumentId): number;
  /**
   * When an entry on this side of as many shares, give or take a fraction of the larger number, was last sent before
   * `now`, by whatever strategy; NaN when none was in the last minute.
   */
  alikeEntryAt(instrument: InstrumentId, side: Side, shares: number, fraction: number): number;
  /** True while the strategy has a live entry in this instrument. */
  entryWorking(strategy: number, instrument: InstrumentId): boolean;
  /** Entries of all strategies that were sent after `now` less so many microseconds. */
  entriesWithin(micros: number): number;
  /**
   * Shares of exits that still work on one side: what they close is gone before an entry on that side adds.
   * Protective orders at rest are none.
   */
  exiting(instrument: InstrumentId, side: Side): number;
  /** Of both, what was decided in this very step: it is netted before anything leaves, and so meets nobody (NE-3). */
  deciding(instrument: InstrumentId, side: Side): number;
  /** Bars since a stop of ours filled in the instrument, 0 on that bar; NaN when none ever did. */
  barsSinceStop(instrument: InstrumentId): number;
  /** Mean shares per session over the last 20; NaN before there were as many. */
  averageVolume(instrument: InstrumentId): number;
  /** Shares that we bought or sold this session, all strategies. */
  tradedToday(instrument: InstrumentId): number;
  /** Dollars lost if every lot and working entry were stopped out; without a stop, the fraction of its price. */
  openRisk(assumedFraction: number): number;
  /** Instruments besides this one that the strategy holds or is entering, and the most it may. */
  otherPositions(strategy: number, besides: InstrumentId): number;
  positionCap(strategy: number): number;
  /** True for a strategy that declares that it ends each day flat. */
  isIntraday(strategy: number): boolean;
  symbol(instrument: InstrumentId): string;
}

export type VerdictKind = "allow" | "shrink" | "deny";

export interface Verdict {
  readonly kind: VerdictKind;
  /**
   * What was measured, with this order in it, in the unit of the rule. NaN when there was nothing to
   * measure: no stop, no earlier entry, or a fact that is no number.
   */
  readonly used: number;
  readonly limit: number;
  /** Shares that may leave; only read when the kind is "shrink". */
  readonly shares: number;
}

/** The one verdict of everything that is allowed. Fractions, so that its fields hold doubles from the start. */
const allowed = { kind: "allow" as const, used: 0.5, limit: 0.5, shares: Number.NaN };

/**
 * Always the same object, holding the numbers of the last call: an entry asks a score of rules, nearly all of them
 * allow it, and nobody keeps what they said. Read it before the next rule is asked. What refuses or trims is kept, so
 * it gets an object of its own.
 */
export function allow(used: number, limit: number): Verdict {
  allowed.used = used;
  allowed.limit = limit;
  return allowed;
}

export const deny = (used: number, limit: number): Verdict => ({
  kind: "deny",
  used: Number.isFinite(used) ? used : Number.NaN,
  limit,
  shares: 0,
});

/** True for a number at or below the limit: never for NaN or an infinity of either sign (RK-7). */
export const fits = (used: number, limit: number): boolean =>
  used <= limit && used > Number.NEGATIVE_INFINITY;

/** Allows what fits, refuses the rest. */
export const upTo = (used: number, limit: number): Verdict =>
  fits(used, limit) ? allow(used, limit) : deny(used, limit);

/** Trims to whole shares; a trim to nothing is a refusal, and so is a trim of what could not be measured. */
export function shrink(shares: number, used: number, limit: number): Verdict {
  const whole = Math.floor(shares);
  return whole >= 1 && Number.isFinite(used)
    ? { kind: "shrink", used, limit, shares: whole }
    : deny(used, limit);
}

/** True for what can be a price or an equity: NaN, infinities, zero and negative figures cannot (RK-7). */
export const isPositive = (dollars: number): boolean => dollars > 0 && dollars < Number.POSITIVE_INFINITY;

/**
 * Dollars per share to count an order with: the larger of mark and limit. A limit above the market may fill
 * there, and one below it fills at the market. NaN when one of them is no price.
 */
export function worstPrice(order: OrderRequest, view: RiskView): number {
  const mark = view.mark(order.instrument);
  const limit = Number.isNaN(order.limit) ? mark : order.limit;
  return isPositive(mark) && isPositive(limit) ? Math.max(mark, limit) : Number.NaN;
}

/** Sizes scaled down to this or less are the tier of the half: 10 positions, 50 % gross (RELIABILITY 1.6). */
export const reducedScalar = z.number().min(0).max(1).default(0.7);

/** True in the tier of the half; and for a scalar that is no number. */
export const isReduced = (view: RiskView, below: number): boolean => !(view.scalar > below);

/** A rule with its limits bound, ready to be asked. */
export interface RiskRule {
  readonly id: string;
  /** The control of RELIABILITY 1.1 it implements. */
  readonly control: string;
  /** Unit of both numbers, for people: "USD", "% of equity", "s". */
  readonly unit: string;
  readonly appliesTo: "entries" | "all";
  /** The limits that it holds; absent for a rule that was made without any. */
  readonly params?: Readonly<Record<string, unknown>>;
  check(order: OrderRequest, view: RiskView): Verdict;
  /** The same rule with other limits. Throws a ZodError naming what is not allowed. */
  reconfigured?(changes: Readonly<Record<string, unknown>>): RiskRule;
}

interface RuleSpec<Params> extends Omit<RiskRule, "check" | "params" | "reconfigured"> {
  readonly params: z.ZodType<Params>;
  check(order: OrderRequest, view: RiskView, params: Params): Verdict;
}

export interface RuleModule {
  readonly id: string;
  readonly params: z.ZodType;
  /** Parses strictly: an unknown or wrong parameter throws a ZodError naming it. */
  configure(params: unknown): RiskRule;
}

/** Hides `Params`, so that the registry is a plain list. */
export function defineRule<Params>(spec: RuleSpec<Params>): RuleModule {
  const configure = (given: unknown): RiskRule => {
    const params = spec.params.parse(given);
    const limits = params as Readonly<Record<string, unknown>>;
    return {
      id: spec.id,
      control: spec.control,
      unit: spec.unit,
      appliesTo: spec.appliesTo,
      params: limits,
      check: (order, view) => spec.check(order, view, params),
      reconfigured: (changes) => configure({ ...limits, ...changes }),
    };
  };
  return { id: spec.id, params: spec.params, configure };
}
