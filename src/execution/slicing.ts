/**
 * Which entries leave in slices, and how large those are (EXEC-1): an order that is large for a minute of its market
 * moves it, and shows its size. Pure arithmetic; the life cycle cuts (`lifecycle/sliced-order.ts`).
 */
import { z } from "zod";
import { OrderType, Purpose, TimeInForce } from "../domain/order.ts";
import { MICROS_PER_SECOND } from "../domain/time.ts";
import type { LiveOrder, SlicePlan } from "./lifecycle/words.ts";

export const slicingParams = z.strictObject({
  /** Dollars; a smaller order is never sliced. */
  fromDollars: z.number().min(0).max(1_000_000_000).default(20_000),
  /** Shares of a slice, as a fraction of the usual volume of a minute: that of a session, spread evenly. */
  maxOfMinute: z.number().positive().max(1).default(0.05),
  /** Between two slices at least. */
  everySeconds: z.number().min(1).max(600).default(15),
  /** A larger order has larger slices; 1 slices nothing. */
  maxSlices: z.int().min(1).max(100).default(12),
});
export type SlicingParams = z.infer<typeof slicingParams>;

const MINUTES_PER_SESSION = 390;
/** Those of an auction meet all others at once, and what takes what is there takes it at once. */
const sliceable: readonly TimeInForce[] = [
  TimeInForce.NextBar,
  TimeInForce.Day,
  TimeInForce.GoodTillCanceled,
];

type Sliceable = Pick<LiveOrder, "purpose" | "type" | "timeInForce" | "shares" | "limit" | "members">;

/**
 * Undefined: it leaves as one. `usualVolume`: shares a session, of the feed that is traded by; NaN where it is unknown,
 * and then nothing is large for it.
 */
export function slicePlan(
  { purpose, type, timeInForce, shares, limit, members }: Sliceable,
  usualVolume: number,
  { fromDollars, maxOfMinute, everySeconds, maxSlices }: SlicingParams,
): SlicePlan | undefined {
  // What several strategies want in one order is split by shares, and a fraction is no part of a slice.
  const isWhole = Number.isInteger(shares) && members === undefined;
  const isEntry = purpose === Purpose.Entry && type === OrderType.Limit && sliceable.includes(timeInForce);
  if (!isEntry || !isWhole || !(usualVolume > 0) || shares * limit < fromDollars) return undefined;
  const room = Math.floor((maxOfMinute * usualVolume) / MINUTES_PER_SESSION);
  const size = Math.max(1, room, Math.ceil(shares / maxSlices));
  return size < shares ? { shares: size, everyMicros: everySeconds * MICROS_PER_SECOND } : undefined;
}
