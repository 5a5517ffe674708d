/**
 * Whether an answer is good enough to become a series, before the gatekeeper judges its rows one by one (DATA-2). A
 * broken row or two are the gatekeeper's business; an answer that is broken through and through means that the source
 * is, and another one is asked.
 */
import { timeframeSeconds } from "../../domain/bars.ts";
import { type DayNumber, dayOf, isoDate, MICROS_PER_SECOND } from "../../domain/time.ts";
import { CALENDAR_FIRST_DAY, CALENDAR_LAST_DAY, sessionsBetween } from "../../market/calendar.ts";
import { isOhlcOrdered } from "../../market/gatekeeper/bar-values.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import type { BarsQuery, SourceBar } from "./bar-source.ts";

/** Shares of the rows, or of the sessions between the first and the last bar. */
const BROKEN_MOST = 0.02;
const ABSENT_MOST = 0.1;
/** A short answer may have so many all the same. */
const FORGIVEN = 1;

export interface JudgedAnswer {
  /** In order of time, within the days asked for; of rows that are equal in all one is left. */
  readonly bars: readonly SourceBar[];
  /** Why the answer is not taken; undefined when it is. */
  readonly problem: string | undefined;
}

export function judgeAnswer(
  answer: readonly SourceBar[],
  query: Pick<BarsQuery, "timeframe" | "from" | "to">,
): JudgedAnswer {
  const barMicros = timeframeSeconds[query.timeframe] * MICROS_PER_SECOND;
  const sorted = answer.toSorted((a, b) => keyOf(a) - keyOf(b));
  const bars: SourceBar[] = [];
  let broken = 0;
  let conflicts = 0;
  for (const bar of sorted) {
    const last = bars.at(-1);
    if (Number.isFinite(bar.ts) && (sessionOf(bar, query) < query.from || sessionOf(bar, query) > query.to))
      continue;
    if (last !== undefined && last.ts === bar.ts) {
      if (isSame(last, bar)) continue;
      conflicts += 1;
    }
    if (!isSound(bar) || bar.ts % barMicros !== 0) broken += 1;
    bars.push(bar);
  }
  const problem =
    conflicts > 0
      ? `${conflicts} bars come twice with different numbers`
      : broken > Math.max(FORGIVEN, bars.length * BROKEN_MOST)
        ? `${broken} of ${bars.length} bars are no bars`
        : holesOf(bars, query);
  return { bars, problem };
}

/** Rows without a time come last. */
const keyOf = ({ ts }: SourceBar): number => (Number.isFinite(ts) ? ts : Number.MAX_SAFE_INTEGER);

export const sessionOf = ({ ts }: SourceBar, { timeframe }: Pick<BarsQuery, "timeframe">): DayNumber =>
  timeframe === "1d" ? dayOf(ts) : newYorkDay(ts);

const isSame = (a: SourceBar, b: SourceBar): boolean =>
  Object.is(a.open, b.open) &&
  Object.is(a.high, b.high) &&
  Object.is(a.low, b.low) &&
  Object.is(a.close, b.close) &&
  Object.is(a.volume, b.volume);

function isSound({ ts, open, high, low, close, volume }: SourceBar): boolean {
  return (
    Number.isFinite(ts) && low > 0 && volume >= 0 && high < Infinity && isOhlcOrdered(open, high, low, close)
  );
}

/** A provider that leaves out weeks without a word. Thinly traded minutes may be absent, whole sessions are not. */
function holesOf(bars: readonly SourceBar[], query: Pick<BarsQuery, "timeframe">): string | undefined {
  const days = [...new Set(bars.filter(({ ts }) => Number.isFinite(ts)).map((bar) => sessionOf(bar, query)))];
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined || first < CALENDAR_FIRST_DAY || last > CALENDAR_LAST_DAY)
    return undefined;
  const sessions = sessionsBetween(first, last).date.length;
  const absent = sessions - days.length;
  if (absent <= Math.max(FORGIVEN, sessions * ABSENT_MOST)) return undefined;
  return `${absent} of ${sessions} sessions from ${isoDate(first)} to ${isoDate(last)} are missing`;
}
