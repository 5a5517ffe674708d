/**
 * What is said to the engine by those who watch over it: operators, the guardian, reconciliation, and the clock. It
 * restricts, closes and corrects; it never opens anything and values nothing. Used by the execute stage alone.
 *
 * OW-1  While the market is mute the clock keeps going what reduces risk: claims lapse, breached stops and waiting
 *       exits ask again, a kill goes on, once a second at most.
 * OW-2  A strategy that an operator disabled, or that threw, stays disabled when trading resumes: who ends a halt did
 *       not mean it.
 */
import { InputError, unreachable } from "../domain/assert.ts";
import { END_OF_RUN } from "../domain/claim.ts";
import type { ClaimChanged, ControlEvent, OperatorActed } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { ReferenceTable } from "../domain/reference-table.ts";
import type { SessionTable } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import type { Authorities, Level } from "../risk/authority.ts";
import type { ClaimEnforcement } from "./claim-enforcement.ts";
import type { ClaimLog } from "./claim-log.ts";
import type { LimitOverrides } from "./limit-overrides.ts";
import type { OrderDesk } from "./order-desk.ts";
import type { PositionAdjustments } from "./position-adjustments.ts";
import { ReferenceWatch } from "./reference-watch.ts";
import type { RegimeWatch } from "./regime-watch.ts";
import type { RiskFacts } from "./risk-facts.ts";
import type { SessionClock } from "./session-clock.ts";
import { STRATEGY_THREW } from "./strategy-fault.ts";
import type { VirtualStops } from "./virtual-stops.ts";

/** Source of the claim by which an operator holds back one strategy. */
const DISABLED = "operator_disabled";
/** Those that only `enable` lifts. */
const enabledByName: readonly string[] = [DISABLED, STRATEGY_THREW];

export interface OutsideParts {
  readonly strategies: number;
  readonly authorities: Authorities;
  readonly claims: ClaimEnforcement;
  readonly adjustments: PositionAdjustments;
  readonly clock: SessionClock;
  readonly claimLog: ClaimLog;
  readonly desk: OrderDesk;
  readonly facts: RiskFacts;
  readonly stops: VirtualStops | undefined;
  readonly overrides: LimitOverrides;
  readonly regime: RegimeWatch | undefined;
  /** By strategy: tables without which it enters nothing. */
  readonly needs?: readonly (readonly ReferenceTable[])[];
  readonly sessions: SessionTable;
  enterSession(at: EpochMicros): void;
}

