/**
 * Round trips, strategy by strategy: from the first fill that opens a lot to the fill that empties it.
 * Profit is net of commission and fees; slippage is already inside the prices.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import { RecordTable } from "../domain/record-table.ts";
import type { EpochMicros } from "../domain/time.ts";

/** One fill as the log wants it. Dollars and shares. */
export interface LoggedFill {
  readonly at: EpochMicros;
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly signedShares: number;
  readonly price: number;
  /** Commission and fees. */
  readonly costs: number;
  readonly slippage: number;
  /** Row of the signal behind the order, and what the order was for. */
  readonly signal: number;
  readonly purpose: number;
  /** Dollars per share between entry and stop; NaN without a stop. Read on the opening fill. */
  readonly riskPerShare: number;
  /** True when another strategy was the other side. */
  readonly crossed: boolean;
}

/** Told of each lot that changed, and of each round trip that ended, after it was written down. */
export interface LotWatcher {
  lotFilled(fill: LoggedFill): void;
  roundTripClosed(strategy: number, at: EpochMicros, pnl: number): void;
}

export const TradeField = {
  strategy: 0,
  instrument: 1,
  /** +1 long, -1 short. */
  side: 2,
  shares: 3,
  openedAt: 4,
  closedAt: 5,
  entryPrice: 6,
  exitPrice: 7,
  /** Dollars, net. */
  pnl: 8,
  /** Commission and fees. */
  costs: 9,
  slippage: 10,
  riskPerShare: 11,
  signalIn: 12,
  signalOut: 13,
  exitPurpose: 14,
  /** Dollars received, or owed when negative; part of `pnl`. */
  dividends: 15,
  /** Shares of its fills, in and out, that crossed with another strategy's. */
  crossed: 16,
} as const;
export type TradeField = (typeof TradeField)[keyof typeof TradeField];

/** A lot as it stands. Dollars and shares; `held` is signed, `shares` is all that its fills entered. */
export interface OpenLot {
  readonly held: number;
  readonly shares: number;
  readonly openedAt: EpochMicros;
  readonly entryPrice: number;
  readonly signal: number;
  readonly riskPerShare: number;
  readonly costs: number;
  readonly slippage: number;
  readonly dividends: number;
  readonly crossed: number;
}

export class TradeLog {
  readonly #table = new RecordTable<TradeField>(Object.keys(TradeField).length);
  readonly #instruments: number;
  readonly #held: Float64Array;
  readonly #openedAt: Float64Array;
  readonly #signalIn: Float64Array;
  readonly #risk: Float64Array;
  readonly #entered: Float64Array;
  readonly #entryValue: Float64Array;
  readonly #exitValue: Float64Array;
  readonly #costs: Float64Array;
  readonly #slippage: Float64Array;
  readonly #dividends: Float64Array;
  readonly #watcher: LotWatcher | undefined;
  readonly #crossed: Float64Array;

  constructor(strategies: number, instruments: number, watcher?: LotWatcher) {
    this.#watcher = watcher;
    const column = () => new Float64Array(strategies * instruments);
    this.#instruments = instruments;
    this.#held = column();
    this.#openedAt = column();
    this.#signalIn = column();
    this.#risk = column();
    this.#entered = column();
    this.#entryValue = column();
    this.#exitValue = column();
    this.#costs = column();
    this.#slippage = column();
    this.#dividends = column();
    this.#crossed = column();
  }

  get length(): number {
    return this.#table.length;
  }

  get(trade: number, field: TradeField): number {
    return this.#table.get(trade, field);
  }

  /** The round trip under way; undefined when the strategy is flat there. */
  openLot(strategy: number, instrument: InstrumentId): OpenLot | undefined {
    const slot = strategy * this.#instruments + instrument;
    const held = this.#held[slot]!;
    if (held === 0) return undefined;
    const shares = this.#entered[slot]!;
    return {
      held,
      shares,
      openedAt: this.#openedAt[slot]! as EpochMicros,
      entryPrice: this.#entryValue[slot]! / shares,
      signal: this.#signalIn[slot]!,
      riskPerShare: this.#risk[slot]!,
      costs: this.#costs[slot]!,
      slippage: this.#slippage[slot]!,
      dividends: this.#dividends[slot]!,
      crossed: this.#crossed[slot]!,
    };
  }

