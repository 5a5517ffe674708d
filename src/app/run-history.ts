/**
 * Bars before the first session of a run. Features, volumes and the venue's idea of volatility start on them as
 * they would for an account that had been watching: a run from a date on is that date's run, not one that sits
 * out its first months. Nothing is decided on history, and no figure counts it.
 */
import {
  type BarBatch,
  type BarColumns,
  batchCount,
  type Timeframe,
  timeframeSeconds,
} from "../domain/bars.ts";
import type { CorporateActionEvent, ReferenceTold } from "../domain/events.ts";
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import type { SingleLoop } from "../engine/single-loop.ts";
import { SESSION_MINUTES, warmupOn } from "../features/feature.ts";
import { xnysSessions } from "../market/calendar.ts";
import { HaltTimeline } from "../sim/halt-timeline.ts";
import { type BarVenue, Timeline } from "../sim/timeline.ts";
import type { BoundStrategy } from "../strategies/strategy.ts";

/** Plain data, so that it crosses a worker's door; the instruments are those of the run's columns. */
export interface RunHistory {
  readonly columns: Omit<BarColumns, "instruments">;
  /** Splits and dividends of raw prices in that time, in order. */
  readonly actions: readonly CorporateActionEvent[];
}

/** Bars of a longer length from before the run and its history, for who decides on such; of no day that those hold. */
export interface LongerHistory {
  readonly timeframe: Timeframe;
  readonly columns: Omit<BarColumns, "instruments">;
}

/**
 * Averages that forget slowly still remember how they began when they first count as warm; after three times as many
 * bars an exponential one has lost 98 % of it.
 */
const TIMES_WARM = 3;
/** Average volume and volatility of the cost model look back 20 sessions, and need one close more (QUANT m). */
const LEAST_SESSIONS = 25;

const barsPerSession = (timeframe: Timeframe): number =>
  Math.max(1, (SESSION_MINUTES * 60) / timeframeSeconds[timeframe]);

/** Bars of one length that somebody decides on, and the slowest feature over them. */
export interface WarmingBars {
  readonly timeframe: Timeframe;
  readonly bank: { warmup(timeframe: Timeframe): number };
}

/**
 * Sessions of a run in which the slowest feature had not seen enough bars: a strategy that reads it was flat because it
 * was blind. Symbols that were listed later are not counted.
 */
export function coldSessions(
  columns: Pick<BarColumns, "closedAt" | "timeframe">,
  history: RunHistory | undefined,
  groups: readonly WarmingBars[],
  longer?: LongerHistory,
): number {
  const seen = (history?.columns.closedAt.length ?? 0) / barsPerSession(columns.timeframe);
  const most = columns.closedAt.length / barsPerSession(columns.timeframe);
  const cold = groups.map(({ timeframe, bank }) => {
    const more = longer?.timeframe === timeframe ? longer.columns.closedAt.length : 0;
    return (bank.warmup(timeframe) - 1 - more) / barsPerSession(timeframe) - seen;
  });
  return Math.max(0, Math.ceil(Math.min(Math.max(...cold), most)));
}

/** What a reader must know of that, if anything. */
export function coldWarnings(cold: number, sessions: number, overTicks = false): string[] {
  if (cold === 0 || sessions === 0) return [];
  const cure = overTicks ? "" : " With --from a later day, the bars before it warm the features.";
  return [
    `The slowest feature was warming up in ${cold} of ${sessions} sessions: what reads it could not trade, and ` +
      `the flat days count in every figure.${cure}`,
  ];
}

/** First day whose bars a run from `from` on wants to have seen. */
export function historyStart(
  from: DayNumber,
  bound: readonly (Pick<BoundStrategy, "features"> & { readonly timeframe?: Timeframe })[],
  ofRun: Timeframe,
  { date }: SessionTable = xnysSessions(),
): DayNumber {
  const needs = bound.map(({ features, timeframe = ofRun }) => {
    const bars = Math.max(0, ...features.map(([, ref]) => warmupOn(ref.feature, timeframe)));
    return Math.ceil((TIMES_WARM * bars) / barsPerSession(timeframe));
  });
  const sessions = Math.max(LEAST_SESSIONS, ...needs);
  const first = date.findIndex((day) => day >= from);
  return (date[Math.max(0, first - sessions)] ?? from) as DayNumber;
}