export class OutsideWord {
  readonly #parts: OutsideParts;
  /** Undefined in a run whose strategies wait for no reference table. */
  readonly references: ReferenceWatch | undefined;
  /** When the claims were last enforced because of the clock alone. */
  #enforcedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: OutsideParts) {
    this.#parts = parts;
    this.references = ReferenceWatch.of(parts.needs, parts.authorities, parts.sessions);
  }

  /** A session has begun: what was said of the one before may be too old by now. */
  enterSession(at: EpochMicros): void {
    this.#parts.regime?.enterSession(at);
    this.references?.judge(at);
  }

  control(event: ControlEvent): void {
    const { adjustments, claims, facts, strategies, desk } = this.#parts;
    this.#heard(event.at);
    switch (event.kind) {
      case "TimePassed":
        this.#timePassed(event.at);
        return;
      case "ClaimChanged":
        this.#claimChanged(event);
        return;
      case "InstrumentLocked":
        facts.board.lock(event.instrument, event.reason);
        for (let s = 0; s < strategies; s++) desk.cancelEntry(s, event.instrument);
        return;
      case "InstrumentUnlocked":
        facts.board.unlock(event.instrument);
        return;
      case "PositionDoubted":
        if (facts.board.doubted(event)) desk.protectExposed();
        return;
      case "PositionAdjusted":
        adjustments.apply(event);
        return;
      case "FlattenVerified":
        claims.verified(event.haltId);
        claims.enforce(event.at);
        return;
      case "LimitOverridden":
        this.#parts.overrides.apply(event);
        return;
      case "BooksAsked":
        // Who looks at the broker's books hears it itself; where there is no broker nothing differs.
        return;
      case "ReferenceTold":
        // Compute reads the rows; the driver hands them on.
        this.references?.hear(event);
        claims.enforce(event.at);
        return;
      case "RegimeTold":
        this.#parts.regime?.hear(event);
        claims.enforce(event.at);
        return;
      default:
        unreachable(event);
    }
  }

  operator(event: OperatorActed): void {
    const { claims } = this.#parts;
    const { action, at } = event;
    this.#heard(at);
    switch (action) {
      case "resume":
        this.#resume();
        return;
      case "enable":
        this.#enable(strategyOf(event));
        // What a strategy waits for is no operator's to give.
        this.references?.judge(at);
        return;
      case "disable":
        this.#raise(event, "REDUCE_ONLY", strategyOf(event));
        break;
      case "close":
        claims.close(instrumentOf(event));
        break;
      case "flatten":
        this.#raise(event, "NO_NEW_ENTRIES");
        if (event.instrument === undefined) claims.closeAll();
        else claims.close(event.instrument);
        break;
      case "pause":
        this.#raise(event, "NO_NEW_ENTRIES");
        break;
      case "halt":
      case "finish":
        this.#raise(event, "FLATTEN");
        break;
      default:
        unreachable(action);
    }
    claims.enforce(at);
  }

  /** Time does not go back for what was told late. */
  #heard(at: EpochMicros): void {
    const { claimLog, facts } = this.#parts;
    claimLog.reached(at);
    if (at > facts.now) facts.now = at;
  }

  /** A trigger that still stands raises its claim again at the next valuation (C-02). */
  #resume(): void {
    const { authorities, claims } = this.#parts;
    claims.resumed();
    for (const { authority, source, scope, liftedBy } of authorities.permission.claims)
      if (liftedBy === "operator" && !enabledByName.includes(source))
        authorities.lift(authority, source, "operator", scope);
  }

  /** Whatever holds back that strategy alone. */
  #enable(strategy: number): void {
    const { authorities } = this.#parts;
    for (const { authority, source, scope } of authorities.permission.claims)
      if (scope === strategy) authorities.lift(authority, source, "operator", scope);
  }

  #raise({ action, at, by, reason }: OperatorActed, level: Level, scope?: number): void {
    const finish = action === "finish";
    this.#parts.authorities.raise({
      authority: finish ? "orchestrator" : "kill_switch",
      source: finish ? END_OF_RUN : scope === undefined ? "operator" : DISABLED,
      ...(scope === undefined ? {} : { scope }),
      level,
      scalar: 1,
      reason: `${by}: ${reason}`,
      since: at,
      until: undefined,
      liftedBy: finish ? "itself" : "operator",
    });
  }

  #claimChanged({ at, claim, lifted }: ClaimChanged): void {
    const { authorities, claims } = this.#parts;
    if (lifted !== undefined) authorities.lift(lifted.authority, lifted.source, lifted.by, lifted.scope);
    if (claim !== undefined) authorities.raise({ ...claim, since: at, until: claim.until });
    claims.enforce(at);
  }

  #timePassed(at: EpochMicros): void {
    const { authorities, claims, clock, desk, enterSession, facts, stops } = this.#parts;
    // A session begins with its open: the last bars of the one before come after its close.
    if (!Number.isNaN(clock.openAt(at))) enterSession(at);
    authorities.expire(at);
    this.#parts.overrides.expire(at);
    desk.meeting.ticked(at);
    stops?.time(facts.now);
    if (at - this.#enforcedAt < MICROS_PER_SECOND) return;
    this.#enforcedAt = at;
    claims.enforce(at);
  }
}

function strategyOf({ action, strategy }: OperatorActed): number {
  if (strategy === undefined) throw new InputError(`operator: ${action} names no strategy; say which`, 2);
  return strategy;
}

function instrumentOf({ action, instrument }: OperatorActed): InstrumentId {
  if (instrument === undefined) throw new InputError(`operator: ${action} names no instrument; say which`, 2);
  return instrument;
}