  /** Net profit over entry value of the round trip that this fill ended; NaN when it ended none. */
  fill(fill: LoggedFill): number {
    const slot = fill.strategy * this.#instruments + fill.instrument;
    const before = this.#held[slot]!;
    const through = before !== 0 && before > 0 !== fill.signedShares > 0;
    if (through && Math.abs(fill.signedShares) > Math.abs(before) + HALF_NANO_SHARE) {
      // One fill closes the lot and opens the opposite one: each gets its part of the costs.
      const part = Math.abs(before / fill.signedShares);
      const closed = this.fill({
        ...fill,
        signedShares: -before,
        costs: fill.costs * part,
        slippage: fill.slippage * part,
      });
      this.fill({
        ...fill,
        signedShares: fill.signedShares + before,
        costs: fill.costs * (1 - part),
        slippage: fill.slippage * (1 - part),
      });
      return closed;
    }
    if (before === 0) this.#open(slot, fill);
    const value = Math.abs(fill.signedShares) * fill.price;
    if (through) this.#exitValue[slot] = this.#exitValue[slot]! + value;
    else {
      this.#entryValue[slot] = this.#entryValue[slot]! + value;
      this.#entered[slot] = this.#entered[slot]! + Math.abs(fill.signedShares);
    }
    this.#costs[slot] = this.#costs[slot]! + fill.costs;
    this.#slippage[slot] = this.#slippage[slot]! + fill.slippage;
    if (fill.crossed) this.#crossed[slot] = this.#crossed[slot]! + Math.abs(fill.signedShares);
    const after = before + fill.signedShares;
    this.#held[slot] = Math.abs(after) < HALF_NANO_SHARE ? 0 : after;
    this.#watcher?.lotFilled(fill);
    return this.#held[slot] === 0 ? this.#close(slot, fill, Math.sign(before)) : Number.NaN;
  }

  /** Dollars that an open lot was paid, or owes when negative (PORT-1). */
  dividend(strategy: number, instrument: InstrumentId, dollars: number): void {
    const slot = strategy * this.#instruments + instrument;
    this.#dividends[slot] = this.#dividends[slot]! + dollars;
  }

  /** An open lot in new shares: `held` signed after the split, the rest by the ratio of new to old shares. */
  split(strategy: number, instrument: InstrumentId, held: number, ratio: number): void {
    const slot = strategy * this.#instruments + instrument;
    this.#held[slot] = held;
    this.#entered[slot] = this.#entered[slot]! * ratio;
    this.#crossed[slot] = this.#crossed[slot]! * ratio;
    this.#risk[slot] = this.#risk[slot]! / ratio;
  }

  #open(slot: number, fill: LoggedFill): void {
    this.#openedAt[slot] = fill.at;
    this.#signalIn[slot] = fill.signal;
    this.#risk[slot] = fill.riskPerShare;
    this.#entered[slot] = 0;
    this.#entryValue[slot] = 0;
    this.#exitValue[slot] = 0;
    this.#costs[slot] = 0;
    this.#slippage[slot] = 0;
    this.#dividends[slot] = 0;
    this.#crossed[slot] = 0;
  }

  #close(slot: number, fill: LoggedFill, side: number): number {
    const pnl =
      side * (this.#exitValue[slot]! - this.#entryValue[slot]!) + this.#dividends[slot]! - this.#costs[slot]!;
    const shares = this.#entered[slot]!;
    const at = this.#table.append();
    const { cells } = this.#table;
    cells[at + TradeField.strategy] = fill.strategy;
    cells[at + TradeField.instrument] = fill.instrument;
    cells[at + TradeField.side] = side;
    cells[at + TradeField.shares] = shares;
    cells[at + TradeField.openedAt] = this.#openedAt[slot]!;
    cells[at + TradeField.closedAt] = fill.at;
    cells[at + TradeField.entryPrice] = this.#entryValue[slot]! / shares;
    cells[at + TradeField.exitPrice] = this.#exitValue[slot]! / shares;
    cells[at + TradeField.pnl] = pnl;
    cells[at + TradeField.costs] = this.#costs[slot]!;
    cells[at + TradeField.slippage] = this.#slippage[slot]!;
    cells[at + TradeField.riskPerShare] = this.#risk[slot]!;
    cells[at + TradeField.signalIn] = this.#signalIn[slot]!;
    cells[at + TradeField.signalOut] = fill.signal;
    cells[at + TradeField.exitPurpose] = fill.purpose;
    cells[at + TradeField.dividends] = this.#dividends[slot]!;
    cells[at + TradeField.crossed] = this.#crossed[slot]!;
    this.#watcher?.roundTripClosed(fill.strategy, fill.at, pnl);
    return pnl / this.#entryValue[slot]!;
  }
}