/** Parts columns at a day; undefined where no bar is left to run over. Rows are shared, not copied. */
export function splitAt(
  all: BarColumns,
  from: DayNumber,
  sessions: SessionTable = xnysSessions(),
): { readonly before: BarColumns; readonly columns: BarColumns } | undefined {
  const cut = all.closedAt.findIndex((at) => dayOfBatch(at, sessions) >= from);
  if (cut === -1) return undefined;
  return { before: part(all, 0, cut), columns: part(all, cut, batchCount(all)) };
}

/** A bar belongs to the session that it closes in. */
function dayOfBatch(at: number, sessions: SessionTable): number {
  return sessions.date[sessionIndexAt(sessions, at as EpochMicros)] ?? Number.POSITIVE_INFINITY;
}

function part(all: BarColumns, first: number, end: number): BarColumns {
  const { timeframe, instruments, closedAt, offset } = all;
  const [from, to] = [offset[first]!, offset[end]!];
  return {
    timeframe,
    instruments,
    closedAt: closedAt.subarray(first, end),
    // Of shared memory where the rows are: workers read it without a copy.
    offset: rebased(offset.subarray(first, end + 1), from),
    instrument: all.instrument.subarray(from, to),
    open: all.open.subarray(from, to),
    high: all.high.subarray(from, to),
    low: all.low.subarray(from, to),
    close: all.close.subarray(from, to),
    volume: all.volume.subarray(from, to),
  };
}

function rebased(offset: Uint32Array, by: number): Uint32Array {
  if (by === 0) return offset;
  const isShared = offset.buffer instanceof SharedArrayBuffer;
  const bytes = offset.length * offset.BYTES_PER_ELEMENT;
  const copy = new Uint32Array(isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  for (let n = 0; n < offset.length; n++) copy[n] = offset[n]! - by;
  return copy;
}

/** Shows longer bars to whoever decides on such, before anything else. */
export function warmLongerOn(
  { timeframe, columns }: LongerHistory,
  { instruments }: Pick<BarColumns, "instruments">,
  compute: { warmLonger(timeframe: Timeframe, batch: BarBatch): void },
): void {
  const whole = { ...columns, instruments };
  for (let n = 0; n < batchCount(whole); n++) {
    const [from, to] = [whole.offset[n]!, whole.offset[n + 1]!];
    compute.warmLonger(timeframe, { at: whole.closedAt[n] as EpochMicros, columns: whole, from, to });
  }
}

/** Shows history to an engine and its venue. Neither holds or wants anything yet, so nothing can happen. */
export function warmOn(
  { columns, actions, told }: RunHistory & { readonly told: readonly ReferenceTold[] },
  { instruments }: Pick<BarColumns, "instruments">,
  loop: SingleLoop,
  venue: BarVenue,
): void {
  const bars = new Timeline({ ...columns, instruments }, venue, actions);
  const timeline = told.length === 0 ? bars : new HaltTimeline(bars, told);
  for (let event = timeline.next(); event !== undefined; event = timeline.next()) {
    if (event.kind === "BarsClosed") loop.warm(event.bars);
    else loop.step(event);
  }
}

/** What is known of the time before the run and in it; without `history` where there is no bar before it. */
export function historyOf(
  before: BarColumns,
  events: readonly CorporateActionEvent[],
): { readonly actions: readonly CorporateActionEvent[]; readonly history?: RunHistory } {
  const { instruments: _, ...columns } = before;
  const end = columns.closedAt.at(-1);
  if (end === undefined) return { actions: events };
  // What came over the night before the run is the first that the run meets.
  return {
    actions: events.filter(({ at }) => at > end),
    history: { columns, actions: events.filter(({ at }) => at < end) },
  };
}
