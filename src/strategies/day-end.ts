/**
 * How strategies of the day get out of it. No strategy of its own.
 *
 * DF-1  What is held leaves `flatMinutes` before the close, by the calendar, and at once where it has no business to be
 *       held: outside regular hours, and in another session than the one it was entered in, which is what a missing
 *       last bar leaves behind.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { dayOf } from "../domain/time.ts";
import type { FeatureReader, MemoryColumn, StrategyView } from "./strategy.ts";

export const dayEndReasons = {
  dayOver: "{0} minutes to the close, limit {1}",
  overstayed: "held outside of the session that it was entered in",
} as const;

type View = Pick<StrategyView<never, never, keyof typeof dayEndReasons>, "at" | "exit">;

export interface DayEnd {
  readonly toClose: FeatureReader;
  /** Day number of the entry. */
  readonly entered: MemoryColumn;
  readonly flatMinutes: number;
}

/** Asked for what is held. True when it has to go, which is said here. */
export function leavesDay(view: View, i: InstrumentId, { toClose, entered, flatMinutes }: DayEnd): boolean {
  const left = toClose.at(i);
  const isOfToday = entered.at(i) === dayOf(view.at) && !Number.isNaN(left);
  if (!isOfToday) view.exit(i, "overstayed");
  else if (left <= flatMinutes) view.exit(i, "dayOver", left, flatMinutes);
  return !isOfToday || left <= flatMinutes;
}
