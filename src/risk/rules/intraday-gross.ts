/**
 * Caps the gross exposure of all intraday strategies together, working entries included, as a fraction of equity
 * (C-11, SYSTEM 19: 50 % for their sum, 100 % in total). Trims the order to the room left. A strategy declares its
 * horizon; entries of the others pass.
 */
import { z } from "zod";
import { allow, defineRule, deny, fits, isPositive, shrink, worstPrice } from "../rule.ts";

export const intradayGross = defineRule({
  id: "intraday_gross",
  control: "C-11",
  unit: "fraction of equity",
  appliesTo: "entries",
  params: z.strictObject({ maxFraction: z.number().positive().max(2).default(0.5) }),

  check(order, view, { maxFraction }) {
    const price = worstPrice(order, view);
    const { equity, intradayGross: before } = view;
    const known = isPositive(price) && isPositive(equity) && Number.isFinite(before);
    if (!known) return deny(Number.NaN, maxFraction);
    if (!view.isIntraday(order.strategy)) return allow(before / equity, maxFraction);
    const used = (before + order.shares * price) / equity;
    if (fits(used, maxFraction)) return allow(used, maxFraction);
    return shrink((maxFraction * equity - before) / price, used, maxFraction);
  },
});
