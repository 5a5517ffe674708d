/**
 * Refuses an entry that is absurdly large, in shares or in dollars, whatever the account is worth (C-04): the typing
 * error, the quantity given in dollars, the price in cents. It is asked before the rules that trim, because an order
 * ten times too large is no smaller order: nobody asked for the trimmed one.
 *
 * Both caps are absolute, so that a wrong equity cannot lift them. Sizing never wants more than `sizing.positionUsd`
 * (SIZE-1: 15,000 USD); the default of twice that leaves room for strategies that count in shares.
 *
 * Exits are not asked: a position of whatever size must be left in one go, and an exit can never be for more than is
 * held (I-15), which entries under these caps, or splits of them, have built. Demands of several strategies that
 * leave as one order are each within the caps; `position_size` bounds their sum.
 */
import { z } from "zod";
import { defineRule, deny, fits, isPositive, upTo, worstPrice } from "../rule.ts";

export const orderSize = defineRule({
  id: "order_size",
  control: "C-04",
  unit: "shares or USD an order",
  appliesTo: "entries",
  params: z.strictObject({
    maxShares: z.number().positive().max(10_000_000).default(10_000),
    /** At the larger of mark and limit. */
    maxNotionalUsd: z.number().positive().max(1e9).default(30_000),
  }),

  check(order, view, { maxShares, maxNotionalUsd }) {
    const price = worstPrice(order, view);
    if (!isPositive(price) || !isPositive(order.shares)) return deny(Number.NaN, maxNotionalUsd);
    if (!fits(order.shares, maxShares)) return deny(order.shares, maxShares);
    return upTo(order.shares * price, maxNotionalUsd);
  },
});
