/**
 * Round trips, strategy by strategy: from the first fill that opens a lot to the fill that empties it.
 * Profit is net of commission and fees; slippage is already inside the prices.
 */
import { FloatColumn } from "../domain/growing-columns.ts";
import type { InstrumentId } from "../domain/instrument.ts";
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
}

export class TradeLog {
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

  readonly strategy = new FloatColumn();
  readonly instrument = new FloatColumn();
  /** +1 long, -1 short. */
  readonly side = new FloatColumn();
  readonly shares = new FloatColumn();
  readonly openedAt = new FloatColumn();
  readonly closedAt = new FloatColumn();
  readonly entryPrice = new FloatColumn();
  readonly exitPrice = new FloatColumn();
  /** Dollars, net. */
  readonly pnl = new FloatColumn();
  readonly costs = new FloatColumn();
  readonly slippage = new FloatColumn();
  readonly riskPerShare = new FloatColumn();
  readonly signalIn = new FloatColumn();
  readonly signalOut = new FloatColumn();
  readonly exitPurpose = new FloatColumn();

  constructor(strategies: number, instruments: number) {
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
  }

  get length(): number {
    return this.pnl.length;
  }

  fill(fill: LoggedFill): void {
    const slot = fill.strategy * this.#instruments + fill.instrument;
    const before = this.#held[slot]!;
    const through = before !== 0 && before > 0 !== fill.signedShares > 0;
    if (through && Math.abs(fill.signedShares) > Math.abs(before) + 5e-10) {
      // One fill closes the lot and opens the opposite one: each gets its part of the costs.
      const part = Math.abs(before / fill.signedShares);
      this.fill({ ...fill, signedShares: -before, costs: fill.costs * part, slippage: fill.slippage * part });
      this.fill({
        ...fill,
        signedShares: fill.signedShares + before,
        costs: fill.costs * (1 - part),
        slippage: fill.slippage * (1 - part),
      });
      return;
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
    const after = before + fill.signedShares;
    this.#held[slot] = Math.abs(after) < 5e-10 ? 0 : after;
    if (this.#held[slot] === 0) this.#close(slot, fill, Math.sign(before));
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
  }

  #close(slot: number, fill: LoggedFill, side: number): void {
    const shares = this.#entered[slot]!;
    this.strategy.push(fill.strategy);
    this.instrument.push(fill.instrument);
    this.side.push(side);
    this.shares.push(shares);
    this.openedAt.push(this.#openedAt[slot]!);
    this.closedAt.push(fill.at);
    this.entryPrice.push(this.#entryValue[slot]! / shares);
    this.exitPrice.push(this.#exitValue[slot]! / shares);
    this.pnl.push(side * (this.#exitValue[slot]! - this.#entryValue[slot]!) - this.#costs[slot]!);
    this.costs.push(this.#costs[slot]!);
    this.slippage.push(this.#slippage[slot]!);
    this.riskPerShare.push(this.#risk[slot]!);
    this.signalIn.push(this.#signalIn[slot]!);
    this.signalOut.push(fill.signal);
    this.exitPurpose.push(fill.purpose);
  }
}
