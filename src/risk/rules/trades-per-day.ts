/** Caps the entries sent in one session (C-26): a strategy gone wild is stopped by count. Exits never count. */
import { z } from "zod";
import { defineRule, upTo } from "../rule.ts";

export const tradesPerDay = defineRule({
  id: "trades_per_day",
  control: "C-26",
  unit: "entries",
  appliesTo: "entries",
  params: z.strictObject({ limit: z.int().positive().max(1_000_000).default(100) }),

  check(_order, view, { limit }) {
    return upTo(view.entriesToday + 1, limit);
  },
});
