/**
 * What one round of the guardian's flatten does, from what the broker shows at this moment (RELIABILITY 1.4). Nothing
 * is remembered but the sign of each position when it was first seen, so a restart at any line goes on where it was.
 *
 * GF-1  An order only ever closes: against the position, no more than the broker says is available (RISK-7).
 * GF-2  Nothing closes while another order works in the symbol: it would hold the shares, or fill as well.
 * GF-3  A closed market is no place to close: queued orders would fill at an open that nobody chose. What protects
 *       positions stays meanwhile, what could open any is cancelled.
 * GF-4  A position whose sign has turned is touched no more: too much was closed, and a person must look.
 */
import { InvariantError } from "../domain/assert.ts";
import { flattenOrderId } from "../domain/flatten-order-id.ts";
import { BUY, SELL } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import type { CloseOrder, SeenOrder, SeenPosition, SeenQuote } from "./ports.ts";

export interface RoundView {
  readonly at: EpochMicros;
  /** Orders may close now. */
  readonly isOpen: boolean;
  readonly positions: readonly SeenPosition[];
  readonly orders: readonly SeenOrder[];
}

export interface RoundPlan {
  readonly cancels: readonly SeenOrder[];
  /** Largest first, five at most. */
  readonly closes: readonly SeenPosition[];
  readonly flipped: readonly string[];
}

const CLOSES_AT_ONCE = 5;
/** An order of ours that has not filled after so long is priced anew. */
const OWN_ORDER_MICROS = 5 * MICROS_PER_SECOND;
const QUOTE_MICROS = 2 * MICROS_PER_SECOND;
/** How far through the last price a limit goes, by attempt (C-05). */
const COLLARS = [0.005, 0.01, 0.02, 0.05] as const;

/** `signs`: of each position when it was first seen. */
export function planRound(
  { at, isOpen, positions, orders }: RoundView,
  haltId: string,
  signs: ReadonlyMap<string, number>,
): RoundPlan {
  const isOurs = ({ clientId }: SeenOrder): boolean => clientId.startsWith(`H${haltId}-`);
  const adding = new Set(addingOrders(positions, orders));
  const reduces = (order: SeenOrder): boolean => !adding.has(order);
  const cancels = orders.filter((order) => {
    if (!isOpen) return !reduces(order);
    return !isOurs(order) || !reduces(order) || at - order.submittedAt >= OWN_ORDER_MICROS;
  });
  const busy = new Set(orders.map(({ symbol }) => symbol));
  const hasFlipped = (position: SeenPosition): boolean =>
    Math.sign(position.shares) === -(signs.get(position.symbol) ?? 0);
  const flipped = positions.filter(hasFlipped);
  const closes = positions
    .filter((position) => isOpen && !hasFlipped(position))
    .filter(({ symbol, available }) => !busy.has(symbol) && available > 0)
    .toSorted((a, b) => risk(b) - risk(a))
    .slice(0, CLOSES_AT_ONCE);
  return {
    cancels,
    closes,
    flipped: flipped.map(({ symbol }) => symbol),
  };
}

/** Orders that could open or enlarge a position; the others protect or close one. */
export function addingOrders(
  positions: readonly SeenPosition[],
  orders: readonly SeenOrder[],
): readonly SeenOrder[] {
  const shares = new Map(positions.map((position) => [position.symbol, position.shares]));
  return orders.filter(({ side, symbol }) => !(side * (shares.get(symbol) ?? 0) < 0));
}

/** At market with a fresh quote, else a limit through the last price, farther with each attempt (GF-1). */
export function closeOrder(
  position: SeenPosition,
  haltId: string,
  attempt: number,
  { at, quote }: { readonly at: EpochMicros; readonly quote: SeenQuote | undefined },
): CloseOrder {
  const { symbol, price } = position;
  const side = position.shares > 0 ? SELL : BUY;
  const shares = Math.min(position.available, Math.abs(position.shares));
  if (!(shares > 0)) throw new InvariantError(`GF-1: ${symbol}: nothing of ${position.shares} can be closed`);
  const clientId = flattenOrderId(haltId, symbol, attempt);
  const isFresh =
    quote !== undefined && at - quote.at <= QUOTE_MICROS && quote.bid > 0 && quote.ask >= quote.bid;
  // Without any price at all a market order is the only one left, and closing is never refused for want of a figure.
  if (isFresh || !(price > 0)) return { clientId, symbol, side, shares };
  const collar = COLLARS[Math.min(attempt, COLLARS.length) - 1] ?? 0.05;
  return { clientId, symbol, side, shares, limit: onTick(price * (1 + side * collar), side) };
}

const risk = ({ shares, price }: SeenPosition): number => Math.abs(shares) * (price > 0 ? price : 0);

/** To the cent from a dollar up, to a hundredth of one below; away from us, so that it stays marketable. */
function onTick(price: number, side: number): number {
  const perDollar = price >= 1 ? 100 : 10_000;
  const ticks = price * perDollar;
  // What a multiplication leaves behind the ninth digit is no reason for another tick.
  return Math.max(1, side === BUY ? Math.ceil(ticks - 1e-6) : Math.floor(ticks + 1e-6)) / perDollar;
}
