/**
 * The execute stage: authority -> risk gate -> orders -> fills -> portfolio. The only place that makes
 * commands, and every placed order in them came through the gate (C-12).
 *
 * EX-4  A fill id counts once (I-1).
 * EX-5  Broker events may come in any order; a finished order absorbs what comes late.
 * EX-7  What only reduces takes its working entries back when that begins, and not again (AUTH-1); what bars
 *       entries leaves them alone.
 */
import { unreachable } from "../domain/assert.ts";
import type { BarBatch } from "../domain/bars.ts";
import type { BrokerEvent, CashMoved, OperatorActed, OrderFilled } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Intent } from "../domain/intent.ts";
import { MICROS, type Money, toDollars, toShares, usd } from "../domain/money.ts";
import { type OrderNumber, OrderStatus, Purpose } from "../domain/order.ts";
import type { Quote } from "../domain/quote.ts";
import type { SessionTable } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";
import { VirtualLots } from "../ensemble/virtual-lots.ts";
import type { ExecutionParams } from "../execution/order-policy.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import { Baselines } from "../portfolio/baselines.ts";
import { Portfolio } from "../portfolio/portfolio.ts";
import { Authorities } from "../risk/authority.ts";
import type { BoundBreaker } from "../risk/breaker.ts";
import { RiskGate } from "../risk/gate.ts";
import type { RiskRule } from "../risk/rule.ts";
import type { BlockTally } from "./block-tally.ts";
import { BreakerWatch, type RiskState } from "./breaker-watch.ts";
import type { AccountFacts, OwnFill } from "./compute.ts";
import { FillTable } from "./fill-table.ts";
import { leaves, OrderDesk } from "./order-desk.ts";
import type { Command } from "./ports.ts";
import { RiskFacts } from "./risk-facts.ts";
import { SeenFills } from "./seen-fills.ts";
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
}

/** Told of each fill, so that compute's mirror of the positions follows. */
export type FillListener = (fill: OwnFill) => void;

/** Signal row of orders that no strategy asked for. */
const NO_SIGNAL = -1;

export class ExecuteStage implements AccountFacts {
  readonly #config: ExecuteConfig;
  readonly #facts: RiskFacts;
  readonly #desk: OrderDesk;
  readonly #seenFills = new SeenFills();
  readonly #onFill: FillListener;
  readonly #watch: BreakerWatch;
  /** Version of the claims that were last acted upon, and which strategies could only reduce by them. */
  #enforced = -1;
  readonly #reducing: Uint8Array;

  readonly gate: RiskGate;
  readonly portfolio: Portfolio;
  readonly baselines: Baselines;
  readonly clock: SessionClock;
  readonly lots: VirtualLots;
  readonly authorities = new Authorities();
  readonly trades: TradeLog;
  readonly fills = new FillTable();

  constructor(config: ExecuteConfig, onFill: FillListener) {
    const { strategies, instruments, startingCash, execution } = config;
    this.#config = config;
    this.#onFill = onFill;
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

  /** Values the account at the closes of the batch. Comes before any decision on it. */
  bars(batch: BarBatch): void {
    const { at } = batch;
    this.#enterSession(at);
    this.#facts.now = at;
    this.#facts.activity.bars(batch);
    this.portfolio.markToMarket(batch);
    this.baselines.update(at, this.portfolio.equity);
    this.authorities.expire(at);
    this.#watch.valued(at);
    this.#enforce(at);
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
  }

  decide(intents: readonly Intent[]): void {
    for (const intent of intents) {
      const { strategy, instrument, signal } = intent;
      if (intent.kind === "Enter") this.#desk.enter(intent);
      else if (intent.kind === "Exit") this.#desk.exit(strategy, instrument, signal, Purpose.Exit);
      else this.#desk.protect(strategy, instrument, intent.stop, signal);
    }
  }

  broker(event: BrokerEvent): void {
    switch (event.kind) {
      case "OrderAccepted":
        this.orders.accept(event.order);
        return;
      case "OrderFilled":
        this.#filled(event);
        return;
      case "OrderCanceled":
        this.#ended(event.order, OrderStatus.Canceled, event.at);
        return;
      case "OrderExpired":
        this.#ended(event.order, OrderStatus.Expired, event.at);
        return;
      case "OrderRejected":
        this.#ended(event.order, OrderStatus.Rejected, event.at);
        return;
      default:
        unreachable(event);
    }
  }

  operator({ action, at, by, reason }: OperatorActed): void {
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
    if (!this.clock.advance(at)) return;
    this.#facts.entriesToday = 0;
    this.#facts.activity.startSession();
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

  #filled(event: OrderFilled): void {
    const { order, at, fillId, quantity, price: paid, costs } = event;
    if (!this.#seenFills.add(order, fillId)) return;
    this.fills.add(event);
    const { orders } = this;
    const strategy = orders.strategy(order);
    const instrument = orders.instrument(order);
    const side = orders.side(order);
    const purpose = orders.purpose(order);
    const shares = toShares(quantity);
    const signedShares = side * shares;
    const price = toDollars(paid);
    const signal = orders.get(order, OrderField.signal);

    const wasWorking = orders.isWorking(order);
    orders.fill(order, shares, price, at);
    this.portfolio.fill(instrument, side, quantity, paid, costs);
    const after = this.lots.fill(strategy, instrument, signedShares, price);
    this.#enterSession(at);
    this.trades.fill({
      at,
      strategy,
      instrument,
      signedShares,
      price,
      costs: toDollars((costs.commission + costs.regulatory) as Money),
      slippage: toDollars(costs.slippage),
      signal,
      purpose,
      riskPerShare: Math.abs(price - orders.get(order, OrderField.stop)),
    });
    const done = wasWorking && !orders.isWorking(order);
    this.#facts.activity.filled(instrument, shares);
    if (purpose === Purpose.StopLoss) this.#facts.activity.stoppedOut(instrument);
    if (wasWorking && leaves(purpose)) this.#facts.activity.exitChanged(instrument, side, -shares);
    if (purpose === Purpose.Entry) {
      // An entry that had ended counts as working no more, whatever still arrives of it.
      if (wasWorking) this.#facts.entryFilled(orders, order, shares);
      this.#desk.entryFilled(order);
      if (done) this.#facts.entryEnded(orders, order, 0);
    }
    if (after === 0) this.#desk.cancelSpentLegs(strategy, instrument);
    if (done) this.#desk.release(order);
    this.#onFill({ strategy, instrument, signedShares, price, signal });
  }

  #ended(order: OrderNumber, status: OrderStatus, at: EpochMicros): void {
    const { orders } = this;
    const left = orders.remaining(order);
    if (!orders.end(order, status, at)) return;
    const purpose = orders.purpose(order);
    if (purpose === Purpose.Entry) this.#facts.entryEnded(orders, order, left);
    else if (leaves(purpose))
      this.#facts.activity.exitChanged(orders.instrument(order), orders.side(order), -left);
    this.#desk.release(order);
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
