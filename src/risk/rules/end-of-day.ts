/**
 * Keeps entries near the close to what may be held over night (C-65). `carry`: gross exposure, working entries
 * included, stays within the cap of the night, and the order is trimmed to the room left. `flat`: nothing is held over
 * night, so nothing is entered near the close, nor in its auction; what is for the next session's auction may wait.
 * What is over the cap all the same is closed by the engine before the close (`engine/end-of-day.ts`), which reads the
 * same limits.
 *
 * In a run over days every decision is made at the close, and every entry is carried.
 */
import { z } from "zod";
import { TimeInForce } from "../../domain/order.ts";
import { MICROS_PER_MINUTE } from "../../domain/time.ts";
import { allow, defineRule, deny, fits, isPositive, shrink, worstPrice } from "../rule.ts";

const params = z.strictObject({
  policy: z.enum(["carry", "flat"]).default("carry"),
  /** What must go is gone so many minutes before the close. */
  minutes: z.number().min(1).max(60).default(5),
  /** Entries are kept to the night's cap in the last so many minutes. */
  windowMinutes: z.number().min(1).max(390).default(30),
  /** Most gross exposure over night, as a fraction of equity. */
  maxOvernightFraction: z.number().positive().max(2).default(1),
});
export type EndOfDayParams = z.infer<typeof params>;

/** Most gross exposure that the policy lets stand over night, as a fraction of equity. */
export const overnightCap = ({ policy, maxOvernightFraction }: EndOfDayParams): number =>
  policy === "flat" ? 0 : maxOvernightFraction;

export const endOfDay = defineRule({
  id: "end_of_day",
  control: "C-65",
  unit: "fraction of equity over night",
  appliesTo: "entries",
  params,

  check(order, view, limits) {
    const { policy, minutes, windowMinutes } = limits;
    const cap = overnightCap(limits);
    const toClose = (view.sessionClose - view.now) / MICROS_PER_MINUTE;
    const price = worstPrice(order, view);
    const before = view.gross + Math.max(0, view.workingGross);
    const known = isPositive(price) && isPositive(view.equity) && Number.isFinite(before);
    if (!known || !Number.isFinite(toClose)) return deny(Number.NaN, cap);
    const isFlat = policy === "flat";
    if (isFlat && order.timeInForce === TimeInForce.AtOpen) return allow(Number.NaN, cap);
    const forClose = order.timeInForce === TimeInForce.AtClose;
    if (!forClose && toClose > Math.max(minutes, windowMinutes)) return allow(Number.NaN, cap);
    const used = (before + order.shares * price) / view.equity;
    if (isFlat) return deny(used, cap);
    return fits(used, cap) ? allow(used, cap) : shrink((cap * view.equity - before) / price, used, cap);
  },
});
