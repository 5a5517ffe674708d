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
import type {
  BorrowCharged,
  BrokerEvent,
  CashMoved,
  CorporateActionEvent,
  FillCosts,
  OperatorActed,
  OrderFilled,
  TradingStatusEvent,
} from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Intent } from "../domain/intent.ts";
import {
  MICROS,
  type Money,
  NANOS,
  type Price,
  type Quantity,
  toDollars,
  shares as toQuantity,
  toShares,
  usd,
} from "../domain/money.ts";
import { type OrderNumber, OrderStatus, Purpose } from "../domain/order.ts";
import type { Quote } from "../domain/quote.ts";
import type { SessionTable } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { EnsembleParams } from "../ensemble/ensemble-params.ts";
import { VirtualLots } from "../ensemble/virtual-lots.ts";
import { splitCosts } from "../execution/cost-split.ts";
import { splitFill } from "../execution/fill-split.ts";
import type { ExecutionParams } from "../execution/order-policy.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import { Baselines } from "../portfolio/baselines.ts";
import { Portfolio } from "../portfolio/portfolio.ts";
import { Authorities } from "../risk/authority.ts";
import type { BoundBreaker } from "../risk/breaker.ts";
import type { ApprovedOrder } from "../risk/gate.ts";
import { RiskGate } from "../risk/gate.ts";
import type { RiskRule } from "../risk/rule.ts";
import type { BlockTally } from "./block-tally.ts";
import { BreakerWatch, type RiskState } from "./breaker-watch.ts";
import { ClaimLog } from "./claim-log.ts";
import type { AccountFacts, OwnFill } from "./compute.ts";
import { CorporateActions } from "./corporate-actions.ts";
import type { CrossBooks } from "./demand-netting.ts";
import { FillTable, type OwnPart } from "./fill-table.ts";
import { isExit, OrderDesk } from "./order-desk.ts";
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
  readonly ensemble: EnsembleParams;
}

/** Told of each fill, so that compute's mirror of the positions follows. */
export type FillListener = (fill: OwnFill) => void;

const NO_COSTS: FillCosts = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };

/** Signal row of orders that no strategy asked for. */
const NO_SIGNAL = -1;

