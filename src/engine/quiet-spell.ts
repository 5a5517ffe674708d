/**
 * Bars at which nothing but values can change: the session goes on, no claim ends, nobody waits, nothing is left to
 * protect or to take back. The execute stage asks nobody else at them. Used by it alone.
 *
 * QS-1  A spell begins at the end of a bar at which everything was asked and nothing was left to do. It ends with the
 *       first thing that is no bar, and before the first instant at which a clock alone could change something.
 * QS-2  Who keeps time is told at the end of a spell how far it has come: nothing is decided with an older one.
 */
import type { Authorities } from "../risk/authority.ts";
import type { ClaimEnforcement } from "./claim-enforcement.ts";
import type { ClaimLog } from "./claim-log.ts";
import type { CorporateActions } from "./corporate-actions.ts";
import type { OrderDesk } from "./order-desk.ts";
import type { RiskFacts } from "./risk-facts.ts";
import type { SessionClock } from "./session-clock.ts";

export interface SpellParts {
  readonly clock: SessionClock;
  readonly authorities: Authorities;
  readonly actions: CorporateActions;
  readonly claims: ClaimEnforcement;
  readonly claimLog: ClaimLog;
  readonly desk: OrderDesk;
  readonly facts: RiskFacts;
  /** Stops that are watched here need every bar: then no bar is quiet. */
  readonly watchesStops: boolean;
}

const NEVER = Number.NEGATIVE_INFINITY;

export class QuietSpell {
  readonly #parts: SpellParts;
  /** Bars before this instant are quiet, epoch micros. */
  until = NEVER;

  constructor(parts: SpellParts) {
    this.#parts = parts;
  }

  /** Everything was asked at a bar: tells until when the next ones need not, unless something happens. */
  begin(): void {
    const { clock, authorities, actions, claims, desk, watchesStops } = this.#parts;
    const { meeting, exposed, waiting } = desk;
    const isNobodyWaiting = meeting.size === 0 && exposed.length === 0 && waiting.size === 0;
    const isDone = isNobodyWaiting && !watchesStops && clock.inSession && claims.areDone;
    const ends = [clock.close + 1, actions.nextPayment, authorities.nextExpiry, claims.quietUntil];
    this.until = isDone ? Math.min(...ends) : NEVER;
  }

  /** Something happens that is no bar. */
  end(): void {
    if (this.until === NEVER) return;
    this.until = NEVER;
    const { claimLog, facts } = this.#parts;
    claimLog.reached(facts.now);
  }
}
