/** One series' findings in the words of `data verify`: counts first, then the places, dates as people write them. */
import { type Timeframe, timeframeSeconds } from "../../domain/bars.ts";
import { type DayNumber, isoDate, MICROS_PER_DAY, MICROS_PER_SECOND } from "../../domain/time.ts";
import { sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import type { KeyRange } from "../../market/quality/series.ts";
import {
  dailyQuality,
  type IntradayQuality,
  intradayQuality,
  type RowQuality,
} from "../../market/quality.ts";
import type { LakeSeries } from "./catalog.ts";
import { instantText } from "./instant-text.ts";
import type { SeriesColumns } from "./series-columns.ts";

interface Gap {
  /** First and last absent session, or first and last absent bar of one session. */
  readonly from: string;
  readonly to: string;
  /** Whole sessions absent; 0 for a gap within a session. */
  readonly sessions: number;
  /** Bars absent of regular hours; for a daily series one a session. */
  readonly bars: number;
}

interface Run {
  readonly from: string;
  readonly to: string;
  readonly bars: number;
}

export interface SeriesQuality {
  /** The longest first when there are more than are shown. */
  readonly gaps: readonly Gap[];
  readonly missing: { readonly gaps: number; readonly sessions: number; readonly bars: number };
  readonly duplicates: number;
  readonly outliers: number;
  readonly zeroVolume: number;
  readonly ohlcViolations: number;
  readonly splitLike: readonly { readonly at: string; readonly ratio: string; readonly takenBack: boolean }[];
  readonly details: {
    readonly outliers: readonly { readonly at: string; readonly logReturn: number; readonly z: number }[];
    readonly zeroVolume: Run | null;
    readonly longestZeroVolume: Run | null;
    readonly offSession: readonly string[];
  };
  readonly remarks: readonly string[];
}

/** Thin minute series lack thousands of bars; the report shows the longest gaps and counts them all. */
const shownGaps = 100;
const shownOutliers = 100;
/** From this share of its bars on, missing volume is worth a sentence. */
const zeroVolumeShare = 0.01;

/** `splitDays` = ex-dates of splits and spin-offs known of a raw series: leaps that need no other reason. */
export function seriesQuality(
  series: LakeSeries,
  rows: SeriesColumns,
  splitDays: ReadonlySet<number> = new Set(),
): SeriesQuality {
  const { timeframe, symbol } = series;
  const isDaily = timeframe === "1d";
  const key = isDaily ? rows.ts.map((ts) => ts / MICROS_PER_DAY) : rows.ts;
  const judged = {
    symbol,
    key,
    open: rows.open,
    high: rows.high,
    low: rows.low,
    close: rows.close,
    volume: rows.volume,
  };
  // Intraday rows are named by their instants, of which a day has many: there every leap is listed.
  const known = { sessions: xnysSessions(), knownSplitKeys: isDaily ? splitDays : new Set<number>() };
  if (isDaily) {
    const quality = dailyQuality(judged, known);
    const gaps = quality.absent.map((range) => sessionGap(range));
    return inWords(
      timeframe,
      quality,
      gaps,
      quality.offSession.map((day) => isoDate(day as DayNumber)),
    );
  }
  const barMicros = timeframeSeconds[timeframe] * MICROS_PER_SECOND;
  const quality = intradayQuality(judged, { ...known, barMicros });
  return inWords(timeframe, quality, intradayGapList(timeframe, quality), []);
}

function inWords(
  timeframe: Timeframe,
  quality: RowQuality,
  gaps: readonly Gap[],
  offSession: readonly string[],
): SeriesQuality {
  const at = (key: number) => instantText(timeframe, timeframe === "1d" ? key * MICROS_PER_DAY : key);
  const run = (range: KeyRange | undefined): Run | null =>
    range === undefined ? null : { from: at(range.from), to: at(range.to), bars: range.count };
  const { outliers, zeroVolume, splitLike } = quality;
  return {
    gaps:
      gaps.length <= shownGaps
        ? gaps
        : gaps.toSorted((a, b) => b.sessions - a.sessions || b.bars - a.bars).slice(0, shownGaps),
    missing: { gaps: gaps.length, sessions: sum(gaps, "sessions"), bars: sum(gaps, "bars") },
    duplicates: quality.duplicates.length,
    outliers: outliers.length,
    zeroVolume: zeroVolume.rows,
    ohlcViolations: quality.ohlcViolations.length,
    splitLike: splitLike.map(({ key, name, isTakenBack }) => ({
      at: at(key),
      ratio: name,
      takenBack: isTakenBack,
    })),
    details: {
      outliers: outliers
        .toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z))
        .slice(0, shownOutliers)
        .map(({ key, logReturn, z }) => ({ at: at(key), logReturn, z })),
      zeroVolume: run(zeroVolume.span),
      longestZeroVolume: run(zeroVolume.longest),
      offSession,
    },
    remarks: remarks(quality, gaps, run(zeroVolume.span), offSession),
  };
}

