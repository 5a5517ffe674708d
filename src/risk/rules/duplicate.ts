/**
 * Refuses an entry that was sent already (C-06): a replayed bar, a double click or a decision made again after a
 * restart must not buy twice. Refused are, of the same strategy in the same instrument, a second one while one is
 * working, within the window after the last, or from a decision no later than it; and of any strategy one that is
 * like another that just left: same side, as many shares give or take a hundredth. What strategies want in one step is
 * netted, and none of it is the other's double.
 */
import { z } from "zod";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import { allow, defineRule, deny } from "../rule.ts";

export const duplicate = defineRule({
  id: "duplicate",
  control: "C-06",
  unit: "s since the last entry",
  appliesTo: "entries",
  params: z.strictObject({
    windowSeconds: z.number().min(0).max(86_400).default(30),
    /** For entries of other strategies; no more is remembered than a minute. */
    alikeSeconds: z.number().min(0).max(60).default(30),
    /** How far apart two numbers of shares may be, as a fraction of the larger, to be alike. */
    alikeFraction: z.number().min(0).max(1).default(0.01),
  }),

  check(order, view, { windowSeconds, alikeSeconds, alikeFraction }) {
    const { strategy, instrument, side, shares } = order;
    const last = view.lastEntryAt(strategy, instrument);
    const since = (view.now - last) / MICROS_PER_SECOND;
    if (view.entryWorking(strategy, instrument)) return deny(since, windowSeconds);
    // NaN means there never was one; a clock that is no number is something else, and refused.
    if (!Number.isFinite(view.now)) return deny(Number.NaN, windowSeconds);
    if (!Number.isNaN(last)) {
      const isNew = since >= windowSeconds && Number.isFinite(since) && order.decidedAt > last;
      if (!isNew || !Number.isFinite(order.decidedAt)) return deny(since, windowSeconds);
    }
    const alike = view.alikeEntryAt(instrument, side, shares, alikeFraction);
    if (Number.isNaN(alike)) return allow(since, windowSeconds);
    const sinceAlike = (view.now - alike) / MICROS_PER_SECOND;
    return sinceAlike >= alikeSeconds && Number.isFinite(sinceAlike)
      ? allow(sinceAlike, alikeSeconds)
      : deny(sinceAlike, alikeSeconds);
  },
});
