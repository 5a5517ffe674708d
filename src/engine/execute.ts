/**
 * The execute stage: authority -> risk gate -> orders -> fills -> portfolio. The only place that makes
 * commands, and every placed order in them came through the gate (C-12).
 *
 * EX-7  What only reduces takes its working entries back when that begins, and not again (AUTH-1); what bars
 *       entries leaves them alone.
 */
import { unreachable } from "../domain/assert.ts";
import type { BarBatch } from "../domain/bars.ts";
import type {
  BorrowCharged,
  BrokerEvent,
  CashMoved,
  CorporateActionEvent,
  OperatorActed,
  TradingStatusEvent,
} from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Intent } from "../domain/intent.ts";
import { MICROS, type Money, toDollars, usd } from "../domain/money.ts";
import { Purpose } from "../domain/order.ts";
import type { Quote } from "../domain/quote.ts";
import type { SessionTable } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { EnsembleParams } from "../ensemble/ensemble-params.ts";
import { VirtualLots } from "../ensemble/virtual-lots.ts";
import type { ExecutionParams } from "../execution/order-policy.ts";
import type { OrderTable } from "../execution/order-table.ts";
import { Baselines } from "../portfolio/baselines.ts";
import { Portfolio } from "../portfolio/portfolio.ts";
import { Authorities } from "../risk/authority.ts";
import type { BoundBreaker } from "../risk/breaker.ts";
import { RiskGate } from "../risk/gate.ts";
import type { RiskRule } from "../risk/rule.ts";
import type { BlockTally } from "./block-tally.ts";
import { BreakerWatch, type RiskState } from "./breaker-watch.ts";
import { ClaimLog } from "./claim-log.ts";
import type { AccountFacts } from "./compute.ts";
import { CorporateActions } from "./corporate-actions.ts";
import { FillBooking, type FillListener } from "./fill-booking.ts";
import { FillTable } from "./fill-table.ts";
import type { WishTally } from "./meeting-point.ts";
import { OrderDesk } from "./order-desk.ts";
import type { Command } from "./ports.ts";
import { RiskFacts } from "./risk-facts.ts";
import { SessionClock } from "./session-clock.ts";
import type { StrategyLedger } from "./strategy-ledger.ts";
import { TradeLog } from "./trade-log.ts";

export interface ExecuteConfig {
  readonly strategies: number;
  readonly instruments: number;
  readonly startingCash: Money;
  readonly sessions: SessionTable;
  readonly rules: readonly RiskRule[];
  readonly execution: ExecutionParams;
  /** Default: none. */
  readonly breakers?: readonly BoundBreaker[];
  /** Per strategy, in the order in which they decide. Default: equal shares of the cash. */
  readonly allocations?: readonly number[];
  /** Which strategies end each day flat, how many positions each may have, what instruments are called. */
  readonly intraday?: readonly boolean[];
  readonly positionCaps?: readonly number[];
  readonly symbols?: readonly string[];
  readonly ensemble: EnsembleParams;
}

/** Signal row of orders that no strategy asked for. */
const NO_SIGNAL = -1;

export class ExecuteStage implements AccountFacts {
  readonly #config: ExecuteConfig;
  readonly #facts: RiskFacts;
  readonly #desk: OrderDesk;
  readonly #booking: FillBooking;
  readonly #watch: BreakerWatch;
  /** Version of the claims that were last acted upon, and which strategies could only reduce by them. */
  #enforced = -1;
  readonly #reducing: Uint8Array;

  readonly gate: RiskGate;
  readonly portfolio: Portfolio;
  readonly baselines: Baselines;
  readonly clock: SessionClock;
  readonly lots: VirtualLots;
  readonly claimLog = new ClaimLog();
  readonly authorities = new Authorities((before, after) => this.claimLog.changed(before, after));
  readonly trades: TradeLog;
  readonly fills = new FillTable();
  readonly actions: CorporateActions;
  /** What borrowed shares have cost, in order. */
  readonly charges: BorrowCharged[] = [];

