/**
 * Refuses an entry whose instrument has not reported lately, or whose decision is old (C-10, RISK-1). A bar
 * or a decision from after now is refused, too (I-28); its age is negative.
 */
import { z } from "zod";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import { defineRule, deny, upTo } from "../rule.ts";

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
    const markedAt = view.markedAt(order.instrument);
    const youngest = (view.now - Math.max(markedAt, order.decidedAt)) / MICROS_PER_SECOND;
    if (!(youngest >= 0)) return deny(youngest, maxAgeSeconds);
    return upTo((view.now - Math.min(markedAt, order.decidedAt)) / MICROS_PER_SECOND, maxAgeSeconds);
  },
});
