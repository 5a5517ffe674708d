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
  ControlEvent,
  CorporateActionEvent,
  OperatorActed,
  TradingStatusEvent,
} from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Intent } from "../domain/intent.ts";
import { MICROS, toDollars, usd } from "../domain/money.ts";
import { Purpose } from "../domain/order.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import type { EpochMicros } from "../domain/time.ts";
import { VirtualLots } from "../ensemble/virtual-lots.ts";
import type { OrderTable } from "../execution/order-table.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import { Baselines } from "../portfolio/baselines.ts";
import { Portfolio } from "../portfolio/portfolio.ts";
import { Authorities } from "../risk/authority.ts";
import { RiskGate } from "../risk/gate.ts";
import type { BlockTally } from "./block-tally.ts";
import { BreakerWatch } from "./breaker-watch.ts";
import { ClaimEnforcement, type Flattening } from "./claim-enforcement.ts";
import { ClaimLog } from "./claim-log.ts";
import type { AccountFacts } from "./compute.ts";
import { CorporateActions, type EndedBySplit } from "./corporate-actions.ts";
import { CrossPrices } from "./cross-price.ts";
import { EngineTime } from "./engine-time.ts";
import { capitalOf, type ExecuteConfig } from "./execute-config.ts";
import { FillBooking, type FillListener } from "./fill-booking.ts";
import { FillTable } from "./fill-table.ts";
import { KillTranslation } from "./kill-mode.ts";
import { leaversFirst } from "./leavers-first.ts";
import { LimitOverrides } from "./limit-overrides.ts";
import type { WishTally } from "./meeting-point.ts";
import { OrderDesk } from "./order-desk.ts";
import { OutsideWord } from "./outside-word.ts";
import type { Command } from "./ports.ts";
import { PositionAdjustments } from "./position-adjustments.ts";
import { QuietSpell } from "./quiet-spell.ts";
import { RegimeWatch } from "./regime-watch.ts";
import { RiskFacts } from "./risk-facts.ts";
import { loadRisk, type RiskState, type RiskStateParts, saveRisk } from "./risk-state.ts";
import { SessionClock } from "./session-clock.ts";
import { incomeDollars, StrategyIncome } from "./strategy-income.ts";
import type { StrategyLedger } from "./strategy-ledger.ts";
import { TradeLog } from "./trade-log.ts";
import { type VirtualStops, watchStops } from "./virtual-stops.ts";

export class ExecuteStage implements AccountFacts {
  readonly #config: ExecuteConfig;
  readonly #crossPrices: CrossPrices;
  readonly #desk: OrderDesk;
  readonly #booking: FillBooking;
  readonly #watch: BreakerWatch;
  readonly #stops: VirtualStops | undefined;
  readonly #claims: ClaimEnforcement;
  readonly #quiet: QuietSpell;
  readonly #outside: OutsideWord;
  readonly #adjustments: PositionAdjustments;
  readonly #time: EngineTime;

  /** What rules may ask; for whoever watches the stage. */
  readonly facts: RiskFacts;
  readonly gate: RiskGate;
  readonly portfolio: Portfolio;
  readonly baselines: Baselines;
  readonly clock: SessionClock;
  readonly lots: VirtualLots;
  readonly claimLog = new ClaimLog();
  readonly authorities: Authorities;
  /** What a kill does here, and what people must hear of it. */
  readonly kill: KillTranslation;
  /** What else people must hear of. The caller empties it. */
  readonly alarms: Alarm[] = [];
  /** Limits that are stricter for a while. */
  readonly overrides: LimitOverrides;
  readonly regime: RegimeWatch | undefined;
  readonly trades: TradeLog;
  readonly fills = new FillTable();
  readonly actions: CorporateActions;
  /** What borrowed shares have cost, in order. */
  readonly charges: BorrowCharged[] = [];
  /** Dividends, cash for parts of shares and borrow, by strategy. */
  readonly income: StrategyIncome;

