/**
 * Entries that only the quote of the moment stood in the way of (EXEC-4): refused for a wide, old or missing quote,
 * they wait while their decision is valid and are asked again when a newer quote fits. Made of the inputs of live
 * execute alone, so that replaying them gives the same entries (LE-1).
 *
 * DE-1  What waits is a wish, not an order: no exposure, no number, no client id. It passes the gate like a new one, at
 *       the price that was decided at; what leaves is judged from that verdict on.
 * DE-2  A decision is valid until the next one, which says what is wanted now, and for 60 s of the exchange at most.
 * DE-3  A quote is looked at before the gate is asked: the order table gets no row for a quote that does not fit.
 * DE-4  Whatever ends the permission ends the waiting: a halt, the last minutes of a session, a lock, a claim, an
 *       operator, a corporate action, a position of the strategy. Each end is counted by what it was for.
 */
import type { EngineEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent, Intent } from "../domain/intent.ts";
import { type OrderNumber, OrderStatus, Purpose } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { OrderField } from "../execution/order-table.ts";
import type { OrderRequest, RiskRule } from "../risk/rule.ts";
import type { ExecuteStage } from "./execute.ts";
import { type EntryPricing, entryRequest } from "./order-requests.ts";

/** Longest life of a deferred entry from its decision on, exchange micros: the time-out of an entry (C-39). */
export const DEFERRAL_MICROS = MICROS_PER_MINUTE;

/** They judge the quote; the second refuses for want of one only where it could measure nothing. */
const SPREAD = "spread";
const COLLAR = "price_collar";
/** What they refuse is refused for minutes: nobody waits for them. */
const lasting: readonly string[] = ["session", "halt"];

export interface DeferralCount {
  /** Entries that began to wait, by the rule that refused them. */
  readonly deferred: Readonly<Record<string, number>>;
  /** Times that the gate was asked again. */
  readonly retried: number;
  /** How they ended: the id of a rule, `entered`, `superseded`, `too old`, `permission`, `held` or `acted on`. */
  readonly ended: Readonly<Record<string, number>>;
}

/** As people are shown it. */
export interface WaitingEntry {
  readonly strategy: number;
  readonly instrument: InstrumentId;
  /** Signed. */
  readonly shares: number;
  readonly decidedAt: EpochMicros;
  /** The rule that refused it last. */
  readonly rule: string;
}

interface Waiting {
  readonly intent: EntryIntent;
  rule: string;
}

export type DeferralStage = Pick<
  ExecuteStage,
  "authorities" | "decide" | "facts" | "gate" | "lots" | "orders"
>;

export class DeferredEntries {
  readonly #stage: DeferralStage;
  readonly #pricing: EntryPricing;
  readonly #deferred = new Map<string, number>();
  readonly #ended = new Map<string, number>();
  #retried = 0;
  /** What the newest decision wanted to enter. */
  #wanted: readonly EntryIntent[] = [];
  #waiting: Waiting[] = [];
  /** The first row of the order table that was not looked at. */
  #row = 0;

  constructor(stage: DeferralStage, pricing: EntryPricing) {
    this.#stage = stage;
    this.#pricing = pricing;
  }

  /** True while an entry waits for a quote of the instrument. */
  watches(instrument: InstrumentId): boolean {
    return this.#waiting.some(({ intent }) => intent.instrument === instrument);
  }

