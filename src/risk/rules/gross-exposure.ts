/**
 * Caps the sum of absolute positions, working entries included, as a fraction of equity (C-11).
 * Trims the order to the room left. In the tier of the half (C-25) the cap is `reducedFraction`.
 */
import { z } from "zod";
import {
  allow,
  defineRule,
  deny,
  fits,
  isPositive,
  isReduced,
  reducedScalar,
  shrink,
  worstPrice,
} from "../rule.ts";

export const grossExposure = defineRule({
  id: "gross_exposure",
  control: "C-11",
  unit: "fraction of equity",
  appliesTo: "entries",
  params: z.strictObject({
    /** 1.0 in total; 0.5 for intraday strategies (SYSTEM 19). */
    maxFraction: z.number().positive().max(2).default(1),
    /** While the permission scales sizes down to `reducedScalar` or less. */
    reducedFraction: z.number().positive().max(2).default(0.5),
    reducedScalar,
  }),

  check(order, view, params) {
    const price = worstPrice(order, view);
    const isHalf = isReduced(view, params.reducedScalar);
    const maxFraction = isHalf ? Math.min(params.maxFraction, params.reducedFraction) : params.maxFraction;
    const known = isPositive(price) && isPositive(view.equity) && Number.isFinite(view.scalar);
    if (!known) return deny(Number.NaN, maxFraction);
    // A running sum of differences may end a hair below zero: that is no room.
    const before = view.gross + Math.max(0, view.workingGross);
    const used = (before + order.shares * price) / view.equity;
    if (fits(used, maxFraction)) return allow(used, maxFraction);
    return shrink((maxFraction * view.equity - before) / price, used, maxFraction);
  },
});
