/** What one instrument's market displays, less what our own orders have taken of it. */

import type { Side } from "../domain/order.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";

export class TickBook {
  bid = Number.NaN;
  ask = Number.NaN;
  #bidSize = 0;
  #askSize = 0;
  #takenBid = 0;
  #takenAsk = 0;
  /** When it last traded, epoch micros. */
  tradedAt = Number.NEGATIVE_INFINITY;

  /** What we took is given back by whoever changes the price or the size of that side. */
  quote({ bid, bidSize, ask, askSize }: Quote): void {
    if (!Object.is(bid, this.bid) || bidSize !== this.#bidSize) this.#takenBid = 0;
    if (!Object.is(ask, this.ask) || askSize !== this.#askSize) this.#takenAsk = 0;
    this.bid = bid;
    this.ask = ask;
    this.#bidSize = bidSize;
    this.#askSize = askSize;
  }

  /** Dollars per share halfway between the best bid and offer; NaN without one of them. */
  get mid(): number {
    return (this.bid + this.ask) / 2;
  }

  /** False while nobody quotes either side: then nothing is known of the market. */
  get isQuoted(): boolean {
    return !(Number.isNaN(this.bid) && Number.isNaN(this.ask));
  }

  /** Where an order of that side trades at once; NaN when nobody quotes there. */
  opposite(side: Side): number {
    return side > 0 ? this.ask : this.bid;
  }

  /** Where an order of that side would rest as the best. */
  own(side: Side): number {
    return side > 0 ? this.bid : this.ask;
  }

  /** Shares that others display on that side of the book. */
  ownSize(side: Side): number {
    return side > 0 ? this.#bidSize : this.#askSize;
  }

  /** Shares that an order of that side can still take. */
  available(side: Side): number {
    return side > 0 ? this.#askSize - this.#takenAsk : this.#bidSize - this.#takenBid;
  }

  take(side: Side, shares: number): void {
    if (side > 0) this.#takenAsk += shares;
    else this.#takenBid += shares;
  }

  /** A print beyond the best bid or offer is late or special: no resting order of ours can have been part of it. */
  isOrdinary({ price }: TradePrint): boolean {
    return this.isQuoted && !(price < this.bid || price > this.ask);
  }
}
