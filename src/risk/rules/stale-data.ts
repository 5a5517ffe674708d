/** Refuses an entry whose instrument has not reported lately, or whose decision is old (C-10, RISK-1). */
import { z } from "zod";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import { allow, defineRule, deny } from "../rule.ts";

export const staleData = defineRule({
  id: "stale_data",
  control: "C-10",
  unit: "s",
  appliesTo: "entries",
  params: z.strictObject({
    /** Oldest usable close, in seconds before now. */
    maxAgeSeconds: z.number().positive().max(86_400).default(90),
  }),

  check(order, view, { maxAgeSeconds }) {
    const oldest = Math.min(view.markedAt(order.instrument), order.decidedAt);
    const used = (view.now - oldest) / MICROS_PER_SECOND;
    return used <= maxAgeSeconds ? allow(used, maxAgeSeconds) : deny(used, maxAgeSeconds);
  },
});
