/**
 * Bars all entries to the next session after a number of losing round trips in a row, whoever made them (C-27). At
 * 0.4 % risked per trade five full losses are the 2 % of the drawdown breaker: the two agree.
 */
import { z } from "zod";
import { defineBreaker } from "../breaker.ts";
import { addResult, lossStreak } from "../loss-streak.ts";

export const accountLosses = defineBreaker({
  id: "account_losses",
  control: "C-27",
  authority: "circuit_breakers",
  params: z.strictObject({
    losses: z.int().positive().max(1_000_000).default(5),
    /** A smaller profit or loss, in basis points of equity, is neither. */
    scratchBps: z.number().min(0).max(100).default(1),
  }),
  state: () => z.strictObject({ streak: lossStreak }),
  initial: () => ({ streak: [] }),

  sessionStarted(_state, _view, acts) {
    acts.lift();
  },

  tradeClosed({ streak }, trade, view, acts, params) {
    if (!addResult(streak, trade, view.equity, params)) return;
    acts.raise({
      level: "NO_NEW_ENTRIES",
      reason: `${params.losses} losing round trips in a row, limit ${params.losses}`,
    });
  },
});
