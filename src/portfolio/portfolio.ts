/**
 * The account, by folding fills: cash, positions, fees and net asset value (PORT-1).
 *
 * Cash, fees and traded amounts are exact micro-dollars; marks are float dollars, and so is the equity
 * that adds both (ARCHITECTURE 4).
 *
 * PF-1  cash changes only by fills, -(price x quantity) signed by side, minus commission and fees, by what corporate
 *       actions pay or take, which is counted as income (DATA-6), by what borrowed shares cost, and by flows from
 *       and to the outside (I-3).
 * PF-2  position = sum of signed fills, each in today's shares (I-2).
 * PF-3  equity = cash + dividends receivable + sum(position x mark), summed in instrument order, so the bits never
 *       depend on the order in which positions were opened. It holds whenever it is read, also between a fill and
 *       the next bar.
 */
import { InvariantError } from "../domain/assert.ts";
import type { BarBatch } from "../domain/bars.ts";
import type { FillCosts } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { MICROS, type Money, NANOS, notional, type Price, type Quantity, toShares } from "../domain/money.ts";
import { BUY, type Side } from "../domain/order.ts";

export interface Exposure {
  /** Dollars. Net asset value at the last marks. */
  readonly equity: number;
  readonly cash: number;
  readonly gross: number;
  readonly net: number;
}

const SHARES = 0;
const MARK = 1;
const MARKED_AT = 2;
/** Shares times mark, 0 without a position: a sum without a branch is several times as fast. */
const WORTH = 3;
const WIDTH = 4;

export class Portfolio implements Exposure {
  readonly #quantity: Float64Array;
  /** What a valuation reads and writes, side by side for each instrument: one array is faster than four. */
  readonly #cells: Float64Array;
  #cashMicros = Number.NaN;
  /** The same in dollars, so that valuing an account that did not trade divides nothing. */
  #cash = Number.NaN;
  #commissionMicros = 0;
  #regulatoryMicros = 0;
  #slippageMicros = 0;
  #borrowMicros = 0;
  #tradedMicros = 0;
  #dividendMicros = 0;
  #inLieuMicros = 0;
  #receivableMicros = 0;
  /** The same in dollars. */
  #receivable = 0;
  #openPositions = 0;
  #equity = Number.NaN;
  #gross = 0;
  #net = 0;
  /** A fill came after the account was last valued. */
  #isStale = false;

  constructor(instruments: number, startingCash: Money) {
    this.#quantity = new Float64Array(instruments);
    this.#cells = new Float64Array(instruments * WIDTH);
    for (let at = 0; at < this.#cells.length; at += WIDTH) {
      this.#cells[at + MARK] = Number.NaN;
      this.#cells[at + MARKED_AT] = Number.NaN;
    }
    this.#cashMicros = startingCash;
    this.#cash = startingCash / MICROS;
    this.#equity = this.#cash;
  }

