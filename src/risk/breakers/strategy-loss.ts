/**
 * Disables one strategy for a day once it has lost a set fraction of the capital allocated to it; what it holds may
 * only be left (C-32). The loss is its own: realised and open, net of costs. After the day it starts from zero
 * again: the next disablement takes as much of a new loss.
 */
import { z } from "zod";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { defineBreaker, percent, reached } from "../breaker.ts";

export const strategyLoss = defineBreaker({
  id: "strategy_loss",
  control: "C-32",
  authority: "strategy",
  params: z.strictObject({
    maxFraction: z.number().positive().max(1).default(0.05),
    disabledHours: z.number().positive().max(8_760).default(24),
  }),
  state: (strategies) =>
    z.strictObject({
      /** Dollars won when the loss was last measured from zero. */
      base: z.array(z.number()).length(strategies),
      /** Epoch micros; 0 when it is not disabled. */
      disabledUntil: z.array(z.number()).length(strategies),
    }),
  initial: (strategies) => ({
    base: Array.from({ length: strategies }, () => 0),
    disabledUntil: Array.from({ length: strategies }, () => 0),
  }),

  observe({ base, disabledUntil }, view, acts, { maxFraction, disabledHours }) {
    for (let s = 0; s < view.strategies; s++) {
      const disabled = disabledUntil[s] ?? 0;
      if (view.now < disabled) continue;
      const won = view.strategyPnl(s);
      if (!Number.isFinite(won)) continue;
      if (disabled !== 0) {
        disabledUntil[s] = 0;
        base[s] = won;
      }
      const lost = ((base[s] ?? 0) - won) / view.strategyCapital(s);
      if (!reached(lost, maxFraction)) continue;
      const until = (view.now + disabledHours * 60 * MICROS_PER_MINUTE) as EpochMicros;
      disabledUntil[s] = until;
      const reason = `lost ${percent(lost)} of its capital, limit ${percent(maxFraction)}`;
      acts.raise({ level: "REDUCE_ONLY", reason, until, scope: s });
    }
  },

  calm({ base, disabledUntil }, view, _acts, { maxFraction }, range) {
    for (let s = 0; s < view.strategies; s++) {
      const disabled = disabledUntil[s] ?? 0;
      if (disabled !== 0) range.endAt(disabled);
      else range.untilLost(s, base[s] ?? 0, maxFraction * view.strategyCapital(s));
    }
  },
});
