/**
 * Stops that the engine watches itself (RISK-4, C-22): one level per strategy and instrument, held against what the
 * market prints. What rests at the venue meanwhile is a wider disaster stop, for the time when nobody watches (C-23).
 * Used by the execute stage and the desk; the desk alone sends orders.
 *
 * VS-1  A level moves towards the price only, but for corporate actions (I-36).
 * VS-2  Bad prints stop nobody out: a print at or beyond the level counts together with a fresh quote that agrees, or
 *       with the next print; while a fresh quote contradicts them any number of prints counts as one. Where nothing
 *       prints, the bar's extreme counts, at its close.
 * VS-3  A breach is final: from then on the position leaves until it is flat. Attempts are bounded in rate, not in
 *       time, and wait while the instrument is halted, and then for the first print and some seconds more.
 * VS-4  Nothing leaves while the disaster stop may still trade: its cancel goes first, the exit waits for its end
 *       (EX-6, I-15). When that is overdue the disaster stop moves to the level, where it closes the position itself.
 *       Once the price is beyond the disaster stop that is the exit, and nothing asks it to go.
 * VS-7  Prints count in regular hours: outside them nothing of ours could trade.
 */
import { type BarBatch, type BarColumns, timeframeSeconds } from "../domain/bars.ts";
import type { TradingStatusEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { OrderNumber, Side } from "../domain/order.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import type { SessionTable } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { type ExecutionParams, roundToTick } from "../execution/order-policy.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import { disasterStop, exitTerms } from "../execution/virtual-stop-policy.ts";
import type { OrderRequest } from "../risk/rule.ts";
import type { RiskFacts } from "./risk-facts.ts";
import { MOST_STRIKES, type StopState } from "./saved-stops.ts";
import { SessionClock } from "./session-clock.ts";
import { ShockExit } from "./shock-exit.ts";
import { StopLevels } from "./stop-levels.ts";
import { StopMarket } from "./stop-market.ts";

export interface StopWatchParts {
  readonly strategies: number;
  readonly instruments: number;
  readonly execution: ExecutionParams;
  readonly sessions: SessionTable;
  readonly lots: VirtualLots;
  readonly facts: RiskFacts;
  readonly externalStrategy?: number;
  /** Length of the run's bars. */
  readonly barSeconds?: number;
  readonly alarms: Alarm[];
  /** Closes all that is held, as soon as nothing is in the way. Asked again it asks the venue again. */
  leave(strategy: number, instrument: InstrumentId, signal: number): void;
  /** Takes back what of the entry still works. */
  takeBack(strategy: number, instrument: InstrumentId): void;
}

/** What rests at the venue, by slot. */
interface DisasterStops {
  stop(slot: number): OrderNumber | undefined;
  /** Dollars per share. */
  restingStop(slot: number): number;
  covers(slot: number, shares: number): boolean;
}

/** Undefined where the venue watches the stops: then a bar costs nothing here. */
export const watchStops = (parts: StopWatchParts): VirtualStops | undefined =>
  parts.execution.stops === "venue" ? undefined : new VirtualStops(parts);

export class VirtualStops {
  readonly #parts: StopWatchParts;
  readonly #clock: SessionClock;
  readonly #levels: StopLevels;
  readonly #market: StopMarket;
  readonly #shock: ShockExit | undefined;
  #resting: DisasterStops | undefined;

  constructor(parts: StopWatchParts) {
    const { strategies, instruments } = parts;
    this.#parts = parts;
    this.#clock = new SessionClock(parts.sessions);
    this.#levels = new StopLevels(strategies, instruments);
    this.#market = new StopMarket(instruments);
    const levels = this.#levels;
    this.#shock = ShockExit.of({
      ...parts,
      params: parts.execution.shockExit,
      clock: this.#clock,
      boughtAt: (slot) => levels.boughtAt[slot]!,
      isLeaving: (slot) => this.isBreached(slot),
      contradicts: (...what) => this.#quoteContradicts(...what),
      leave: (...what) => this.leave(...what),
    });
  }

  /** Counts the changes of levels. */
  get version(): number {
    return this.#levels.version;
  }

  /** Tells what rests at the venue behind the levels. */
  standBefore(resting: DisasterStops): void {
    this.#resting = resting;
  }

  /** The position is on its way out, and is asked for at the stop's own rate until it is flat. */
  isBreached(slot: number): boolean {
    return !Number.isNaN(this.#levels.reached[slot]!);
  }

  /** Dollars per share; NaN without one. */
  level(slot: number): number {
    return this.#levels.level[slot]!;
  }

  /** Where the disaster stop of an entry rests, dollars per share; NaN for one without a stop. */
  disaster(side: Side, price: number, stop: number): number {
    return disasterStop(side, price, stop, this.#parts.execution);
  }

  /** An entry got `shares` more: its stop is in force from the first of them on (I-35). */
  cover(orders: OrderTable, entry: OrderNumber, shares: number, at: EpochMicros): void {
    const strategy = orders.strategy(entry);
    const instrument = orders.instrument(entry);
    const { lots } = this.#parts;
    const held = lots.shares(strategy, instrument) * orders.side(entry);
    // What came late for a position of the other side protects nothing.
    if (!(held > 0)) return;
    const isFirst = held <= shares * (1 + 1e-9);
    const stop = orders.get(entry, OrderField.stop);
    const signal = orders.get(entry, OrderField.signal);
    this.#levels.cover(lots.slot(strategy, instrument), isFirst, stop, signal, at);
  }

  /** Moves the level towards the price; returns where the disaster stop belongs now. Dollars per share. */
  tighten(strategy: number, instrument: InstrumentId, wanted: number, signal: number): number {
    const { lots, facts, execution } = this.#parts;
    const side: Side = lots.shares(strategy, instrument) > 0 ? 1 : -1;
    const stop = roundToTick(wanted, -side, execution.tick);
    const slot = lots.slot(strategy, instrument);
    this.#levels.tighten(slot, side, stop, signal);
    return disasterStop(side, facts.mark(instrument), this.#levels.level[slot]!, execution);
  }

  /** A split or a dividend moved the prices: what printed before speaks of another share. */
  restate(strategy: number, instrument: InstrumentId, after: (price: number) => number): void {
    this.#levels.restate(this.#parts.lots.slot(strategy, instrument), after);
    this.#market.last[instrument] = Number.NaN;
  }

  /**
   * The position leaves as if the price of now had breached its level, which moves there and never away from it (VS-1).
   * `wasRefused`: an attempt was, and the next one waits as after a failed one.
   */
  leave(strategy: number, instrument: InstrumentId, signal: number, wasRefused = false): void {
    const { lots, facts, execution } = this.#parts;
    const slot = lots.slot(strategy, instrument);
    const last = this.#market.last[instrument]!;
    const price = last > 0 ? last : facts.mark(instrument);
    if (lots.shares(strategy, instrument) === 0 || !(price > 0)) return;
    const side = this.#side(strategy, instrument);
    this.#levels.tighten(slot, side, roundToTick(price, -side, execution.tick), signal);
    this.#levels.breach(slot, price);
    if (!wasRefused) return;
    this.#levels.nextAt[slot] = facts.now + this.#waitOf(slot);
    this.#levels.failed(slot);
  }

  /** `ratio` new shares for an old one: days of before are counted in the new ones. */
  split(instrument: InstrumentId, ratio: number): void {
    this.#shock?.split(instrument, ratio);
  }

  /** On what terms a breached position leaves now: by the level and the price that reached it. */
  leaving(request: OrderRequest): OrderRequest {
    const { lots, execution } = this.#parts;
    const { strategy, instrument, side, shares } = request;
    const slot = lots.slot(strategy, instrument);
    const { level, reached, failures } = this.#levels;
    const last = this.#market.last[instrument]!;
    const isQuoted = this.#isFresh(instrument);
    const market = { isQuoted, last, failures: failures[slot]!, reached: reached[slot]! };
    const terms = exitTerms(side, shares, market, execution);
    return { ...request, ...terms, stop: level[slot]!, reference: reached[slot]! };
  }

  /** An attempt is over. True when it sold something and the rest may follow at once. */
  ended(orders: OrderTable, order: OrderNumber): boolean {
    const instrument = orders.instrument(order);
    const slot = this.#parts.lots.slot(orders.strategy(order), instrument);
    if (orders.get(order, OrderField.filled) > 0) return this.#mayLeave(instrument);
    this.#levels.failed(slot);
    return false;
  }

  /** False during a halt and until it is calm after one (C-44). */
  mayLeave(instrument: InstrumentId): boolean {
    return this.#mayLeave(instrument);
  }

  trade({ at, instrument, price }: TradePrint): void {
    this.#clock.advance(at);
    if (!this.#clock.inSession || at >= this.#clock.close) return;
    const isHalted = this.#parts.facts.halted(instrument);
    this.#market.printedAt[instrument] = at;
    this.#market.last[instrument] = price;
    if (!isHalted && at >= this.#market.resumedAt[instrument]!) this.#calm(instrument, at);
    if (this.#levels.armed[instrument] === 0) return;
    for (let s = 0; s < this.#parts.strategies; s++) {
      const slot = this.#watched(s, instrument);
      if (slot < 0) continue;
      const most = this.#quoteContradicts(s, instrument, this.#levels.level[slot]!) ? 1 : MOST_STRIKES;
      const strikes = this.#levels.strike(slot, this.#side(s, instrument), price, most);
      if (strikes > 1 || (strikes === 1 && this.#quoteAgrees(s, instrument, slot)))
        this.#levels.breach(slot, price);
      this.#press(s, instrument, slot);
    }
  }

  /** Comes after the facts have taken the quote. */
  quote({ at, instrument }: Quote): void {
    if (this.#levels.armed[instrument] === 0) return;
    this.#clock.advance(at);
    if (!this.#clock.inSession || at >= this.#clock.close) return;
    for (let s = 0; s < this.#parts.strategies; s++) {
      const slot = this.#watched(s, instrument);
      if (slot < 0) continue;
      if (this.#levels.strikes[slot]! > 0 && this.#quoteAgrees(s, instrument, slot))
        this.#levels.breach(slot, this.#market.last[instrument]!);
      this.#press(s, instrument, slot);
    }
  }

  /** Where trades are told one by one the bars made of them say nothing new: they bring attempts on, no breach. */
  bars(batch: BarBatch): void {
    if (this.#levels.count === 0 && this.#shock === undefined) return;
    const { at, columns, from, to } = batch;
    this.#clock.advance(at);
    this.#shock?.bars(batch);
    if (this.#levels.count === 0) return;
    const openedAt = Math.max(at - timeframeSeconds[columns.timeframe] * MICROS_PER_SECOND, this.#clock.open);
    for (let row = from; row < to; row++) {
      const instrument = columns.instrument[row] as InstrumentId;
      if (this.#levels.armed[instrument] === 0) continue;
      const prints = this.#market.printedAt[instrument]! > openedAt;
      if (!prints) this.#seeBar(instrument, columns, row, at);
      for (let s = 0; s < this.#parts.strategies; s++) {
        const slot = this.#watched(s, instrument);
        if (slot < 0) continue;
        if (!prints) this.#judgeBar(s, instrument, slot, { columns, row, openedAt });
        this.#press(s, instrument, slot);
      }
    }
  }

  /** The clock moved while nothing traded: what was breached asks again at its rate. Comes after the facts moved. */
  time(at: EpochMicros): void {
    if (this.#levels.count === 0 || Number.isNaN(this.#clock.openAt(at))) return;
    const { strategies, instruments } = this.#parts;
    for (let i = 0; i < instruments; i++) {
      if (this.#levels.armed[i] === 0) continue;
      for (let s = 0; s < strategies; s++) {
        const slot = this.#watched(s, i as InstrumentId);
        if (slot >= 0) this.#press(s, i as InstrumentId, slot);
      }
    }
  }

  status({ kind, at, instrument }: TradingStatusEvent): void {
    this.#market.calmAt[instrument] = Number.POSITIVE_INFINITY;
    this.#market.resumedAt[instrument] = kind === "TradingResumed" ? at : Number.POSITIVE_INFINITY;
  }

  /** Levels, breaches and what is known of the market as plain JSON, and back after a restart (RS-1). */
  save(): StopState {
    const shock = this.#shock === undefined ? {} : { shock: this.#shock.save() };
    return { levels: this.#levels.save(), market: this.#market.save(), ...shock };
  }

  /** Takes over what `save` gave, once it was checked by `savedStops`. */
  load({ levels, market, shock }: StopState): void {
    if (shock !== undefined) this.#shock?.load(shock);
    this.#levels.load(levels);
    this.#market.load(market);
  }

  /** The slot when something is held there under a level; -1 otherwise, and what is flat is watched no longer. */
  #watched(strategy: number, instrument: InstrumentId): number {
    const { lots } = this.#parts;
    const slot = lots.slot(strategy, instrument);
    if (Number.isNaN(this.#levels.level[slot]!)) return -1;
    if (lots.shares(strategy, instrument) !== 0) return slot;
    this.#levels.clear(slot);
    return -1;
  }

  #side(strategy: number, instrument: InstrumentId): Side {
    return this.#parts.lots.shares(strategy, instrument) > 0 ? 1 : -1;
  }

  #isFresh(instrument: InstrumentId): boolean {
    const { facts, execution } = this.#parts;
    const age = facts.now - facts.quotedAt(instrument);
    const bid = facts.bid(instrument);
    const isMarket = bid > 0 && facts.ask(instrument) >= bid;
    return isMarket && age >= 0 && age <= execution.virtualStop.quoteSeconds * MICROS_PER_SECOND;
  }

  /** Somebody fresh would take the position at the level or worse, and nobody offers better. */
  #quoteAgrees(strategy: number, instrument: InstrumentId, slot: number): boolean {
    const level = this.#levels.level[slot]!;
    return this.#isFresh(instrument) && !this.#quoteContradicts(strategy, instrument, level);
  }

  /** Somebody fresh offers better than that, dollars per share. */
  #quoteContradicts(strategy: number, instrument: InstrumentId, level: number): boolean {
    if (!this.#isFresh(instrument)) return false;
    const { facts } = this.#parts;
    return this.#side(strategy, instrument) > 0
      ? facts.bid(instrument) > level
      : facts.ask(instrument) < level;
  }

  /** The price is beyond the disaster stop, which covers all that is held: that is the exit now. */
  #isLeftByDisaster(strategy: number, instrument: InstrumentId, slot: number): boolean {
    const resting = this.#resting;
    if (resting?.stop(slot) === undefined) return false;
    const stop = resting.restingStop(slot);
    const held = this.#parts.lots.shares(strategy, instrument);
    const isBeyond = held * (this.#market.last[instrument]! - stop) <= 0;
    if (!isBeyond || this.#quoteContradicts(strategy, instrument, stop)) return false;
    return resting.covers(slot, Math.abs(held));
  }

  #seeBar(instrument: InstrumentId, columns: BarColumns, row: number, at: number): void {
    const { resumeSeconds } = this.#parts.execution.virtualStop;
    this.#market.last[instrument] = columns.close[row]!;
    // A bar that closed that long after the resumption held the first print of it.
    if (at >= this.#market.resumedAt[instrument]! + resumeSeconds * MICROS_PER_SECOND) {
      this.#market.calmAt[instrument] = at;
      this.#market.resumedAt[instrument] = Number.POSITIVE_INFINITY;
    }
  }

  /** Of the bar in which it was bought only the close is known to have come later. */
  #judgeBar(
    strategy: number,
    instrument: InstrumentId,
    slot: number,
    bar: { readonly columns: BarColumns; readonly row: number; readonly openedAt: number },
  ): void {
    const { columns, row, openedAt } = bar;
    const side = this.#side(strategy, instrument);
    const isNew = this.#levels.boughtAt[slot]! > openedAt;
    const extreme = (side > 0 ? columns.low : columns.high)[row]!;
    const worst = isNew ? columns.close[row]! : extreme;
    if (side * (worst - this.#levels.level[slot]!) <= 0) this.#levels.breach(slot, worst);
  }

  /** The first print after a halt: from here on some seconds more. */
  #calm(instrument: InstrumentId, at: number): void {
    const { resumeSeconds } = this.#parts.execution.virtualStop;
    this.#market.calmAt[instrument] = at + resumeSeconds * MICROS_PER_SECOND;
    this.#market.resumedAt[instrument] = Number.POSITIVE_INFINITY;
  }

  #mayLeave(instrument: InstrumentId): boolean {
    const { facts } = this.#parts;
    return !facts.halted(instrument) && facts.now >= this.#market.calmAt[instrument]!;
  }

  /** What was breached leaves, or is asked to again, no faster than its rate. */
  #press(strategy: number, instrument: InstrumentId, slot: number): void {
    const levels = this.#levels;
    const { facts, leave, takeBack } = this.#parts;
    if (Number.isNaN(levels.reached[slot]!) || facts.now < levels.nextAt[slot]!) return;
    if (!this.#mayLeave(instrument)) return;
    const isLeft = this.#isLeftByDisaster(strategy, instrument, slot);
    if (isLeft && !facts.entryWorking(strategy, instrument)) return;
    levels.nextAt[slot] = facts.now + this.#waitOf(slot);
    if (isLeft) takeBack(strategy, instrument);
    else leave(strategy, instrument, levels.signal[slot]!);
  }

  /** From one attempt to the next, micros. */
  #waitOf(slot: number): number {
    const { retrySeconds, retryMaxSeconds } = this.#parts.execution.virtualStop;
    return Math.min(retrySeconds * 2 ** this.#levels.failures[slot]!, retryMaxSeconds) * MICROS_PER_SECOND;
  }
}
