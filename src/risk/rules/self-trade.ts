/**
 * Refuses an entry while an entry or an exit of ours works on the other side of the same instrument (C-41): the two
 * could meet, and a trade with oneself is a wash trade. Protective orders at rest do not count; their prices are
 * on the losing side of the market. Nor does what strategies want in the same step: netting lets it cross.
 */
import { z } from "zod";
import type { Side } from "../../domain/order.ts";
import { defineRule, deny, upTo } from "../rule.ts";

export const selfTrade = defineRule({
  id: "self_trade",
  control: "C-41",
  unit: "own shares on the other side",
  appliesTo: "entries",
  params: z.strictObject({}),

  check(order, view) {
    const other = -order.side as Side;
    const { instrument, side } = order;
    if (!Number.isFinite(view.exiting(instrument, side))) return deny(Number.NaN, 0);
    const entering = Math.max(0, view.working(instrument, other));
    const works = entering + Math.max(0, view.exiting(instrument, other));
    return upTo(works - view.deciding(instrument, other), 0);
  },
});
