/**
 * The pre-trade gate: the only maker of approved orders, in every mode (RISK-1, C-12).
 *
 * RK-5  `ApprovedOrder` has a private field, its class is not exported and its constructor wants a key that
 *       never leaves this file: nothing else can make one or change one, and the venue port takes nothing
 *       else.
 * RK-6  Rules are asked in registry order; each sees the order as trimmed so far; the first refusal ends it.
 */
import { InvariantError } from "../domain/assert.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import {
  BUY,
  type OrderNumber,
  type OrderType,
  Purpose,
  type Side,
  type TimeInForce,
} from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Authorities, Claim } from "./authority.ts";
import {
  isPositive,
  type OrderRequest,
  type RiskRule,
  type RiskView,
  type Verdict,
  type VerdictKind,
} from "./rule.ts";

/**
 * Protective orders that live and die with their entry: the rest of a bracket. On a stop that was sent later,
 * `targetOrder` is the resting target that it is to cancel, and that is to cancel it.
 */
export interface Bracket {
  readonly stopOrder: OrderNumber | undefined;
  /** Dollars per share. */
  readonly stop: number;
  readonly targetOrder: OrderNumber | undefined;
  readonly target: number;
}

/** One demand in an order that several share, or that a crossing left a rest of. */
export interface Member {
  readonly number: OrderNumber;
  /** Its part of the order. */
  readonly shares: number;
  /** Shares that another strategy took instead: they never leave, but their protective orders rest from the start. */
  readonly crossed: number;
  readonly bracket: Bracket | undefined;
}

/** A demand that passed, as it goes into a combined order. */
export interface Part {
  readonly order: ApprovedOrder;
  readonly shares: number;
  readonly crossed: number;
}

/** Without it an order could be made through the `constructor` of one that was approved. */
const key = Symbol("gate");

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
  /** Who shares it, the first by whose number it goes; undefined for the whole of one demand. */
  readonly members: readonly Member[] | undefined;

  constructor(
    given: typeof key,
    number: OrderNumber,
    request: Omit<OrderRequest, "strategy" | "reference">,
    shares: number,
    bracket: Bracket | undefined,
    members?: readonly Member[],
  ) {
    if (given !== key) throw new InvariantError("RK-5: an approved order was made outside the gate");
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
    this.members = members;
    // What left the gate is what reaches the venue.
    Object.freeze(this);
  }

  /** True for what this gate made, also when a caller has cast its way around the types. */
  static is(order: Approved): boolean {
    return #sealed in order && order.#sealed;
  }
}

export type ApprovedOrder = Approved;
export const isApproved = (order: ApprovedOrder): boolean => Approved.is(order);

/** What one rule said of one order. */
export interface AskedRule {
  readonly rule: string;
  readonly kind: VerdictKind;
  readonly used: number;
  readonly limit: number;
}

export class RiskGate {
  #rules: readonly RiskRule[];
  #otherRules: readonly RiskRule[] = [];
  readonly #authorities: Authorities;

  /** How many rules were asked about the last order shown. */
  asked = 0;
  /** The rule that refused, or trimmed last, and its verdict; undefined when all allowed it in full. */
  binding: RiskRule | undefined;
  verdict: Verdict | undefined;
  /** The claim that barred the order before any rule was asked: the strictest, of the strongest authority. */
  barredBy: Claim | undefined;
  /** Hears what every rule said of each order, for the record; absent: nobody does, and it costs nothing. */
  told: ((order: OrderNumber, asked: readonly AskedRule[]) => void) | undefined;

  constructor(rules: readonly RiskRule[], authorities: Authorities) {
    this.#rules = rules;
    this.#authorities = authorities;
    this.#use(rules);
  }

  /** In the order in which they are asked, with the limits in force; each keeps its place for the whole run. */
  get rules(): readonly RiskRule[] {
    return this.#rules;
  }

  /** Other limits for one rule, from the next order on. A ZodError names what is not allowed. */
  reconfigure(id: string, changes: Readonly<Record<string, unknown>>): void {
    this.#use(this.#rules.map((rule) => (rule.id === id ? (rule.reconfigured?.(changes) ?? rule) : rule)));
  }

