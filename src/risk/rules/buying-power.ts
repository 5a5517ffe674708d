/**
 * Keeps the worst case of the gross exposure, working entries included, well inside what the account may buy (C-11):
 * a broker that has to refuse or to call is too late. Trims the order to the room left.
 *
 * Nobody tells a simulated account its buying power: it is the equity times the multiple that such an account gets,
 * 2 with margin over night, 1 for a cash account.
 */
import { z } from "zod";
import { allow, defineRule, deny, fits, isPositive, shrink, worstPrice } from "../rule.ts";

export const buyingPower = defineRule({
  id: "buying_power",
  control: "C-11",
  unit: "fraction of buying power",
  appliesTo: "entries",
  params: z.strictObject({
    maxFraction: z.number().positive().max(1).default(0.9),
    multiple: z.number().positive().max(4).default(2),
  }),

  check(order, view, { maxFraction, multiple }) {
    const price = worstPrice(order, view);
    const power = view.equity * multiple;
    const before = view.gross + Math.max(0, view.workingGross);
    const known = isPositive(price) && isPositive(power) && Number.isFinite(before);
    if (!known) return deny(Number.NaN, maxFraction);
    const used = (before + order.shares * price) / power;
    if (fits(used, maxFraction)) return allow(used, maxFraction);
    return shrink((maxFraction * power - before) / price, used, maxFraction);
  },
});
