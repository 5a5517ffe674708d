/**
 * What every circuit breaker is: a small state machine that watches the account and holds claims in the
 * permission lattice (RISK-2). It never sends an order: what it wants done follows from its claims, and from
 * asking once that all positions be halved.
 *
 * BR-1  It raises and lifts claims under its own authority and its own name only (AU-2).
 * BR-2  At the limit it acts, one micro-dollar before it does not.
 * BR-3  A value that is no number neither fires nor clears it: entries are refused by then (RK-7), and a missing
 *       mark is no loss.
 * BR-4  Its state is plain JSON. Saved and loaded after any event, it acts at the same later event as if nothing
 *       had happened (I-33, I-34); a state that it did not write is refused.
 */
import type { z } from "zod";
import { InputError } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Authorities, Authority, Claim, Level } from "./authority.ts";
import type { CalmRange } from "./calm-range.ts";
import type { ValueWindow } from "./value-window.ts";

/** Read-only facts a breaker may use. Fractions are zero or positive, and NaN while the account has no value. */
export interface BreakerView {
  readonly now: EpochMicros;
  /** Day number of the session that `now` belongs to; NaN when none is known. */
  readonly session: number;
  /** Net asset value: dollars, and dollars per unit, which deposits do not move. */
  readonly equity: number;
  readonly unitValue: number;
  readonly drawdownFromDayHigh: number;
  readonly lossFromDayBase: number;
  readonly drawdownFromHigh: number;
  /** False before open + 60 s: the base of the day may still rise. */
  readonly baseIsFixed: boolean;
  readonly strategies: number;
  /** Dollars won since the start, net of costs, open positions at their marks. */
  strategyPnl(strategy: number): number;
  /** Dollars allocated to the strategy. */
  strategyCapital(strategy: number): number;
}

/** A position that was opened and is closed again; partial exits belong to the one trip. Dollars, net of costs. */
export interface RoundTrip {
  readonly strategy: number;
  readonly closedAt: EpochMicros;
  readonly pnl: number;
}

/** An entry that a rule of the gate refused in full, or that was barred before any rule was asked. */
export interface RefusedEntry {
  readonly strategy: number;
  /** Of the rule; undefined where a claim barred it. */
  readonly control: string | undefined;
  /** Source of that claim. */
  readonly barredBy?: string | undefined;
}

interface Raised {
  readonly level: Level;
  readonly reason: string;
  /** Default 1. */
  readonly scalar?: number;
  /** Default: until the breaker lifts it. */
  readonly until?: EpochMicros;
  /** Lifted by an operator only. */
  readonly latched?: boolean;
  /** The one strategy it is about. */
  readonly scope?: number;
}

/** What a breaker may do. */
export interface BreakerActs {
  raise(claim: Raised): void;
  lift(scope?: number): void;
  /** Its own claim, if it stands. */
  held(scope?: number): Claim | undefined;
  /** Sells half of every position, once, and cancels working entries. */
  halvePositions(): void;
}

interface BreakerSpec<Params, State> {
  readonly id: string;
  /** The control of RELIABILITY 1.1 it implements. */
  readonly control: string;
  /** `strategy` for claims on single strategies, `circuit_breakers` for those on the account. */
  readonly authority: Extract<Authority, "circuit_breakers" | "strategy">;
  readonly params: z.ZodType<Params>;
  /** What a saved state must look like. */
  state(strategies: number, params: Params): z.ZodType<State>;
  initial(strategies: number, params: Params): State;
  /** Values that it must hear of even when all is calm; the newest stands in it when `observe` is called. */
  history?(state: State): ValueWindow;
  /** The first thing of a new session. */
  sessionStarted?(state: State, view: BreakerView, acts: BreakerActs, params: Params): void;
  /** After each valuation of the account. */
  observe?(state: State, view: BreakerView, acts: BreakerActs, params: Params): void;
  /** After `observe`: narrows the range to where it would do nothing. Without it there is no such range. */
  calm?(state: State, view: BreakerView, acts: BreakerActs, params: Params, range: CalmRange): void;
  tradeClosed?(state: State, trade: RoundTrip, view: BreakerView, acts: BreakerActs, params: Params): void;
  entryRefused?(
    state: State,
    entry: RefusedEntry,
    view: BreakerView,
    acts: BreakerActs,
    params: Params,
  ): void;
}

/** What the engine gives a breaker to work with. */
export interface BreakerParts {
  readonly strategies: number;
  readonly authorities: Authorities;
  halvePositions(): void;
}

/** A breaker at work. Events come in order; `view.now` never goes back. */
export interface Breaker {
  readonly id: string;
  /** False for one that hears of new sessions and valuations in vain. */
  readonly observes: boolean;
  /** Told of every value, in place of `observe` as long as the range is calm; replaced by `load`. */
  readonly history: ValueWindow | undefined;
  observe(view: BreakerView): void;
  /** Narrows the range to where `observe` would do nothing. Until then nothing but its history is to be told. */
  calm(view: BreakerView, range: CalmRange): void;
  tradeClosed(trade: RoundTrip, view: BreakerView): void;
  entryRefused(entry: RefusedEntry, view: BreakerView): void;
  /** Other limits from the next event on. Throws a ZodError naming what is not allowed. */
  reconfigure(changes: Readonly<Record<string, unknown>>): void;
  /** Plain JSON, a copy. */
  save(): unknown;
  /** Takes over what `save` gave, after JSON or not. Throws InputError on anything else and names the field (BR-4). */
  load(saved: unknown): void;
}

