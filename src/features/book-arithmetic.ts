/**
 * Arithmetic of single quotes and trades, with no state: what one update or one print says.
 *
 * Prices in dollars per share, sizes in shares. A side that nobody quotes is NaN with size 0.
 */

/** |P - mid| up to this, in dollars, is at the mid. */
const AT_MID_USD = 1e-9;

export function midOf(bid: number, ask: number): number {
  return (bid + ask) / 2;
}

/** 1e4 (ask - bid) / mid, above 0; NaN when crossed, locked or one-sided. Source: QUANT a4 #38. */
export function quotedSpreadBps(bid: number, ask: number): number {
  return ask > bid ? (1e4 * (ask - bid)) / midOf(bid, ask) : Number.NaN;
}

/**
 * (bid * askSize + ask * bidSize) / (bidSize + askSize): the mid pulled towards the thinner side, dollars. The
 * mid when both sizes are 0; NaN when a side is missing. Source: Stoikov 2018; QUANT a4 #40.
 */
export function micropriceOf(bid: number, bidSize: number, ask: number, askSize: number): number {
  const depth = bidSize + askSize;
  return depth > 0 ? (bid * askSize + ask * bidSize) / depth : midOf(bid, ask);
}

/** (bidSize - askSize) / (bidSize + askSize), in [-1, 1]; 0 when both are 0. Source: QUANT a4 #40. */
export function queueImbalanceOf(bidSize: number, askSize: number): number {
  const depth = bidSize + askSize;
  return depth > 0 ? (bidSize - askSize) / depth : 0;
}

/**
 * What one update adds to the bid, less what it adds to the ask, shares:
 * 1{b >= b'} B - 1{b <= b'} B' - 1{a <= a'} A + 1{a >= a'} A', ' being the quote before. A missing bid counts
 * as one below all prices, a missing ask as one above. Source: Cont, Kukanov, Stoikov 2014; QUANT a4 #44.
 */
export function orderFlowOf(
  before: { bid: number; bidSize: number; ask: number; askSize: number },
  now: { bid: number; bidSize: number; ask: number; askSize: number },
): number {
  const bid = Number.isNaN(now.bid) ? Number.NEGATIVE_INFINITY : now.bid;
  const ask = Number.isNaN(now.ask) ? Number.POSITIVE_INFINITY : now.ask;
  const bidBefore = Number.isNaN(before.bid) ? Number.NEGATIVE_INFINITY : before.bid;
  const askBefore = Number.isNaN(before.ask) ? Number.POSITIVE_INFINITY : before.ask;
  const bought = (bid >= bidBefore ? now.bidSize : 0) - (bid <= bidBefore ? before.bidSize : 0);
  const sold = (ask <= askBefore ? now.askSize : 0) - (ask >= askBefore ? before.askSize : 0);
  return bought - sold;
}

/**
 * Who was eager, in {-1, 0, 1}: a trade above the mid was bought, one below sold; at the mid, or where no mid
 * is known (NaN), the sign of the tick rule. Source: Lee, Ready 1991; QUANT a4 #39.
 */
export function leeReadySign(price: number, mid: number, tick: number): number {
  if (price - mid > AT_MID_USD) return 1;
  return mid - price > AT_MID_USD ? -1 : tick;
}

/** 1e4 * 2 * sign * (P - mid) / mid; NaN without a positive mid. Source: QUANT a4 #39. */
export function effectiveSpreadBps(sign: number, price: number, mid: number): number {
  return mid > 0 ? (2e4 * sign * (price - mid)) / mid : Number.NaN;
}
