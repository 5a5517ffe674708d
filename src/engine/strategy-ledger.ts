/**
 * What each strategy has won: the money that went in and out of its lots, and what the open ones are worth at the
 * last marks. Net of commission, fees and borrow; the sum over strategies is the account's result.
 *
 * Open lots are kept in order of instrument, so the bits of a sum never depend on the order of trades.
 */
import { InputError } from "../domain/assert.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import { insertAt, removeAt } from "../domain/small-list.ts";

/** Plain JSON. Signed shares by strategy and instrument, where there are any. */
export interface LedgerState {
  readonly flows: readonly number[];
  readonly lots: readonly (readonly [strategy: number, instrument: number, shares: number])[];
}

interface Marks {
  mark(instrument: InstrumentId): number;
}

export class StrategyLedger {
  readonly #instruments: number;
  readonly #flows: Float64Array;
  readonly #held: Float64Array;
  /** Per strategy: its instruments with a lot, ascending. */
  readonly #open: InstrumentId[][];
  /** Per strategy: lots that are short. */
  readonly #shorts: Int32Array;

  /** Counts the changes of lots. */
  version = 0;

  constructor(strategies: number, instruments: number) {
    this.#instruments = instruments;
    this.#flows = new Float64Array(strategies);
    this.#held = new Float64Array(strategies * instruments);
    this.#open = Array.from({ length: strategies }, () => []);
    this.#shorts = new Int32Array(strategies);
  }

  /** Signed shares; dollars per share; commission and fees in dollars. */
  fill(strategy: number, instrument: InstrumentId, signedShares: number, price: number, costs: number): void {
    this.#flows[strategy] = this.#flows[strategy]! - signedShares * price - costs;
    this.#hold(strategy, instrument, this.#held[strategy * this.#instruments + instrument]! + signedShares);
  }

  /** A split counts the lot anew, signed shares after it: no money moved. */
  split(strategy: number, instrument: InstrumentId, shares: number): void {
    this.#hold(strategy, instrument, shares);
  }

  /** Dollars that lots were paid, or owe when negative (PORT-1). */
  dividend(strategy: number, dollars: number): void {
    this.#flows[strategy] = this.#flows[strategy]! + dollars;
    this.version += 1;
  }

  /** Dollars, positive, that the shares a strategy is short of have cost it. */
  borrowed(strategy: number, dollars: number): void {
    this.dividend(strategy, -dollars);
  }

  /** Dollars won since the start; NaN while a lot has no mark. */
  pnl(strategy: number, marks: Marks): number {
    let won = this.#flows[strategy]!;
    const open = this.openLots(strategy);
    const first = strategy * this.#instruments;
    for (let n = 0; n < open.length; n++) {
      const instrument = open[n] as InstrumentId;
      won += this.#held[first + instrument]! * marks.mark(instrument);
    }
    return won;
  }

  /** Dollars lost if every lot moved against it by the fraction of its mark. */
  fall(strategy: number, fraction: number, marks: Marks): number {
    const open = this.#open[strategy] as InstrumentId[];
    const held = this.#held;
    const first = strategy * this.#instruments;
    let dollars = 0;
    for (let n = 0; n < open.length; n++) {
      const instrument = open[n] as InstrumentId;
      dollars += Math.abs(held[first + instrument]!) * (fraction * marks.mark(instrument));
    }
    return dollars;
  }

  /**
   * True when the strategy has won more than the floor, dollars, whatever becomes of the marks: its lots are all long
   * and prices are positive, so they are worth more than nothing.
   */
  staysAbove(strategy: number, floor: number): boolean {
    return this.#shorts[strategy]! === 0 && this.#flows[strategy]! > floor;
  }

  /** Instruments in which the strategy has a lot, ascending. */
  openLots(strategy: number): readonly InstrumentId[] {
    return this.#open[strategy] ?? [];
  }

  /** Signed shares. */
  shares(strategy: number, instrument: InstrumentId): number {
    return this.#held[strategy * this.#instruments + instrument]!;
  }

  save(): LedgerState {
    const lots = this.#open.flatMap((open, strategy) =>
      open.map((instrument) => [strategy, instrument, this.shares(strategy, instrument)] as const),
    );
    return { flows: [...this.#flows], lots };
  }

  /** Takes over what `save` gave, after JSON or not. Throws InputError on anything else and names the field (BR-4). */
  load(state: unknown): void {
    const { flows, lots } = (
      typeof state === "object" && state !== null ? state : {}
    ) as Partial<LedgerState>;
    const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
    if (!Array.isArray(flows) || flows.length !== this.#flows.length || !flows.every(isNumber))
      throw new InputError(`BR-4: saved ledger: flows must be ${this.#flows.length} numbers`, 3);
    if (!Array.isArray(lots) || !lots.every((lot) => this.#isLot(lot)))
      throw new InputError("BR-4: saved ledger: lots must be strategy, instrument and shares", 3);
    this.#flows.set(flows);
    this.#held.fill(0);
    for (const open of this.#open) open.length = 0;
    this.#shorts.fill(0);
    for (const [strategy, instrument, shares] of lots)
      this.#hold(strategy, instrument as InstrumentId, shares);
  }

  #isLot(lot: unknown): boolean {
    if (!Array.isArray(lot) || lot.length !== 3) return false;
    const [strategy, instrument, shares] = lot as unknown[];
    const isIndex = (value: unknown, below: number) =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) < below;
    return (
      isIndex(strategy, this.#flows.length) &&
      isIndex(instrument, this.#instruments) &&
      Number.isFinite(shares)
    );
  }

  #hold(strategy: number, instrument: InstrumentId, shares: number): void {
    const slot = strategy * this.#instruments + instrument;
    const before = this.#held[slot]!;
    const after = Math.abs(shares) < HALF_NANO_SHARE ? 0 : shares;
    this.#held[slot] = after;
    this.version += 1;
    if (before < 0 !== after < 0) this.#shorts[strategy] = this.#shorts[strategy]! + (after < 0 ? 1 : -1);
    if ((before === 0) === (after === 0)) return;
    const open = this.#open[strategy] as InstrumentId[];
    if (after === 0) removeAt(open, placeOf(open, instrument));
    else insertAt(open, placeOf(open, instrument), instrument);
  }
}

/** Where the instrument stands among the ascending ones, or would. */
function placeOf(open: readonly InstrumentId[], instrument: InstrumentId): number {
  let low = 0;
  let high = open.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((open[middle] as InstrumentId) < instrument) low = middle + 1;
    else high = middle;
  }
  return low;
}
