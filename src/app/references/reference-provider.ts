/**
 * Where the rows of a reference table come from in a backtest: one provider per table, which makes events of what the
 * lake and the databases of a root know. Each row is told at the instant from which on it was known and never before:
 * a provider that looks ahead is found by its own test, which cuts its source off (ADR 0022).
 */
import type { Lake } from "../../adapters/lake/lake.ts";
import type { Adjustment, Timeframe } from "../../domain/bars.ts";
import type { ReferenceTold } from "../../domain/events.ts";
import type { InstrumentTable } from "../../domain/instrument.ts";
import type { ReferenceTable } from "../../domain/reference-table.ts";
import type { SessionTable } from "../../domain/session.ts";
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import type { Filing } from "../../market/fundamentals/filing.ts";
import type { Config } from "../config.ts";
import type { SeriesChoice } from "../regime/index-days.ts";
import type { RunRegime } from "../regime/run-regime.ts";

/** What a provider is asked for. */
export interface ReferenceWorld {
  readonly root: string;
  readonly lake: Pick<Lake, "loadBars">;
  readonly config: Config;
  readonly choice: SeriesChoice;
  /** What the run's raw prices are brought to; absent: they are traded as printed. */
  readonly adjust?: Adjustment | undefined;
  readonly instruments: InstrumentTable;
  readonly timeframe: Timeframe;
  readonly sessions: SessionTable;
  /** First and last session of the run. */
  readonly first: DayNumber;
  readonly last: DayNumber;
  readonly regime: RunRegime;
  /** A system that runs is told: what is not of yesterday is refused, and that there is nothing is an answer. */
  readonly isLive?: boolean;
  /** Sectors and company reports, where they are not those of the root. */
  readonly sectors?: ReadonlyMap<string, string>;
  readonly filings?: readonly Filing[];
}

export interface ReferenceProvider {
  readonly table: ReferenceTable;
  /** The session of the run from which on what stands on `day` has stood; absent: each session is told anew. */
  readonly standsFrom?: (world: Pick<ReferenceWorld, "sessions" | "first">, day: DayNumber) => DayNumber;
  /**
   * In order of time, from the last row that was known before the first session on. Throws InputError, in words for
   * people, where there is nothing to tell of.
   */
  tell(world: ReferenceWorld): Promise<readonly ReferenceTold[]>;
}

/**
 * When something that is known after the close of a session can first be acted on: daily bars are decided on in the
 * evening, with that close; bars within a day from the next open on. Undefined after the last known session.
 */
export function knownAfter(
  day: DayNumber,
  { sessions, timeframe }: Pick<ReferenceWorld, "sessions" | "timeframe">,
): EpochMicros | undefined {
  // A day without a session is known before the next one.
  const next = lowerBound(sessions.date, day + 1);
  const at = timeframe === "1d" ? sessions.close[next - 1] : sessions.open[next];
  return at as EpochMicros | undefined;
}

/** Who tells a running system asks a quarter of an hour before the open, and needs that time: `tell_news`. */
const ASKED_BEFORE_OPEN = 15 * MICROS_PER_MINUTE;

/**
 * What is published later than this does not belong to what is told at `at`: the close itself for daily bars, and a
 * quarter of an hour before the open for shorter ones, in a backtest as in a system that runs.
 */
export const askedAt = (at: EpochMicros, { timeframe }: Pick<ReferenceWorld, "timeframe">): EpochMicros =>
  (timeframe === "1d" ? at : at - ASKED_BEFORE_OPEN) as EpochMicros;

/** First row whose day is not before `day`. */
function lowerBound(days: ArrayLike<number>, day: number): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (days[middle]! < day) low = middle + 1;
    else high = middle;
  }
  return low;
}
