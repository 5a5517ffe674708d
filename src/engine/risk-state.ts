/**
 * The saved risk state: everything that a restart must bring back for rules and breakers to answer as if nothing had
 * happened (RISK-2, I-33, I-34). Plain JSON. What works at the venue and what is held is not in it: that comes back
 * with the orders and the account.
 *
 * RS-1  A state that was not written by `saveRisk`, by another version or for other instruments is refused with one
 *       line, and entries are barred until an operator says otherwise: no state is no allowance. Nothing of it is taken
 *       over. One that is sound lifts nothing that was barred before it was read (AU-3).
 */
import { z } from "zod";
import { InputError } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Authorities } from "../risk/authority.ts";
import type { BreakerWatch, WatchState } from "./breaker-watch.ts";
import type { ClaimEnforcement } from "./claim-enforcement.ts";
import { savedEntries } from "./entry-memory.ts";
import { savedActivity } from "./instrument-activity.ts";
import { savedBoard } from "./market-board.ts";
import type { PositionAdjustments } from "./position-adjustments.ts";
import type { ReferenceWatch } from "./reference-watch.ts";
import type { RegimeWatch } from "./regime-watch.ts";
import type { RiskFacts, RiskScope } from "./risk-facts.ts";
import { type StopState, savedStops } from "./saved-stops.ts";
import type { VirtualStops } from "./virtual-stops.ts";

const VERSION = 3;
const CURE =
  "give back the state as it was saved, or start without one and let an operator confirm the limits";

const savedFacts = ({ strategies, instruments }: RiskScope) =>
  z.strictObject({
    /** What the instruments are called, in their order; empty where nobody knows. */
    symbols: z.array(z.string()),
    /** Instant of the last event, epoch micros. */
    now: z.number(),
    entries: savedEntries(strategies, instruments),
    activity: savedActivity(instruments),
    board: savedBoard(instruments),
  });
export type SavedFacts = z.infer<ReturnType<typeof savedFacts>>;

const savedEnforcement = ({ strategies, instruments }: RiskScope) => {
  const instrument = z
    .int()
    .min(0)
    .max(instruments - 1);
  return z.strictObject({
    /** Name of the halt in force. */
    halt: z.string().nullable(),
    /** Instruments that an operator wants closed, by name and as a part of everything. */
    closing: z.array(instrument),
    closingAll: z.array(instrument),
    /** Places that were to be flat at the last close and were not (C-65). */
    late: z
      .array(
        z
          .int()
          .min(0)
          .max(strategies * instruments - 1),
      )
      .default([]),
  });
};
export type SavedEnforcement = z.infer<ReturnType<typeof savedEnforcement>>;

export interface RiskState extends WatchState {
  readonly version: number;
  /** Ids of the strategies in the order in which they decide; empty where nobody knows. */
  readonly strategies: readonly string[];
  readonly facts: SavedFacts;
  readonly enforcement: SavedEnforcement;
  /** Ids of the last adjustments to what the broker holds. */
  readonly adjusted: readonly string[];
  /** Levels, in a run whose stops the engine watches. */
  readonly stops?: StopState;
  /** What the detector said last, in a run that a regime binds. */
  readonly regime?: unknown;
  /** Reference tables that were told, in a run whose strategies wait for them. */
  readonly references?: unknown;
}

export interface RiskStateParts {
  readonly scope: RiskScope & { readonly strategyIds?: readonly string[] };
  readonly watch: BreakerWatch;
  readonly facts: RiskFacts;
  readonly authorities: Authorities;
  readonly stops: VirtualStops | undefined;
  readonly claims: ClaimEnforcement;
  readonly adjustments: PositionAdjustments;
  readonly regime: RegimeWatch | undefined;
  readonly references: ReferenceWatch | undefined;
}

/** Nothing in it is shared with the engine. */
export function saveRisk(parts: RiskStateParts): RiskState {
  const { scope, watch, facts, stops, claims, adjustments, regime, references } = parts;
  const strategies = [...(scope.strategyIds ?? [])];
  const outside = { enforcement: claims.save(), adjusted: [...adjustments.save()] };
  const state = { version: VERSION, strategies, ...watch.save(), facts: facts.save(), ...outside };
  return {
    ...state,
    ...(stops === undefined ? {} : { stops: stops.save() }),
    ...(regime === undefined ? {} : { regime: regime.save() }),
    ...(references === undefined ? {} : { references: references.save() }),
  };
}

/** Takes over what `saveRisk` gave, after JSON or not. Throws InputError on anything else (RS-1). */
export function loadRisk(given: unknown, parts: RiskStateParts): void {
  const { watch, facts, authorities, stops, claims, adjustments, regime, references } = parts;
  let isLoaded = false;
  try {
    const state = checked(given, parts);
    facts.load(state.facts);
    watch.load(state);
    claims.load(state.enforcement);
    adjustments.load(state.adjusted);
    if (state.stops !== undefined) stops?.load(state.stops);
    if (state.regime !== undefined) regime?.load(state.regime);
    if (state.references !== undefined) references?.load(state.references);
    isLoaded = true;
  } finally {
    if (!isLoaded) {
      authorities.raise({
        authority: "kill_switch",
        source: "saved_risk_state",
        level: "NO_NEW_ENTRIES",
        scalar: 1,
        reason: "the saved risk state could not be read",
        since: facts.now as EpochMicros,
        until: undefined,
        liftedBy: "operator",
      });
    }
  }
}

/** Everything is looked at before anything is taken over: half a state is none. */
function checked(given: unknown, { scope, watch, stops }: RiskStateParts): RiskState {
  const state = (typeof given === "object" && given !== null ? given : {}) as Partial<RiskState>;
  if (state.version !== VERSION) refuse("version", `${JSON.stringify(state.version)} is not ${VERSION}`);
  const facts = parsed("facts", savedFacts(scope), state.facts);
  sameNames(
    "strategies",
    "strategy",
    parsed("strategies", z.array(z.string()), state.strategies),
    scope.strategyIds,
  );
  sameNames("facts.symbols", "instrument", facts.symbols, scope.symbols);
  const { strategies, instruments } = scope;
  const enforcement = parsed("enforcement", savedEnforcement(scope), state.enforcement);
  const adjusted = parsed("adjusted", z.array(z.string()), state.adjusted);
  const whole = { ...(state as RiskState), facts, enforcement, adjusted };
  watch.check(whole);
  if (stops === undefined) {
    if (state.stops !== undefined) refuse("stops", "the state has some, and this run watches none");
    return whole;
  }
  if (state.stops === undefined) refuse("stops", "the state has none, and this run watches its stops");
  return { ...whole, stops: parsed("stops", savedStops(strategies, instruments), state.stops) };
}

function parsed<Saved>(field: string, form: z.ZodType<Saved>, value: unknown): Saved {
  const result = form.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return refuse([field, ...(issue?.path ?? [])].join("."), issue?.message ?? "not valid");
}

/** What is told apart by its place must stand where it stood. */
function sameNames(field: string, what: string, saved: readonly string[], now: readonly string[] = []): void {
  const places = Array.from({ length: Math.max(now.length, saved.length) }, (_, n) => n);
  const other = places.find((n) => now[n] !== saved[n]);
  if (other === undefined) return;
  refuse(field, `${what} ${other} is ${now[other] ?? "none"}, it was ${saved[other] ?? "none"}`);
}

function refuse(field: string, why: string): never {
  throw new InputError(`saved risk state: ${field}: ${why}; ${CURE}`, 3);
}
