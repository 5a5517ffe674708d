/** How a wish is priced when it becomes an order (EXEC-1, EXEC-6). Pure arithmetic on dollars. */
import { z } from "zod";
import type { EntryTiming } from "../domain/intent.ts";
import { MICROS, type Price } from "../domain/money.ts";
import { OrderType, type Side, TimeInForce } from "../domain/order.ts";
import { MICROS_PER_MINUTE } from "../domain/time.ts";
import { tickSize } from "../market/ticks.ts";
import { adaptiveOffsetParams } from "./adaptive-offset.ts";
import { openOrderTimes } from "./auction-window.ts";
import { slicingParams } from "./slicing.ts";
import { partialFillParams, shockParams, stopKinds, virtualStopParams } from "./stop-params.ts";

export const executionParams = z.strictObject({
  /** Limit by default; market only where a comparison or a bench asks for it. */
  entryOrder: z.enum(["limit", "market"]).default("limit"),
  /** `adaptive`, live alone: the distance follows the spread and the volatility, and is the fixed one at least. */
  limitOffset: z.enum(["fixed", "adaptive"]).default("fixed"),
  adaptive: adaptiveOffsetParams.prefault({}),
  /** Distance of an entry limit beyond the last close, in the direction of paying more. */
  limitOffsetBps: z.number().min(0).max(100).default(5),
  /** The same for orders into an auction, which must survive an ordinary overnight gap. */
  auctionOffsetBps: z.number().min(0).max(500).default(50),
  /**
   * How long an entry outside the auctions works: `next_bar` is the time-out of EXEC-1 (a bar, a minute on shorter
   * ones), `gtc` carries what did not fill from bar to bar, `ioc` takes what is there on arrival.
   */
  entryLife: z.enum(["next_bar", "day", "gtc", "ioc"]).default("next_bar"),
  /** When orders for the opening auction leave: as soon as the broker takes them, at 19:00, or at 09:00 (EXEC-6). */
  openOrdersAt: z.enum(openOrderTimes).default("evening"),
  /** `us` rounds order prices to SEC Rule 612 ticks; `none` leaves them, for arithmetic comparisons. */
  tick: z.enum(["us", "none"]).default("us"),
  /** `venue` rests each stop there; `virtual` watches it here and rests a wider one (RISK-4). */
  stops: z.enum(stopKinds).default("venue"),
  virtualStop: virtualStopParams.prefault({}),
  shockExit: shockParams.prefault({}),
  partialFill: partialFillParams.prefault({}),
  /** Live alone: in a backtest the venue's share of the volume bounds what an order gets of a bar. */
  slicing: slicingParams.prefault({}),
});
export type ExecutionParams = z.infer<typeof executionParams>;

/** Time-out of an unfilled entry (EXEC-1, C-39); a longer bar is its own time-out. */
export const ENTRY_LIFE_MICROS = MICROS_PER_MINUTE;

/** A few thousand times what a product of doubles can be off, as a fraction; far below any tick. */
const DUST = 1e-12;

const lifetimes = {
  next_bar: TimeInForce.NextBar,
  day: TimeInForce.Day,
  gtc: TimeInForce.GoodTillCanceled,
  ioc: TimeInForce.ImmediateOrCancel,
} as const;
const auctions = { open_auction: TimeInForce.AtOpen, close_auction: TimeInForce.AtClose } as const;

export interface PricedEntry {
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Dollars per share; NaN for a market order. */
  readonly limit: number;
}

export function priceEntry(
  side: Side,
  reference: number,
  timing: EntryTiming,
  params: ExecutionParams,
): PricedEntry {
  const timeInForce = timing === "now" ? lifetimes[params.entryLife] : auctions[timing];
  if (params.entryOrder === "market") return { type: OrderType.Market, timeInForce, limit: Number.NaN };
  const offsetBps = timing === "now" ? params.limitOffsetBps : params.auctionOffsetBps;
  const limit = reference * (1 + (side * offsetBps) / 10_000);
  // Rounded towards the close, so that rounding never walks through the collar.
  return { type: OrderType.Limit, timeInForce, limit: roundToTick(limit, -side, params.tick) };
}

/** Dollars to a whole tick: a cent from one dollar up, a hundredth of a cent below (Rule 612). */
export function roundToTick(price: number, direction: number, tick: ExecutionParams["tick"]): number {
  if (tick === "none" || Number.isNaN(price)) return price;
  const perDollar = MICROS / tickSize((price * MICROS) as Price);
  const ticks = price * perDollar;
  const nearest = Math.round(ticks);
  // A price within the last bits of a tick is on the tick: doubles cannot hold most cents.
  if (Math.abs(ticks - nearest) <= ticks * DUST) return nearest / perDollar;
  return (direction > 0 ? Math.ceil(ticks) : Math.floor(ticks)) / perDollar;
}
