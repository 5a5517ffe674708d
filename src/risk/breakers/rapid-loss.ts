/**
 * Bars entries for half an hour once the account has lost a set fraction within a quarter of an hour (C-28); on
 * the second hit of a session to its end.
 *
 * The window slides over the values of a unit, so cash flows are no loss, and holds its edges: a value exactly as
 * old as the window is still in it. A hit empties the window: the same fall is not counted twice. Bars longer
 * than the window never meet in it, so daily bars do not fire this one.
 */
import { z } from "zod";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { defineBreaker, percent, reached } from "../breaker.ts";

const state = z.strictObject({
  /** Instants and values that may still be the highest of a window to come: values fall from first to last. */
  at: z.array(z.number()),
  value: z.array(z.number()),
  hits: z.int().min(0),
});

export const rapidLoss = defineBreaker({
  id: "rapid_loss",
  control: "C-28",
  authority: "circuit_breakers",
  params: z.strictObject({
    maxFraction: z.number().positive().max(1).default(0.01),
    windowMinutes: z.number().positive().max(390).default(15),
    pauseMinutes: z.number().positive().max(1_440).default(30),
  }),
  state: () => state,
  initial: () => ({ at: [], value: [], hits: 0 }),

  sessionStarted(held, _view, acts) {
    if (held.hits >= 2) acts.lift();
    held.hits = 0;
  },

  observe(held, view, acts, { maxFraction, windowMinutes, pauseMinutes }) {
    const { now, unitValue } = view;
    if (!Number.isFinite(unitValue)) return;
    slide(held, now - windowMinutes * MICROS_PER_MINUTE, unitValue, now);
    const highest = held.value[0] ?? unitValue;
    const lost = highest > 0 ? 1 - unitValue / highest : Number.NaN;
    if (!reached(lost, maxFraction)) return;
    held.hits += 1;
    held.at = [now];
    held.value = [unitValue];
    const reason = `lost ${percent(lost)} within ${windowMinutes} min, limit ${percent(maxFraction)}`;
    const until = (now + pauseMinutes * MICROS_PER_MINUTE) as EpochMicros;
    const again = held.hits >= 2;
    acts.raise({
      level: "NO_NEW_ENTRIES",
      reason: again ? `${reason}; hit ${held.hits} of the session` : reason,
      ...(again ? {} : { until }),
    });
  },
});

/** Drops what left the window and what can never be its highest again, then adds the newest. */
function slide(held: z.infer<typeof state>, from: number, newest: number, now: number): void {
  const { at, value } = held;
  while ((at[0] ?? from) < from) {
    at.shift();
    value.shift();
  }
  while ((value.at(-1) ?? Number.POSITIVE_INFINITY) <= newest) {
    at.pop();
    value.pop();
  }
  at.push(now);
  value.push(newest);
}
