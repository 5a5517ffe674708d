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
  /** Instants and values, oldest first: all of the window, and some that have left it. */
  at: z.array(z.number()),
  value: z.array(z.number()),
  /** No value of the window is higher. It may have left: then the window is searched again. */
  peak: z.number(),
  hits: z.int().min(0),
});
type Window = z.infer<typeof state>;

/** How often what left the window is dropped: a power of two. */
const TIDY_EVERY = 64;

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
  initial: () => ({ at: [], value: [], peak: 0, hits: 0 }),

  sessionStarted(held, _view, acts) {
    if (held.hits >= 2) acts.lift();
    held.hits = 0;
  },

  observe(held, view, acts, { maxFraction, windowMinutes, pauseMinutes }) {
    const { now, unitValue } = view;
    if (!Number.isFinite(unitValue)) return;
    held.at.push(now);
    held.value.push(unitValue);
    const from = now - windowMinutes * MICROS_PER_MINUTE;
    if (held.at.length % TIDY_EVERY === 0) dropBefore(held, from);
    if (unitValue >= held.peak) {
      held.peak = unitValue;
      return;
    }
    if (!reached(1 - unitValue / held.peak, maxFraction)) return;
    held.peak = highestSince(held, from);
    const lost = held.peak > 0 ? 1 - unitValue / held.peak : Number.NaN;
    if (!reached(lost, maxFraction)) return;
    held.hits += 1;
    held.at = [now];
    held.value = [unitValue];
    held.peak = unitValue;
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

function dropBefore(held: Window, from: number): void {
  const kept = held.at.findIndex((at) => at >= from);
  held.at.splice(0, kept);
  held.value.splice(0, kept);
}

/** The highest value at or after `from`; the newest is always one of them. */
function highestSince({ at, value }: Window, from: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let n = at.length - 1; n >= 0 && (at[n] ?? from) >= from; n--)
    highest = Math.max(highest, value[n] ?? highest);
  return highest;
}
