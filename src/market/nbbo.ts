/**
 * The national best bid and offer of one instrument, from what single exchanges quote (EXEC-4).
 *
 * NB-1  The best bid is the highest of the exchanges', the best offer the lowest; sizes at that price add up.
 * NB-2  An exchange's side stands until that exchange says otherwise; price or size 0 withdraws it.
 * NB-3  The answer is never crossed: a quote that a newer one from another exchange crosses is set aside until its
 *       exchange quotes again. Feeds lose withdrawals, and an abandoned quote would cross for hours. A locked
 *       market (equal prices) stands: it is legal for moments.
 */

interface Side {
  price: number;
  size: number;
}

interface TwoSides {
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
}

export class Nbbo {
  readonly #bids = new Map<number, Side>();
  readonly #asks = new Map<number, Side>();
  /** Dollars per share; NaN when nobody quotes that side. */
  bid = Number.NaN;
  bidSize = 0;
  ask = Number.NaN;
  askSize = 0;
  /** Quotes that were set aside because a newer one crossed them. */
  setAside = 0;

  /** One exchange's new bid. Returns true when the best bid or offer changed. */
  quoteBid(exchange: number, price: number, size: number): boolean {
    const stands = put(this.#bids, exchange, price, size);
    if (stands) this.#drop(this.#asks, (ask) => ask < price);
    return this.#settle();
  }

  quoteAsk(exchange: number, price: number, size: number): boolean {
    const stands = put(this.#asks, exchange, price, size);
    if (stands) this.#drop(this.#bids, (bid) => bid > price);
    return this.#settle();
  }

  /** Both sides of one exchange at once: its old ones cross neither. */
  quoteBoth(exchange: number, { bid, bidSize, ask, askSize }: TwoSides): boolean {
    const bids = put(this.#bids, exchange, bid, bidSize);
    const asks = put(this.#asks, exchange, ask, askSize);
    if (bids) this.#drop(this.#asks, (price) => price < bid);
    if (asks) this.#drop(this.#bids, (price) => price > ask);
    return this.#settle();
  }

  #drop(side: Map<number, Side>, isCrossed: (price: number) => boolean): void {
    for (const [exchange, { price }] of side) {
      if (!isCrossed(price)) continue;
      side.delete(exchange);
      this.setAside += 1;
    }
  }

  #settle(): boolean {
    const { bid, bidSize, ask, askSize } = this;
    [this.bid, this.bidSize] = best(this.#bids, 1);
    [this.ask, this.askSize] = best(this.#asks, -1);
    const same =
      Object.is(bid, this.bid) &&
      Object.is(ask, this.ask) &&
      bidSize === this.bidSize &&
      askSize === this.askSize;
    return !same;
  }
}

/** False when it withdraws the side. */
function put(side: Map<number, Side>, exchange: number, price: number, size: number): boolean {
  if (!(price > 0 && size > 0)) {
    side.delete(exchange);
    return false;
  }
  const known = side.get(exchange);
  if (known === undefined) side.set(exchange, { price, size });
  else {
    known.price = price;
    known.size = size;
  }
  return true;
}

/** `direction` 1 wants the highest price, -1 the lowest. */
function best(side: Map<number, Side>, direction: 1 | -1): [price: number, size: number] {
  let price = Number.NaN;
  let size = 0;
  for (const quote of side.values()) {
    if (quote.price === price) size += quote.size;
    else if (!(direction * quote.price <= direction * price)) {
      price = quote.price;
      size = quote.size;
    }
  }
  return [price, size];
}
