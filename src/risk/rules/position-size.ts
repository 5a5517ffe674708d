/**
 * Caps the dollars at stake in any one instrument, as a fraction of equity.
 *
 * Measures the worst case: the position held if this order and every working entry on its side filled
 * in full (RK-3). Looking at today's position alone lets ten small orders, each legal, add up to one
 * illegal position. Between the cap and the room left, the order is trimmed: a smaller position is
 * still the one the strategy asked for.
 */
import { z } from "zod";
import { allow, defineRule, deny, fits, isPositive, shrink, worstPrice } from "../rule.ts";

/** Prices may carry a position past its cap: from here on a person is told to trim it (C-13). Fraction of equity. */
export const positionDrift = (cap: number): number => 1.5 * cap;

export const positionSize = defineRule({
  id: "position_size",
  control: "C-13",
  unit: "fraction of equity",
  appliesTo: "entries",
  params: z.strictObject({
    /** Largest position as a fraction of equity. */
    maxFraction: z.number().positive().max(1).default(0.05),
  }),

  check(order, view, { maxFraction }) {
    const price = worstPrice(order, view);
    if (!isPositive(price) || !isPositive(view.equity)) return deny(Number.NaN, maxFraction);
    const working = Math.max(0, view.working(order.instrument, order.side));
    // Exits on their way close what an entry that turns the position around would otherwise be set against.
    const closing = Math.max(0, view.exiting(order.instrument, order.side));
    const onThisSide = order.side * view.position(order.instrument) + closing + working;
    const used = ((onThisSide + order.shares) * price) / view.equity;
    if (fits(used, maxFraction)) return allow(used, maxFraction);
    return shrink((maxFraction * view.equity) / price - onThisSide, used, maxFraction);
  },
});
