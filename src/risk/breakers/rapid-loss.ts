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
import { ValueWindow } from "../value-window.ts";

const spanOf = ({ windowMinutes }: { readonly windowMinutes: number }): number =>
  windowMinutes * MICROS_PER_MINUTE;

export const rapidLoss = defineBreaker({
  id: "rapid_loss",
  control: "C-28",
  authority: "circuit_breakers",
  params: z.strictObject({
    maxFraction: z.number().positive().max(1).default(0.01),
    windowMinutes: z.number().positive().max(390).default(15),
    pauseMinutes: z.number().positive().max(1_440).default(30),
  }),
  state: (_strategies, params) =>
    z.strictObject({ window: ValueWindow.saved(spanOf(params)), hits: z.int().min(0) }),
  initial: (_strategies, params) => ({ window: new ValueWindow(spanOf(params)), hits: 0 }),
  history: ({ window }) => window,

  sessionStarted(held, _view, acts) {
    if (held.hits >= 2) acts.lift();
    held.hits = 0;
  },

  observe(held, view, acts, { maxFraction, windowMinutes, pauseMinutes }) {
    const { now, unitValue } = view;
    const { window } = held;
    if (!Number.isFinite(unitValue) || unitValue >= window.peak) return;
    if (!reached(fallFrom(window.peak, unitValue), maxFraction)) return;
    const peak = window.findPeak();
    const lost = peak > 0 ? fallFrom(peak, unitValue) : Number.NaN;
    if (!reached(lost, maxFraction)) return;
    held.hits += 1;
    window.keepNewest();
    const reason = `lost ${percent(lost)} within ${windowMinutes} min, limit ${percent(maxFraction)}`;
    const until = (now + pauseMinutes * MICROS_PER_MINUTE) as EpochMicros;
    const again = held.hits >= 2;
    acts.raise({
      level: "NO_NEW_ENTRIES",
      reason: again ? `${reason}; hit ${held.hits} of the session` : reason,
      ...(again ? {} : { until }),
    });
  },

  calm({ window }, _view, _acts, { maxFraction }, range) {
    range.untilFallenFrom(window.peak, maxFraction);
  },
});

const fallFrom = (peak: number, value: number): number => 1 - value / peak;
