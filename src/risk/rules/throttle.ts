/**
 * Caps the entries sent within a second and within a minute (C-07): a loop gone wild must not flood the venue, and
 * exits and cancels need what is left of its request budget. Time is the engine's own.
 *
 * Orders for the next opening auction wait for hours before it and are sent spaced out, so the instant of their
 * decision says nothing; they are exempt, as they are from the toxic window (EXEC-6).
 */
import { z } from "zod";
import { TimeInForce } from "../../domain/order.ts";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../domain/time.ts";
import { allow, defineRule, deny, fits, upTo } from "../rule.ts";

export const throttle = defineRule({
  id: "throttle",
  control: "C-07",
  unit: "entries in a second or a minute",
  appliesTo: "entries",
  params: z.strictObject({
    perSecond: z.int().positive().max(10_000).default(5),
    perMinute: z.int().positive().max(10_000).default(60),
  }),

  check(order, view, { perSecond, perMinute }) {
    const inSecond = view.entriesWithin(MICROS_PER_SECOND) + 1;
    const inMinute = view.entriesWithin(MICROS_PER_MINUTE) + 1;
    if (!Number.isFinite(inSecond + inMinute)) return deny(Number.NaN, perMinute);
    if (order.timeInForce === TimeInForce.AtOpen) return allow(inMinute, perMinute);
    return fits(inSecond, perSecond) ? upTo(inMinute, perMinute) : deny(inSecond, perSecond);
  },
});
