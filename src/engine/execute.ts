/**
 * The execute stage: authority -> risk gate -> orders -> fills -> portfolio. The only place that makes
 * commands, and every placed order in them came through the gate (C-12).
 *
 * EX-2  An order's identity is its row; the same inputs give the same rows (I-25).
 * EX-3  At most one live entry, one exit, one stop and one target per strategy and instrument.
 * EX-4  A fill id counts once (I-1).
 * EX-5  Broker events may come in any order; a finished order absorbs what comes late.
 * EX-6  Exits are sent for what is held, after the protective orders in their way were canceled (I-15).
 */
import type { BarBatch } from "../domain/bars.ts";
import type { BrokerEvent, OperatorActed, OrderFilled } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type EntryIntent, type Intent, sizingConstraints } from "../domain/intent.ts";
import { MICROS, type Money, toDollars, toShares } from "../domain/money.ts";
import { BUY, type OrderNumber, OrderStatus, OrderType, Purpose, SELL, type Side, TimeInForce } from "../domain/order.ts";
import type { SessionTable } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";
import { unreachable } from "../domain/assert.ts";
import { VirtualLots } from "../ensemble/virtual-lots.ts";
import { type ExecutionParams, priceEntry, roundToTick } from "../execution/order-policy.ts";
import { OrderTable } from "../execution/order-table.ts";
import { Baselines } from "../portfolio/baselines.ts";
import { Portfolio } from "../portfolio/portfolio.ts";
import { Authorities } from "../risk/authority.ts";
import { type Bracket, RiskGate } from "../risk/gate.ts";
import type { OrderRequest, RiskRule } from "../risk/rule.ts";
import { BlockTally } from "./block-tally.ts";
import type { AccountFacts } from "./compute.ts";
import type { Command } from "./ports.ts";
import { RiskFacts, type WorkingEntry } from "./risk-facts.ts";
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
export type FillListener = (strategy: number, instrument: InstrumentId, signedShares: number, price: number) => void;

const NONE = -1;

export class ExecuteStage implements AccountFacts {
  readonly #config: ExecuteConfig;
  readonly #gate: RiskGate;
  readonly #facts: RiskFacts;
  readonly #lots: VirtualLots;
  readonly #seenFills = new Set<string>();
  readonly #onFill: FillListener;
  /** Live protective and exit orders per strategy and instrument. */
  readonly #exitOrder: Int32Array;
  readonly #stopOrder: Int32Array;
  readonly #targetOrder: Int32Array;

  readonly portfolio: Portfolio;
  readonly baselines: Baselines;
  readonly clock: SessionClock;
  readonly authorities = new Authorities();
  readonly orders = new OrderTable();
  readonly trades: TradeLog;
  readonly blocked = new BlockTally();
  readonly commands: Command[] = [];

