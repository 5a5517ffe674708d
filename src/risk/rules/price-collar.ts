/**
 * Keeps a limit price near the last trusted price (C-05): a typing error or a bad print must not become
 * an order. Refuses, never moves the price: a changed price would be an order nobody asked for.
 */
import { z } from "zod";
import { allow, defineRule, deny, fits, isPositive } from "../rule.ts";

/**
 * Room for the last bits of a double, as a fraction of the price: 1.005 x $6.00 is a half per cent above
 * $6.00, and $6.03 - $6.00 is a hair more.
 */
const DUST = 1e-9;

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
    const price = Number.isNaN(order.limit) ? order.reference : order.limit;
    if (!isPositive(mark) || !isPositive(price)) return deny(Number.NaN, maxFraction);
    const used = Math.abs(price - mark) / mark;
    return fits(used, maxFraction + DUST) ? allow(used, maxFraction) : deny(used, maxFraction);
  },
});
