/** Which minutes a run awaits, one after the other: those of the regular sessions, by the calendar alone. */
import type { SessionTable } from "../../domain/session.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";

/** End of the first minute of a session that ends after `at`; undefined beyond the calendar. */
export function nextMinuteEnd(sessions: SessionTable, at: EpochMicros): EpochMicros | undefined {
  const after = (at + 1) as EpochMicros;
  const row = sessionIndexAt(sessions, after);
  const [open, close] = [sessions.open[row], sessions.close[row]];
  if (open === undefined || close === undefined) return undefined;
  const past = Math.max(0, after - open);
  return (open + Math.max(1, Math.ceil(past / MICROS_PER_MINUTE)) * MICROS_PER_MINUTE) as EpochMicros;
}

/** True for the end of a minute of a regular session. */
export function isSessionMinute(sessions: SessionTable, end: EpochMicros): boolean {
  return nextMinuteEnd(sessions, (end - 1) as EpochMicros) === end;
}