/** A breaker with its limits bound, not yet at work. */
export interface BoundBreaker {
  readonly id: string;
  readonly control: string;
  /** The limits that it holds. */
  readonly params?: Readonly<Record<string, unknown>>;
  start(parts: BreakerParts): Breaker;
}

export interface BreakerModule {
  readonly id: string;
  readonly control: string;
  readonly params: z.ZodType;
  /** Parses strictly: an unknown or wrong parameter throws a ZodError naming it. */
  configure(params: unknown): BoundBreaker;
}

/** Room for the last bits of a quotient of doubles: a thousandth of a micro-dollar on a million. */
const DUST = 1e-15;

/** True at the limit and beyond, false for NaN (BR-2, BR-3). */
export const reached = (used: number, limit: number): boolean => used >= limit - DUST;
/** True at the limit and below, false for NaN. */
export const backTo = (used: number, limit: number): boolean => used <= limit + DUST;

/** `2.13%`, for reasons: written as the report and the terminal write it. */
export const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)}%`;

/** Hides `Params` and `State`, so that the registry is a plain list. */
export function defineBreaker<Params, State>(spec: BreakerSpec<Params, State>): BreakerModule {
  const { id, control } = spec;
  return {
    id,
    control,
    params: spec.params,
    configure(given) {
      const params = spec.params.parse(given);
      const start = (parts: BreakerParts) => new RunningBreaker(spec, params, parts);
      return { id, control, params: params as Readonly<Record<string, unknown>>, start };
    },
  };
}

class RunningBreaker<Params, State> implements Breaker, BreakerActs {
  readonly #spec: BreakerSpec<Params, State>;
  #params: Params;
  readonly #parts: BreakerParts;
  #state: State;
  /** Day number of the session last seen; -1 before the first. */
  #session = -1;
  #now = 0 as EpochMicros;

  constructor(spec: BreakerSpec<Params, State>, params: Params, parts: BreakerParts) {
    this.#spec = spec;
    this.#params = params;
    this.#parts = parts;
    this.#state = spec.initial(parts.strategies, params);
  }

  get id(): string {
    return this.#spec.id;
  }

  reconfigure(changes: Readonly<Record<string, unknown>>): void {
    this.#params = this.#spec.params.parse({ ...this.#params, ...changes });
  }

  get observes(): boolean {
    return this.#spec.observe !== undefined || this.#spec.sessionStarted !== undefined;
  }

  get history(): ValueWindow | undefined {
    return this.#spec.history?.(this.#state);
  }

  observe(view: BreakerView): void {
    this.#see(view);
    if (Number.isFinite(view.unitValue)) this.history?.push(view.now, view.unitValue);
    this.#spec.observe?.(this.#state, view, this, this.#params);
  }

  calm(view: BreakerView, range: CalmRange): void {
    if (this.#spec.calm !== undefined) this.#spec.calm(this.#state, view, this, this.#params, range);
    else if (this.#spec.observe !== undefined) range.close();
  }

  tradeClosed(trade: RoundTrip, view: BreakerView): void {
    this.#see(view);
    this.#spec.tradeClosed?.(this.#state, trade, view, this, this.#params);
  }

  entryRefused(entry: RefusedEntry, view: BreakerView): void {
    if (this.#spec.entryRefused === undefined) return;
    this.#see(view);
    this.#spec.entryRefused(this.#state, entry, view, this, this.#params);
  }

  raise({ level, reason, scalar = 1, until, latched = false, scope }: Raised): void {
    this.#parts.authorities.raise({
      authority: this.#spec.authority,
      source: this.#spec.id,
      level,
      scalar,
      reason,
      since: this.#now,
      until,
      liftedBy: latched ? "operator" : "itself",
      ...(scope === undefined ? {} : { scope }),
    });
  }

  lift(scope?: number): void {
    this.#parts.authorities.lift(this.#spec.authority, this.#spec.id, "itself", scope);
  }

  held(scope?: number): Claim | undefined {
    return this.#parts.authorities.find(this.#spec.authority, this.#spec.id, scope);
  }

  halvePositions(): void {
    this.#parts.halvePositions();
  }

  save(): unknown {
    return JSON.parse(JSON.stringify({ session: this.#session, state: this.#state }));
  }

  load(saved: unknown): void {
    const { session, state } = (typeof saved === "object" && saved !== null ? saved : {}) as {
      readonly session?: unknown;
      readonly state?: unknown;
    };
    if (!Number.isSafeInteger(session)) this.#refuse("session", `${String(session)} is no day`);
    const parsed = this.#spec.state(this.#parts.strategies, this.#params).safeParse(state);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      this.#refuse(["state", ...(issue?.path ?? [])].join("."), issue?.message ?? "not valid");
    }
    this.#session = session as number;
    this.#state = parsed.data as State;
  }

  #see(view: BreakerView): void {
    this.#now = view.now;
    // A restart tells of the session again: only a later one is new.
    if (!(view.session > this.#session)) return;
    this.#session = view.session;
    this.#spec.sessionStarted?.(this.#state, view, this, this.#params);
  }

  #refuse(field: string, why: string): never {
    throw new InputError(`BR-4: saved breaker ${this.#spec.id}: ${field}: ${why}`, 3);
  }
}
