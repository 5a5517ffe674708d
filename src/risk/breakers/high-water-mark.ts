/**
 * Halves every position once, and the size of every entry from then on, when the account stands a set fraction
 * below its all-time high; until it has recovered to a smaller fraction (C-31). It trims and never buys back.
 */
import { z } from "zod";
import { backTo, defineBreaker, percent, reached } from "../breaker.ts";
import { heightOf } from "../calm-range.ts";

export const highWaterMark = defineBreaker({
  id: "high_water_mark",
  control: "C-31",
  authority: "circuit_breakers",
  params: z
    .strictObject({
      maxFraction: z.number().positive().max(1).default(0.15),
      recoveredFraction: z.number().min(0).max(1).default(0.1),
      scalar: z.number().positive().max(1).default(0.5),
    })
    .refine(({ maxFraction, recoveredFraction }) => recoveredFraction < maxFraction, {
      error: "recoveredFraction must be below maxFraction",
      path: ["recoveredFraction"],
    }),
  state: () => z.strictObject({ isCrossed: z.boolean() }),
  initial: () => ({ isCrossed: false }),

  observe(state, { drawdownFromHigh }, acts, { maxFraction, recoveredFraction, scalar }) {
    if (state.isCrossed) {
      if (!backTo(drawdownFromHigh, recoveredFraction)) return;
      state.isCrossed = false;
      acts.lift();
      return;
    }
    if (!reached(drawdownFromHigh, maxFraction)) return;
    state.isCrossed = true;
    acts.raise({
      level: "SCALED",
      scalar,
      reason: `${percent(drawdownFromHigh)} below the all-time high, limit ${percent(maxFraction)}`,
    });
    acts.halvePositions();
  },

  calm({ isCrossed }, { unitValue, drawdownFromHigh }, _acts, { maxFraction, recoveredFraction }, range) {
    const height = heightOf(unitValue, drawdownFromHigh);
    if (isCrossed) range.untilRecoveredTo(height, recoveredFraction);
    else range.untilFallenFrom(height, maxFraction);
  },
});
