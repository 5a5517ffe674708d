/** Bars entries for the rest of the session once equity is too far below the day's high (C-29, rung 2). */
import { z } from "zod";
import { allow, defineRule, deny, fits } from "../rule.ts";

export const dailyDrawdown = defineRule({
  id: "daily_drawdown",
  control: "C-29",
  unit: "fraction below the day's high",
  appliesTo: "entries",
  params: z.strictObject({ maxFraction: z.number().positive().max(0.5).default(0.02) }),

  check(_order, view, { maxFraction }) {
    const used = view.drawdownFromDayHigh;
    // At the limit is too far: the rung acts when it is reached.
    return used < maxFraction && fits(used, maxFraction) ? allow(used, maxFraction) : deny(used, maxFraction);
  },
});
