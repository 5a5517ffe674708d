/**
 * What one window of a walk begins with: its own bars, those before them, the days of the lake before those, and the
 * reference tables as they stood. The same as a backtest from its first day on is given.
 */
import { barsUnder, ofRunBars, upTo } from "../../app/daily-history.ts";
import type { RunSetup } from "../../app/engine-run.ts";
import { historyStart, type LongerHistory, splitAt } from "../../app/run-history.ts";
import { type BarColumns, columnsFromBars } from "../../domain/bars.ts";
import type { ReferenceTold } from "../../domain/events.ts";
import type { ReferenceRow } from "../../domain/reference-table.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import type { BoundStrategy } from "../../strategies/strategy.ts";
import type { DayRange } from "./walk-windows.ts";

/** `columns` hold all days of the walk; `longer` is of the days before the first of them. */
export interface WalkSetup extends RunSetup {
  /** By the first day of a window; there where the lake has daily bars and the walk is over shorter ones. */
  readonly daysBefore?: ReadonlyMap<DayNumber, DaysBefore>;
}

/** Days of the lake before the bars that a window warms up on, which begin on `start`. */
export interface DaysBefore {
  readonly start: DayNumber;
  readonly longer: LongerHistory;
}

interface WindowBars {
  readonly columns: BarColumns;
  /** To warm up on, without decisions. */
  readonly before: BarColumns;
  /** The first day asked for to warm up on, there or not. */
  readonly start: DayNumber;
  readonly longer?: LongerHistory;
}

/** Rows are shared, not copied. Undefined for a window without a bar. */
export function windowBars(
  setup: WalkSetup,
  { from, to }: DayRange,
  bound: readonly BoundStrategy[],
): WindowBars | undefined {
  const { columns: all, sessions, daysBefore } = setup;
  const warming = ofRunBars(bound, daysBefore !== undefined, all);
  const days = daysBefore?.get(from);
  const own = historyStart(from, warming, all.timeframe, sessions);
  // A setting that is warm sooner begins with the others: their days end there.
  const start = days !== undefined && days.start < own ? days.start : own;
  const since = splitAt(all, start, sessions)?.columns;
  const later = since && splitAt(since, (to + 1) as DayNumber, sessions);
  const known = later === undefined ? since : later.before;
  const parts = known === undefined ? undefined : splitAt(known, from, sessions);
  if (parts === undefined || parts.columns.closedAt.length === 0) return undefined;
  const longer = days === undefined ? undefined : daysUpTo(days, start, parts.before, setup);
  return { ...parts, start, ...(longer === undefined ? {} : { longer }) };
}

/** Of a setting that warms up on more of the walk's own bars: a day is seen once (DH-1), none after a hole (DH-2). */
function daysUpTo(
  { longer, start: known }: DaysBefore,
  start: DayNumber,
  before: BarColumns,
  { columns: { instruments }, actions = [], sessions }: WalkSetup,
): LongerHistory | undefined {
  const begins = before.closedAt[0];
  if (start === known || begins === undefined) return longer;
  const day = sessions.date[sessionIndexAt(sessions, begins as EpochMicros)] as DayNumber;
  const end = sessions.open[sessions.date.indexOf(known)] ?? begins;
  // Its prices are those of a day after a split that these bars will live through: better cold than twice split.
  if (actions.some(({ at }) => at >= begins && at <= end)) return undefined;
  const last = sessions.date[sessions.date.indexOf(day) - 1] as DayNumber | undefined;
  const bars = upTo(last, barsUnder(instruments, { ...longer.columns, instruments }, day));
  if (bars.length === 0) return undefined;
  const { instruments: _, ...columns } = columnsFromBars(longer.timeframe, instruments, bars);
  return { timeframe: longer.timeframe, columns };
}

/**
 * Rows told from the first bar to warm up on to the last of the window, and before them each table as it stood then. A
 * split in between moves nothing of that: what is per share is told anew within a month, and that is how long the
 * shortest history is.
 */
export function toldIn(told: readonly ReferenceTold[], { before, columns }: WindowBars): ReferenceTold[] {
  const begins = before.closedAt[0] ?? columns.closedAt[0]!;
  const last = columns.closedAt.at(-1)!;
  const earlier = Map.groupBy(
    told.filter(({ at }) => at < begins),
    ({ table }) => table,
  );
  const standing = [...earlier.values()].map(standingOf).sort((a, b) => a.at - b.at);
  return [...standing, ...told.filter(({ at }) => at >= begins && at <= last)];
}

function standingOf(told: readonly ReferenceTold[]): ReferenceTold {
  const rows = new Map<number, ReferenceRow>();
  const since = Math.max(
    0,
    told.findLastIndex(({ isWhole }) => isWhole === true),
  );
  for (const event of told.slice(since)) for (const row of event.rows) rows.set(row.instrument, row);
  return { ...told.at(-1)!, rows: [...rows.values()], isWhole: true };
}
