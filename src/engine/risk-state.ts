/**
 * The saved risk state: everything that a restart must bring back for rules and breakers to answer as if nothing had
 * happened (RISK-2, I-33, I-34). Plain JSON. What works at the venue and what is held is not in it: that comes back
 * with the orders and the account.
 *
 * RS-1  A state that was not written by `saveRisk`, by another version or for other instruments is refused with one
 *       line, and entries are barred until an operator says otherwise: no state is no allowance.
 */
import { z } from "zod";
import { InputError } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Authorities } from "../risk/authority.ts";
import type { BreakerWatch, WatchState } from "./breaker-watch.ts";
import { savedEntries } from "./entry-memory.ts";
import { savedActivity } from "./instrument-activity.ts";
import { savedBoard } from "./market-board.ts";
import type { RiskFacts, RiskScope } from "./risk-facts.ts";
import type { StopState } from "./stop-levels.ts";
import type { VirtualStops } from "./virtual-stops.ts";

const VERSION = 1;
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

export interface RiskState extends WatchState {
  readonly version: number;
  readonly facts: SavedFacts;
  /** Levels, in a run whose stops the engine watches. */
  readonly stops?: StopState;
}

export interface RiskStateParts {
  readonly scope: RiskScope;
  readonly watch: BreakerWatch;
  readonly facts: RiskFacts;
  readonly authorities: Authorities;
  readonly stops: VirtualStops | undefined;
}

/** Nothing in it is shared with the engine. */
export function saveRisk({ watch, facts, stops }: RiskStateParts): RiskState {
  const state = { version: VERSION, ...watch.save(), facts: facts.save() };
  return stops === undefined ? state : { ...state, stops: stops.save() };
}

/** Takes over what `saveRisk` gave, after JSON or not. Throws InputError on anything else (RS-1). */
export function loadRisk(given: unknown, { scope, watch, facts, authorities, stops }: RiskStateParts): void {
  let isLoaded = false;
  try {
    const state = checked(given, scope);
    facts.load(state.facts);
    watch.load(state);
    if (state.stops !== undefined) stops?.load(state.stops);
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

function checked(given: unknown, scope: RiskScope): RiskState {
  const state = (typeof given === "object" && given !== null ? given : {}) as Partial<RiskState>;
  if (state.version !== VERSION) refuse("version", `${JSON.stringify(state.version)} is not ${VERSION}`);
  const parsed = savedFacts(scope).safeParse(state.facts);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(["facts", ...(issue?.path ?? [])].join("."), issue?.message ?? "not valid");
  }
  const symbols = scope.symbols ?? [];
  const saved = parsed.data.symbols;
  const places = Array.from({ length: Math.max(symbols.length, saved.length) }, (_, n) => n);
  const other = places.find((n) => symbols[n] !== saved[n]);
  if (other !== undefined) {
    refuse(
      "facts.symbols",
      `instrument ${other} is ${symbols[other] ?? "none"}, it was ${saved[other] ?? "none"}`,
    );
  }
  return { ...(state as RiskState), facts: parsed.data };
}

function refuse(field: string, why: string): never {
  throw new InputError(`saved risk state: ${field}: ${why}; ${CURE}`, 3);
}
