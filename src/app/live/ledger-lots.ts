/**
 * Follows the round trips of all strategies while they run: how many there were, and the highest and lowest price of
 * each. The engine's own log keeps what a trip came to; what happened on its way is kept here, input by input.
 */
import type { BarBatch } from "../../domain/bars.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { TradeField } from "../../engine/trade-log.ts";

export interface LotListener {
  opened(strategy: number): void;
  /** Row of the engine's trade log, its trip's number, and its highest and lowest price in dollars per share. */
  closed(trade: number, trip: number, peak: number, trough: number): void;
}

export class LedgerLots {
  readonly #listener: LotListener;
  readonly #strategies: number;
  readonly #instruments: number;
  readonly #openedAt: Float64Array;
  readonly #peak: Float64Array;
  readonly #trough: Float64Array;
  readonly #trips: Uint32Array;
  /** 1 where anybody holds the instrument. */
  readonly #isHeld: Uint8Array;
  /** Slots with a lot, and the strategy whose last trip in an instrument ended last. */
  #open: number[] = [];
  readonly #lastHolder: Int32Array;
  #version = -1;
  #trades = 0;

  constructor(strategies: number, instruments: number, listener: LotListener) {
    const slots = strategies * instruments;
    this.#listener = listener;
    this.#strategies = strategies;
    this.#instruments = instruments;
    this.#openedAt = new Float64Array(slots).fill(Number.NaN);
    this.#peak = new Float64Array(slots);
    this.#trough = new Float64Array(slots);
    this.#trips = new Uint32Array(slots);
    this.#isHeld = new Uint8Array(instruments);
    this.#lastHolder = new Int32Array(instruments).fill(-1);
  }

  /** Slots with a lot, ascending: strategy times instruments plus instrument. */
  get open(): readonly number[] {
    return this.#open;
  }

  split(slot: number): readonly [strategy: number, instrument: InstrumentId] {
    return [Math.floor(slot / this.#instruments), (slot % this.#instruments) as InstrumentId];
  }

  trip(slot: number): number {
    return this.#trips[slot]!;
  }

  peak(slot: number): number {
    return this.#peak[slot]!;
  }

  trough(slot: number): number {
    return this.#trough[slot]!;
  }

  /** Who held the instrument last; -1 when nobody ever did. */
  lastHolder(instrument: number): number {
    return this.#lastHolder[instrument]!;
  }

  /** Bars after they were acted on: what a lot saw since it was opened. */
  bars({ columns, from, to }: BarBatch): void {
    if (this.#open.length === 0) return;
    const { instrument, high, low } = columns;
    for (let row = from; row < to; row++) {
      const i = instrument[row]!;
      if (this.#isHeld[i] === 0) continue;
      for (let s = 0; s < this.#strategies; s++) {
        const slot = s * this.#instruments + i;
        if (Number.isNaN(this.#openedAt[slot]!)) continue;
        this.#seen(slot, high[row]!);
        this.#seen(slot, low[row]!);
      }
    }
  }

  /** Prices in new shares: `ratio` is that of new to old ones. */
  restate(instrument: number, ratio: number): void {
    for (let slot = instrument; slot < this.#peak.length; slot += this.#instruments) {
      this.#peak[slot] = this.#peak[slot]! / ratio;
      this.#trough[slot] = this.#trough[slot]! / ratio;
    }
  }

  /** Brings it to where the engine stands. Costs a comparison when no lot changed. */
  follow(stage: ExecuteStage): void {
    const { ledger, trades } = stage;
    if (ledger.version === this.#version && trades.length === this.#trades) return;
    this.#version = ledger.version;
    while (this.#trades < trades.length) this.#ended(stage, this.#trades++);
    this.#reopen(stage);
  }

  #ended({ trades }: ExecuteStage, trade: number): void {
    const get = (field: TradeField) => trades.get(trade, field);
    const [strategy, instrument] = [get(TradeField.strategy), get(TradeField.instrument)];
    const slot = strategy * this.#instruments + instrument;
    this.#begin(slot, strategy, get(TradeField.openedAt), get(TradeField.entryPrice));
    this.#seen(slot, get(TradeField.exitPrice));
    this.#listener.closed(trade, this.#trips[slot]!, this.#peak[slot]!, this.#trough[slot]!);
    this.#openedAt[slot] = Number.NaN;
    this.#trips[slot] = this.#trips[slot]! + 1;
    this.#lastHolder[instrument] = strategy;
  }

  #reopen({ trades, ledger }: ExecuteStage): void {
    this.#open = [];
    this.#isHeld.fill(0);
    for (let s = 0; s < this.#strategies; s++) {
      for (const instrument of ledger.openLots(s)) {
        const lot = trades.openLot(s, instrument);
        if (lot === undefined) continue;
        const slot = s * this.#instruments + instrument;
        this.#begin(slot, s, lot.openedAt, lot.entryPrice);
        this.#open.push(slot);
        this.#isHeld[instrument] = 1;
      }
    }
  }

  /** A trip that was not known yet begins at its price. */
  #begin(slot: number, strategy: number, openedAt: number, price: number): void {
    if (this.#openedAt[slot] !== openedAt) {
      this.#openedAt[slot] = openedAt;
      this.#peak[slot] = price;
      this.#trough[slot] = price;
      this.#listener.opened(strategy);
    }
    this.#seen(slot, price);
  }

  #seen(slot: number, price: number): void {
    if (price > this.#peak[slot]!) this.#peak[slot] = price;
    if (price < this.#trough[slot]!) this.#trough[slot] = price;
  }
}
