/**
 * The facts that risk rules may ask for, kept up to date by the execute stage. Exposure counts working
 * entries as if they had filled (RK-3).
 */
import type { TradingStatusEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import { BUY, type OrderNumber, type Side } from "../domain/order.ts";
import type { Quote } from "../domain/quote.ts";
import type { RawBasis } from "../domain/raw-basis.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { OrderTable } from "../execution/order-table.ts";
import type { Baselines } from "../portfolio/baselines.ts";
import type { Portfolio } from "../portfolio/portfolio.ts";
import type { OrderRequest, RiskView } from "../risk/rule.ts";
import { EntryMemory } from "./entry-memory.ts";
import { InstrumentActivity } from "./instrument-activity.ts";
import { MarketBoard } from "./market-board.ts";
import type { SavedFacts } from "./risk-state.ts";
import type { SessionClock } from "./session-clock.ts";
import { StepDemands } from "./step-demands.ts";
import { StrategyExposure } from "./strategy-exposure.ts";
import type { StrategyLedger } from "./strategy-ledger.ts";

const NONE = -1;

/** What the configuration says of strategies and instruments. */
export interface RiskScope {
  readonly strategies: number;
  readonly instruments: number;
  /** Default: none is intraday, each may hold everything, instruments have no names. */
  readonly intraday?: readonly boolean[];
  readonly positionCaps?: readonly number[];
  readonly symbols?: readonly string[];
  /** Default: the prices of the run are the printed ones. */
  readonly raw?: RawBasis;
}

export interface RiskParts {
  readonly portfolio: Portfolio;
  readonly baselines: Baselines;
  readonly clock: SessionClock;
  readonly ledger: StrategyLedger;
  /** Of the permission in force. */
  readonly scalar: number;
  restingStop(strategy: number, instrument: InstrumentId): number;
  readonly stopVersion: number;
}

/** What a working entry still wants, and the dollars per share it is counted with. */
interface Working {
  readonly shares: number;
  readonly price: number;
}

export class RiskFacts implements RiskView {
  readonly #instruments: number;
  readonly #parts: Pick<RiskParts, "scalar">;
  readonly #portfolio: Portfolio;
  readonly #baselines: Baselines;
  readonly #clock: SessionClock;
  readonly #workingBuy: Float64Array;
  readonly #workingSell: Float64Array;
  readonly #demands: StepDemands;
  readonly #entries: EntryMemory;
  /** Order number of the live entry per strategy and instrument. */
  readonly #entryOrder: Int32Array;
  #workingEntries = 0;
  /** Instruments in which entries work, on whatever side. */
  readonly #entering: InstrumentId[] = [];

  readonly board: MarketBoard;
  readonly #scope: RiskScope;
  readonly #exposure: StrategyExposure;
  readonly #countsIntraday = (strategy: number): boolean => this.isIntraday(strategy);

  readonly activity: InstrumentActivity;
  workingShort = 0;
  now = 0 as EpochMicros;
  workingGross = 0;

  constructor(scope: RiskScope, parts: RiskParts) {
    const { strategies, instruments } = scope;
    this.#scope = scope;
    this.activity = new InstrumentActivity(instruments);
    const { activity } = this;
    this.#exposure = new StrategyExposure(strategies, instruments, {
      ledger: parts.ledger,
      mark: (instrument) => parts.portfolio.mark(instrument),
      restingStop: (strategy, instrument) => parts.restingStop(strategy, instrument),
      get markVersion() {
        return activity.batches;
      },
      get stopVersion() {
        return parts.stopVersion;
      },
      get hasStops() {
        return parts.stopVersion > 0;
      },
    });
    this.#parts = parts;
    this.#instruments = instruments;
    this.#portfolio = parts.portfolio;
    this.#baselines = parts.baselines;
    this.#clock = parts.clock;
    this.#workingBuy = new Float64Array(instruments);
    this.board = new MarketBoard(instruments);
    this.#workingSell = new Float64Array(instruments);
    this.#demands = new StepDemands(instruments);
    this.#entries = new EntryMemory(strategies, instruments);
    this.#entryOrder = new Int32Array(strategies * instruments).fill(NONE);
  }

  get scalar(): number {
    return this.#parts.scalar;
  }

  get equity(): number {
    return this.#portfolio.equity;
  }

  get gross(): number {
    return this.#portfolio.gross;
  }

  get net(): number {
    return this.#portfolio.net;
  }

  get intradayGross(): number {
    return this.#exposure.gross(this.#countsIntraday);
  }

  isIntraday(strategy: number): boolean {
    return this.#scope.intraday?.[strategy] ?? false;
  }

  openRisk(assumedFraction: number): number {
    return this.#exposure.openRisk(assumedFraction);
  }

  otherPositions(strategy: number, besides: InstrumentId): number {
    return this.#exposure.otherPositions(strategy, besides);
  }

  positionCap(strategy: number): number {
    return this.#scope.positionCaps?.[strategy] ?? this.#instruments;
  }

  symbol(instrument: InstrumentId): string {
    return this.#scope.symbols?.[instrument] ?? "";
  }

  entriesWithin(micros: number): number {
    return this.#entries.within(this.now, micros);
  }

  get entriesToday(): number {
    return this.#entries.today;
  }

  exiting(instrument: InstrumentId, side: Side): number {
    return this.activity.exiting(instrument, side);
  }

  deciding(instrument: InstrumentId, side: Side): number {
    return this.#demands.shares(instrument, side);
  }

  /** An entry or an exit was approved; until the step is settled it has not left. */
  decided(instrument: InstrumentId, side: Side, shares: number): void {
    this.#demands.add(instrument, side, shares);
  }

  /** The step is over: what is left of its demands is on its way. */
  settled(): void {
    this.#demands.clear();
  }

  barsSinceStop(instrument: InstrumentId): number {
    return this.activity.barsSinceStop(instrument);
  }

  averageVolume(instrument: InstrumentId): number {
    return this.activity.averageVolume(instrument);
  }

  tradedToday(instrument: InstrumentId): number {
    return this.activity.tradedToday(instrument);
  }

  get drawdownFromDayHigh(): number {
    return this.#baselines.drawdownFromDayHigh(this.#portfolio.equity);
  }

  /** What is held and what is being entered besides, counted when asked: never wrong. */
  get openPositions(): number {
    const entering = this.#entering;
    let count = this.#portfolio.openPositions;
    for (let n = 0; n < entering.length; n++) {
      const instrument = entering[n] as InstrumentId;
      const works = this.#workingBuy[instrument]! > 0 || this.#workingSell[instrument]! > 0;
      if (works && this.#portfolio.shares(instrument) === 0) count += 1;
    }
    return count;
  }

  get sessionOpen(): EpochMicros {
    return this.#clock.open;
  }

  get sessionClose(): EpochMicros {
    return this.#clock.close;
  }

  get inSession(): boolean {
    return this.#clock.inSession;
  }

  position(instrument: InstrumentId): number {
    return this.#portfolio.shares(instrument);
  }

  working(instrument: InstrumentId, side: Side): number {
    return (side === BUY ? this.#workingBuy : this.#workingSell)[instrument]!;
  }

  mark(instrument: InstrumentId): number {
    return this.#portfolio.mark(instrument);
  }

  rawPrice(instrument: InstrumentId): number {
    const mark = this.#portfolio.mark(instrument);
    const raw = this.#scope.raw;
    return raw === undefined ? mark : mark * raw.factor(instrument, this.now);
  }

  markedAt(instrument: InstrumentId): number {
    return this.#portfolio.markedAt(instrument);
  }

  bid(instrument: InstrumentId): number {
    return this.board.bid(instrument);
  }

  ask(instrument: InstrumentId): number {
    return this.board.ask(instrument);
  }

  quotedAt(instrument: InstrumentId): number {
    return this.board.quotedAt(instrument);
  }

  halted(instrument: InstrumentId): boolean {
    return this.board.halted(instrument);
  }

  locked(instrument: InstrumentId): boolean {
    return this.board.lockOf(instrument) !== undefined;
  }

  statusChanged({ kind, instrument }: TradingStatusEvent): void {
    this.board.statusChanged(instrument, kind === "TradingHalted");
  }

  quoted(quote: Quote): void {
    this.board.quoted(quote);
  }

  /** Quotes of before an action speak of another share: nobody has quoted this one yet. */
  forgetQuote(instrument: InstrumentId): void {
    this.board.forgetQuote(instrument);
  }

  /** Shares of before a split as they count after it: `ratio` new ones for an old one (DATA-6). */
  split(instrument: InstrumentId, ratio: number): void {
    this.activity.split(instrument, ratio);
    this.#entries.split(instrument, ratio);
  }

  /** A working entry was restated: what it counted before goes, what it is now comes. */
  entryRestated(
    strategy: number,
    instrument: InstrumentId,
    side: Side,
    before: Working,
    after: Working & { readonly stop: number },
  ): void {
    const slot = strategy * this.#instruments + instrument;
    this.#exposure.entryRestated(slot, after.shares, after.price, after.stop);
    this.#change(instrument, side, -before.shares, before.price);
    this.#change(instrument, side, after.shares, after.price);
  }

  /** Shares of entries sent this session, less what of them will never fill. */
  enteredToday(instrument: InstrumentId): number {
    return this.#entries.sharesToday(instrument);
  }

  startSession(): void {
    if (this.#entries.startSession(this.#clock.date)) this.activity.startSession();
  }

  alikeEntryAt(instrument: InstrumentId, side: Side, shares: number, fraction: number): number {
    return this.#entries.alikeAt(instrument, side * shares, fraction, this.now);
  }

  lastEntryAt(strategy: number, instrument: InstrumentId): number {
    return this.#entries.lastAt(strategy, instrument);
  }

  entryWorking(strategy: number, instrument: InstrumentId): boolean {
    return this.entryOrder(strategy, instrument) !== undefined;
  }

  entryOrder(strategy: number, instrument: InstrumentId): OrderNumber | undefined {
    const order = this.#entryOrder[strategy * this.#instruments + instrument]!;
    return order === NONE ? undefined : (order as OrderNumber);
  }

  /** An entry left. `price` is what its shares are counted with, dollars. */
  entrySent(order: OrderNumber, request: OrderRequest, shares: number, price: number): void {
    const { strategy, instrument, side } = request;
    const slot = strategy * this.#instruments + instrument;
    this.#entryOrder[slot] = order;
    this.#workingEntries += 1;
    this.#entries.sent(strategy, instrument, side * shares, this.now);
    this.#exposure.entrySent(slot, shares, price, request.stop);
    this.#change(instrument, side, shares, price);
  }

  /** Some of a working entry filled: those shares now count as a position. */
  entryFilled(orders: OrderTable, order: OrderNumber, shares: number): void {
    const instrument = orders.instrument(order);
    this.#exposure.entryFilled(orders.strategy(order) * this.#instruments + instrument, shares);
    this.#change(instrument, orders.side(order), -shares, orders.price(order));
  }

  /** Nothing of it works any more; `left` is what had not filled. */
  entryEnded(orders: OrderTable, order: OrderNumber, left: number): void {
    const instrument = orders.instrument(order);
    const slot = orders.strategy(order) * this.#instruments + instrument;
    this.#entryOrder[slot] = NONE;
    this.#exposure.entryEnded(slot);
    this.#workingEntries -= 1;
    this.#entries.unfilled(instrument, left);
    this.#change(instrument, orders.side(order), -left, orders.price(order));
    // Sums of differences drift in the last bits: with nothing working the truth is known.
    if (this.#workingEntries === 0) {
      this.workingGross = 0;
      this.workingShort = 0;
    }
  }

  /** What a restart must bring back. What works or is decided is not in it: that comes back with the orders. */
  save(): SavedFacts {
    return {
      symbols: [...(this.#scope.symbols ?? [])],
      now: this.now,
      entries: this.#entries.save(this.now),
      activity: this.activity.save(),
      board: this.board.save(),
    };
  }

  /** Takes over what `save` gave, once it was checked; what was known before is forgotten. */
  load({ now, entries, activity, board }: SavedFacts): void {
    this.now = now as EpochMicros;
    this.#entries.load(entries);
    this.activity.load(activity);
    this.board.load(board);
  }

  #change(instrument: InstrumentId, side: Side, shares: number, price: number): void {
    const column = side === BUY ? this.#workingBuy : this.#workingSell;
    const after = column[instrument]! + shares;
    const worked = this.#works(instrument);
    column[instrument] = Math.abs(after) < HALF_NANO_SHARE ? 0 : after;
    if (worked !== this.#works(instrument)) this.#list(instrument, !worked);
    this.workingGross += shares * price;
    if (side !== BUY) this.workingShort += shares * price;
  }

  #works(instrument: InstrumentId): boolean {
    return this.#workingBuy[instrument]! !== 0 || this.#workingSell[instrument]! !== 0;
  }

  #list(instrument: InstrumentId, works: boolean): void {
    const entering = this.#entering;
    if (works) {
      entering.push(instrument);
      return;
    }
    const last = entering.pop() as InstrumentId;
    if (last !== instrument) entering[entering.indexOf(instrument)] = last;
  }
}
