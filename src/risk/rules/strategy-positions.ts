/**
 * Caps the number of positions of one strategy at what its share of the capital is divided by (STRAT-1, C-25): one
 * more than that would be paid for by another strategy's money. Adding to one that is held passes.
 */
import { z } from "zod";
import { defineRule, deny, upTo } from "../rule.ts";

export const strategyPositions = defineRule({
  id: "strategy_positions",
  control: "C-25",
  unit: "positions of the strategy",
  appliesTo: "entries",
  params: z.strictObject({}),

  check(order, view) {
    const { strategy, instrument } = order;
    const cap = view.positionCap(strategy);
    if (!Number.isFinite(cap)) return deny(Number.NaN, 0);
    return upTo(view.otherPositions(strategy, instrument) + 1, cap);
  },
});
