/**
 * Caps shorts as a fraction of the gross exposure (C-24): a book of shorts alone has no bottom to its losses. Counts
 * working entries that sell as filled and those that buy as not, the worst of both; trims the order to the room left.
 * A purchase only lowers the share and passes.
 */
import { z } from "zod";
import { SELL } from "../../domain/order.ts";
import { allow, defineRule, deny, fits, isPositive, shrink, worstPrice } from "../rule.ts";

export const shortsShare = defineRule({
  id: "shorts_share",
  control: "C-24",
  unit: "fraction of gross",
  appliesTo: "entries",
  params: z.strictObject({ maxFraction: z.number().positive().max(1).default(0.5) }),

  check(order, view, { maxFraction }) {
    const price = worstPrice(order, view);
    const working = Math.max(0, view.workingShort);
    const shorts = Math.max(0, (view.gross - view.net) / 2) + working;
    const whole = view.gross + working;
    const known = isPositive(price) && Number.isFinite(view.net) && Number.isFinite(shorts + whole);
    if (!known) return deny(Number.NaN, maxFraction);
    if (order.side !== SELL) return allow(shorts === 0 ? 0 : shorts / whole, maxFraction);
    const dollars = order.shares * price;
    const used = (shorts + dollars) / (whole + dollars);
    if (fits(used, maxFraction)) return allow(used, maxFraction);
    return shrink((maxFraction * whole - shorts) / ((1 - maxFraction) * price), used, maxFraction);
  },
});
