/**
 * The ordered halt: once the account has lost a set fraction of the day's base, everything is canceled, closed and
 * locked until an operator resumes (C-30).
 *
 * Before open + 60 s the base is not fixed and the prints are not trusted: until then it only reduces, which costs
 * nothing if the breach was one bad print. A resume while the loss still stands fires it again: an open trigger
 * cannot be resumed from (C-02).
 */
import { z } from "zod";
import { defineBreaker, percent, reached } from "../breaker.ts";
import { heightOf } from "../calm-range.ts";

export const dayBaseLoss = defineBreaker({
  id: "day_base_loss",
  control: "C-30",
  authority: "circuit_breakers",
  params: z.strictObject({ maxFraction: z.number().positive().max(1).default(0.03) }),
  /** It only reduces for now: the breach came before the base was fixed. */
  state: () => z.strictObject({ isWaiting: z.boolean() }),
  initial: () => ({ isWaiting: false }),

  observe(state, { lossFromDayBase, baseIsFixed }, acts, { maxFraction }) {
    const { isWaiting } = state;
    if (!reached(lossFromDayBase, maxFraction)) {
      if (!isWaiting || !baseIsFixed) return;
      state.isWaiting = false;
      acts.lift();
      return;
    }
    if (isWaiting ? !baseIsFixed : acts.held() !== undefined) return;
    state.isWaiting = !baseIsFixed;
    const reason = `lost ${percent(lossFromDayBase)} of the day's base, limit ${percent(maxFraction)}`;
    if (baseIsFixed) acts.raise({ level: "FLATTEN", reason, latched: true });
    else acts.raise({ level: "REDUCE_ONLY", reason: `${reason}; in the first minute` });
  },

  calm({ isWaiting }, { unitValue, lossFromDayBase, baseIsFixed }, acts, { maxFraction }, range) {
    if (isWaiting || !baseIsFixed) range.close();
    else if (acts.held() === undefined)
      range.untilFallenFrom(heightOf(unitValue, lossFromDayBase), maxFraction);
  },
});
