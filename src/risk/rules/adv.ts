/**
 * Caps what is traded of an instrument in one session as a fraction of its usual volume (C-14): this order, all
 * working entries in it and everything already traded today, of all strategies. Trims the order to the room left.
 *
 * The usual volume is the mean of the last 20 sessions. Before there were as many it is unknown; `required` says
 * whether that refuses. Volumes of a single venue are a fraction of the whole: never mix the feeds.
 */
import { z } from "zod";
import { BUY, SELL } from "../../domain/order.ts";
import { allow, defineRule, deny, fits, isPositive, shrink } from "../rule.ts";

export const adv = defineRule({
  id: "adv",
  control: "C-14",
  unit: "fraction of 20-session volume",
  appliesTo: "entries",
  params: z.strictObject({
    maxFraction: z.number().positive().max(1).default(0.01),
    /** Refuse where the usual volume is not known. */
    required: z.boolean().default(false),
  }),

  check(order, view, { maxFraction, required }) {
    const { instrument, shares } = order;
    const usual = view.averageVolume(instrument);
    const working = Math.max(0, view.working(instrument, BUY)) + Math.max(0, view.working(instrument, SELL));
    const busy = working + view.tradedToday(instrument);
    if (!Number.isFinite(busy)) return deny(Number.NaN, maxFraction);
    if (Number.isNaN(usual) && !required) return allow(Number.NaN, maxFraction);
    if (!isPositive(usual)) return deny(Number.NaN, maxFraction);
    const used = (busy + shares) / usual;
    return fits(used, maxFraction)
      ? allow(used, maxFraction)
      : shrink(maxFraction * usual - busy, used, maxFraction);
  },
});
