/** What every venue of ticks decides alike: whether a price suits, whether a print wakes a stop, who was in it. */
import type { Side } from "../domain/order.ts";
import type { TradePrint } from "../domain/quote.ts";
import { leadQueue, lookAtQueue, type QueuePosition, tradeInQueue } from "./queue-position.ts";
import type { TickBook } from "./tick-book.ts";

/** What rests at a price, and where it stands there. */
export interface InQueue {
  readonly side: Side;
  /** Dollars per share. */
  readonly limit: number;
  readonly queue: QueuePosition;
}

/** True when `price` is no worse than the limit; always for an order without one (NaN). */
export const isNoWorse = (side: Side, limit: number, price: number): boolean =>
  Number.isNaN(limit) || side * (limit - price) >= 0;

/** True when a trade at `price` triggers a stop of that side. */
export const reachesStop = (side: Side, stop: number, price: number): boolean => side * (price - stop) >= 0;

/** After each quote: behind what is displayed at the price, or at its head when nobody is as good. */
export function findPlace({ side, limit, queue }: InQueue, book: TickBook): void {
  const best = book.own(side);
  if (best === limit) lookAtQueue(queue, book.ownSize(side));
  else if (book.isQuoted && !(side * (best - limit) > 0)) leadQueue(queue);
}

/** Shares of the print's last `left` that are ours; not positive when none are. Those of ours before us stood ahead. */
export function sharesInPrint(
  { side, limit, queue }: InQueue,
  { price, size }: TradePrint,
  left: number,
): number {
  const isThrough = side * (limit - price) > 0;
  const reached = isThrough ? size : price === limit ? tradeInQueue(queue, size) : 0;
  return reached - (size - left);
}
