/**
 * Which minutes a run awaits, one after the other: those of the regular sessions, by the calendar alone; and how long
 * it waits for their bars.
 */
import type { SessionTable } from "../../domain/session.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { ExchangeClock } from "../../market/exchange-clock.ts";
import type { RunTerms } from "./run-terms.ts";

/** How long after its end a minute waits for stragglers, by the feed's own time. */
const GRACE_MICROS = { sip: 2 * MICROS_PER_SECOND, iex: 5 * MICROS_PER_SECOND } as const;
/**
 * And of the machine's, while the feed says nothing newer: where the exchange's clock runs faster, seconds of it are
 * over before a machine that has more to do has handed on what it heard.
 */
const SILENCE_MICROS = 2 * MICROS_PER_SECOND;
/** What a decision may lose on its way through a busy machine, of its time. */
const HANDLING_MICROS = MICROS_PER_SECOND;

type Pace = Pick<RunTerms, "feed"> & { readonly clock: Pick<RunTerms["clock"], "speed"> };

export interface MinuteGrace {
  /** A feed that tells of this long after a minute's end has told all of the minute. */
  readonly byFeedMicros: number;
  /** By the exchange's clock, whatever the feed says; never less. */
  readonly byClockMicros: number;
}

export const minuteGrace = ({ feed, clock }: Pace): MinuteGrace => ({
  byFeedMicros: GRACE_MICROS[feed],
  byClockMicros: Math.max(GRACE_MICROS[feed], SILENCE_MICROS * clock.speed),
});

/** A decision on bars older than this enters nothing: as set, and no less than a busy machine needs. */
export const decisionAgeMicros = ({ feed, clock }: Pace, decisionAgeSeconds: number): number =>
  decisionAgeSeconds * MICROS_PER_SECOND + Math.max(0, HANDLING_MICROS * clock.speed - GRACE_MICROS[feed]);

/** End of the first minute of a session that ends after `at`; undefined beyond the calendar. */
export function nextMinuteEnd(sessions: SessionTable, at: EpochMicros): EpochMicros | undefined {
  const after = (at + 1) as EpochMicros;
  const row = sessionIndexAt(sessions, after);
  const [open, close] = [sessions.open[row], sessions.close[row]];
  if (open === undefined || close === undefined) return undefined;
  const past = Math.max(0, after - open);
  return (open + Math.max(1, Math.ceil(past / MICROS_PER_MINUTE)) * MICROS_PER_MINUTE) as EpochMicros;
}

/** Ends of the sessions' minutes after `from` that are over at `now`. */
export function minutesOver(sessions: SessionTable, from: EpochMicros, now: EpochMicros): EpochMicros[] {
  const over: EpochMicros[] = [];
  let end = nextMinuteEnd(sessions, from);
  while (end !== undefined && end <= now) {
    over.push(end);
    end = nextMinuteEnd(sessions, end);
  }
  return over;
}

/** True for the end of a minute of a regular session. */
export function isSessionMinute(sessions: SessionTable, end: EpochMicros): boolean {
  return nextMinuteEnd(sessions, (end - 1) as EpochMicros) === end;
}

/** Milliseconds of the machine until then, at least one. */
export const untilMs = (exchange: Pick<ExchangeClock, "machineAt">, at: EpochMicros): number =>
  Math.max(1, exchange.machineAt(at) - Date.now());
