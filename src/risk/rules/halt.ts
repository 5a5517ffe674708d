/**
 * Bars entries in an instrument that is halted or paused (C-44). The halt is a fact from the exchange's status
 * messages, never guessed from silence: an instrument without bars is stale, which is another rule's business.
 *
 * The number is 1 while halted, 0 otherwise; the limit is 0. Exits are not asked: they wait at the venue for the
 * first print after the resumption.
 */
import { z } from "zod";
import { defineRule, upTo } from "../rule.ts";

export const halt = defineRule({
  id: "halt",
  control: "C-44",
  unit: "halts",
  appliesTo: "entries",
  params: z.strictObject({}),

  check(order, view) {
    // Only a plain "no" passes: an answer that is none fails closed (RK-7).
    return upTo(view.halted(order.instrument) === false ? 0 : 1, 0);
  },
});
