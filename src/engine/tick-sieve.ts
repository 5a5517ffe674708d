/**
 * Of all that a feed says between bars, what the execute stage acts on (LEDGER-2): it journals what it consumes, and a
 * stream of every quote would be a journal of nothing else. Not part of the stage's state: what passes is an input like
 * any other, what does not pass was never there.
 *
 * TS-1  Before a decision the newest quotes of its instruments pass, so that the gate judges by the market of now.
 * TS-2  A trade at a stop or beyond it passes at once, with the newest quote before it, and so does the next trade
 *       after it, wherever that is: a stop is never judged by an older market than the feed told of (VS-2). Otherwise a
 *       tick passes once a second where something of ours is under way or a price is near a stop, and now and then
 *       where something is merely held: a restart reads all of it again.
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

/** As a fraction of the price. */
const NEAR = 0.002;

export class TickSieve {
  readonly #terms: SieveTerms;
  readonly #newest: (QuoteUpdated | undefined)[];
  readonly #passedAt: Float64Array;
  /** 1: the last trade was at a stop or beyond it. */
  readonly #wasBeyond: Uint8Array;

  constructor(terms: SieveTerms) {
    this.#terms = terms;
    this.#newest = new Array<QuoteUpdated | undefined>(terms.instruments).fill(undefined);
    this.#passedAt = new Float64Array(terms.instruments).fill(Number.NEGATIVE_INFINITY);
    this.#wasBeyond = new Uint8Array(terms.instruments);
  }

  /** What of it is to be consumed now, in order; mostly nothing. */
  quote(quote: QuoteUpdated): readonly QuoteUpdated[] {
    const { instrument, at, bid, ask } = quote;
    this.#newest[instrument] = quote;
    const every = this.#terms.hearsEvery(instrument);
    if (every === Number.POSITIVE_INFINITY) return [];
    // A side that nobody quotes is near nothing.
    const isNear = this.#distance(instrument, bid) <= NEAR || this.#distance(instrument, ask) <= NEAR;
    return this.#isDue(instrument, at, every, isNear) ? this.of(instrument, at) : [];
  }

  trade(trade: TradePrinted): readonly (QuoteUpdated | TradePrinted)[] {
    const { instrument, price, at } = trade;
    const every = this.#terms.hearsEvery(instrument);
    if (every === Number.POSITIVE_INFINITY) return [];
    const distance = this.#distance(instrument, price);
    const isAtOnce = distance <= 0 || this.#wasBeyond[instrument] === 1;
    this.#wasBeyond[instrument] = distance <= 0 ? 1 : 0;
    if (!isAtOnce && !this.#isDue(instrument, at, every, distance <= NEAR)) return [];
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

  /** The newest quote that has not passed; it stays where it is. */
  waiting(instrument: InstrumentId): QuoteUpdated | undefined {
    return this.#newest[instrument];
  }

  #isDue(instrument: InstrumentId, at: number, every: number, isNear: boolean): boolean {
    const wanted = isNear ? Math.min(every, MICROS_PER_SECOND) : every;
    return at - this.#passedAt[instrument]! >= wanted;
  }

  #distance(instrument: InstrumentId, price: number): number {
    return this.#terms.stopDistance(instrument, price);
  }
}
