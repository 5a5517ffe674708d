/**
 * Who owns what: the position of each strategy in each instrument, by folding its own fills (ENS-1).
 * The sum over strategies equals the account's position at every sequence (EN-4): both count whole
 * nano-shares, so any number of fractional fills adds up, and what was sold in full is gone in full.
 */
import { invariant } from "../domain/assert.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { NANOS } from "../domain/money.ts";

export class VirtualLots {
  readonly #instruments: number;
  readonly #nanos: Float64Array;
  /** The same in shares, for those who ask at every bar. */
  readonly #shares: Float64Array;
  readonly #averageEntry: Float64Array;

  constructor(strategies: number, instruments: number) {
    this.#instruments = instruments;
    this.#nanos = new Float64Array(strategies * instruments);
    this.#shares = new Float64Array(strategies * instruments);
    this.#averageEntry = new Float64Array(strategies * instruments).fill(Number.NaN);
  }

  slot(strategy: number, instrument: InstrumentId): number {
    return strategy * this.#instruments + instrument;
  }

  /** Signed shares. */
  shares(strategy: number, instrument: InstrumentId): number {
    return this.#shares[this.slot(strategy, instrument)]!;
  }

  /** Dollars per share; NaN when flat. */
  averageEntry(strategy: number, instrument: InstrumentId): number {
    return this.#averageEntry[this.slot(strategy, instrument)]!;
  }

  /** Signed shares and dollars per share of one fill. Returns the signed position after it. */
  fill(strategy: number, instrument: InstrumentId, signedShares: number, price: number): number {
    const slot = this.slot(strategy, instrument);
    const before = this.#shares[slot]!;
    const nanos = this.#nanos[slot]! + Math.round(signedShares * NANOS);
    const after = nanos / NANOS;
    const grows = before === 0 || before > 0 === signedShares > 0;
    if (after === 0) this.#averageEntry[slot] = Number.NaN;
    else if (before === 0 || (!grows && after > 0 !== before > 0)) this.#averageEntry[slot] = price;
    else if (grows) {
      const entry = this.#averageEntry[slot]!;
      this.#averageEntry[slot] = entry + (price - entry) * (signedShares / after);
    }
    this.#nanos[slot] = nanos;
    this.#shares[slot] = after;
    return after;
  }

  /**
   * A split or another action set the position anew: whole nano-shares after it, and what a price of before it is
   * worth now (DATA-6). Halts on a change of side, which no action makes (EN-4).
   */
  restate(strategy: number, instrument: InstrumentId, nanos: number, priceFactor: number): void {
    const slot = this.slot(strategy, instrument);
    invariant(
      nanos * this.#nanos[slot]! >= 0,
      "EN-4",
      `lot ${this.#nanos[slot]} turned to ${nanos} without a fill`,
    );
    this.#nanos[slot] = nanos;
    this.#shares[slot] = nanos / NANOS;
    this.#averageEntry[slot] = nanos === 0 ? Number.NaN : this.#averageEntry[slot]! * priceFactor;
  }

  /** Signed nano-shares: what exact arithmetic needs. */
  nanos(strategy: number, instrument: InstrumentId): number {
    return this.#nanos[this.slot(strategy, instrument)]!;
  }

  /** Strategies with a position, and their signed shares. */
  holders(
    strategies: number,
    instrument: InstrumentId,
  ): { readonly strategy: number; readonly shares: number }[] {
    const found = [];
    for (let s = 0; s < strategies; s++) {
      const shares = this.shares(s, instrument);
      if (shares !== 0) found.push({ strategy: s, shares });
    }
    return found;
  }
}
