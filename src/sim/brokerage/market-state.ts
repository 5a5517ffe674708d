/** What the brokerage has seen of each market: the book less what it took of it, the last trade, and halts. */
import type { TradingStatusEvent } from "../../domain/events.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { MICROS } from "../../domain/money.ts";
import type { Quote, TradePrint } from "../../domain/quote.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { TickBook } from "../tick-book.ts";

export class MarketState {
  readonly #books: readonly TickBook[];
  /** Micro-dollars; NaN before the first. */
  readonly #last: Float64Array;
  /** 1 while halted, 2 after that until the market is heard of again. */
  readonly #halt: Uint8Array;

  constructor(instruments: number) {
    this.#books = Array.from({ length: instruments }, () => new TickBook());
    this.#last = new Float64Array(instruments).fill(Number.NaN);
    this.#halt = new Uint8Array(instruments);
  }

  book(instrument: InstrumentId): TickBook {
    return this.#books[instrument] as TickBook;
  }

  quote(quote: Quote): void {
    this.book(quote.instrument).quote(quote);
    this.#heard(quote.instrument);
  }

  trade({ instrument, price, at }: TradePrint): void {
    this.#last[instrument] = Math.round(price * MICROS);
    this.book(instrument).tradedAt = at;
    this.#heard(instrument);
  }

  status(event: TradingStatusEvent): void {
    this.#halt[event.instrument] = event.kind === "TradingHalted" ? 1 : 2;
  }

  /** What was seen before speaks of other shares: the last price is counted anew, the book is gone. */
  split(instrument: InstrumentId, ratio: number): void {
    this.#last[instrument] = Math.round(this.#last[instrument]! / ratio);
    const nothing = { bid: Number.NaN, bidSize: 0, ask: Number.NaN, askSize: 0 };
    this.book(instrument).quote({ at: 0 as EpochMicros, instrument, ...nothing });
  }

  /** Nothing fills on what was displayed before a halt. */
  isOpen(instrument: InstrumentId): boolean {
    return this.#halt[instrument] === 0;
  }

  /** What a position is worth per share: last trade, else the middle; NaN when nothing was seen. Micro-dollars. */
  price(instrument: InstrumentId): number {
    const last = this.#last[instrument]!;
    return Number.isNaN(last) ? Math.round(this.book(instrument).mid * MICROS) : last;
  }

  /** What a buyer pays: the offer, else the last price. Micro-dollars. */
  ask(instrument: InstrumentId): number {
    const { ask } = this.book(instrument);
    return Number.isNaN(ask) ? this.price(instrument) : Math.round(ask * MICROS);
  }

  #heard(instrument: InstrumentId): void {
    if (this.#halt[instrument] === 2) this.#halt[instrument] = 0;
  }
}
