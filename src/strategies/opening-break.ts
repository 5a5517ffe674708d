/**
 * What strategies that trade the break of the opening range have in common. No strategy of its own.
 *
 * OB-1  One signal per instrument and session: the first bar that closes beyond the range on the side that the range
 *       itself points to. What it leads to, or not, is not tried again that day.
 */
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import { dayOf } from "../domain/time.ts";
import { dailyAtr } from "../features/daily-atr.ts";
import { output } from "../features/feature.ts";
import { openingRange } from "../features/opening-range.ts";
import { sessionTime } from "../features/session-time.ts";
import { dayEndReasons, leavesDay } from "./day-end.ts";
import { searched } from "./parameter-spec.ts";
import type { StrategyView } from "./strategy.ts";

export const openingBreakParams = {
  /** Length of the opening range, minutes. */
  minutes: searched(z.int().min(1).max(120).default(5), { low: 5, high: 60, step: 5 }),
  /** Sessions of the averages that today is compared with. */
  sessions: z.int().min(1).max(100).default(14),
  /** Distance of the stop from the close, as a part of the daily ATR. */
  stopAtr: searched(z.number().positive().max(5).default(0.1), { low: 0.05, high: 0.5, step: 0.05 }),
  /** No entry so near to the close, minutes: a day's move needs a day. */
  lastMinutes: searched(z.int().min(1).max(390).default(60), { low: 30, high: 240, step: 15 }),
  /** Flat so long before the close, minutes: 15:45 on a full day. */
  flatMinutes: z.int().min(1).max(180).default(15),
  shorts: z.boolean().default(false),
} as const;

export const openingBreakReasons = {
  broke: "close {0} beyond {1}, the edge of the opening range, stop {2}",
  pointed: "the opening went from {0} to {1}, stop {2}",
  ...dayEndReasons,
} as const;

/** The day number of the session's signal. */
export const openingBreakMemory = { spoken: 0 } as const;

export const openingBreakFeatures = ({ minutes, sessions }: { minutes: number; sessions: number }) => ({
  open: output(openingRange({ minutes }), `opening_open_${minutes}m`),
  high: output(openingRange({ minutes }), `opening_high_${minutes}m`),
  low: output(openingRange({ minutes }), `opening_low_${minutes}m`),
  close: output(openingRange({ minutes }), `opening_close_${minutes}m`),
  atr: output(dailyAtr({ sessions }), `daily_atr_${sessions}`),
  toClose: output(sessionTime({}), "minutes_to_close"),
});

type Features = keyof ReturnType<typeof openingBreakFeatures>;
type View = StrategyView<Features, keyof typeof openingBreakMemory, keyof typeof openingBreakReasons>;

export interface OpeningBreakTerms {
  readonly stopAtr: number;
  readonly lastMinutes: number;
  readonly flatMinutes: number;
  readonly shorts: boolean;
  /** Default: at the break, with the stop by `stopAtr` and no target. */
  readonly at?: "break" | "opening";
  readonly stopAt?: "atr" | "range";
  readonly targetRisks?: number;
}

/** True for what is held, which leaves here when the day is over; the rest of a decision is about the others. */
export function isLookedAfter(view: View, i: InstrumentId, { flatMinutes }: OpeningBreakTerms): boolean {
  if (view.position(i) === 0) return false;
  leavesDay(view, i, { toClose: view.feature.toClose, entered: view.memory.spoken, flatMinutes });
  return true;
}

/** Asks for the entry when this bar is the signal of the session. */
export function followOpening(view: View, i: InstrumentId, terms: OpeningBreakTerms): void {
  const { at = "break", stopAt = "atr", targetRisks = 0 } = terms;
  const { open, high, low, close: ended, atr, toClose } = view.feature;
  const day = dayOf(view.at);
  const isLate = !(toClose.at(i) > Math.max(terms.lastMinutes, terms.flatMinutes));
  if (isLate || view.memory.spoken.at(i) === day) return;
  // A range that closed where it opened points nowhere; one that is not known is NaN.
  const side = Math.sign(ended.at(i) - open.at(i));
  if (!(side > 0 || (side < 0 && terms.shorts))) return;
  const [edge, other] = side > 0 ? [high.at(i), low.at(i)] : [low.at(i), high.at(i)];
  const close = view.close(i);
  if (at === "break" && !(side * (close - edge) > 0)) return;
  const stop = stopAt === "range" ? other : close - side * terms.stopAtr * atr.at(i);
  const risk = side * (close - stop);
  if (!(stop > 0 && risk > 0)) return;
  view.memory.spoken.set(i, day);
  const target = close + side * targetRisks * risk;
  const entry = {
    instrument: i,
    conviction: side,
    stop,
    ...(targetRisks > 0 && target > 0 ? { target } : {}),
  };
  if (at === "break") view.enter(entry, "broke", close, edge, stop);
  else view.enter(entry, "pointed", open.at(i), ended.at(i), stop);
}
