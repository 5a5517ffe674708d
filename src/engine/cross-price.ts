/**
 * At what price two strategies trade with each other (NE-1): where the market is now, which after a bar has closed is
 * no longer where that closed. Used by the netting alone.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { dollarsPerShare, type Price } from "../domain/money.ts";
import type { TradePrint } from "../domain/quote.ts";
import { MICROS_PER_SECOND } from "../domain/time.ts";
import type { RiskView } from "../risk/rule.ts";

type Facts = Pick<RiskView, "now" | "bid" | "ask" | "quotedAt" | "mark" | "markedAt">;

export class CrossPrices {
  readonly #facts: Facts;
  readonly #quoteMicros: number;
  /** By instrument: the last print, dollars per share, and when it was. */
  readonly #last: Float64Array;
  readonly #printedAt: Float64Array;

  /** A quote counts while it is no older than `quoteSeconds`. */
  constructor(facts: Facts, instruments: number, quoteSeconds: number) {
    this.#facts = facts;
    this.#quoteMicros = quoteSeconds * MICROS_PER_SECOND;
    this.#last = new Float64Array(instruments).fill(Number.NaN);
    this.#printedAt = new Float64Array(instruments).fill(Number.NEGATIVE_INFINITY);
  }

  printed({ at, instrument, price }: TradePrint): void {
    this.#last[instrument] = price;
    this.#printedAt[instrument] = at;
  }

  /** A split or a dividend: what printed before speaks of another share. */
  forget(instrument: InstrumentId): void {
    this.#printedAt[instrument] = Number.NEGATIVE_INFINITY;
  }

  /**
   * Dollars per share: the middle of a quote that is fresh and no nonsense, else the last print or the last close,
   * whichever came later; undefined when nothing has a price.
   */
  at(instrument: InstrumentId): Price | undefined {
    const facts = this.#facts;
    const bid = facts.bid(instrument);
    const ask = facts.ask(instrument);
    const age = facts.now - facts.quotedAt(instrument);
    const isFresh = age >= 0 && age <= this.#quoteMicros && bid > 0 && ask >= bid;
    const price = isFresh ? (bid + ask) / 2 : this.#lastPrice(instrument);
    return price > 0 && price < Number.POSITIVE_INFINITY ? dollarsPerShare(price) : undefined;
  }

  #lastPrice(instrument: InstrumentId): number {
    const facts = this.#facts;
    const isLater = this.#printedAt[instrument]! > facts.markedAt(instrument);
    return isLater ? this.#last[instrument]! : facts.mark(instrument);
  }
}