  get waiting(): readonly WaitingEntry[] {
    return this.#waiting.map(({ intent, rule }) => {
      const { strategy, instrument, shares, at: decidedAt } = intent;
      return { strategy, instrument, shares, decidedAt, rule };
    });
  }

  get count(): DeferralCount {
    return {
      deferred: Object.fromEntries(this.#deferred),
      retried: this.#retried,
      ended: Object.fromEntries(this.#ended),
    };
  }

  /** Comes before the stage is told: what was decided before is over, and these may be deferred. */
  decided(intents: readonly Intent[]): void {
    this.#end(() => true, "superseded");
    this.#row = this.#stage.orders.length;
    // A leg of a pair never comes later than the other.
    const entries = intents.filter((intent) => intent.kind === "Enter");
    this.#wanted = entries.filter(({ together }) => together === undefined);
  }

  /** After each step of the stage: takes up what the gate refused in it, lets go what passed. */
  settled(): void {
    const { orders } = this.#stage;
    if (this.#wanted.length === 0) return;
    for (; this.#row < orders.length; this.#row++) this.#look(this.#row as OrderNumber);
  }

  /** After the stage was told of it. */
  heard(event: EngineEvent): void {
    if (this.#waiting.length === 0) return;
    switch (event.kind) {
      case "QuoteUpdated":
        this.time(event.at);
        this.#retry(event.instrument);
        break;
      case "TradingHalted":
        this.#endOf(event.instrument, "halt");
        break;
      case "InstrumentLocked":
      case "PositionAdjusted":
      case "SharesSplit":
      case "DividendPaid":
        this.#endOf(event.instrument, "acted on");
        break;
      case "OperatorActed":
        if (event.instrument !== undefined) this.#endOf(event.instrument, "acted on");
        break;
      default:
    }
    this.#endBarred();
  }

  /** Ends what is too old by the exchange's time, and what may no longer enter. */
  time(at: EpochMicros): void {
    if (this.#waiting.length === 0) return;
    this.#end(({ intent }) => !(at - intent.at <= DEFERRAL_MICROS), "too old");
    this.#endBarred();
  }

  #look(row: OrderNumber): void {
    const { orders, gate } = this.#stage;
    if (orders.purpose(row) !== Purpose.Entry) return;
    const signal = orders.get(row, OrderField.signal);
    const isOf = (intent: EntryIntent) =>
      intent.signal === signal &&
      intent.strategy === orders.strategy(row) &&
      intent.instrument === orders.instrument(row);
    const known = this.#waiting.find(({ intent }) => isOf(intent));
    if (known !== undefined) this.#retried += 1;
    const rule = gate.rules[orders.get(row, OrderField.rule)]?.id ?? "permission";
    const isDenied = orders.status(row) === OrderStatus.Denied;
    const waits = isDenied && isForQuote(rule, orders.get(row, OrderField.ruleUsed));
    if (known === undefined) {
      const intent = waits ? this.#wanted.find(isOf) : undefined;
      if (intent === undefined) return;
      this.#waiting.push({ intent, rule });
      tally(this.#deferred, rule);
    } else if (waits) known.rule = rule;
    else this.#end((one) => one === known, isDenied ? rule : "entered");
  }

  #retry(instrument: InstrumentId): void {
    for (const one of this.#waiting.filter(({ intent }) => intent.instrument === instrument)) {
      const { intent } = one;
      const refusal = this.#refusalOf(intent);
      if (refusal === undefined) {
        this.#stage.decide([intent]);
        this.settled();
      } else if (isForQuote(refusal.rule, refusal.used)) one.rule = refusal.rule;
      else this.#end((other) => other === one, refusal.rule);
    }
  }

  /** What the quote of now, or the state of the market, says against it; undefined when the gate is to be asked. */
  #refusalOf(intent: EntryIntent): { readonly rule: string; readonly used: number } | undefined {
    const { gate, facts, lots } = this.#stage;
    const { strategy, instrument } = intent;
    if (this.#isBarred(intent)) return { rule: "permission", used: 0 };
    if (lots.shares(strategy, instrument) !== 0) return { rule: "held", used: 0 };
    const request = entryRequest(intent, this.#pricing);
    const denied = (rule: RiskRule, order: OrderRequest) => {
      const { kind, used } = rule.check(order, facts);
      return kind === "deny" ? { rule: rule.id, used } : undefined;
    };
    for (const rule of gate.rules) {
      const judges = lasting.includes(rule.id) || rule.id === SPREAD || rule.id === COLLAR;
      const refusal = judges ? denied(rule, request) : undefined;
      // Beyond the collar of a good quote: the gate says so, in a row.
      if (refusal !== undefined && (rule.id !== COLLAR || Number.isNaN(refusal.used))) return refusal;
    }
    return undefined;
  }

  #endBarred(): void {
    this.#end(({ intent }) => this.#isBarred(intent), "permission");
  }

  #isBarred({ strategy, instrument, shares }: EntryIntent): boolean {
    const { authorities } = this.#stage;
    return !authorities.allowsEntries(strategy, authorities.bindsLong(instrument, shares > 0));
  }

  #endOf(instrument: InstrumentId, end: string): void {
    this.#end(({ intent }) => intent.instrument === instrument, end);
  }

  #end(isOver: (one: Waiting) => boolean, end: string): void {
    if (this.#waiting.length === 0) return;
    const kept = this.#waiting.filter((one) => !isOver(one));
    tally(this.#ended, end, this.#waiting.length - kept.length);
    this.#waiting = kept;
  }
}

/** True for a refusal that another quote may lift. A collar that measured something refuses the price itself. */
const isForQuote = (rule: string, used: number): boolean =>
  rule === SPREAD || (rule === COLLAR && Number.isNaN(used));

function tally(counts: Map<string, number>, key: string, more = 1): void {
  if (more > 0) counts.set(key, (counts.get(key) ?? 0) + more);
}