  /** Dollars at the last marks; NaN while a position has none. */
  get equity(): number {
    if (this.#isStale) this.#value();
    return this.#equity;
  }

  get gross(): number {
    if (this.#isStale) this.#value();
    return this.#gross;
  }

  get net(): number {
    if (this.#isStale) this.#value();
    return this.#net;
  }

  get cash(): number {
    return this.#cash;
  }

  get cashMicros(): Money {
    return this.#cashMicros as Money;
  }

  /** Instruments with a position other than zero. */
  get openPositions(): number {
    return this.#openPositions;
  }

  /** Totals since the start, dollars. Slippage is already inside the fill prices. */
  get costs(): { readonly commission: number; readonly regulatory: number; readonly slippage: number } {
    return {
      commission: this.#commissionMicros / MICROS,
      regulatory: this.#regulatoryMicros / MICROS,
      slippage: this.#slippageMicros / MICROS,
    };
  }

  /** Totals since the start, dollars: dividends received less those owed on shorts, and cash for parts of shares. */
  get income(): { readonly dividends: number; readonly cashInLieu: number } {
    return { dividends: this.#dividendMicros / MICROS, cashInLieu: this.#inLieuMicros / MICROS };
  }

  /** What borrowed shares have cost since the start, dollars. */
  get borrowPaid(): number {
    return this.#borrowMicros / MICROS;
  }

  /** Takes what borrowed shares cost from the cash; a position does not move (PF-1). */
  chargeBorrow(dollars: Money): void {
    this.#borrowMicros += dollars;
    this.flow(-dollars as Money);
  }

  /** Sum of |price x quantity| over all fills, dollars; exact to the micro-dollar up to nine billion. */
  get traded(): number {
    return this.#tradedMicros / MICROS;
  }

  /** Signed shares. */
  shares(instrument: InstrumentId): number {
    return this.#cells[instrument * WIDTH + SHARES]!;
  }

  /** Last close seen, dollars; NaN before the first bar. */
  mark(instrument: InstrumentId): number {
    return this.#cells[instrument * WIDTH + MARK]!;
  }

  fill(instrument: InstrumentId, side: Side, quantity: Quantity, price: Price, costs: FillCosts): void {
    const amount = notional(price, quantity);
    const before = this.#quantity[instrument]!;
    const after = before + side * quantity;
    const cash = this.#cashMicros + (side === BUY ? -amount : amount) - costs.commission - costs.regulatory;
    if (!Number.isSafeInteger(after) || !Number.isSafeInteger(cash)) {
      throw new InvariantError(`DM-3: outside the exact range: ${after} nano-shares, ${cash} micro-dollars`);
    }
    this.#hold(instrument, after);
    if (before === 0) this.#openPositions += 1;
    if (after === 0) this.#openPositions -= 1;
    this.#isStale = true;
    this.#cashMicros = cash;
    this.#cash = cash / MICROS;
    this.#commissionMicros += costs.commission;
    this.#regulatoryMicros += costs.regulatory;
    this.#slippageMicros += costs.slippage;
    this.#tradedMicros += amount;
  }

  /** Signed nano-shares. */
  nanos(instrument: InstrumentId): number {
    return this.#quantity[instrument]!;
  }

  /**
   * A split: signed nano-shares after it, cash for the parts of shares that are gone, and the mark in new shares.
   * The value of the account is the same before and after, up to the micro-dollar of the cash.
   */
  split(instrument: InstrumentId, quantity: number, cashInLieu: Money, mark: number): void {
    const before = this.#quantity[instrument]!;
    this.#hold(instrument, quantity);
    if (before !== 0 && quantity === 0) this.#openPositions -= 1;
    this.#inLieuMicros += cashInLieu;
    this.#restate(instrument, cashInLieu, mark);
  }

  /**
   * What shares held get, or shares short owe, and the mark without it. With `isCash` false it is a claim until
   * `receive`: worth as much, and nothing to spend (CA-4).
   */
  payDividend(instrument: InstrumentId, amount: Money, mark: number, isCash: boolean): void {
    this.#dividendMicros += amount;
    if (!isCash) this.#owe(amount);
    this.#restate(instrument, isCash ? amount : (0 as Money), mark);
  }

  /** Dividends of shares that were held on their ex-dates and whose pay dates are to come, dollars. */
  get receivable(): number {
    return this.#receivable;
  }

  /** Some of what was receivable is cash now: the account is worth the same. */
  receive(amount: Money): void {
    this.#owe(-amount as Money);
    this.flow(amount);
  }

  #owe(amount: Money): void {
    this.#receivableMicros += amount;
    this.#receivable = this.#receivableMicros / MICROS;
  }

  #restate(instrument: InstrumentId, cash: Money, mark: number): void {
    this.#cells[instrument * WIDTH + MARK] = mark;
    this.#hold(instrument, this.#quantity[instrument]!);
    this.flow(cash);
  }

  /** Signed nano-shares. Bought before its first bar the mark is NaN and so is the account, which bars every entry. */
  #hold(instrument: InstrumentId, quantity: number): void {
    const shares = quantity / NANOS;
    this.#quantity[instrument] = quantity;
    const at = instrument * WIDTH;
    this.#cells[at + SHARES] = shares;
    this.#cells[at + WORTH] = quantity === 0 ? 0 : shares * this.#cells[at + MARK]!;
  }

  /** Cash that came from outside (positive) or went there. */
  flow(amount: Money): void {
    const cash = this.#cashMicros + amount;
    if (!Number.isSafeInteger(cash)) {
      throw new InvariantError(`DM-3: outside the exact range: ${cash} micro-dollars`);
    }
    this.#cashMicros = cash;
    this.#cash = cash / MICROS;
    this.#isStale = true;
  }

  /** When the last bar of the instrument closed, epoch micros; NaN before the first. */
  markedAt(instrument: InstrumentId): number {
    return this.#cells[instrument * WIDTH + MARKED_AT]!;
  }

  /** Takes over the closes of a batch and values the account. */
  markToMarket({ at, columns, from, to }: BarBatch): void {
    const { instrument, close } = columns;
    const cells = this.#cells;
    for (let row = from; row < to; row++) {
      const cell = instrument[row]! * WIDTH;
      const mark = close[row]!;
      const held = cells[cell + SHARES]!;
      cells[cell + MARK] = mark;
      cells[cell + MARKED_AT] = at;
      if (held !== 0) cells[cell + WORTH] = held * mark;
    }
    this.#value();
  }

  #value(): void {
    const cells = this.#cells;
    let net = 0;
    let gross = 0;
    if (this.#openPositions > 0) {
      for (let cell = WORTH; cell < cells.length; cell += WIDTH) {
        const value = cells[cell]!;
        net += value;
        gross += Math.abs(value);
      }
    }
    this.#isStale = false;
    this.#net = net;
    this.#gross = gross;
    this.#equity = this.#cash + this.#receivable + net;
  }

  /** Signed quantities of all open positions, for reconciliation and snapshots. */
  positions(): { readonly instrument: InstrumentId; readonly shares: number; readonly mark: number }[] {
    const open = [];
    for (let i = 0; i < this.#quantity.length; i++) {
      const quantity = this.#quantity[i]!;
      if (quantity === 0) continue;
      open.push({
        instrument: i as InstrumentId,
        shares: toShares(quantity as Quantity),
        mark: this.mark(i as InstrumentId),
      });
    }
    return open;
  }
}
