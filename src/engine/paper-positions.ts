/**
 * Trades without money, for strategies that Kelly has stopped: their wishes go on on paper, so that the record which
 * stopped them can also bring them back (SIZE-1). The strategy sees such a position as it would see a real one.
 *
 * PP-1  Nothing here is an order, a lot, cash or risk: gate, venue, portfolio and breakers never hear of it.
 * PP-2  It fills and leaves where the simulated venue's orders would on the bars after the decision, and pays what the
 *       cost model takes: a record net of costs stays one.
 * PP-3  What was begun on paper ends on paper.
 *
 * Shares are not rounded at a split: no account has to hold them.
 */
import type { BarBatch, Timeframe } from "../domain/bars.ts";
import { lessDividend, ratioOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { BUY, OrderType, type Side, TimeInForce } from "../domain/order.ts";
import type { SessionTable } from "../domain/session.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { type ExecutionParams, roundToTick } from "../execution/order-policy.ts";
import { exitPrice, restatePrices } from "./bar-fill.ts";
import {
  type EntryMoment,
  isExpired,
  type PaperOrder,
  type Reached,
  type ReachedAt,
  reachEntry,
  type WaitingEntry,
} from "./paper-entry.ts";
import { SessionClock } from "./session-clock.ts";

/** What trading would have cost: the cost model of the venue, from the bars so far. */
export interface PaperPricing {
  /** Both sides of the orders of a batch: before they are met, and after. */
  startSession(date: DayNumber): void;
  update(batch: BarBatch, date: DayNumber): void;
  action(event: CorporateActionEvent): void;
  /** False where a short sale would be refused. */
  lends(instrument: InstrumentId): boolean;
  /** False where the bar that closed at `at` can fill nothing: its instrument is halted. */
  trades(instrument: InstrumentId, timeframe: Timeframe, sessionOpen: EpochMicros, at: EpochMicros): boolean;
  /** Shares that one order may take of a bar's volume. */
  most(volume: number): number;
  /** Dollars per share that the fill would be at, slippage included. */
  paid(order: PaperOrder, batch: BarBatch, reached: Reached, shares: number): number;
  /** Commission and fees, dollars. */
  fees(side: Side, date: DayNumber, shares: number, dollars: number): number;
}

export interface PaperWish extends PaperOrder {
  readonly strategy: number;
  /** Positive. */
  readonly shares: number;
  /** Dollars per share; NaN for none. */
  readonly stop: number;
  readonly target: number;
  /** 0 for none. */
  readonly timeStopBars: number;
  readonly decidedAt: EpochMicros;
}

/** Told of the net profit of a trade that is over, as a fraction of its entry value. */
export type PaperListener = (strategy: number, netReturn: number) => void;

interface PaperTrade extends WaitingEntry {
  readonly strategy: number;
  readonly timeStopBars: number;
  shares: number;
  limit: number;
  stop: number;
  target: number;
  /** The stop as the strategy asked for it; `stop` is where it rests, on its tick. */
  wantedStop: number;
  /** Dollars per share that were paid; NaN while it waits. */
  entry: number;
  /** Dollars: what the entry was worth, what was paid in fees, what was received in dividends. */
  entryValue: number;
  fees: number;
  dividends: number;
  /** Bars since the entry. */
  held: number;
  /** Its strategy wants out: at the next open. */
  leaving: boolean;
  /** Its stop was reached in a bar in which nothing traded: at the next open, too. */
  triggered: boolean;
}

const NEVER = Number.NEGATIVE_INFINITY as EpochMicros;

export class PaperPositions {
  readonly #instruments: number;
  readonly #pricing: PaperPricing;
  readonly #clock: SessionClock;
  readonly #tick: ExecutionParams["tick"];
  readonly #closed: PaperListener;
  readonly #bySlot = new Map<number, PaperTrade>();
  /** In the order in which they were wished for. */
  readonly #trades: PaperTrade[] = [];
  /** Per strategy: trades that wait or are open. */
  readonly #count: Uint32Array;
  #now = NEVER;
  #before = NEVER;

  constructor(
    shape: { readonly strategies: number; readonly instruments: number; readonly sessions: SessionTable },
    pricing: PaperPricing,
    tick: ExecutionParams["tick"],
    closed: PaperListener,
  ) {
    this.#instruments = shape.instruments;
    this.#pricing = pricing;
    this.#clock = new SessionClock(shape.sessions);
    this.#tick = tick;
    this.#closed = closed;
    this.#count = new Uint32Array(shape.strategies);
  }

  /** Trades of a strategy that wait or are open. */
  count(strategy: number): number {
    return this.#count[strategy]!;
  }

  /** Signed; 0 while the entry waits. */
  shares(strategy: number, instrument: InstrumentId): number {
    const trade = this.#open(strategy, instrument);
    return trade === undefined ? 0 : trade.side * trade.shares;
  }

  /** Dollars per share; NaN when flat. */
  averageEntry(strategy: number, instrument: InstrumentId): number {
    return this.#open(strategy, instrument)?.entry ?? Number.NaN;
  }

  /** 0 on the bar of the fill. */
  barsHeld(strategy: number, instrument: InstrumentId): number {
    return this.#open(strategy, instrument)?.held ?? 0;
  }

  /** Moves on by one batch. Comes before the decisions on it, so that no entry meets the bar it was decided on. */
  bars(batch: BarBatch, rowOf: (instrument: InstrumentId) => number): void {
    this.#startBatch(batch);
    if (this.#trades.length > 0) this.#meet(batch, rowOf);
    this.#pricing.update(batch, this.#clock.date);
  }

  /** History before the first decision: what the cost model knows then. */
  warm(batch: BarBatch): void {
    this.#startBatch(batch);
    this.#pricing.update(batch, this.#clock.date);
  }

  /** Begins a trade that meets the next bars. False where one is on its way or open, or nobody lends the shares. */
  wish(wish: PaperWish): boolean {
    const slot = this.#slot(wish.strategy, wish.instrument);
    if (this.#bySlot.has(slot) || (wish.side !== BUY && !this.#pricing.lends(wish.instrument))) return false;
    const trade: PaperTrade = {
      ...wish,
      stop: roundToTick(wish.stop, -wish.side, this.#tick),
      target: roundToTick(wish.target, -wish.side, this.#tick),
      wantedStop: wish.stop,
      session: this.#now >= this.#clock.close ? (Number.NaN as DayNumber) : this.#clock.date,
      entry: Number.NaN,
      entryValue: 0,
      fees: 0,
      dividends: 0,
      held: 0,
      leaving: false,
      triggered: false,
    };
    this.#bySlot.set(slot, trade);
    this.#trades.push(trade);
    this.#count[wish.strategy] = this.#count[wish.strategy]! + 1;
    return true;
  }

  /** Takes back an entry that waits; true when there is a position, which is left at the next open. */
  leave(strategy: number, instrument: InstrumentId): boolean {
    const trade = this.#open(strategy, instrument);
    if (trade === undefined) this.takeBack(strategy, instrument);
    else trade.leaving = true;
    return trade !== undefined;
  }

  takeBack(strategy: number, instrument: InstrumentId): void {
    const trade = this.#bySlot.get(this.#slot(strategy, instrument));
    if (trade === undefined || !Number.isNaN(trade.entry)) return;
    this.#trades.splice(this.#trades.indexOf(trade), 1);
    this.#forget(trade);
  }

  /** Moves the stop of a position towards the price; false when there is none or it would not be nearer. */
  protect(strategy: number, instrument: InstrumentId, stop: number): boolean {
    const trade = this.#open(strategy, instrument);
    if (trade === undefined || Number.isNaN(stop)) return false;
    const { side, wantedStop } = trade;
    if (!Number.isNaN(wantedStop) && side * (stop - wantedStop) <= 0) return false;
    trade.wantedStop = stop;
    const resting = roundToTick(stop, -side, this.#tick);
    if (Number.isNaN(trade.stop) || side * (resting - trade.stop) > 0) trade.stop = resting;
    return true;
  }

  /** Positions with a bar in this batch that have been held as long as they may be. */
  overdue(rowOf: (instrument: InstrumentId) => number): readonly PaperTrade[] {
    return this.#trades.filter(
      ({ instrument, entry, timeStopBars, held }) =>
        timeStopBars > 0 && held >= timeStopBars && !Number.isNaN(entry) && rowOf(instrument) >= 0,
    );
  }

  /** A split or a dividend, before the first bar of its ex-date (CA-3). */
  action(event: CorporateActionEvent): void {
    this.#pricing.action(event);
    for (const trade of this.#trades) {
      if (trade.instrument === event.instrument) restate(trade, event);
    }
  }

  #slot(strategy: number, instrument: InstrumentId): number {
    return strategy * this.#instruments + instrument;
  }

  #open(strategy: number, instrument: InstrumentId): PaperTrade | undefined {
    if (this.#trades.length === 0) return undefined;
    const trade = this.#bySlot.get(this.#slot(strategy, instrument));
    return trade === undefined || Number.isNaN(trade.entry) ? undefined : trade;
  }

  #startBatch({ at }: BarBatch): void {
    this.#before = this.#now;
    this.#now = at;
    this.#clock.advance(at);
    this.#pricing.startSession(this.#clock.date);
  }

  #meet(batch: BarBatch, rowOf: (instrument: InstrumentId) => number): void {
    const trades = this.#trades;
    const moment: EntryMoment = { batch, before: this.#before, clock: this.#clock };
    let kept = 0;
    for (let n = 0; n < trades.length; n++) {
      const trade = trades[n]!;
      if (this.#isOver(trade, rowOf(trade.instrument), moment)) this.#forget(trade);
      else trades[kept++] = trade;
    }
    trades.length = kept;
  }

  #isOver(trade: PaperTrade, row: number, moment: EntryMoment): boolean {
    const { at, columns } = moment.batch;
    const trades =
      row >= 0 && this.#pricing.trades(trade.instrument, columns.timeframe, this.#clock.open, at);
    if (!Number.isNaN(trade.entry)) {
      if (row >= 0) trade.held += 1;
      return trades && this.#leaves(trade, row, moment.batch, undefined);
    }
    const reached = trades ? reachEntry(trade, row, moment) : undefined;
    const most = reached === undefined ? 0 : this.#pricing.most(moment.batch.columns.volume[row]!);
    if (reached === undefined || most <= 0) return isExpired(trade, moment);
    this.#enter(trade, moment.batch, reached, Math.min(trade.shares, most));
    return reached.where !== "at_close" && this.#leaves(trade, row, moment.batch, reached);
  }

  #enter(trade: PaperTrade, batch: BarBatch, reached: Reached, shares: number): void {
    trade.shares = shares;
    trade.entry = this.#pricing.paid(trade, batch, reached, shares);
    trade.entryValue = shares * trade.entry;
    trade.fees = this.#pricing.fees(trade.side, this.#clock.date, shares, trade.entryValue);
  }

  /** `entered`: where this very bar filled it. */
  #leaves(trade: PaperTrade, row: number, batch: BarBatch, entered: Reached | undefined): boolean {
    const { open, high, low, volume } = batch.columns;
    const { side, stop, target } = trade;
    const first = open[row]!;
    const stops = side * ((side > 0 ? low[row]! : high[row]!) - stop) <= 0;
    if (this.#pricing.most(volume[row]!) <= 0) {
      trade.triggered ||= stops && !trade.leaving;
      return false;
    }
    const where: ReachedAt = entered === undefined ? "at_open" : "after_open";
    if (trade.leaving) return this.#close(trade, batch, OrderType.Market, { price: first, where });
    if (trade.triggered) return this.#close(trade, batch, OrderType.Stop, { price: first, where });
    const isNew = entered?.where === "inside";
    const from = isNew ? entered.price : first;
    const gapped = side * (first - stop) <= 0;
    if (!isNew && !gapped && side * (first - target) >= 0)
      return this.#close(trade, batch, OrderType.Limit, { price: first, where });
    const price = exitPrice(trade, from, high[row]!, low[row]!, isNew);
    if (Number.isNaN(price)) return false;
    const atOpen = !isNew && price === first;
    const reached: Reached = { price, where: atOpen ? where : "inside" };
    return this.#close(trade, batch, stops ? OrderType.Stop : OrderType.Limit, reached);
  }

  #close(trade: PaperTrade, batch: BarBatch, type: OrderType, reached: Reached): true {
    const { shares, strategy, target } = trade;
    const side = -trade.side as Side;
    const limit = type === OrderType.Limit ? target : Number.NaN;
    const order = { ...trade, side, type, limit, timeInForce: TimeInForce.GoodTillCanceled };
    const value = shares * this.#pricing.paid(order, batch, reached, shares);
    const fees = trade.fees + this.#pricing.fees(side, this.#clock.date, shares, value);
    const profit = trade.side * (value - trade.entryValue) + trade.dividends - fees;
    this.#closed(strategy, profit / trade.entryValue);
    return true;
  }

  #forget({ strategy, instrument }: PaperTrade): void {
    this.#bySlot.delete(this.#slot(strategy, instrument));
    this.#count[strategy] = this.#count[strategy]! - 1;
  }
}

function restate(trade: PaperTrade, event: CorporateActionEvent): void {
  restatePrices(trade, event);
  if (event.kind === "DividendPaid") {
    trade.wantedStop = lessDividend(trade.wantedStop, event.perShare);
    if (!Number.isNaN(trade.entry)) trade.dividends += trade.side * trade.shares * event.perShare;
    return;
  }
  const ratio = ratioOf(event);
  trade.shares *= ratio;
  trade.wantedStop /= ratio;
  trade.entry /= ratio;
}
