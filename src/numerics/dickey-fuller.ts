/**
 * The augmented Dickey-Fuller test: whether a series comes back, or wanders (a unit root).
 *
 *   d y_t = [constant + trend t] + g y_(t-1) + sum over l = 1..lag of b_l d y_(t-l) + e_t;   the statistic is t of g
 *
 * The lag is that of the least AIC; all lags are compared on the same observations, and the chosen one is fitted anew
 * on all that it can use. Source: Dickey and Fuller 1979, Said and Dickey 1984; QUANT h.
 */
import { type CriticalValues, criticalValues, type Deterministic, mackinnonP } from "./mackinnon.ts";
import { nestedRegression } from "./nested-regression.ts";

export interface DickeyFuller {
  /** The lower, the less it wanders; NaN for a series that is too short or does not move. */
  readonly statistic: number;
  readonly lag: number;
  /** Differences that the statistic rests on. */
  readonly observations: number;
}

export interface UnitRootTest extends DickeyFuller {
  /** Of a statistic as low when there is a unit root, [0, 1]. */
  readonly p: number;
  readonly critical: CriticalValues;
}

/** `lag` absent: by AIC, up to ceil(12 (n / 100)^(1/4)). NaN where the series has too few values or none that move. */
export function unitRootTest(
  series: Float64Array,
  { holds, lag }: { readonly holds: Deterministic; readonly lag?: number },
): UnitRootTest {
  const found = dickeyFuller(series, { holds, ...(lag === undefined ? {} : { lag }) });
  return {
    ...found,
    p: mackinnonP(found.statistic, holds, 1),
    critical: criticalValues(holds, found.observations),
  };
}

/** The statistic alone, for tests whose p is another surface. */
export function dickeyFuller(
  series: Float64Array,
  { holds, lag }: { readonly holds: Deterministic; readonly lag?: number },
): DickeyFuller {
  const used = lag ?? chosenLag(series, holds);
  const observations = series.length - 1 - used;
  const columns = terms[holds] + used + 1;
  if (!(used >= 0) || observations <= columns) return { statistic: Number.NaN, lag: used, observations };
  const rows = regressors(series, { holds, lag: used, skipped: used, levelLast: true });
  const statistic = nestedRegression(rows, { columns, length: observations })?.lastT ?? Number.NaN;
  return { statistic, lag: used, observations };
}

const terms: Readonly<Record<Deterministic, number>> = { none: 0, constant: 1, trend: 2 };

/** Least AIC over lags 0 to the longest; the shorter of two alike. -1 where the series is too short for any. */
function chosenLag(series: Float64Array, holds: Deterministic): number {
  const n = series.length;
  const longest = Math.min(Math.ceil(12 * (n / 100) ** 0.25), Math.floor(n / 2) - terms[holds] - 1);
  if (longest < 0) return -1;
  const length = n - 1 - longest;
  const before = terms[holds] + 1;
  const rows = regressors(series, { holds, lag: longest, skipped: longest, levelLast: false });
  const fit = nestedRegression(rows, { columns: before + longest, length });
  if (fit === undefined) return 0;
  let [best, least] = [0, Infinity];
  for (let lag = 0; lag <= longest; lag++) {
    const columns = before + lag;
    const aic = length * Math.log(fit.squares[columns]!) + 2 * columns;
    if (aic < least) [best, least] = [lag, aic];
  }
  return best;
}

interface Layout {
  readonly holds: Deterministic;
  readonly lag: number;
  /** Differences that are left out at the start. */
  readonly skipped: number;
  /** The level after the lags, where its t is asked for; before them where lags are compared. */
  readonly levelLast: boolean;
}

/** Constant, trend, level and lagged differences, and the difference to explain, each as one run of values. */
function regressors(series: Float64Array, { holds, lag, skipped, levelLast }: Layout): Float64Array {
  const length = series.length - 1 - skipped;
  const fixed = terms[holds];
  const rows = new Float64Array((fixed + lag + 2) * length);
  if (fixed > 0) rows.fill(1, 0, length);
  if (fixed > 1) for (let i = 0; i < length; i++) rows[length + i] = i + 1;
  const level = (fixed + (levelLast ? lag : 0)) * length;
  const firstLag = (fixed + (levelLast ? 0 : 1)) * length;
  for (let i = 0; i < length; i++) rows[level + i] = series[skipped + i]!;
  // Lag 0 is what is to be explained, and stands last.
  for (let l = 0; l <= lag; l++) {
    const at = l === 0 ? (fixed + lag + 1) * length : firstLag + (l - 1) * length;
    for (let i = 0; i < length; i++) {
      const t = skipped + i - l;
      rows[at + i] = series[t + 1]! - series[t]!;
    }
  }
  return rows;
}
