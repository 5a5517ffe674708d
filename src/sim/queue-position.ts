/**
 * Where a resting limit order stands at its price (QUANT m): behind what was displayed when it came, moved up by
 * trades at the price and by its share of the cancels. First in, first out.
 *
 * QP-1  `ahead` is never negative, and never more than what is displayed.
 */

/** Cancels happen ahead of us and behind us alike; half of them are taken to be ahead. */
const CANCELS_AHEAD = 0.5;

export interface QueuePosition {
  /** Shares that trade before ours; NaN while the price is not the best one and the depth there is unknown. */
  ahead: number;
  /** What was displayed at the price at the last look, and traded there since. */
  shown: number;
  traded: number;
}

export const notQueued = (): QueuePosition => ({ ahead: Number.NaN, shown: 0, traded: 0 });

/** The price is the best one now, with `displayed` shares of others: joins behind them, or moves up. */
export function lookAtQueue(queue: QueuePosition, displayed: number): void {
  if (Number.isNaN(queue.ahead)) queue.ahead = displayed;
  else {
    // The same figure again is news of the other side; what traded here will still be taken off the display.
    if (displayed === queue.shown) return;
    const canceled = Math.max(0, queue.shown - queue.traded - displayed);
    queue.ahead = Math.max(0, Math.min(queue.ahead - CANCELS_AHEAD * canceled, displayed));
  }
  queue.shown = displayed;
  queue.traded = 0;
}

/** Nobody else is at the price or better: the next trade there is ours. */
export function leadQueue(queue: QueuePosition): void {
  queue.ahead = 0;
  queue.shown = 0;
  queue.traded = 0;
}

/** `volume` shares traded at the price; returns how many of them came after everything ahead of us. */
export function tradeInQueue(queue: QueuePosition, volume: number): number {
  queue.traded += volume;
  if (Number.isNaN(queue.ahead)) return 0;
  const before = Math.min(queue.ahead, volume);
  queue.ahead -= before;
  return volume - before;
}
