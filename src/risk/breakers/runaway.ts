/**
 * Stops an account whose strategies hit the message throttle again and again (C-07): ten breaches within a minute
 * cancel, close and lock until an operator resumes.
 *
 * What is refused at one instant is one breach, however many orders it was: a signal that many instruments give with
 * the same bar is a crowd, which the throttle thins out. A runaway comes back at instant after instant; where nothing
 * is decided but once a minute there can be none. What the pause after a breach bars is a breach as well: it would have
 * hit the throttle, and a pause as long as the window must not be what hides a loop gone wild.
 */
import { z } from "zod";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import { defineBreaker } from "../breaker.ts";
import { throttlePause } from "./throttle-pause.ts";

/** Of the throttle. */
const THROTTLED = "C-07";
const MOST = 1_000;

export const runaway = defineBreaker({
  id: "runaway",
  control: THROTTLED,
  authority: "circuit_breakers",
  params: z.strictObject({
    breaches: z.int().positive().max(MOST).default(10),
    windowSeconds: z.number().positive().max(3_600).default(60),
  }),
  /** Instants of the breaches within the window, ascending. */
  state: () => z.strictObject({ breaches: z.array(z.number()).max(MOST) }),
  initial: () => ({ breaches: [] as number[] }),

  entryRefused(state, { control, barredBy }, { now }, acts, { breaches, windowSeconds }) {
    const isThrottled = control === THROTTLED || barredBy === throttlePause.id;
    if (!isThrottled || state.breaches.at(-1) === now) return;
    const since = now - windowSeconds * MICROS_PER_SECOND;
    state.breaches = [...state.breaches.filter((at) => at > since).slice(1 - MOST), now];
    const count = state.breaches.length;
    if (count < breaches) return;
    const reason = `hit the throttle ${count} times within ${windowSeconds} s, limit ${breaches}`;
    acts.raise({ level: "FLATTEN", reason, latched: true });
  },
});
