/**
 * When the tasks of a session are due: moments that hang on its open and its close, so that a half day shifts them by
 * itself (OPS-1). What a session's plan holds lies between 06:30 of its day and 06:30 of the next.
 *
 *   06:30  open - 3 h       09:30  open           15:45  close - 15 min    18:00  close + 2 h
 *   08:30  open - 1 h       09:35  open + 5 min   16:00  close             02:00  of the next day, by the wall
 *   09:15  open - 15 min                          16:30  close + 30 min
 */
import type { Session, SessionTable } from "../../domain/session.ts";
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE, weekday } from "../../domain/time.ts";
import { type Phase, phaseStart, phases } from "../../market/phases.ts";
import { fromNewYork } from "../../market/us-eastern.ts";
import type { ClockTime, TaskTerms, When } from "./task-terms.ts";

const MORNING_MINUTE = 6 * 60 + 30;
const NIGHT_MINUTE = 2 * 60;

export function scheduledAt(when: When, session: Session): EpochMicros {
  return when.kind === "clock" ? clockAt(when.time, session) : phaseStart(when.phase, session);
}

/** First instant at which its time is over. */
export function windowEnd(when: When, session: Session): EpochMicros {
  if (when.kind !== "clock") return phaseEnd(when.phase, session);
  if (when.time === "08:30" || when.time === "09:15") return session.open;
  return when.time === "16:30" ? phaseEnd("AFTER_HOURS", session) : morningAfter(session);
}

function clockAt(time: ClockTime, session: Session): EpochMicros {
  if (time === "08:30") return (session.open - 60 * MICROS_PER_MINUTE) as EpochMicros;
  if (time === "09:15") return (session.open - 15 * MICROS_PER_MINUTE) as EpochMicros;
  if (time === "16:30") return (session.close + 30 * MICROS_PER_MINUTE) as EpochMicros;
  return fromNewYork((session.date + 1) as DayNumber, NIGHT_MINUTE);
}

function phaseEnd(phase: Phase, session: Session): EpochMicros {
  const next = phases[phases.indexOf(phase) + 1];
  return next === undefined ? morningAfter(session) : phaseStart(next, session);
}

const morningAfter = ({ date }: Session): EpochMicros => fromNewYork((date + 1) as DayNumber, MORNING_MINUTE);

/** Whether a session's plan holds the task at all. The calendar's last session counts as the last of its week. */
export function isPlanned({ isWeekly }: TaskTerms, { date }: SessionTable, row: number): boolean {
  if (isWeekly !== true) return true;
  const next = date[row + 1];
  return next === undefined || mondayOf(next) !== mondayOf(date[row]!);
}

const mondayOf = (day: number): number => day - weekday(day as DayNumber);

/** For people: `TRADING, each 60 s`. */
export function whenText(when: When): string {
  if (when.kind === "clock") return `${when.time} ET`;
  return when.kind === "beats" ? `${when.phase}, each ${when.everySeconds} s` : when.phase;
}

/** The phase that a run is filed under. */
export function phaseOf(when: When): Phase {
  if (when.kind !== "clock") return when.phase;
  if (when.time === "08:30" || when.time === "09:15") return "PRE_MARKET";
  return when.time === "16:30" ? "AFTER_HOURS" : "OVERNIGHT";
}
