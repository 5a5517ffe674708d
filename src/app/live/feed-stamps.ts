/**
 * How old the newest market data is by the exchange's own stamps: the freshest of the quotes and trades of the last
 * second, whatever their symbol (fault 42). Bars are stamped with their beginning and tell nothing of it.
 */

/** Of two such spans, the one that runs and the one before: what is told is one to two of them old. */
const SPAN_MS = 1000;

export interface StampsTold {
  /** Messages with a stamp so far: unchanged, nothing has come since. */
  readonly stamps: number;
  /** Of the freshest, milliseconds of the exchange's clock; 0 before the first. */
  readonly stampLagMs: number;
}

export class FeedStamps {
  readonly #skewMicros: number;
  #stamps = 0;
  #since = Number.NEGATIVE_INFINITY;
  #least = Number.POSITIVE_INFINITY;
  #before = Number.POSITIVE_INFINITY;

  /** `skewMicros`: as far into the future as a stamp may be; one beyond it is a mistake and proves nothing. */
  constructor(skewMicros: number) {
    this.#skewMicros = skewMicros;
  }

  /** `stamp` and `at`: epoch micros of the exchange; `mono`: monotonic milliseconds. */
  heard(stamp: number, at: number, mono: number): void {
    const lagMicros = at - stamp;
    if (!(lagMicros >= -this.#skewMicros)) return;
    this.#stamps += 1;
    const spanMs = mono - this.#since;
    if (spanMs >= SPAN_MS) {
      this.#before = spanMs < 2 * SPAN_MS ? this.#least : Number.POSITIVE_INFINITY;
      this.#least = Number.POSITIVE_INFINITY;
      this.#since = mono;
    }
    this.#least = Math.min(this.#least, lagMicros / 1000);
  }

  get told(): StampsTold {
    const leastMs = Math.min(this.#before, this.#least);
    return { stamps: this.#stamps, stampLagMs: this.#stamps === 0 ? 0 : Math.max(0, leastMs) };
  }
}
