/**
 * What each strategy has at stake: its lots at their marks and its working entries as if they had filled (RK-3).
 * Worked out when a rule asks, over what is open and nothing else.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { removeAt } from "../domain/small-list.ts";
import type { StrategyLedger } from "./strategy-ledger.ts";

export interface ExposureParts {
  readonly ledger: StrategyLedger;
  mark(instrument: InstrumentId): number;
  /** Dollars per share; NaN without one. */
  restingStop(strategy: number, instrument: InstrumentId): number;
  /** Count the changes of marks and of resting stops, so that a sum over all lots is worked out once. */
  readonly markVersion: number;
  readonly stopVersion: number;
  /** False as long as no stop was ever sent: then nobody is asked for one. */
  readonly hasStops: boolean;
}

export class StrategyExposure {
  readonly #strategies: number;
  readonly #instruments: number;
  readonly #parts: ExposureParts;
  /** Slots with a working entry; what may still fill of it, what it is counted with, and what it risks a share. */
  readonly #working: number[] = [];
  readonly #left: Float64Array;
  readonly #price: Float64Array;
  readonly #riskPerShare: Float64Array;
  /** The risk of all lots, and what it was worked out from. */
  #lotRisk = 0;
  #ledgerVersion = -1;
  #markVersion = -1;
  #stopVersion = -1;
  #assumedFraction = 0;

  constructor(strategies: number, instruments: number, parts: ExposureParts) {
    this.#strategies = strategies;
    this.#instruments = instruments;
    this.#parts = parts;
    const column = () => new Float64Array(strategies * instruments);
    this.#left = column();
    this.#price = column();
    this.#riskPerShare = column();
  }

  /** Dollars per share; `stop` is NaN for an entry without one. */
  entrySent(slot: number, shares: number, price: number, stop: number): void {
    this.#working.push(slot);
    this.#left[slot] = shares;
    this.#price[slot] = price;
    this.#riskPerShare[slot] = Math.abs(price - stop);
  }

  entryFilled(slot: number, shares: number): void {
    this.#left[slot] = this.#left[slot]! - shares;
  }

  /** A working entry after a split or a dividend: what may still fill of it, at which price and with which stop. */
  entryRestated(slot: number, shares: number, price: number, stop: number): void {
    this.#left[slot] = shares;
    this.#price[slot] = price;
    this.#riskPerShare[slot] = Math.abs(price - stop);
  }

  entryEnded(slot: number): void {
    const place = this.#working.indexOf(slot);
    if (place >= 0) removeAt(this.#working, place);
    this.#left[slot] = 0;
  }

  /** Dollars, lots and working entries of the strategies that `counts` accepts. */
  gross(counts: (strategy: number) => boolean): number {
    const { ledger } = this.#parts;
    let dollars = 0;
    for (let s = 0; s < this.#strategies; s++) {
      if (!counts(s)) continue;
      for (const instrument of ledger.openLots(s))
        dollars += Math.abs(ledger.shares(s, instrument)) * this.#parts.mark(instrument);
    }
    for (const slot of this.#working)
      if (counts(this.#strategyOf(slot))) dollars += this.#left[slot]! * this.#price[slot]!;
    return dollars;
  }

  /**
   * Dollars lost if every lot and every working entry were stopped out. What has no stop counts with the fraction
   * of its price; a stop beyond the mark risks nothing more.
   */
  openRisk(assumedFraction: number): number {
    let dollars = this.#riskOfLots(assumedFraction);
    for (const slot of this.#working) {
      const perShare = this.#riskPerShare[slot]!;
      dollars +=
        this.#left[slot]! * (Number.isNaN(perShare) ? assumedFraction * this.#price[slot]! : perShare);
    }
    return dollars;
  }

  #riskOfLots(assumedFraction: number): number {
    const { ledger, markVersion, stopVersion } = this.#parts;
    const isKnown =
      ledger.version === this.#ledgerVersion &&
      markVersion === this.#markVersion &&
      stopVersion === this.#stopVersion &&
      assumedFraction === this.#assumedFraction;
    if (isKnown) return this.#lotRisk;
    let dollars = 0;
    const { hasStops } = this.#parts;
    for (let s = 0; s < this.#strategies; s++)
      dollars += hasStops
        ? this.#stoppedOut(s, assumedFraction)
        : ledger.fall(s, assumedFraction, this.#parts);
    this.#lotRisk = dollars;
    this.#ledgerVersion = ledger.version;
    this.#markVersion = markVersion;
    this.#stopVersion = stopVersion;
    this.#assumedFraction = assumedFraction;
    return dollars;
  }

  #stoppedOut(strategy: number, assumedFraction: number): number {
    const parts = this.#parts;
    const { ledger } = parts;
    const open = ledger.openLots(strategy);
    let dollars = 0;
    for (let n = 0; n < open.length; n++) {
      const instrument = open[n] as InstrumentId;
      const held = ledger.shares(strategy, instrument);
      const mark = parts.mark(instrument);
      const stop = parts.restingStop(strategy, instrument);
      const away = held > 0 ? mark - stop : stop - mark;
      dollars += Math.abs(held) * (Number.isNaN(stop) ? assumedFraction * mark : Math.max(0, away));
    }
    return dollars;
  }

  /** Instruments besides this one that the strategy holds or is entering. */
  otherPositions(strategy: number, besides: InstrumentId): number {
    const { ledger } = this.#parts;
    let count = ledger.openLots(strategy).length - (ledger.shares(strategy, besides) === 0 ? 0 : 1);
    for (const slot of this.#working) {
      const instrument = (slot % this.#instruments) as InstrumentId;
      if (this.#strategyOf(slot) !== strategy || instrument === besides) continue;
      if (ledger.shares(strategy, instrument) === 0) count += 1;
    }
    return count;
  }

  #strategyOf(slot: number): number {
    return Math.floor(slot / this.#instruments);
  }
}
