/**
 * Limits that an operator has tightened for a while (ADMIN-1): each binds from the moment it is told, ends by itself,
 * and is an event of the journal, so that a restart and a replay have the same limits at the same instant.
 *
 * LO-1  A limit in force is the strictest of the configured one and of every override that has not ended: no event,
 *       whatever it says, makes one looser than it was configured.
 * LO-2  An override ends at its time or with the session, whichever is first.
 * LO-3  One is forgotten as soon as another one of its limit is as strict and lasts as long: however often somebody
 *       asks, what is kept is what binds at some instant to come.
 */
import { InputError } from "../domain/assert.ts";
import type { LimitOverridden } from "../domain/events.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { BoundBreaker } from "../risk/breaker.ts";
import type { RiskGate } from "../risk/gate.ts";
import type { RiskRule } from "../risk/rule.ts";
import type { BreakerWatch } from "./breaker-watch.ts";
import type { SessionClock } from "./session-clock.ts";

export interface OverrideParts {
  readonly rules: readonly RiskRule[];
  readonly breakers: readonly BoundBreaker[];
  readonly gate: RiskGate;
  readonly watch: BreakerWatch;
  readonly clock: SessionClock;
}

export type LimitOverride = Omit<LimitOverridden, "kind" | "at">;

export class LimitOverrides {
  readonly #parts: OverrideParts;
  #held: readonly LimitOverride[] = [];
  #nextEnd = Number.POSITIVE_INFINITY;

  constructor(parts: OverrideParts) {
    this.#parts = parts;
  }

  /** Those in force, the oldest first. */
  get list(): readonly LimitOverride[] {
    return this.#held;
  }

  /** Throws InputError (exit 2) naming the key when no rule or breaker of the run has such a limit. */
  apply({ at, key, value, stricter, until }: LimitOverridden): void {
    const { clock } = this.#parts;
    const end = clock.close > at ? Math.min(until, clock.close) : until;
    this.#configured(key);
    if (!(end > at) || !Number.isFinite(value)) return;
    const told: LimitOverride = { key, value, stricter, until: end as EpochMicros };
    if (!this.#held.some((other) => outlasts(other, told)))
      this.#held = [...this.#held.filter((other) => !outlasts(told, other)), told];
    this.#changed(key);
  }

  /** Costs one comparison while none is due. */
  expire(at: EpochMicros): void {
    if (!(at >= this.#nextEnd)) return;
    const over = this.#held.filter(({ until }) => until <= at);
    this.#held = this.#held.filter(({ until }) => until > at);
    for (const key of new Set(over.map((override) => override.key))) this.#changed(key);
  }

  /** The limit as it was configured. */
  #configured(key: string): number {
    const [family, id = "", param = ""] = key.split(".");
    const { rules, breakers } = this.#parts;
    const found = (family === "risk" ? rules : family === "breakers" ? breakers : []).find(
      (one) => one.id === id,
    );
    const value = found?.params?.[param];
    if (typeof value === "number") return value;
    throw new InputError(`override: ${key} is no limit of this run; see: plimsoll config show`, 2);
  }

  #changed(key: string): void {
    this.#nextEnd = Math.min(...this.#held.map(({ until }) => until));
    const limit = this.#held
      .filter((override) => override.key === key)
      .reduce(
        (strictest, { value, stricter }) =>
          stricter === "less" ? Math.min(strictest, value) : Math.max(strictest, value),
        this.#configured(key),
      );
    const [family, id = "", param = ""] = key.split(".");
    if (family === "risk") this.#parts.gate.reconfigure(id, { [param]: limit });
    else this.#parts.watch.reconfigure(id, { [param]: limit });
  }
}

/** `one` binds at every instant at which `other` would (LO-3). */
function outlasts(one: LimitOverride, other: LimitOverride): boolean {
  if (one.key !== other.key || one.stricter !== other.stricter || one.until < other.until) return false;
  return one.stricter === "less" ? one.value <= other.value : one.value >= other.value;
}
