/**
 * The pre-trade gate: the only maker of approved orders, in every mode (RISK-1, C-12).
 *
 * RK-5  `ApprovedOrder` has a private field and its class is not exported: no other file can make one,
 *       and the venue port takes nothing else.
 * RK-6  Rules are asked in registry order; each sees the order as trimmed so far; the first refusal ends it.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { type OrderNumber, type OrderType, Purpose, type Side, type TimeInForce } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Authorities, Level } from "./authority.ts";
import type { OrderRequest, RiskRule, RiskView, Verdict } from "./rule.ts";

/** Protective orders that live and die with their entry: the rest of a bracket. */
export interface Bracket {
  readonly stopOrder: OrderNumber | undefined;
  /** Dollars per share. */
  readonly stop: number;
  readonly targetOrder: OrderNumber | undefined;
  readonly target: number;
}

class Approved {
  readonly #sealed = true;
  readonly number: OrderNumber;
  readonly instrument: InstrumentId;
  readonly side: Side;
  /** Shares, after trimming. */
  readonly shares: number;
  readonly purpose: Purpose;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limit: number;
  readonly stop: number;
  readonly decidedAt: EpochMicros;
  readonly bracket: Bracket | undefined;

  constructor(number: OrderNumber, request: OrderRequest, shares: number, bracket: Bracket | undefined) {
    this.number = number;
    this.instrument = request.instrument;
    this.side = request.side;
    this.shares = shares;
    this.purpose = request.purpose;
    this.type = request.type;
    this.timeInForce = request.timeInForce;
    this.limit = request.limit;
    this.stop = request.stop;
    this.decidedAt = request.decidedAt;
    this.bracket = bracket;
  }

  /** True for what this gate made, also when a caller has cast its way around the types. */
  static is(order: Approved): boolean {
    return #sealed in order && order.#sealed;
  }
}

export type ApprovedOrder = Approved;
export const isApproved = (order: ApprovedOrder): boolean => Approved.is(order);

/** What the gate said about the last order it was shown. Reused: read it before the next `pass`. */
export interface Review {
  /** Shares that may leave: 0 when refused. */
  readonly shares: number;
  /** The rule that refused, or trimmed last; undefined when all allowed it in full. */
  readonly binding: RiskRule | undefined;
  readonly verdict: Verdict | undefined;
  /** Rules that trimmed it on the way, the binding one included. */
  readonly trimmedBy: readonly RiskRule[];
  /** One per rule asked, in registry order. */
  readonly verdicts: readonly Verdict[];
  /** The level that barred it before any rule was asked. */
  readonly barredBy: Level | undefined;
}

export class RiskGate {
  readonly rules: readonly RiskRule[];
  readonly #entryRules: readonly RiskRule[];
  readonly #otherRules: readonly RiskRule[];
  readonly #authorities: Authorities;
  readonly #verdicts: Verdict[] = [];
  readonly #trimmedBy: RiskRule[] = [];
  #shares = 0;
  #binding: RiskRule | undefined;
  #verdict: Verdict | undefined;
  #barredBy: Level | undefined;

  constructor(rules: readonly RiskRule[], authorities: Authorities) {
    this.rules = rules;
    this.#entryRules = rules;
    this.#otherRules = rules.filter((rule) => rule.appliesTo === "all");
    this.#authorities = authorities;
  }

  /** The approved order, trimmed where a rule trimmed it; undefined when refused. */
  pass(
    number: OrderNumber,
    request: OrderRequest,
    view: RiskView,
    bracket: Bracket | undefined,
  ): ApprovedOrder | undefined {
    const isEntry = request.purpose === Purpose.Entry;
    this.#verdicts.length = 0;
    this.#trimmedBy.length = 0;
    this.#binding = undefined;
    this.#verdict = undefined;
    this.#barredBy = isEntry && !this.#authorities.allowsEntries() ? this.#authorities.permission.level : undefined;
    this.#shares = this.#barredBy === undefined ? request.shares : 0;
    if (this.#barredBy === undefined) this.#ask(request, view, isEntry ? this.#entryRules : this.#otherRules);
    return this.#shares > 0 ? new Approved(number, request, this.#shares, bracket) : undefined;
  }

  get review(): Review {
    return {
      shares: this.#shares,
      binding: this.#binding,
      verdict: this.#verdict,
      trimmedBy: this.#trimmedBy,
      verdicts: this.#verdicts,
      barredBy: this.#barredBy,
    };
  }

  #ask(request: OrderRequest, view: RiskView, rules: readonly RiskRule[]): void {
    let asked = request;
    for (const rule of rules) {
      const verdict = rule.check(asked, view);
      this.#verdicts.push(verdict);
      if (verdict.kind === "allow") continue;
      this.#binding = rule;
      this.#verdict = verdict;
      this.#shares = verdict.shares;
      if (verdict.kind === "deny") return;
      this.#trimmedBy.push(rule);
      asked = { ...asked, shares: verdict.shares };
    }
  }
}
