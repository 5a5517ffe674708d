/**
 * The execute stage: authority -> risk gate -> orders -> fills -> portfolio. The only place that makes
 * commands, and every placed order in them came through the gate (C-12).
 *
 * EX-4  A fill id counts once (I-1).
 * EX-5  Broker events may come in any order; a finished order absorbs what comes late.
 */
import { unreachable } from "../domain/assert.ts";
import type { BarBatch } from "../domain/bars.ts";
import type {
  BorrowCharged,
  BrokerEvent,
  OperatorActed,
  OrderFilled,
  TradingStatusEvent,
} from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Intent } from "../domain/intent.ts";
import { MICROS, type Money, toDollars, toShares } from "../domain/money.ts";
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
import { RiskGate } from "../risk/gate.ts";
import type { RiskRule } from "../risk/rule.ts";
import type { BlockTally } from "./block-tally.ts";
import type { AccountFacts, OwnFill } from "./compute.ts";
import { FillTable } from "./fill-table.ts";
import { OrderDesk } from "./order-desk.ts";
import type { Command } from "./ports.ts";
import { RiskFacts } from "./risk-facts.ts";
import { SeenFills } from "./seen-fills.ts";
import { SessionClock } from "./session-clock.ts";
import { TradeLog } from "./trade-log.ts";

export interface ExecuteConfig {
  readonly strategies: number;
  readonly instruments: number;
  readonly startingCash: Money;
  readonly sessions: SessionTable;
  readonly rules: readonly RiskRule[];
  readonly execution: ExecutionParams;
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

  readonly gate: RiskGate;
  readonly portfolio: Portfolio;
  readonly baselines: Baselines;
  readonly clock: SessionClock;
  readonly lots: VirtualLots;
  readonly authorities = new Authorities();
  readonly trades: TradeLog;
  readonly fills = new FillTable();
  /** What borrowed shares have cost, in order. */
  readonly charges: BorrowCharged[] = [];

  constructor(config: ExecuteConfig, onFill: FillListener) {
    const { strategies, instruments, startingCash, execution } = config;
    this.#config = config;
    this.#onFill = onFill;
    this.portfolio = new Portfolio(instruments, startingCash);
    this.baselines = new Baselines(startingCash / MICROS);
    this.clock = new SessionClock(config.sessions);
    this.trades = new TradeLog(strategies, instruments);
    this.gate = new RiskGate(config.rules, this.authorities);
    this.lots = new VirtualLots(strategies, instruments);
    this.#facts = new RiskFacts(strategies, instruments, this);
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
    if (this.clock.advance(at)) {
      this.#facts.entriesToday = 0;
      this.baselines.startSession();
    }
    this.#facts.now = at;
    this.portfolio.markToMarket(batch);
    this.baselines.update(this.portfolio.equity);
    this.authorities.expire(at);
    if (this.authorities.flattens) this.#continueFlatten(at);
  }

  quote(quote: Quote): void {
    this.#facts.quoted(quote);
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
      const order = this.#facts.entryOrder(strategy, event.instrument);
      if (order !== undefined) this.commands.push({ kind: "CancelOrder", order });
    }
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
      this.authorities.lift("kill_switch", "operator", "operator");
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
    if (action !== "pause") this.#continueFlatten(at);
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
    if (purpose === Purpose.Entry) {
      // An entry that had ended counts as working no more, whatever still arrives of it.
      if (wasWorking) this.#facts.entryFilled(orders, order, shares);
      this.#desk.entryFilled(order);
      if (done) this.#facts.entryEnded(orders, order, 0);
    }
    if (after === 0) this.#desk.cancelSpentLegs(strategy, instrument);
    if (done) this.#desk.release(order);
    // The entry filled once more while its cancel was on its way: the exit was too small by that (C-39).
    const closes = purpose === Purpose.Exit || purpose === Purpose.Flatten;
    if (done && closes && after * side < 0) this.#desk.exit(strategy, instrument, signal, purpose);
    this.#onFill({ strategy, instrument, signedShares, price, signal });
  }

  #ended(order: OrderNumber, status: OrderStatus, at: EpochMicros): void {
    const { orders } = this;
    const left = orders.remaining(order);
    if (!orders.end(order, status, at)) return;
    if (orders.purpose(order) === Purpose.Entry) this.#facts.entryEnded(orders, order, left);
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
