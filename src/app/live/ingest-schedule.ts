/**
 * Which minutes a run awaits, one after the other: those of the regular sessions, by the calendar alone; and how long
 * it waits for their bars.
 */
import type { SessionTable } from "../../domain/session.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { RunTerms } from "./run-terms.ts";

/** How long after its end a minute waits for stragglers. */
const GRACE_MICROS = { sip: 2 * MICROS_PER_SECOND, iex: 5 * MICROS_PER_SECOND } as const;
/**
 * And never less than that of the machine: where the exchange's clock runs faster, seconds of it are over before a
 * machine that has more to do has handed on what it heard.
 */
const LEAST_GRACE_MICROS = MICROS_PER_SECOND / 4;

type Pace = Pick<RunTerms, "feed"> & { readonly clock: Pick<RunTerms["clock"], "speed"> };

/** Of the exchange. */
export const graceMicros = ({ feed, clock }: Pace): number =>
  Math.max(GRACE_MICROS[feed], LEAST_GRACE_MICROS * clock.speed);

/** A decision on bars older than this enters nothing: as set, and later by as much as its minute may be. */
export const decisionAgeMicros = (pace: Pace, decisionAgeSeconds: number): number =>
  decisionAgeSeconds * MICROS_PER_SECOND + graceMicros(pace) - GRACE_MICROS[pace.feed];

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
