/**
 * Refuses entries in instruments on the operator's list and in those that trade too low (C-42): below five dollars
 * spreads are wide and manipulation is common. On prices adjusted for later splits the price of the day is not
 * known; what stood above the limit then may be refused now, never the other way round.
 *
 * The number is the price; an instrument on the list is refused at any.
 */
import { z } from "zod";
import { allow, defineRule, deny, isPositive } from "../rule.ts";

export const restricted = defineRule({
  id: "restricted",
  control: "C-42",
  unit: "USD a share, not on the list",
  appliesTo: "entries",
  params: z.strictObject({
    /** Symbols that must not be entered, in capitals. */
    symbols: z
      .array(z.string().regex(/^[A-Z0-9][A-Z0-9./-]{0,19}$/))
      .max(20_000)
      .default([]),
    minPrice: z.number().min(0).max(100_000).default(5),
  }),

  check(order, view, { symbols, minPrice }) {
    const price = view.mark(order.instrument);
    if (!isPositive(price)) return deny(Number.NaN, minPrice);
    const isListed = symbols.length > 0 && symbols.includes(view.symbol(order.instrument));
    return price >= minPrice && !isListed ? allow(price, minPrice) : deny(price, minPrice);
  },
});
