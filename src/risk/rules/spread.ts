/**
 * Refuses an entry across a wide or an old quote (C-21, EXEC-4): half of the spread is the price of being in a hurry.
 *
 * A run without any quotes, as most backtests are, has nothing to judge: `required` says whether that refuses. Once
 * an instrument was quoted its quote is always judged, so a feed that fell silent does not pass as one that never was.
 *
 * An auction has one price and no spread: an order for one is not asked, whatever is quoted hours before (EXEC-6).
 */
import { z } from "zod";
import { isForAuction } from "../../domain/order.ts";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import { allow, defineRule, deny, fits, isPositive } from "../rule.ts";

export const spread = defineRule({
  id: "spread",
  control: "C-21",
  unit: "fraction of the mid price",
  appliesTo: "entries",
  params: z.strictObject({
    maxFraction: z.number().positive().max(0.1).default(0.0005),
    maxAgeSeconds: z.number().positive().max(3_600).default(2),
    /** Refuse where no quote was ever seen. */
    required: z.boolean().default(false),
  }),

  check(order, view, { maxFraction, maxAgeSeconds, required }) {
    if (isForAuction(order.timeInForce)) return allow(Number.NaN, maxFraction);
    const quotedAt = view.quotedAt(order.instrument);
    if (!Number.isFinite(view.now)) return deny(Number.NaN, maxFraction);
    if (Number.isNaN(quotedAt))
      return required ? deny(Number.NaN, maxFraction) : allow(Number.NaN, maxFraction);
    const bid = view.bid(order.instrument);
    const ask = view.ask(order.instrument);
    if (!isPositive(bid) || !isPositive(ask) || bid > ask) return deny(Number.NaN, maxFraction);
    const used = (ask - bid) / ((ask + bid) / 2);
    const age = (view.now - quotedAt) / MICROS_PER_SECOND;
    const isFresh = age >= 0 && age <= maxAgeSeconds;
    // One part in a million million: 0.05 % of a price in cents is no round number of doubles.
    return isFresh && fits(used, maxFraction + 1e-12) ? allow(used, maxFraction) : deny(used, maxFraction);
  },
});