  constructor(config: ExecuteConfig, onFill: FillListener) {
    const { strategies, instruments, startingCash, execution, ensemble } = config;
    this.#config = config;
    this.portfolio = new Portfolio(instruments, startingCash);
    this.baselines = new Baselines(startingCash / MICROS);
    this.clock = new SessionClock(config.sessions);
    const { portfolio, baselines, clock, authorities } = this;
    const shares = config.allocations ?? Array.from({ length: strategies }, () => 1 / strategies);
    const capital = shares.map((share) => (share * startingCash) / MICROS);
    const breakers = config.breakers ?? [];
    const watched = { breakers, capital, instruments, authorities, portfolio, baselines, clock };
    this.#watch = new BreakerWatch(watched);
    this.#reducing = new Uint8Array(strategies);
    this.trades = new TradeLog(strategies, instruments, this.#watch);
    this.gate = new RiskGate(config.rules, this.authorities);
    this.lots = new VirtualLots(strategies, instruments);
    this.#facts = new RiskFacts(config, this);
    this.#desk = new OrderDesk({
      gate: this.gate,
      facts: this.#facts,
      lots: this.lots,
      execution,
      slots: strategies * instruments,
      strategies,
      crossQuoteSeconds: ensemble.crossQuoteSeconds,
    });
    const { lots, orders, trades, fills, ledger } = this;
    this.#booking = new FillBooking({
      portfolio,
      lots,
      desk: this.#desk,
      facts: this.#facts,
      trades,
      fills,
      onFill,
      enterSession: (at) => this.#enterSession(at),
    });
    this.actions = new CorporateActions({
      strategies,
      lots,
      portfolio,
      orders,
      trades,
      facts: this.#facts,
      ledger,
      desk: this.#desk,
    });
  }

  get commands(): Command[] {
    return this.#desk.commands;
  }

  get orders(): OrderTable {
    return this.#desk.orders;
  }

  get blocked(): BlockTally {
    return this.#desk.blocked;
  }

  /** Wishes to enter that became no order, or not at once, counted. */
  get wishes(): Readonly<WishTally> {
    return this.#desk.meeting.tally;
  }

  get ledger(): StrategyLedger {
    return this.#watch.ledger;
  }

  get stopVersion(): number {
    return this.#desk.stopVersion;
  }

  /** Protective stop that rests for a strategy's position, dollars per share; NaN without one. */
  restingStop(strategy: number, instrument: InstrumentId): number {
    return this.#desk.restingStop(strategy, instrument);
  }

  get equity(): number {
    return this.portfolio.equity;
  }

  get availableCash(): number {
    return this.portfolio.cash - this.#facts.workingGross;
  }

  get scalar(): number {
    return this.authorities.permission.scalar;
  }

  enteredToday(instrument: InstrumentId): number {
    return this.#facts.enteredToday(instrument);
  }

  /** Values the account at the closes of the batch. Comes before any decision on it. */
  bars(batch: BarBatch): void {
    const { at } = batch;
    this.#enterSession(at);
    this.#facts.now = at;
    this.#facts.activity.bars(batch);
    this.blocked.bars(batch);
    this.portfolio.markToMarket(batch);
    const unitValue = this.baselines.update(at, this.portfolio.equity);
    this.authorities.expire(at);
    this.#watch.valued(at, unitValue);
    const { meeting } = this.#desk;
    meeting.reached(at);
    if (meeting.size > 0 && meeting.startBar()) this.#desk.settle(this.#booking);
    this.#enforce(at);
    this.#desk.protectExposed();
  }

  /** Deposits and withdrawals are no result: they change the units of the account, not their value. */
  cashMoved({ dollars }: CashMoved): void {
    const amount = usd(dollars);
    this.baselines.flow(toDollars(amount), this.portfolio.equity);
    this.portfolio.flow(amount);
  }

  /** Claims, baselines and breakers as plain JSON, and back after a restart (BR-4). */
  saveRisk(): RiskState {
    return this.#watch.save();
  }

  loadRisk(state: RiskState): void {
    this.#watch.load(state);
    this.#enforced = -1;
  }

  quote(quote: Quote): void {
    this.#facts.quoted(quote);
    const { meeting } = this.#desk;
    if (meeting.size === 0) return;
    meeting.reached(quote.at);
    this.#desk.settle(this.#booking);
  }

  /** A split or a dividend, before the first bar of its ex-date. */
  action(event: CorporateActionEvent): void {
    this.#facts.now = event.at;
    this.#booking.restating(event.instrument);
    this.actions.apply(event);
  }

  charged(event: BorrowCharged): void {
    this.charges.push(event);
    this.portfolio.chargeBorrow(event.dollars);
  }

  /** A halt takes the working entries with it; exits stay and wait for the resumption (C-44). */
  tradingStatus(event: TradingStatusEvent): void {
    this.#facts.statusChanged(event);
    if (event.kind === "TradingResumed") return;
    for (let strategy = 0; strategy < this.#config.strategies; strategy++) {
      this.#desk.cancelEntry(strategy, event.instrument);
    }
  }

  decide(intents: readonly Intent[]): void {
    // With several strategies who leaves comes first: an entry must know which exits wait (NE-5).
    const several = this.#config.strategies > 1 && intents.length > 1;
    if (several) for (const intent of intents) if (this.#leaves(intent)) this.#act(intent);
    for (const intent of intents) if (!several || !this.#leaves(intent)) this.#act(intent);
    this.#desk.settle(this.#booking);
  }

  #leaves(intent: Intent): boolean {
    if (intent.kind !== "Enter") return intent.kind === "Exit";
    return this.lots.shares(intent.strategy, intent.instrument) * intent.shares < 0;
  }

  #act(intent: Intent): void {
    const { strategy, instrument, signal } = intent;
    if (intent.kind === "Enter") this.#desk.enter(intent);
    else if (intent.kind === "Exit") this.#desk.exit(strategy, instrument, signal, Purpose.Exit);
    else this.#desk.protect(strategy, instrument, intent.stop, signal);
  }

  broker(event: BrokerEvent): void {
    this.#desk.meeting.reached(event.at);
    switch (event.kind) {
      case "OrderAccepted":
        this.#booking.accepted(event.order);
        return;
      case "OrderFilled":
        this.#booking.filled(event);
        break;
      case "OrderCanceled":
      case "OrderExpired":
      case "OrderRejected":
        this.#booking.ended(event);
        break;
      default:
        unreachable(event);
    }
    this.#desk.settle(this.#booking);
  }

  operator({ action, at, by, reason }: OperatorActed): void {
    this.claimLog.reached(at);
    if (action === "resume") {
      // A trigger that still stands raises its claim again at the next valuation (C-02).
      for (const { authority, source, scope, liftedBy } of this.authorities.permission.claims)
        if (liftedBy === "operator") this.authorities.lift(authority, source, "operator", scope);
      return;
    }
    const finish = action === "finish";
    this.authorities.raise({
      authority: finish ? "orchestrator" : "kill_switch",
      source: finish ? "end_of_run" : "operator",
      level: action === "pause" ? "NO_NEW_ENTRIES" : "FLATTEN",
      scalar: 1,
      reason: `${by}: ${reason}`,
      since: at,
      until: undefined,
      liftedBy: finish ? "itself" : "operator",
    });
    this.#enforce(at);
  }

  /** A fill may be the first thing of a new session, and what it does counts there. */
  #enterSession(at: EpochMicros): void {
    this.claimLog.reached(at);
    if (!this.clock.advance(at)) return;
    this.#facts.startSession();
    this.baselines.startSession(this.clock.open);
  }

  /** Does what the claims in force ask for: closes everything, takes back entries, halves positions. */
  #enforce(at: EpochMicros): void {
    const halves = this.#watch.takeHalving();
    if (this.authorities.flattens) {
      this.#continueFlatten(at);
      return;
    }
    if (this.#enforced !== this.authorities.version) this.#takeBackEntries();
    if (!halves) return;
    const { strategies, instruments } = this.#config;
    for (let s = 0; s < strategies; s++) {
      this.#desk.cancelEntries(s, instruments);
      for (let i = 0; i < instruments; i++) this.#desk.halve(s, i as InstrumentId, NO_SIGNAL);
    }
    this.#desk.settle(this.#booking);
  }

  #takeBackEntries(): void {
    const { strategies, instruments } = this.#config;
    this.#enforced = this.authorities.version;
    for (let s = 0; s < strategies; s++) {
      const reduces = this.authorities.isAtLeastFor(s, "REDUCE_ONLY");
      if (reduces && this.#reducing[s] === 0) this.#desk.cancelEntries(s, instruments);
      this.#reducing[s] = reduces ? 1 : 0;
    }
  }

  /** Cancels what works and closes what is held, until nothing is left; then the halt is complete. */
  #continueFlatten(at: EpochMicros): void {
    const { strategies, instruments } = this.#config;
    let open = 0;
    for (let s = 0; s < strategies; s++) {
      for (let i = 0; i < instruments; i++) {
        const instrument = i as InstrumentId;
        const held = this.lots.shares(s, instrument) !== 0;
        if (!held && !this.#facts.entryWorking(s, instrument)) continue;
        open += 1;
        this.#desk.exit(s, instrument, NO_SIGNAL, Purpose.Flatten);
      }
    }
    this.#desk.settle(this.#booking);
    if (open > 0 || this.authorities.isAtLeast("HALTED")) return;
    // Only a latched flatten ends in HALTED; the end of a run has nothing to be resumed from.
    const flattening = this.authorities.permission.claims.filter(
      ({ level, liftedBy }) => level === "FLATTEN" && liftedBy === "operator",
    );
    for (const claim of flattening) {
      this.authorities.raise({ ...claim, level: "HALTED", reason: `${claim.reason}; flat`, since: at });
    }
  }
}
