/**
 * Caps the heat: what would be lost if everything that is open or on its way were stopped out together (C-33). Thirty
 * positions at 0.4 % each would lose 12 % on a gap, far beyond what the breakers promise; this is the bound. Trims
 * the order to the room left; the configuration may set at most the 3 % that are hard.
 *
 * What has no stop counts with an assumed distance. At 2 % a book without stops is full when its gross is.
 */
import { z } from "zod";
import { allow, defineRule, deny, fits, isPositive, shrink } from "../rule.ts";

export const openRisk = defineRule({
  id: "open_risk",
  control: "C-33",
  unit: "fraction of equity",
  appliesTo: "entries",
  params: z.strictObject({
    maxFraction: z.number().positive().max(0.03).default(0.02),
    /** Distance to the stop of what has none, as a fraction of its price. */
    assumedFraction: z.number().positive().max(1).default(0.02),
  }),

  check(order, view, { maxFraction, assumedFraction }) {
    const entry = Number.isNaN(order.limit) ? order.reference : order.limit;
    const before = view.openRisk(assumedFraction);
    const known = isPositive(entry) && isPositive(view.equity) && Number.isFinite(before);
    if (!known) return deny(Number.NaN, maxFraction);
    const hasStop = !Number.isNaN(order.stop);
    const perShare = hasStop ? order.side * (entry - order.stop) : assumedFraction * entry;
    if (!isPositive(perShare) || (hasStop && !isPositive(order.stop))) return deny(Number.NaN, maxFraction);
    const used = (before + order.shares * perShare) / view.equity;
    // One part in a billion of slack: sizes aim at round fractions of these very figures.
    if (fits(used, maxFraction * (1 + 1e-9))) return allow(used, maxFraction);
    return shrink((maxFraction * view.equity - before) / perShare, used, maxFraction);
  },
});