  constructor(config: ExecuteConfig, onFill: FillListener) {
    const { strategies, instruments, startingCash } = config;
    const slots = () => new Int32Array(strategies * instruments).fill(NONE);
    this.#config = config;
    this.#onFill = onFill;
    this.portfolio = new Portfolio(instruments, startingCash);
    this.baselines = new Baselines(startingCash / MICROS);
    this.clock = new SessionClock(config.sessions);
    this.trades = new TradeLog(strategies, instruments);
    this.#gate = new RiskGate(config.rules, this.authorities);
    this.#facts = new RiskFacts(strategies, instruments, this);
    this.#lots = new VirtualLots(strategies, instruments);
    this.#exitOrder = slots();
    this.#stopOrder = slots();
    this.#targetOrder = slots();
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

  get rules(): readonly RiskRule[] {
    return this.#gate.rules;
  }

  get lots(): VirtualLots {
    return this.#lots;
  }

  /** Values the account at the closes of the batch. Comes before any decision on it. */
  bars({ at, columns, from, to }: BarBatch): void {
    if (this.clock.advance(at)) this.#facts.entriesToday = 0;
    this.#facts.bars(columns.instrument, from, to, at);
    this.portfolio.markToMarket(columns.instrument, columns.close, from, to);
    this.baselines.update(this.clock.date, this.portfolio.equity);
    this.authorities.expire(at);
    if (this.authorities.isAtLeast("FLATTEN")) this.#continueFlatten(at);
  }

  decide(intents: readonly Intent[]): void {
    for (const intent of intents) {
      if (intent.kind === "Enter") this.#enter(intent);
      else if (intent.kind === "Exit") this.#exit(intent.strategy, intent.instrument, intent.signal, Purpose.Exit);
      else this.#protect(intent.strategy, intent.instrument, intent.stop, intent.signal);
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

  operator(event: OperatorActed): void {
    const claim = {
      authority: "kill_switch",
      source: "operator",
      scalar: 1,
      reason: `${event.by}: ${event.reason}`,
      since: event.at,
      until: undefined,
      liftedBy: "operator",
    } as const;
    if (event.action === "resume") {
      this.authorities.lift("kill_switch", "operator", "operator");
      return;
    }
    this.authorities.raise({ ...claim, level: event.action === "halt" ? "FLATTEN" : "NO_NEW_ENTRIES" });
    if (event.action === "halt") this.#continueFlatten(event.at);
  }

  #enter(intent: EntryIntent): void {
    const { strategy, instrument } = intent;
    const side: Side = intent.shares > 0 ? BUY : SELL;
    const held = this.#lots.shares(strategy, instrument);
    if (held !== 0 && held > 0 === intent.shares > 0) return;
    if (this.#facts.entryWorking(strategy, instrument)) return;
    if (held !== 0) this.#exit(strategy, instrument, intent.signal, Purpose.Exit);

    const { execution } = this.#config;
    const priced = priceEntry(side, intent.reference, intent.timing, execution);
    const request: OrderRequest = {
      instrument,
      strategy,
      side,
      shares: Math.abs(intent.shares),
      purpose: Purpose.Entry,
      type: priced.type,
      timeInForce: priced.timeInForce,
      limit: priced.limit,
      // A stop is rounded away from the entry: never closer than the strategy asked.
      stop: roundToTick(intent.stop, -side, execution.tick),
      reference: intent.reference,
      decidedAt: intent.at,
    };
    this.#place(request, intent.signal, sizingConstraints.indexOf(intent.binding), {
      stop: request.stop,
      target: roundToTick(intent.target, -side, execution.tick),
    });
  }

  /** Shows the request to the gate, writes down what became of it and sends it if approved. */
  #place(
    request: OrderRequest,
    signal: number,
    sizing: number,
    legs: { readonly stop: number; readonly target: number },
  ): OrderNumber | undefined {
    const number = this.orders.next;
    const bracket = this.#bracket(number, legs);
    const approved = this.#gate.pass(number, request, this.#facts, bracket);
    const review = this.#gate.review;
    const { binding, verdict } = review;
    const price = Number.isNaN(request.limit) ? request.reference : request.limit;
    if (review.barredBy !== undefined) this.blocked.denied(`permission:${review.barredBy}`, request.shares * price);
    else if (approved === undefined && binding !== undefined) this.blocked.denied(binding.id, request.shares * price);
    else if (binding !== undefined) this.blocked.trimmed(binding.id, (request.shares - review.shares) * price);
    this.orders.add({
      ...request,
      requested: request.shares,
      shares: review.shares,
      signal,
      sizing,
      rule: binding === undefined ? NONE : this.#gate.rules.indexOf(binding),
      ruleUsed: verdict?.used ?? Number.NaN,
      ruleLimit: verdict?.limit ?? Number.NaN,
      parent: NONE,
      status: approved === undefined ? OrderStatus.Denied : OrderStatus.Sent,
    });
    if (approved === undefined) return undefined;
    if (bracket !== undefined) this.#addLegs(number, request, signal, bracket);
    if (request.purpose === Purpose.Entry) {
      this.#facts.entrySent({ ...request, shares: approved.shares, price }, number);
    }
    this.commands.push({ kind: "PlaceOrder", order: approved });
    return number;
  }

