/**
 * What one source is asked for one symbol, and its whole answer: the days that its own series lacks, and nothing of
 * another's. Adjusted prices are asked for from the last known bar on: where that bar has another price now, the
 * company has split or paid since, and the whole series is fetched anew, because its halves would not fit together.
 */
import type { Lake, ListedSeries } from "../../adapters/lake/lake.ts";
import { judgeAnswer } from "../../adapters/sources/answer-quality.ts";
import type { Asking, BarSource, SourceBar, SourceFailure } from "../../adapters/sources/bar-source.ts";
import { type DayNumber, dayOf } from "../../domain/time.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { type SyncSeries, lakeCloses } from "./lake-rows.ts";
import { inParts, withSessions } from "./sync-days.ts";
import { type DaySpan, without } from "./sync-record.ts";

/** Two tellings of one adjusted price differ by rounding; a dividend of 0.02 % is the smallest that is paid. */
const SAME_PRICE = 1e-4;

export interface SyncPlan {
  readonly series: SyncSeries;
  /** As the lake has it now. */
  readonly known: ListedSeries | undefined;
  readonly answered: readonly DaySpan[];
  /** Days to ask for. */
  readonly gaps: readonly DaySpan[];
  /** The whole series is told anew on another basis. */
  isRestated: boolean;
}

export interface SyncTerms {
  readonly lake: Lake;
  /** Sessions asked for, both included. */
  readonly wanted: DaySpan;
  /** The last session whose bars will not change. */
  readonly settled: DayNumber | undefined;
}

export function planOf(
  series: SyncSeries,
  known: ListedSeries | undefined,
  answered: readonly DaySpan[],
  { wanted }: SyncTerms,
): SyncPlan {
  const gaps = withSessions(without(wanted, answered));
  return { series, known, answered, gaps, isRestated: false };
}

type Answer = { readonly ok: true; readonly bars: readonly SourceBar[] } | SourceFailure;

/** All that the plan lacks, judged; or why not. Nothing is left of an answer that was not whole. */
export async function fetchPlan(
  plan: SyncPlan,
  source: BarSource,
  asking: Asking,
  terms: SyncTerms,
): Promise<Answer> {
  const { series, known, gaps } = plan;
  const ask = (spans: readonly DaySpan[]) => fetchSpans(series, source, asking, terms, spans);
  const overlap = series.adjustment === "raw" ? undefined : lastDayOf(series, known);
  const first = await ask(gaps.map((gap) => (overlap === undefined ? gap : fromOverlap(gap, overlap))));
  if (!first.ok) return first;
  if (first.bars.length === 0 && known === undefined) {
    const reason = `${source.id} has no bars of ${series.symbol} in these days`;
    return { ok: false, why: "unknown_symbol", reason };
  }
  if (overlap === undefined || !(await isOtherBasis(plan, first.bars, overlap, terms))) return first;
  plan.isRestated = true;
  const from = Math.min(terms.wanted.from, firstDayOf(series, known)) as DayNumber;
  return ask(withSessions([{ from, to: terms.wanted.to }]));
}

/** The same days from another source, to compare with. */
export async function fetchSpans(
  { symbol, timeframe, adjustment }: SyncSeries,
  source: BarSource,
  asking: Asking,
  { settled }: SyncTerms,
  spans: readonly DaySpan[],
): Promise<Answer> {
  const all: SourceBar[] = [];
  for (const span of spans) {
    const bars: SourceBar[] = [];
    for (const { from, to } of inParts([span], source.spanDays[timeframe])) {
      // An adjusted price changes with the next dividend, however old it is.
      const isSettled = adjustment === "raw" && settled !== undefined && to <= settled;
      const answer = await source.bars({ symbol, timeframe, adjustment, from, to, isSettled }, asking);
      if (!answer.ok) return answer;
      for (const bar of answer.bars) bars.push(bar);
    }
    const judged = judgeAnswer(bars, { timeframe, ...span });
    if (judged.problem !== undefined)
      return { ok: false, why: "quality", reason: `${source.id}, ${symbol}: ${judged.problem}` };
    for (const bar of judged.bars) all.push(bar);
  }
  return { ok: true, bars: all };
}

async function isOtherBasis(
  { series }: SyncPlan,
  bars: readonly SourceBar[],
  day: DayNumber,
  { lake }: SyncTerms,
): Promise<boolean> {
  const now = new Map(bars.map((bar) => [bar.ts, bar.close]));
  for (const [ts, before] of await lakeCloses(lake, series, { from: day, to: day })) {
    const close = now.get(ts);
    if (close !== undefined && Math.abs(close - before) > SAME_PRICE * before) return true;
  }
  return false;
}

/** A gap behind the known bars begins with the last of them. */
const fromOverlap = (gap: DaySpan, overlap: DayNumber): DaySpan =>
  gap.from > overlap ? { from: overlap, to: gap.to } : gap;

const firstDayOf = (series: SyncSeries, known: ListedSeries | undefined): DayNumber =>
  known === undefined ? (Number.MAX_SAFE_INTEGER as DayNumber) : dayOfText(series, known.from);

const lastDayOf = (series: SyncSeries, known: ListedSeries | undefined): DayNumber | undefined =>
  known === undefined ? undefined : dayOfText(series, known.to);

/** The lake prints daily bars by their date and others by their instant. */
export function dayOfText({ timeframe }: SyncSeries, text: string): DayNumber {
  const micros = (Date.parse(text) * 1000) as Parameters<typeof dayOf>[0];
  return timeframe === "1d" ? dayOf(micros) : newYorkDay(micros);
}
