/**
 * Refuses a second entry of the same strategy in the same instrument while one is working, or within
 * the window after the last one was sent (C-06): a replayed bar or a double click must not buy twice.
 */
import { z } from "zod";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import { allow, defineRule, deny } from "../rule.ts";

export const duplicate = defineRule({
  id: "duplicate",
  control: "C-06",
  unit: "s since the last entry",
  appliesTo: "entries",
  params: z.strictObject({ windowSeconds: z.number().min(0).max(86_400).default(30) }),

  check(order, view, { windowSeconds }) {
    const last = view.lastEntryAt(order.strategy, order.instrument);
    const since = (view.now - last) / MICROS_PER_SECOND;
    if (view.entryWorking(order.strategy, order.instrument)) return deny(since, windowSeconds);
    // NaN means there never was one; a clock that is no number is something else, and refused.
    if (Number.isNaN(last) && Number.isFinite(view.now)) return allow(Number.NaN, windowSeconds);
    return since >= windowSeconds && Number.isFinite(since)
      ? allow(since, windowSeconds)
      : deny(since, windowSeconds);
  },
});