  constructor(config: ExecuteConfig, onFill: FillListener) {
    const { strategies, instruments, startingCash, execution, ensemble, breakers = [] } = config;
    this.#config = config;
    this.kill = new KillTranslation(config.killMode);
    this.authorities = new Authorities(
      (before, after) => {
        this.#quiet.end();
        this.claimLog.changed(before, after);
      },
      (claim, held) => this.kill.restated(claim, held),
      config.regime?.refuges,
    );
    this.portfolio = new Portfolio(instruments, startingCash);
    this.baselines = new Baselines(startingCash / MICROS);
    this.clock = new SessionClock(config.sessions);
    const { portfolio, baselines, clock, authorities } = this;
    this.regime = RegimeWatch.of(config.regime, authorities, clock);
    const watched = { breakers, instruments, authorities, portfolio, baselines, clock };
    this.#watch = new BreakerWatch({ ...watched, capital: capitalOf(config) });
    this.trades = new TradeLog(strategies, instruments, this.#watch);
    this.gate = new RiskGate(config.rules, this.authorities);
    this.overrides = new LimitOverrides({ ...config, breakers, gate: this.gate, watch: this.#watch, clock });
    this.lots = new VirtualLots(strategies, instruments);
    this.facts = new RiskFacts(config, this);
    const { lots, facts, gate, alarms } = this;
    this.#time = new EngineTime(facts);
    const leave = (strategy: number, instrument: InstrumentId, signal: number) =>
      this.#desk.exit(strategy, instrument, signal, Purpose.VirtualStop);
    const takeBack = (s: number, instrument: InstrumentId) => this.#desk.cancelEntry(s, instrument);
    this.#stops = watchStops({ ...config, lots, facts, leave, takeBack, alarms });
    this.#crossPrices = new CrossPrices(facts, instruments, ensemble.crossQuoteSeconds);
    this.#desk = new OrderDesk({
      ...{ gate: this.gate, facts, lots, execution, strategies, stops: this.#stops },
      slots: strategies * instruments,
      crossPrices: this.#crossPrices,
      entryRefused: (strategy, control, barredBy) =>
        this.#watch.entryRefused({ strategy, control, barredBy }, facts.now),
    });
    const { trades, fills, orders, ledger, claimLog, regime } = this;
    const parts = { strategies, instruments, lots, portfolio, trades, facts, desk: this.#desk, authorities };
    const enterSession = (at: EpochMicros) => this.#enterSession(at);
    this.#booking = new FillBooking({ ...parts, fills, onFill, enterSession });
    const enforced = { ...config, ...parts, watch: this.#watch, books: this.#booking, clock, regime, gate };
    this.#claims = new ClaimEnforcement({ ...enforced, alarms });
    this.#adjustments = new PositionAdjustments({ ...config, ...parts, orders, onFill, enterSession });
    this.income = new StrategyIncome(strategies, lots);
    this.actions = new CorporateActions({ ...parts, orders, ledger, income: this.income });
    const told = { ...config, ...parts, clock, claims: this.#claims, claimLog, regime };
    const outside = { stops: this.#stops, adjustments: this.#adjustments, overrides: this.overrides };
    this.#outside = new OutsideWord({ ...told, ...outside, enterSession });
    this.#quiet = new QuietSpell({ ...told, actions: this.actions, watchesStops: this.#stops !== undefined });
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

  /** Why a halt cannot be lifted at that instant: the limits that are still broken (C-02). */
  standing = (at: EpochMicros): readonly string[] => this.#watch.standing(at);
  wonBy = (strategy: number): number => this.#watch.strategyPnl(strategy);

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
    return this.portfolio.cash - this.facts.workingGross;
  }

  get scalar(): number {
    return this.authorities.permission.scalar;
  }
  get longScalar(): number {
    return this.authorities.longScalar;
  }

  get vix(): number | undefined {
    return this.regime?.vix;
  }

  enteredToday(instrument: InstrumentId): number {
    return this.facts.enteredToday(instrument);
  }

  allowsEntries(strategy: number, isLong?: boolean): boolean {
    return this.authorities.allowsEntries(strategy, isLong);
  }

  /** True when bars of that instant would change values alone: then nobody else is asked. */
  isQuietAt(at: EpochMicros): boolean {
    return at < this.#quiet.until;
  }

  /** Values the account at the closes of the batch. Comes before any decision on it. */
  bars(batch: BarBatch): void {
    const { at } = batch;
    if (!this.isQuietAt(at)) this.#enterSession(at);
    this.regime?.bars(batch);
    const isQuiet = this.isQuietAt(at);
    this.#time.told(at);
    this.facts.activity.bars(batch);
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
  cashMoved({ dollars, isResult }: CashMoved): void {
    this.#quiet.end();
    const amount = usd(dollars);
    if (!isResult) this.baselines.flow(toDollars(amount), this.portfolio.equity);
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
    const [scope, watch, facts, regime] = [this.#config, this.#watch, this.facts, this.regime];
    const { references } = this.#outside;
    const outside = { claims: this.#claims, adjustments: this.#adjustments, references };
    return { scope, watch, facts, authorities: this.authorities, stops: this.#stops, regime, ...outside };
  }

  quote(quote: Quote): void {
    this.#quiet.end();
    this.facts.quoted(quote);
    this.#time.told(quote.at);
    this.#desk.meeting.ticked(quote.at);
    this.#stops?.quote(quote);
    this.#settleTick();
  }

  /** Somebody traded: what stops are watched by (RISK-4). */
  trade(print: TradePrint): void {
    this.#quiet.end();
    this.#time.told(print.at);
    this.#crossPrices.printed(print);
    this.#desk.meeting.ticked(print.at);
    this.#stops?.trade(print);
    this.#settleTick();
  }

  /** Only a breached stop or somebody who waits has anything to say between bars. */
  #settleTick(): void {
    if (this.#stops !== undefined || this.#desk.waitingFor > 0) this.#desk.settle(this.#booking);
  }

  /** A split or a dividend, before the first bar of its ex-date. Tells which round trips it ended. */
  action(event: CorporateActionEvent): readonly EndedBySplit[] {
    this.#quiet.end();
    this.#time.told(event.at);
    this.#crossPrices.forget(event.instrument);
    this.#booking.restating(event.instrument);
    this.blocked.action(event);
    if (event.kind === "SharesSplit") this.#stops?.split(event.instrument, event.newShares / event.oldShares);
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
    this.facts.statusChanged(event);
    this.#time.told(event.at);
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
    for (const intent of several ? leaversFirst(intents, this.lots) : intents) this.#act(intent);
    this.#desk.settle(this.#booking);
  }

  #act(intent: Intent): void {
    const { strategy, instrument, signal } = intent;
    if (intent.kind === "Enter") this.#desk.enter(intent);
    else if (intent.kind === "Exit") this.#desk.exit(strategy, instrument, signal, Purpose.Exit);
    else this.#desk.protect(strategy, instrument, intent.stop, signal);
  }

  broker(event: BrokerEvent): void {
    this.#quiet.end();
    this.#time.heard(event.at);
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

  operator(event: OperatorActed): void {
    this.#quiet.end();
    this.#outside.operator(event);
    this.#settleTick();
  }

  /** What is told by those who watch over the engine: no account is valued by it and nothing is decided. */
  control(event: ControlEvent): void {
    this.#quiet.end();
    if (event.kind === "TimePassed") this.#time.ticked(event.at);
    this.#outside.control(event);
    this.#settleTick();
  }

  /** The closing of everything that goes on; undefined when none does, or it is complete. */
  get flattening(): Flattening | undefined {
    return this.#claims.flattening;
  }

  /** A fill may be the first thing of a new session, and what it does counts there. */
  #enterSession(at: EpochMicros): void {
    this.claimLog.reached(at);
    if (!this.clock.advance(at)) return;
    this.facts.startSession();
    this.baselines.startSession(this.clock.open);
    this.#outside.enterSession(at);
  }
}
