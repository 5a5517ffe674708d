/**
 * Refuses to enter an instrument again for some of its bars after a stop of ours filled in it (C-63): what threw us
 * out is still going on. The bar of the stop is number 0.
 */
import { z } from "zod";
import { allow, defineRule, deny } from "../rule.ts";

export const cooldown = defineRule({
  id: "cooldown",
  control: "C-63",
  unit: "bars since a stop",
  appliesTo: "entries",
  params: z.strictObject({ bars: z.int().min(0).max(10_000).default(5) }),

  check(order, view, { bars }) {
    const since = view.barsSinceStop(order.instrument);
    // NaN means that no stop ever filled.
    if (Number.isNaN(since)) return allow(Number.NaN, bars);
    return since >= bars && Number.isFinite(since) ? allow(since, bars) : deny(since, bars);
  },
});
