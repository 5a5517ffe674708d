/** Caps the number of instruments held or being entered (C-25). Adding to one that is held passes. */
import { z } from "zod";
import { allow, defineRule, deny } from "../rule.ts";

export const maxPositions = defineRule({
  id: "max_positions",
  control: "C-25",
  unit: "positions",
  appliesTo: "entries",
  params: z.strictObject({ limit: z.int().positive().max(10_000).default(30) }),

  check(order, view, { limit }) {
    const held = view.position(order.instrument) !== 0;
    const entering = view.working(order.instrument, 1) + view.working(order.instrument, -1) > 0;
    const used = view.openPositions + (held || entering ? 0 : 1);
    return used <= limit ? allow(used, limit) : deny(used, limit);
  },
});
