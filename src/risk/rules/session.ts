/**
 * Bars entries outside the regular session and in its first and last minutes (C-34, C-43). Orders for
 * an auction, decided a session or hours ahead, are exempt (EXEC-6).
 *
 * The number is the distance in minutes to the nearer edge of the session, negative outside it.
 */
import { z } from "zod";
import { isForAuction } from "../../domain/order.ts";
import { MICROS_PER_MINUTE } from "../../domain/time.ts";
import { allow, defineRule, deny } from "../rule.ts";

export const session = defineRule({
  id: "session",
  control: "C-43",
  unit: "minutes from the session's edge",
  appliesTo: "entries",
  params: z.strictObject({
    /** Minutes after the open and before the close without entries. */
    toxicMinutes: z.number().min(0).max(120).default(5),
  }),

  check(order, view, { toxicMinutes }) {
    const sinceOpen = (view.now - view.sessionOpen) / MICROS_PER_MINUTE;
    const toClose = (view.sessionClose - view.now) / MICROS_PER_MINUTE;
    const used = Math.min(sinceOpen, toClose);
    // No session known, no entry: also none for the next auction (C-43).
    if (!Number.isFinite(sinceOpen) || !Number.isFinite(toClose)) return deny(Number.NaN, toxicMinutes);
    if (isForAuction(order.timeInForce)) return allow(used, toxicMinutes);
    // An entry sent exactly when the last minutes begin would trade inside them.
    const isTooLate = toxicMinutes > 0 && toClose <= toxicMinutes;
    const passes = view.inSession && used >= toxicMinutes && !isTooLate;
    return passes ? allow(used, toxicMinutes) : deny(used, toxicMinutes);
  },
});
