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
import type { Quote, TradePrint } from "../domain/quote.ts";
import type { RawBasis } from "../domain/raw-basis.ts";
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
import { BreakerWatch } from "./breaker-watch.ts";
import { ClaimEnforcement } from "./claim-enforcement.ts";
import { ClaimLog } from "./claim-log.ts";
import type { AccountFacts } from "./compute.ts";
import { CorporateActions, type EndedBySplit } from "./corporate-actions.ts";
import { CrossPrices } from "./cross-price.ts";
import { FillBooking, type FillListener } from "./fill-booking.ts";
import { FillTable } from "./fill-table.ts";
import type { WishTally } from "./meeting-point.ts";
import { OrderDesk } from "./order-desk.ts";
import type { Command } from "./ports.ts";
import { QuietSpell } from "./quiet-spell.ts";
import { RiskFacts } from "./risk-facts.ts";
import { loadRisk, type RiskState, type RiskStateParts, saveRisk } from "./risk-state.ts";
import { SessionClock } from "./session-clock.ts";
import { incomeDollars, StrategyIncome } from "./strategy-income.ts";
import type { StrategyLedger } from "./strategy-ledger.ts";
import { TradeLog } from "./trade-log.ts";
import { type VirtualStops, watchStops } from "./virtual-stops.ts";

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
  /** In that order; saved with the risk state, which is refused by a run of others (RS-1). */
  readonly strategyIds?: readonly string[];
  readonly raw?: RawBasis;
  readonly ensemble: EnsembleParams;
}

export class ExecuteStage implements AccountFacts {
  readonly #config: ExecuteConfig;
  readonly #facts: RiskFacts;
  readonly #crossPrices: CrossPrices;
  readonly #desk: OrderDesk;
  readonly #booking: FillBooking;
  readonly #watch: BreakerWatch;
  readonly #stops: VirtualStops | undefined;
  readonly #claims: ClaimEnforcement;
  readonly #quiet: QuietSpell;

