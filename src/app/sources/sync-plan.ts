/**
 * What one source is asked for one symbol, and its whole answer: the days that its own series lacks, and nothing of
 * another's. Adjusted prices are asked for with some days that are known: where one of those has another price now,
 * the company has split or paid since, and the whole series is fetched anew, because its parts would not fit together.
 */
import type { Lake, ListedSeries } from "../../adapters/lake/lake.ts";
import { judgeAnswer, sessionOf } from "../../adapters/sources/answer-quality.ts";
import type { Asking, BarSource, SourceBar, SourceFailure } from "../../adapters/sources/bar-source.ts";
import { type DayNumber, dayOf } from "../../domain/time.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { lakeCloses, type SyncSeries } from "./lake-rows.ts";
import { inParts, withSessions } from "./sync-days.ts";
import { type DaySpan, without } from "./sync-record.ts";

/** Two tellings of one adjusted price differ by rounding; dividends are larger than 0.01 %. */
const SAME_PRICE = 1e-4;
/** Calendar days of an adjusted series that are asked for once more: a session is among them, halts or not. */
const OVERLAP_DAYS = 7;

export interface SyncPlan {
  readonly series: SyncSeries;
  /** As the lake has it now. */
  readonly known: ListedSeries | undefined;
  readonly answered: readonly DaySpan[];
  /** Days to ask for. */
  readonly gaps: readonly DaySpan[];
  /** What was asked for in the end. */
  asked: readonly DaySpan[];
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
  return { series, known, answered, gaps, asked: gaps, isRestated: false };
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
  const ask = (spans: readonly DaySpan[]) => {
    plan.asked = spans;
    return fetchSpans(series, source, asking, terms, spans);
  };
  if (series.adjustment === "raw" || known === undefined) {
    const answer = await ask(gaps);
    if (!answer.ok || answer.bars.length > 0 || known !== undefined) return answer;
    const reason = `${source.id} has no bars of ${series.symbol} in these days`;
    return { ok: false, why: "unknown_symbol", reason };
  }
  const all = { from: dayOfText(series, known.from), to: dayOfText(series, known.to) };
  const first = await ask(gaps.map((gap) => widened(gap, all, terms)));
  if (!first.ok || !(await isOtherBasis(series, first.bars, terms))) return first;
  plan.isRestated = true;
  const from = Math.min(terms.wanted.from, all.from) as DayNumber;
  return ask(withSessions([{ from, to: Math.max(terms.wanted.to, all.to) as DayNumber }]));
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
  series: SyncSeries,
  bars: readonly SourceBar[],
  { lake, settled }: SyncTerms,
): Promise<boolean> {
  const before = await lakeCloses(lake, series);
  return bars.some((bar) => {
    const known = before.get(bar.ts);
    // What ended within the last day is corrected without any split.
    if (known === undefined || (settled !== undefined && sessionOf(bar, series) > settled)) return false;
    return Math.abs(bar.close - known) > SAME_PRICE * known;
  });
}

/** A gap with some days of the known bars beside it. */
function widened({ from, to }: DaySpan, known: DaySpan, { settled }: SyncTerms): DaySpan {
  const last = Math.min(known.to, settled ?? known.to);
  if (to < known.from) return { from, to: Math.min(last, known.from + OVERLAP_DAYS) as DayNumber };
  const earlier = Math.max(known.from, Math.min(from, last) - OVERLAP_DAYS);
  return { from: Math.min(from, earlier) as DayNumber, to };
}

/** The lake prints daily bars by their date and others by their instant. */
export function dayOfText({ timeframe }: SyncSeries, text: string): DayNumber {
  const micros = (Date.parse(text) * 1000) as Parameters<typeof dayOf>[0];
  return timeframe === "1d" ? dayOf(micros) : newYorkDay(micros);
}
