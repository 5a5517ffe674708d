/**
 * Where a bar reaches a trade that is followed on paper: its entry, its stop, its target. One arithmetic for what the
 * risk system refused and for what sizing left without a share, the same as the simulated venue's (SM-2 to SM-4).
 */
import { lessDividend, ratioOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import { BUY, type Side } from "../domain/order.ts";

/** Dollars per share; NaN for none. */
export interface FollowedPrices {
  /** Of the entry. */
  readonly side: Side;
  readonly limit: number;
  readonly stop: number;
  readonly target: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * What the prices are after an action that came before the first bar of its ex-date, as the venue restates orders
 * (CA-3). A price falls by the dividend; orders that sell higher up are left where they are, as brokers do.
 */
export function restatePrices(prices: Mutable<FollowedPrices>, event: CorporateActionEvent): void {
  if (event.kind === "SharesSplit") {
    const ratio = ratioOf(event);
    prices.limit /= ratio;
    prices.stop /= ratio;
    prices.target /= ratio;
    return;
  }
  prices.stop = lessDividend(prices.stop, event.perShare);
  if (prices.side === BUY) prices.limit = lessDividend(prices.limit, event.perShare);
  else prices.target = lessDividend(prices.target, event.perShare);
}

/** Dollars per share; NaN when the limit was not reached. */
export function fillPrice({ side, limit }: FollowedPrices, open: number, high: number, low: number): number {
  if (Number.isNaN(limit) || side * (limit - open) >= 0) return open;
  const tradedThrough = side > 0 ? low < limit : high > limit;
  return tradedThrough ? limit : Number.NaN;
}

/** NaN while neither stop nor target is reached. What came before an entry inside the bar cannot fill its target. */
export function exitPrice(
  { side, stop, target }: FollowedPrices,
  from: number,
  high: number,
  low: number,
  isNew: boolean,
): number {
  const [worst, best] = side > 0 ? [low, high] : [high, low];
  if (side * (worst - stop) <= 0) return side * (from - stop) <= 0 ? from : stop;
  if (isNew || !(side * (best - target) > 0)) return Number.NaN;
  return side * (from - target) > 0 ? from : target;
}
