/** Caps the number of instruments held or being entered (C-25). Adding to one that is held passes. */
import { z } from "zod";
import { BUY, SELL } from "../../domain/order.ts";
import { defineRule, deny, upTo } from "../rule.ts";

export const maxPositions = defineRule({
  id: "max_positions",
  control: "C-25",
  unit: "positions",
  appliesTo: "entries",
  params: z.strictObject({ limit: z.int().positive().max(10_000).default(30) }),

  check(order, view, { limit }) {
    const held = view.position(order.instrument);
    const working = view.working(order.instrument, BUY) + view.working(order.instrument, SELL);
    if (!Number.isFinite(held + working)) return deny(Number.NaN, limit);
    const counted = held !== 0 || working > 0;
    return upTo(view.openPositions + (counted ? 0 : 1), limit);
  },
});
