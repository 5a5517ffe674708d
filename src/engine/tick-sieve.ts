/**
 * Of all that a feed says between bars, what the execute stage acts on (LEDGER-2): it journals what it consumes, and a
 * stream of every quote would be a journal of nothing else. Not part of the stage's state: what passes is an input like
 * any other, what does not pass was never there.
 *
 * TS-1  Before a decision the newest quotes of its instruments pass, so that the gate judges by the market of now.
 * TS-2  Of what is held or watched a trade passes at least once a second, at once when it is near or beyond a stop,
 *       with the newest quote before it: a stop is never judged by an older market than the feed told of (VS-2).
 * TS-3  A quote passes once and never after a newer one of its instrument.
 */
import type { QuoteUpdated, TradePrinted } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { MICROS_PER_SECOND } from "../domain/time.ts";

export interface SieveTerms {
  readonly instruments: number;
  /** True while a stop, an exit or a working order of ours wants to know the market of the instrument. */
  isWatched(instrument: InstrumentId): boolean;
  /** From that price to the nearest stop, as a fraction of it: 0 or less when it is reached, Infinity without one. */
  stopDistance(instrument: InstrumentId, price: number): number;
}

/** As a fraction of the price: beyond it a second's delay cannot matter to a stop. */
const NEAR = 0.002;

export class TickSieve {
  readonly #terms: SieveTerms;
  readonly #newest: (QuoteUpdated | undefined)[];
  readonly #passedAt: Float64Array;

  constructor(terms: SieveTerms) {
    this.#terms = terms;
    this.#newest = new Array<QuoteUpdated | undefined>(terms.instruments).fill(undefined);
    this.#passedAt = new Float64Array(terms.instruments).fill(Number.NEGATIVE_INFINITY);
  }

  /** What of it is to be consumed now, in order; mostly nothing. */
  quote(quote: QuoteUpdated): readonly QuoteUpdated[] {
    const { instrument } = quote;
    this.#newest[instrument] = quote;
    if (!this.#terms.isWatched(instrument) || !this.#isDue(instrument, quote.at)) return [];
    return this.of(instrument, quote.at);
  }

  trade(trade: TradePrinted): readonly (QuoteUpdated | TradePrinted)[] {
    const { instrument, price, at } = trade;
    if (!this.#terms.isWatched(instrument)) return [];
    const isNear = this.#terms.stopDistance(instrument, price) <= NEAR;
    if (!isNear && !this.#isDue(instrument, at)) return [];
    return [...this.of(instrument, at), trade];
  }

  /** The newest quote of an instrument, if it has not passed yet. */
  of(instrument: InstrumentId, at: number): readonly QuoteUpdated[] {
    const quote = this.#newest[instrument];
    this.#passedAt[instrument] = at;
    if (quote === undefined) return [];
    this.#newest[instrument] = undefined;
    return [quote];
  }

  #isDue(instrument: InstrumentId, at: number): boolean {
    return at - this.#passedAt[instrument]! >= MICROS_PER_SECOND;
  }
}