function remarks(
  quality: RowQuality,
  gaps: readonly Gap[],
  zero: Run | null,
  offSession: readonly string[],
): string[] {
  const longest = gaps.toSorted((a, b) => b.sessions - a.sessions)[0];
  const serious = quality.outliers.filter(({ isSerious }) => isSerious).length;
  return [
    ...(longest !== undefined && longest.sessions > 1
      ? [`${longest.sessions} sessions absent from ${longest.from} to ${longest.to}`]
      : []),
    ...(zero !== null && zero.bars >= zeroVolumeShare * quality.rows
      ? [`${zero.bars} of ${quality.rows} bars without volume, ${zero.from} to ${zero.to}`]
      : []),
    ...(serious > 0 ? [`${serious} returns beyond 20 robust standard deviations`] : []),
    ...(quality.ohlcViolations.length > 0
      ? [`${quality.ohlcViolations.length} bars with a close or open outside low to high`]
      : []),
    ...(offSession.length > 0
      ? [`${offSession.length} bars on days without a session, which no backtest sees`]
      : []),
  ];
}

const sessionGap = ({ from, to, count }: KeyRange): Gap => ({
  from: isoDate(from as DayNumber),
  to: isoDate(to as DayNumber),
  sessions: count,
  bars: count,
});

/** Runs of whole sessions first, then gaps within sessions. */
function intradayGapList(timeframe: Timeframe, { absent, absentSessions }: IntradayQuality): Gap[] {
  const runs: KeyRange[] = [];
  for (const day of absentSessions) {
    const last = runs.at(-1);
    const isNext =
      last !== undefined && sessionRowOn(day as DayNumber) === sessionRowOn(last.to as DayNumber) + 1;
    if (isNext) runs[runs.length - 1] = { from: last.from, to: day, count: last.count + 1 };
    else runs.push({ from: day, to: day, count: 1 });
  }
  const whole = runs.map((range) => ({ ...sessionGap(range), bars: barsBetween(timeframe, range) }));
  const within = absent.map(({ from, to, count }) => ({
    from: instantText(timeframe, from),
    to: instantText(timeframe, to),
    sessions: 0,
    bars: count,
  }));
  return [...whole, ...within];
}

function barsBetween(timeframe: Timeframe, { from, to }: KeyRange): number {
  const { open, close } = xnysSessions();
  const barMicros = timeframeSeconds[timeframe] * MICROS_PER_SECOND;
  let bars = 0;
  for (let row = sessionRowOn(from as DayNumber); row <= sessionRowOn(to as DayNumber); row++) {
    bars += Math.ceil((close[row]! - open[row]!) / barMicros);
  }
  return bars;
}

function sum(gaps: readonly Gap[], field: "sessions" | "bars"): number {
  return gaps.reduce((total, gap) => total + gap[field], 0);
}