  #use(rules: readonly RiskRule[]): void {
    this.#rules = rules;
    this.#otherRules = rules.filter((rule) => rule.appliesTo === "all");
  }

  /**
   * The approved order, trimmed where a rule trimmed it; undefined when refused. A number of shares that is
   * not positive and finite is no order and refused, whatever its purpose.
   */
  pass(
    number: OrderNumber,
    request: OrderRequest,
    view: RiskView,
    bracket: Bracket | undefined,
  ): ApprovedOrder | undefined {
    const isEntry = request.purpose === Purpose.Entry;
    this.asked = 0;
    this.binding = undefined;
    this.verdict = undefined;
    const { strategy } = request;
    const isLong = this.#authorities.bindsLong(request.instrument, request.side === BUY);
    const isBarred = isEntry && !this.#authorities.allowsEntries(strategy, isLong);
    this.barredBy = isBarred ? this.#authorities.strictestFor(strategy, isLong) : undefined;
    if (this.barredBy !== undefined || !isPositive(request.shares)) return undefined;
    const said: AskedRule[] | undefined = this.told === undefined ? undefined : [];
    const shares = this.#ask(request, view, isEntry ? this.#rules : this.#otherRules, said);
    if (said !== undefined) this.told?.(number, said);
    return shares > 0 ? new Approved(key, number, request, shares, bracket) : undefined;
  }

  /**
   * One order for several that passed, or for what a crossing left of one: together they ask for no more than was
   * approved, on the same terms. It goes by the number of the first.
   */
  combine(parts: readonly Part[]): ApprovedOrder {
    const [first] = parts;
    if (first === undefined) throw new InvariantError("RK-5: nothing to combine");
    for (const { order, shares, crossed } of parts) {
      const fits = isApproved(order) && order.members === undefined && sameTerms(order, first.order);
      if (!(fits && shares > 0 && crossed >= 0 && shares + crossed <= order.shares)) {
        throw new InvariantError(
          `RK-5: order ${order.number} cannot leave as ${shares} of ${first.order.number}`,
        );
      }
    }
    const members = parts.map(({ order, shares, crossed }) =>
      Object.freeze({ number: order.number, shares, crossed, bracket: order.bracket }),
    );
    const shares = parts.reduce((sum, part) => sum + part.shares, 0);
    return new Approved(key, first.order.number, first.order, shares, undefined, Object.freeze(members));
  }

  /** False for an entry that passed before claims that bar it were raised: it has not left, and does not (I-9). */
  stillAllows(order: ApprovedOrder, strategy: number): boolean {
    if (order.purpose !== Purpose.Entry) return true;
    const isLong = this.#authorities.bindsLong(order.instrument, order.side === BUY);
    return this.#authorities.allowsEntries(strategy, isLong);
  }

  /** Shares left after every rule was asked, in order; 0 once one refused. */
  #ask(
    request: OrderRequest,
    view: RiskView,
    rules: readonly RiskRule[],
    said: AskedRule[] | undefined,
  ): number {
    let asked = request;
    for (let n = 0; n < rules.length; n++) {
      const rule = rules[n]!;
      const verdict = rule.check(asked, view);
      this.asked = n + 1;
      if (said !== undefined)
        said.push({ rule: rule.id, kind: verdict.kind, used: verdict.used, limit: verdict.limit });
      if (verdict.kind === "allow") continue;
      this.binding = rule;
      this.verdict = verdict;
      if (verdict.kind === "deny") return 0;
      if (!(verdict.shares > 0 && verdict.shares <= asked.shares)) {
        throw new InvariantError(`RK-1: ${rule.id} made ${verdict.shares} shares of ${asked.shares}`);
      }
      asked = { ...asked, shares: verdict.shares };
    }
    return asked.shares;
  }
}

/** True for orders that one order can stand for. A price that both lack is the same. */
export function sameTerms(one: ApprovedOrder, other: ApprovedOrder): boolean {
  return (
    one.instrument === other.instrument &&
    one.side === other.side &&
    one.type === other.type &&
    one.timeInForce === other.timeInForce &&
    (one.purpose === Purpose.Entry) === (other.purpose === Purpose.Entry) &&
    Object.is(one.limit, other.limit)
  );
}
