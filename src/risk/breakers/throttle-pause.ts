/**
 * Bars the entries of a strategy that hit the message throttle for as long as the throttle looks back (C-07): what is
 * refused one by one asks again with the next event, and each asking takes time from what reduces.
 */
import { z } from "zod";
import { type EpochMicros, MICROS_PER_SECOND } from "../../domain/time.ts";
import { defineBreaker } from "../breaker.ts";

/** Of the throttle. */
const THROTTLED = "C-07";

export const throttlePause = defineBreaker({
  id: "throttle_pause",
  control: THROTTLED,
  authority: "strategy",
  params: z.strictObject({ pauseSeconds: z.number().positive().max(86_400).default(60) }),
  state: () => z.strictObject({}),
  initial: () => ({}),

  entryRefused(_state, { strategy, control }, { now }, acts, { pauseSeconds }) {
    if (control !== THROTTLED) return;
    acts.raise({
      level: "NO_NEW_ENTRIES",
      reason: "sent entries faster than the limit of the throttle",
      until: (now + pauseSeconds * MICROS_PER_SECOND) as EpochMicros,
      scope: strategy,
    });
  },
});
