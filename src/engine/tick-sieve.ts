/**
 * Of all that a feed says between bars, what the execute stage acts on (LEDGER-2): it journals what it consumes, and a
 * stream of every quote would be a journal of nothing else. Not part of the stage's state: what passes is an input like
 * any other, what does not pass was never there.
 *
 * TS-1  Before a decision the newest quotes of its instruments pass, so that the gate judges by the market of now.
 * TS-2  A trade near or beyond a stop passes at once, with the newest quote before it: a stop is never judged by an
 *       older market than the feed told of (VS-2). Otherwise a trade or a quote passes once a second where something of
 *       ours is under way or a quote is near a stop, and now and then where something is merely held: a restart reads
 *       all of it again.
 * TS-3  A quote passes once and never after a newer one of its instrument.
 */
import type { QuoteUpdated, TradePrinted } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { MICROS_PER_SECOND } from "../domain/time.ts";

export interface SieveTerms {
  readonly instruments: number;
  /** How often its market is to be heard of, exchange micros; Infinity where nothing of ours depends on it. */
  hearsEvery(instrument: InstrumentId): number;
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
    const { instrument, at, bid, ask } = quote;
    this.#newest[instrument] = quote;
    const every = this.#terms.hearsEvery(instrument);
    if (every === Number.POSITIVE_INFINITY) return [];
    const isNear = this.#isNear(instrument, bid) || this.#isNear(instrument, ask);
    const isDue = this.#isDue(instrument, at, isNear ? Math.min(every, MICROS_PER_SECOND) : every);
    return isDue ? this.of(instrument, at) : [];
  }

  trade(trade: TradePrinted): readonly (QuoteUpdated | TradePrinted)[] {
    const { instrument, price, at } = trade;
    const every = this.#terms.hearsEvery(instrument);
    if (every === Number.POSITIVE_INFINITY) return [];
    if (!this.#isNear(instrument, price) && !this.#isDue(instrument, at, every)) return [];
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

  #isDue(instrument: InstrumentId, at: number, every: number): boolean {
    return at - this.#passedAt[instrument]! >= every;
  }

  /** False for a side that nobody quotes. */
  #isNear(instrument: InstrumentId, price: number): boolean {
    return this.#terms.stopDistance(instrument, price) <= NEAR;
  }
}
