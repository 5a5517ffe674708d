/** Pauses the entries of one strategy for hours after a number of losing round trips in a row (C-27). */
import { z } from "zod";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { defineBreaker } from "../breaker.ts";
import { addResult, lossStreak } from "../loss-streak.ts";

export const strategyLosses = defineBreaker({
  id: "strategy_losses",
  control: "C-27",
  authority: "strategy",
  params: z.strictObject({
    losses: z.int().positive().max(1_000_000).default(3),
    pauseHours: z.number().positive().max(8_760).default(4),
    /** A smaller profit or loss, in basis points of equity, is neither. */
    scratchBps: z.number().min(0).max(100).default(1),
  }),
  state: (strategies) => z.strictObject({ streaks: z.array(lossStreak).length(strategies) }),
  initial: (strategies) => ({ streaks: Array.from({ length: strategies }, () => []) }),

  tradeClosed({ streaks }, trade, view, acts, params) {
    const streak = streaks[trade.strategy];
    if (streak === undefined || !addResult(streak, trade, view.equity, params)) return;
    const { losses, pauseHours } = params;
    acts.raise({
      level: "NO_NEW_ENTRIES",
      reason: `${losses} losing round trips in a row, limit ${losses}`,
      until: (view.now + pauseHours * 60 * MICROS_PER_MINUTE) as EpochMicros,
      scope: trade.strategy,
    });
  },
});
