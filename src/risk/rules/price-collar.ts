/**
 * Keeps a limit price near the last trusted price (C-05): a typing error or a bad print must not become
 * an order. Refuses, never moves the price: a changed price would be an order nobody asked for.
 */
import { z } from "zod";
import { allow, defineRule, deny } from "../rule.ts";

export const priceCollar = defineRule({
  id: "price_collar",
  control: "C-05",
  unit: "fraction of the last close",
  appliesTo: "entries",
  params: z.strictObject({
    /** Farthest a limit may stand from the last close, as a fraction of it. */
    maxFraction: z.number().positive().max(0.5).default(0.005),
  }),

  check(order, view, { maxFraction }) {
    const mark = view.mark(order.instrument);
    if (!(mark > 0)) return deny(Number.NaN, maxFraction);
    const price = Number.isNaN(order.limit) ? order.reference : order.limit;
    const used = Math.abs(price - mark) / mark;
    // Written so that a NaN price is refused, too.
    return used <= maxFraction ? allow(used, maxFraction) : deny(used, maxFraction);
  },
});