  readonly gate: RiskGate;
  readonly portfolio: Portfolio;
  readonly baselines: Baselines;
  readonly clock: SessionClock;
  readonly lots: VirtualLots;
  readonly claimLog = new ClaimLog();
  readonly authorities = new Authorities((before, after) => {
    this.#quiet.end();
    this.claimLog.changed(before, after);
  });
  readonly trades: TradeLog;
  readonly fills = new FillTable();
  readonly actions: CorporateActions;
  /** What borrowed shares have cost, in order. */
  readonly charges: BorrowCharged[] = [];
  /** Dividends, cash for parts of shares and borrow, by strategy. */
  readonly income: StrategyIncome;

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
    this.trades = new TradeLog(strategies, instruments, this.#watch);
    this.gate = new RiskGate(config.rules, this.authorities);
    this.lots = new VirtualLots(strategies, instruments);
    this.#facts = new RiskFacts(config, this);
    const { lots } = this;
    const facts = this.#facts;
    const leave = (strategy: number, instrument: InstrumentId, signal: number) =>
      this.#desk.exit(strategy, instrument, signal, Purpose.VirtualStop);
    const takeBack = (strategy: number, instrument: InstrumentId) =>
      this.#desk.cancelEntry(strategy, instrument);
    this.#stops = watchStops({ ...config, lots, facts, leave, takeBack });
    this.#crossPrices = new CrossPrices(facts, instruments, ensemble.crossQuoteSeconds);
    this.#desk = new OrderDesk({
      gate: this.gate,
      facts,
      lots,
      execution,
      slots: strategies * instruments,
      strategies,
      crossPrices: this.#crossPrices,
      stops: this.#stops,
      entryRefused: (strategy, control, barredBy) =>
        this.#watch.entryRefused({ strategy, control, barredBy }, facts.now),
    });
    const { trades, fills, orders, ledger, claimLog } = this;
    const parts = { strategies, instruments, lots, portfolio, trades, facts, desk: this.#desk, authorities };
    const enterSession = (at: EpochMicros) => this.#enterSession(at);
    this.#booking = new FillBooking({ ...parts, fills, onFill, enterSession });
    this.#claims = new ClaimEnforcement({ ...parts, watch: this.#watch, books: this.#booking });
    this.income = new StrategyIncome(strategies, lots);
    this.actions = new CorporateActions({ ...parts, orders, ledger, income: this.income });
    const { actions } = this;
    const watchesStops = this.#stops !== undefined;
    this.#quiet = new QuietSpell({ ...parts, clock, actions, claims: this.#claims, claimLog, watchesStops });
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

  allowsEntries(strategy: number): boolean {
    return this.authorities.allowsEntries(strategy);
  }

  /** True when bars of that instant would change values alone: then nobody else is asked. */
  isQuietAt(at: EpochMicros): boolean {
    return at < this.#quiet.until;
  }

  /** Values the account at the closes of the batch. Comes before any decision on it. */
  bars(batch: BarBatch): void {
    const { at } = batch;
    const isQuiet = this.isQuietAt(at);
    if (!isQuiet) this.#enterSession(at);
    this.#facts.now = at;
    this.#facts.activity.bars(batch);
    this.blocked.bars(batch);
    if (!isQuiet) this.actions.settle(at);
    this.portfolio.markToMarket(batch);
    const unitValue = this.baselines.update(at, this.portfolio.equity);
    if (!isQuiet) this.authorities.expire(at);
    const isCalm = this.#watch.valued(at, unitValue);
    if (isQuiet && isCalm) return;
    this.#afterValuation(batch);
    this.#quiet.begin();
  }

  #afterValuation(batch: BarBatch): void {
    const { at } = batch;
    const { meeting } = this.#desk;
    if (meeting.size > 0 && meeting.startBar()) this.#desk.settle(this.#booking);
    this.#claims.enforce(at);
    this.#desk.askAgain();
    this.#desk.protectExposed();
    if (this.#stops === undefined) return;
    this.#stops.bars(batch);
    this.#desk.settle(this.#booking);
  }

  /** Deposits and withdrawals are no result: they change the units of the account, not their value. */
  cashMoved({ dollars }: CashMoved): void {
    this.#quiet.end();
    const amount = usd(dollars);
    this.baselines.flow(toDollars(amount), this.portfolio.equity);
    this.portfolio.flow(amount);
  }

  /** Claims, baselines, breakers and what rules count as plain JSON, and back after a restart (BR-4, RS-1). */
  saveRisk(): RiskState {
    return saveRisk(this.#riskParts);
  }

  loadRisk(state: unknown): void {
    this.#quiet.end();
    loadRisk(state, this.#riskParts);
    this.#claims.forget();
  }

  get #riskParts(): RiskStateParts {
    const [scope, watch, facts] = [this.#config, this.#watch, this.#facts];
    return { scope, watch, facts, authorities: this.authorities, stops: this.#stops };
  }

  quote(quote: Quote): void {
    this.#quiet.end();
    this.#facts.quoted(quote);
    this.#desk.meeting.ticked(quote.at);
    this.#stops?.quote(quote);
    this.#settleTick();
  }

  /** Somebody traded: what stops are watched by (RISK-4). */
  trade(print: TradePrint): void {
    this.#quiet.end();
    this.#facts.now = print.at;
    this.#crossPrices.printed(print);
    this.#desk.meeting.ticked(print.at);
    this.#stops?.trade(print);
    this.#settleTick();
  }

  /** Only a breached stop or somebody who waits has anything to say between bars. */
  #settleTick(): void {
    if (this.#stops !== undefined || this.#desk.meeting.size > 0) this.#desk.settle(this.#booking);
  }

  /** What others than the market tell is never older than what the market told: time does not go back for it. */
  #heard(at: EpochMicros): void {
    if (at > this.#facts.now) this.#facts.now = at;
  }

  /** A split or a dividend, before the first bar of its ex-date. Tells which round trips it ended. */
  action(event: CorporateActionEvent): readonly EndedBySplit[] {
    this.#quiet.end();
    this.#facts.now = event.at;
    this.#crossPrices.forget(event.instrument);
    this.#booking.restating(event.instrument);
    this.blocked.action(event);
    return this.actions.apply(event);
  }

  charged(event: BorrowCharged): void {
    this.#quiet.end();
    this.charges.push(event);
    this.portfolio.chargeBorrow(event.dollars);
    const parts = this.income.borrow(event.at, event.instrument, event.dollars);
    for (const [s, part] of parts.entries()) if (part !== 0) this.ledger.borrowed(s, -incomeDollars(part));
  }

  /** A halt takes the working entries with it; exits stay and wait for the resumption (C-44). */
  tradingStatus(event: TradingStatusEvent): void {
    this.#quiet.end();
    this.#facts.statusChanged(event);
    this.#stops?.status(event);
    if (event.kind === "TradingHalted") {
      for (let strategy = 0; strategy < this.#config.strategies; strategy++) {
        this.#desk.cancelEntry(strategy, event.instrument);
      }
    }
    this.#settleTick();
  }

  decide(intents: readonly Intent[]): void {
    this.#quiet.end();
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
    this.#quiet.end();
    this.#heard(event.at);
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
    this.#quiet.end();
    this.claimLog.reached(at);
    this.#heard(at);
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
    this.#claims.enforce(at);
    this.#settleTick();
  }

  /** A fill may be the first thing of a new session, and what it does counts there. */
  #enterSession(at: EpochMicros): void {
    this.claimLog.reached(at);
    if (!this.clock.advance(at)) return;
    this.#facts.startSession();
    this.baselines.startSession(this.clock.open);
  }
}
