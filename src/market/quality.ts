/**
 * The quality report of one series of bars (DATA-5): what `plimsoll data verify` prints. It counts and locates;
 * it changes nothing and judges nobody. Days unfinished at import need many series: see quality/snapshot.ts.
 */
import { invariant } from "../domain/assert.ts";
import type { SessionTable } from "../domain/session.ts";
import { isOhlcOrdered } from "./gatekeeper/bar-values.ts";
import { type DailyGaps, dailyGaps, type IntradayGaps, intradayGaps, rowOrder } from "./quality/gaps.ts";
import { type Outlier, outliers } from "./quality/outliers.ts";
import type { KeyRange, QualitySeries } from "./quality/series.ts";
import { type SplitLikeJump, splitLikeJumps } from "./quality/split-like.ts";

/** Findings that need no calendar. Keys are day numbers or bar starts, as in the series. */
export interface RowQuality {
  readonly symbol: string;
  readonly rows: number;
  /** Lowest and highest key; undefined in an empty series. */
  readonly span: KeyRange | undefined;
  readonly duplicates: readonly number[];
  /** Rows whose key is below that of the row before. */
  readonly backwards: number;
  readonly zeroVolume: ZeroVolume;
  /** Keys of rows whose open or close lies outside low to high by more than 1e-6 of it, or is no number. */
  readonly ohlcViolations: readonly number[];
  readonly outliers: readonly Outlier[];
  readonly splitLike: readonly SplitLikeJump[];
}

export interface ZeroVolume {
  readonly rows: number;
  /** First and last row without volume, with all of them counted; undefined when there is none. */
  readonly span: KeyRange | undefined;
  /** The first of the longest runs of neighbouring rows; undefined when there is none. */
  readonly longest: KeyRange | undefined;
}

export type DailyQuality = RowQuality & DailyGaps;
export type IntradayQuality = RowQuality & IntradayGaps;

export interface QualityKnowledge {
  readonly sessions: SessionTable;
  /** Keys at which a split is known to show in these closes; empty for adjusted series. */
  readonly knownSplitKeys: ReadonlySet<number>;
}

/** Report of a daily series; keys are day numbers. */
export function dailyQuality(series: QualitySeries, known: QualityKnowledge): DailyQuality {
  return { ...rowQuality(series, known), ...dailyGaps(series.key, known.sessions) };
}

/** Report of an intraday series; keys are bar starts in epoch micros. */
export function intradayQuality(
  series: QualitySeries,
  known: QualityKnowledge & { readonly barMicros: number },
): IntradayQuality {
  return { ...rowQuality(series, known), ...intradayGaps(series.key, known.sessions, known.barMicros) };
}

function rowQuality(series: QualitySeries, { knownSplitKeys }: QualityKnowledge): RowQuality {
  const { symbol, key, open, high, low, close, volume } = series;
  for (const column of [open, high, low, close, volume]) {
    invariant(column.length === key.length, "BQ-1", `columns of ${symbol} differ in length`);
  }
  const ohlcViolations: number[] = [];
  let from = Infinity;
  let to = -Infinity;
  for (let row = 0; row < key.length; row += 1) {
    from = Math.min(from, key[row]!);
    to = Math.max(to, key[row]!);
    if (!isOhlcOrdered(open[row]!, high[row]!, low[row]!, close[row]!)) ohlcViolations.push(key[row]!);
  }
  return {
    symbol,
    rows: key.length,
    span: key.length > 0 ? { from, to, count: key.length } : undefined,
    ...rowOrder(key),
    zeroVolume: zeroVolume(key, volume),
    ohlcViolations,
    outliers: outliers(key, close),
    splitLike: splitLikeJumps(key, close, knownSplitKeys),
  };
}

function zeroVolume(key: ArrayLike<number>, volume: ArrayLike<number>): ZeroVolume {
  let span: KeyRange | undefined;
  let longest: KeyRange | undefined;
  let run: KeyRange | undefined;
  for (let row = 0; row < key.length; row += 1) {
    if (volume[row] !== 0) {
      run = undefined;
      continue;
    }
    span = { from: span?.from ?? key[row]!, to: key[row]!, count: (span?.count ?? 0) + 1 };
    run = { from: run?.from ?? key[row]!, to: key[row]!, count: (run?.count ?? 0) + 1 };
    if (longest === undefined || run.count > longest.count) longest = run;
  }
  return { rows: span?.count ?? 0, span, longest };
}
