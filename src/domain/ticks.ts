/** Quotes and trades as columns, in order of time: what a venue of ticks is fed with (DATA-1). */

/** The national best bid and offer after each change. A side that nobody quotes is NaN with size 0. */
export interface QuoteColumns {
  /** Epoch micros, never descending. */
  readonly at: Float64Array;
  readonly instrument: Uint32Array;
  /** Dollars per share. */
  readonly bid: Float64Array;
  /** Shares displayed at that price, over all exchanges. */
  readonly bidSize: Float64Array;
  readonly ask: Float64Array;
  readonly askSize: Float64Array;
}

/** Trades as printed. */
export interface TradeColumns {
  /** Epoch micros, never descending. */
  readonly at: Float64Array;
  readonly instrument: Uint32Array;
  /** Dollars per share, positive. */
  readonly price: Float64Array;
  /** Shares, positive. */
  readonly size: Float64Array;
}

export interface TickColumns {
  readonly quotes: QuoteColumns;
  readonly trades: TradeColumns;
}

/** First row at or after `at`. */
export function firstTickAt(column: Float64Array, at: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