  #bracket(entry: OrderNumber, { stop, target }: { readonly stop: number; readonly target: number }) {
    const hasStop = !Number.isNaN(stop);
    const hasTarget = !Number.isNaN(target);
    if (!hasStop && !hasTarget) return undefined;
    return {
      stopOrder: hasStop ? ((entry + 1) as OrderNumber) : undefined,
      stop,
      targetOrder: hasTarget ? ((entry + (hasStop ? 2 : 1)) as OrderNumber) : undefined,
      target,
    } satisfies Bracket;
  }

  /** The protective orders of an entry: they cover nothing until it fills. */
  #addLegs(entry: OrderNumber, request: OrderRequest, signal: number, bracket: Bracket): void {
    const slot = this.#lots.slot(request.strategy, request.instrument);
    const leg = {
      decidedAt: request.decidedAt,
      strategy: request.strategy,
      instrument: request.instrument,
      side: (request.side === BUY ? SELL : BUY) as Side,
      timeInForce: TimeInForce.GoodTillCanceled,
      requested: 0,
      shares: 0,
      reference: request.reference,
      signal,
      sizing: NONE,
      rule: NONE,
      ruleUsed: Number.NaN,
      ruleLimit: Number.NaN,
      parent: entry,
      status: OrderStatus.Sent,
    };
    const stop = { ...leg, purpose: Purpose.StopLoss, type: OrderType.Stop, limit: Number.NaN, stop: bracket.stop };
    const target = { ...leg, purpose: Purpose.TakeProfit, type: OrderType.Limit, limit: bracket.target, stop: Number.NaN };
    if (bracket.stopOrder !== undefined) this.#stopOrder[slot] = this.orders.add(stop);
    if (bracket.targetOrder !== undefined) this.#targetOrder[slot] = this.orders.add(target);
  }

  #exit(strategy: number, instrument: InstrumentId, signal: number, purpose: Purpose): void {
    const entry = this.#facts.entryOrder(strategy, instrument);
    if (entry !== undefined) this.commands.push({ kind: "CancelOrder", order: entry as OrderNumber });
    const held = this.#lots.shares(strategy, instrument);
    const slot = this.#lots.slot(strategy, instrument);
    if (held === 0 || this.#exitOrder[slot] !== NONE) return;
    this.#cancelLegs(slot);
    const number = this.#place(
      this.#exitRequest(strategy, instrument, held, purpose, OrderType.Market, Number.NaN),
      signal,
      NONE,
      { stop: Number.NaN, target: Number.NaN },
    );
    this.#exitOrder[slot] = number ?? NONE;
  }

  #exitRequest(
    strategy: number,
    instrument: InstrumentId,
    held: number,
    purpose: Purpose,
    type: OrderType,
    stop: number,
  ): OrderRequest {
    return {
      instrument,
      strategy,
      side: held > 0 ? SELL : BUY,
      shares: Math.abs(held),
      purpose,
      type,
      timeInForce: TimeInForce.GoodTillCanceled,
      limit: Number.NaN,
      stop,
      reference: this.portfolio.mark(instrument),
      decidedAt: this.#facts.now,
    };
  }

  #cancelLegs(slot: number): void {
    for (const legs of [this.#stopOrder, this.#targetOrder]) {
      const leg = legs[slot]!;
      if (leg !== NONE && this.orders.isWorking(leg as OrderNumber)) {
        this.commands.push({ kind: "CancelOrder", order: leg as OrderNumber });
      }
    }
  }

  #protect(strategy: number, instrument: InstrumentId, wanted: number, signal: number): void {
    const held = this.#lots.shares(strategy, instrument);
    if (held === 0) return;
    const stop = roundToTick(wanted, held > 0 ? -1 : 1, this.#config.execution.tick);
    const slot = this.#lots.slot(strategy, instrument);
    const resting = this.#stopOrder[slot]! as OrderNumber;
    if (resting !== NONE && this.orders.isWorking(resting)) {
      const before = this.orders.stop.get(resting);
      if (held > 0 ? stop <= before : stop >= before) return;
      this.orders.stop.set(resting, stop);
      this.commands.push({ kind: "ReplaceStop", order: resting, stop });
      return;
    }
    if (this.#exitOrder[slot] !== NONE) return;
    const request = this.#exitRequest(strategy, instrument, held, Purpose.StopLoss, OrderType.Stop, stop);
    const number = this.#place(request, signal, NONE, { stop: Number.NaN, target: Number.NaN });
    this.#stopOrder[slot] = number ?? NONE;
  }

  #filled(event: OrderFilled): void {
    if (this.#seenFills.has(event.fillId)) return;
    this.#seenFills.add(event.fillId);
    const { orders } = this;
    const { order, at } = event;
    const strategy = orders.strategy.get(order);
    const instrument = orders.instrument.get(order) as InstrumentId;
    const side = orders.side.get(order) as Side;
    const purpose = orders.purpose.get(order) as Purpose;
    const shares = toShares(event.quantity);
    const price = toDollars(event.price);

    orders.fill(order, shares, price, at);
    this.portfolio.fill(instrument, side, event.quantity, event.price, event.costs);
    const after = this.#lots.fill(strategy, instrument, side * shares, price);
    this.trades.fill({
      at,
      strategy,
      instrument,
      signedShares: side * shares,
      price,
      costs: toDollars((event.costs.commission + event.costs.regulatory) as Money),
      slippage: toDollars(event.costs.slippage),
      signal: orders.signal.get(order),
      purpose,
      riskPerShare: Math.abs(price - orders.stop.get(order)),
    });
    if (purpose === Purpose.Entry) this.#entryFilled(order, shares);
    const slot = this.#lots.slot(strategy, instrument);
    if (after === 0) this.#cancelLegs(slot);
    if (!orders.isWorking(order)) this.#release(slot, order);
    this.#onFill(strategy, instrument, side * shares, price);
  }

  #entryFilled(order: OrderNumber, shares: number): void {
    const { orders } = this;
    const entry = this.#workingEntry(order);
    this.#facts.entryFilled(entry, shares);
    const slot = this.#lots.slot(entry.strategy, entry.instrument);
    for (const legs of [this.#stopOrder, this.#targetOrder]) {
      const leg = legs[slot]! as OrderNumber;
      if (leg !== NONE && orders.parent.get(leg) === order) orders.resize(leg, orders.filled.get(order));
    }
    if (!orders.isWorking(order)) this.#facts.entryEnded(entry, 0);
  }

  #ended(order: OrderNumber, status: OrderStatus, at: EpochMicros): void {
    const { orders } = this;
    const left = orders.remaining(order);
    if (!orders.end(order, status, at)) return;
    const slot = this.#lots.slot(orders.strategy.get(order), orders.instrument.get(order) as InstrumentId);
    if (orders.purpose.get(order) === Purpose.Entry) this.#facts.entryEnded(this.#workingEntry(order), left);
    this.#release(slot, order);
  }

  /** A finished order frees its place, so that the next of its kind may be sent. */
  #release(slot: number, order: OrderNumber): void {
    for (const places of [this.#exitOrder, this.#stopOrder, this.#targetOrder]) {
      if (places[slot] === order) places[slot] = NONE;
    }
  }

  #workingEntry(order: OrderNumber): WorkingEntry {
    const { orders } = this;
    const limit = orders.limit.get(order);
    return {
      strategy: orders.strategy.get(order),
      instrument: orders.instrument.get(order) as InstrumentId,
      side: orders.side.get(order) as Side,
      shares: orders.shares.get(order),
      price: Number.isNaN(limit) ? orders.reference.get(order) : limit,
    };
  }

  /** Cancels what works and closes what is held, until nothing is left; then the halt is complete. */
  #continueFlatten(at: EpochMicros): void {
    const { strategies, instruments } = this.#config;
    let open = 0;
    for (let s = 0; s < strategies; s++) {
      for (let i = 0; i < instruments; i++) {
        const instrument = i as InstrumentId;
        const held = this.#lots.shares(s, instrument) !== 0;
        if (!held && this.#facts.entryOrder(s, instrument) === undefined) continue;
        open += 1;
        this.#exit(s, instrument, NONE, Purpose.Flatten);
      }
    }
    if (open > 0 || this.authorities.isAtLeast("HALTED")) return;
    const flattening = this.authorities.permission.claims.filter(({ level }) => level === "FLATTEN");
    for (const claim of flattening) {
      this.authorities.raise({ ...claim, level: "HALTED", reason: `${claim.reason}; flat`, since: at });
    }
  }
}