export class ExecuteStage implements AccountFacts, CrossBooks {
  readonly #config: ExecuteConfig;
  readonly #facts: RiskFacts;
  readonly #desk: OrderDesk;
  readonly #seenFills = new SeenFills();
  readonly #onFill: FillListener;
  readonly #watch: BreakerWatch;
  /** Version of the claims that were last acted upon, and which strategies could only reduce by them. */
  #enforced = -1;
  readonly #reducing: Uint8Array;
  /** Fills of protective orders that were told before the fill of the entry they protect (EX-5). */
  #early: OrderFilled[] = [];

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
      crossQuoteSeconds: ensemble.crossQuoteSeconds,
    });
    const { lots, orders, trades } = this;
    this.actions = new CorporateActions({
      strategies,
      lots,
      portfolio,
      orders,
      trades,
      facts: this.#facts,
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

  /** A split or a dividend, before the first bar of its ex-date. */
  action(event: CorporateActionEvent): void {
    this.#facts.now = event.at;
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
    for (const intent of intents) {
      const { strategy, instrument, signal } = intent;
      if (intent.kind === "Enter") this.#desk.enter(intent);
      else if (intent.kind === "Exit") this.#desk.exit(strategy, instrument, signal, Purpose.Exit);
      else this.#desk.protect(strategy, instrument, intent.stop, signal);
    }
    this.#desk.settle(this);
  }

  broker(event: BrokerEvent): void {
    switch (event.kind) {
      case "OrderAccepted":
        this.#accepted(event.order);
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
    this.#desk.settle(this);
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

  /** Two strategies traded with each other: their lots moved, the account did not (ENS-1). */
  crossed(buy: OrderNumber, sell: OrderNumber, shares: number, price: Price): void {
    const at = this.#facts.now;
    for (const order of [buy, sell]) {
      this.#book({ at, order, shares, price: toDollars(price), costs: NO_COSTS, crossed: true });
    }
  }

  restLegs(order: ApprovedOrder): void {
    this.#desk.restLegs(order);
  }

  withdrawn({ number, bracket }: ApprovedOrder): void {
    const at = this.#facts.now;
    const crossed = this.orders.get(number, OrderField.crossed) > 0;
    this.#ended(number, OrderStatus.Canceled, at);
    if (crossed || bracket === undefined) return;
    for (const leg of [bracket.stopOrder, bracket.targetOrder]) {
      if (leg !== undefined) this.#ended(leg, OrderStatus.Canceled, at);
    }
  }

  #filled(event: OrderFilled): void {
    const { order, fillId } = event;
    if (!this.#seenFills.add(order, fillId)) return;
    if (this.#isEarly(event)) this.#early.push(event);
    else this.#count(event);
  }

  /** True for a protective order that sells what, as far as we were told, was not bought yet. */
  #isEarly({ order, quantity }: OrderFilled): boolean {
    const { orders } = this;
    const entry = orders.get(order, OrderField.parent);
    if (entry < 0) return false;
    const covered = orders.get(entry as OrderNumber, OrderField.filled);
    const filled = toQuantity(orders.get(order, OrderField.filled)) + quantity;
    // The entry may have filled in shares of before a split: what is held decides.
    const held = -orders.side(order) * this.lots.shares(orders.strategy(order), orders.instrument(order));
    if (filled > toQuantity(covered) && (held <= 0 || quantity > toQuantity(held))) return true;
    // One that was canceled before its entry's fill was told covers nothing yet.
    if (filled > toQuantity(orders.get(order, OrderField.shares))) {
      orders.cover(order, Math.max(covered, toShares(filled as Quantity)));
    }
    return false;
  }

  #count({ order, at, quantity, price: paid, costs }: OrderFilled): void {
    const { orders } = this;
    this.portfolio.fill(orders.instrument(order), orders.side(order), quantity, paid, costs);
    const price = toDollars(paid);
    if (!orders.isShared(order)) {
      this.#book({ at, order, shares: toShares(quantity), price, costs, crossed: false });
      return;
    }
    const members = orders.members(order);
    // What crossed is done: the shared order was for the rest.
    const ordered = members.map((member) => {
      const crossed = orders.get(member, OrderField.crossed);
      const asked = toQuantity(orders.get(member, OrderField.shares) - crossed);
      return { asked, given: toQuantity(orders.get(member, OrderField.filled) - crossed) };
    });
    const split = splitFill(
      ordered.map(({ asked }) => asked),
      ordered.map(({ given }) => given),
      quantity,
    );
    const owed = splitCosts(split, costs);
    for (const [n, member] of members.entries()) {
      const own = split[n] ?? 0;
      if (own === 0) continue;
      this.#book({
        at,
        order: member,
        shares: own / NANOS,
        price,
        costs: owed[n] ?? NO_COSTS,
        crossed: false,
      });
    }
  }

  /** One order got something: everything that is kept per order, per lot and per strategy. */
  #book(part: OwnPart): void {
    const { at, order, shares, price, costs, crossed } = part;
    const { orders } = this;
    this.fills.add(part);
    const strategy = orders.strategy(order);
    const instrument = orders.instrument(order);
    const side = orders.side(order);
    const purpose = orders.purpose(order);
    const signedShares = side * shares;
    const signal = orders.get(order, OrderField.signal);

    const wasWorking = orders.isWorking(order);
    if (crossed) orders.cross(order, shares, price, at);
    else orders.fill(order, shares, price, at);
    const after = this.lots.fill(strategy, instrument, signedShares, price);
    this.#enterSession(at);
    const closedReturn = this.trades.fill({
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
      crossed,
    });
    const done = wasWorking && !orders.isWorking(order);
    this.#facts.activity.filled(instrument, shares);
    if (purpose === Purpose.StopLoss) this.#facts.activity.stoppedOut(instrument);
    if (purpose === Purpose.Entry) {
      // An entry that had ended counts as working no more, whatever still arrives of it.
      if (wasWorking) this.#facts.entryFilled(orders, order, shares);
      this.#desk.entryFilled(order);
      if (done) this.#facts.entryEnded(orders, order, 0);
    } else if (wasWorking && isExit(purpose)) this.#facts.activity.exitChanged(instrument, side, -shares);
    // An exit has canceled them before it left; what crosses in the same step need not do so again.
    if (after === 0 && !crossed) this.#desk.cancelSpentLegs(strategy, instrument);
    if (done) this.#desk.release(order);
    // The entry filled once more while its cancel was on its way: the exit was too small by that (C-39).
    if (done && isExit(purpose) && after * side < 0) this.#desk.exit(strategy, instrument, signal, purpose);
    this.#onFill({ strategy, instrument, signedShares, price, signal, closedReturn });
    if (purpose === Purpose.Entry && this.#early.length > 0) this.#countEarly();
  }

  /** What came too early may be in time now; the rest goes on waiting. */
  #countEarly(): void {
    const waiting = this.#early;
    this.#early = [];
    for (const event of waiting) {
      if (this.#isEarly(event)) this.#early.push(event);
      else this.#count(event);
    }
  }

  #accepted(order: OrderNumber): void {
    const { orders } = this;
    let member: OrderNumber | undefined = order;
    for (; member !== undefined; member = orders.nextMember(member)) orders.accept(member);
  }

  /** A shared order ends for all who share it. */
  #ended(order: OrderNumber, status: OrderStatus, at: EpochMicros): void {
    const { orders } = this;
    let member: OrderNumber | undefined = order;
    for (; member !== undefined; member = orders.nextMember(member)) {
      const left = orders.remaining(member);
      if (!orders.end(member, status, at)) continue;
      const purpose = orders.purpose(member);
      if (purpose === Purpose.Entry) this.#facts.entryEnded(orders, member, left);
      else if (isExit(purpose)) {
        this.#facts.activity.exitChanged(orders.instrument(member), orders.side(member), -left);
      }
      this.#desk.release(member);
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
    this.#desk.settle(this);
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
