/**
 * Caps the sum of absolute positions, working entries included, as a fraction of equity (C-11).
 * Trims the order to the room left.
 */
import { z } from "zod";
import { allow, defineRule, deny, fits, isPositive, shrink, worstPrice } from "../rule.ts";

export const grossExposure = defineRule({
  id: "gross_exposure",
  control: "C-11",
  unit: "fraction of equity",
  appliesTo: "entries",
  params: z.strictObject({
    /** 1.0 in total; 0.5 for intraday strategies (SYSTEM 19). */
    maxFraction: z.number().positive().max(2).default(1),
  }),

  check(order, view, { maxFraction }) {
    const price = worstPrice(order, view);
    if (!isPositive(price) || !isPositive(view.equity)) return deny(Number.NaN, maxFraction);
    // A running sum of differences may end a hair below zero: that is no room.
    const before = view.gross + Math.max(0, view.workingGross);
    const used = (before + order.shares * price) / view.equity;
    if (fits(used, maxFraction)) return allow(used, maxFraction);
    return shrink((maxFraction * view.equity - before) / price, used, maxFraction);
  },
});
