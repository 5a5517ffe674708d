/**
 * Only reduces for the rest of the session once the account stands a set fraction below its high of the day (C-29).
 * In the profile `strict` it is a kill: everything is closed and only an operator resumes.
 *
 * The in-line rule `daily_drawdown` reads the same baselines at the same limit. The rule answers for the moment of
 * each entry, also between two valuations; this breaker remembers: a recovery within the session lifts nothing.
 */
import { z } from "zod";
import { defineBreaker, percent, reached } from "../breaker.ts";
import { heightOf } from "../calm-range.ts";

export const dayHighDrawdown = defineBreaker({
  id: "day_high_drawdown",
  control: "C-29",
  authority: "circuit_breakers",
  params: z.strictObject({
    maxFraction: z.number().positive().max(1).default(0.02),
    action: z.enum(["reduce_only", "kill"]).default("reduce_only"),
  }),
  state: () => z.strictObject({}),
  initial: () => ({}),

  sessionStarted(_state, _view, acts) {
    acts.lift();
  },

  observe(_state, { drawdownFromDayHigh }, acts, { maxFraction, action }) {
    if (!reached(drawdownFromDayHigh, maxFraction) || acts.held() !== undefined) return;
    const kills = action === "kill";
    acts.raise({
      level: kills ? "FLATTEN" : "REDUCE_ONLY",
      reason: `${percent(drawdownFromDayHigh)} below the day's high, limit ${percent(maxFraction)}`,
      latched: kills,
    });
  },

  calm(_state, { unitValue, drawdownFromDayHigh }, acts, { maxFraction }, range) {
    if (acts.held() === undefined)
      range.untilFallenFrom(heightOf(unitValue, drawdownFromDayHigh), maxFraction);
  },
});
