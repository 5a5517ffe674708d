/**
 * Caps the number of instruments held or being entered (C-25). Adding to one that is held passes.
 *
 * Two tiers (SYSTEM 19): 30 at full size, 10 where gross is capped at a half. The lower one holds while the permission
 * scales sizes down to `reducedScalar` or less (RELIABILITY 1.6: 0.7), because ten positions of 5 % are that half;
 * `gross_exposure` has the same two tiers.
 */
import { z } from "zod";
import { BUY, SELL } from "../../domain/order.ts";
import { defineRule, deny, isReduced, reducedScalar, upTo } from "../rule.ts";

export const maxPositions = defineRule({
  id: "max_positions",
  control: "C-25",
  unit: "positions",
  appliesTo: "entries",
  params: z.strictObject({
    limit: z.int().positive().max(10_000).default(30),
    /** In the tier of the half. */
    reducedLimit: z.int().positive().max(10_000).default(10),
    reducedScalar,
  }),

  check(order, view, { limit, reducedLimit, reducedScalar: below }) {
    const held = view.position(order.instrument);
    const working = view.working(order.instrument, BUY) + view.working(order.instrument, SELL);
    const most = isReduced(view, below) ? Math.min(limit, reducedLimit) : limit;
    if (!Number.isFinite(held + working + view.scalar)) return deny(Number.NaN, most);
    const counted = held !== 0 || working > 0;
    return upTo(view.openPositions + (counted ? 0 : 1), most);
  },
});
