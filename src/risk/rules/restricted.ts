/**
 * Refuses entries in instruments on the operator's list, in those that are locked because the broker's books and ours
 * do not agree about them (C-47), and in those that trade too low (C-42): below five dollars spreads are wide and
 * manipulation is common. The price is the printed one: adjusted prices are taken back by what they were adjusted with.
 *
 * Where only adjusted prices are known, nobody can tell what was printed: `requireRaw` refuses; without it the adjusted
 * price stands in. That is lower than the printed one after splits and dividends, so that more is refused than should
 * be; and higher where shares were later merged, so that a stock of a dollar may pass as one of ten.
 *
 * The number is the price; an instrument that is listed or locked is refused at any.
 */
import { z } from "zod";
import { SYMBOL_FORM } from "../../domain/instrument.ts";
import { allow, defineRule, deny, isPositive } from "../rule.ts";

export const restricted = defineRule({
  id: "restricted",
  control: "C-42",
  unit: "USD a share, not on the list",
  appliesTo: "entries",
  params: z.strictObject({
    /** Symbols that must not be entered, in capitals. */
    symbols: z.array(z.string().regex(SYMBOL_FORM)).max(20_000).default([]),
    minPrice: z.number().min(0).max(100_000).default(5),
    /** Refuse where the printed price is not known. */
    requireRaw: z.boolean().default(false),
  }),

  check(order, view, { symbols, minPrice, requireRaw }) {
    const mark = view.mark(order.instrument);
    const raw = view.rawPrice(order.instrument);
    const price = Number.isNaN(raw) && !requireRaw ? mark : raw;
    if (!isPositive(mark) || !isPositive(price)) return deny(Number.NaN, minPrice);
    const isListed = symbols.length > 0 && symbols.includes(view.symbol(order.instrument));
    const isBarred = isListed || view.locked(order.instrument) !== false;
    return price >= minPrice && !isBarred ? allow(price, minPrice) : deny(price, minPrice);
  },
});
