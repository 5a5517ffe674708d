/**
 * Columns that know the future better than the past (LEARN-3). A feature is made of what has been, so shifted
 * against the returns it goes with those before it. One that goes better with those after it was joined a few bars
 * late.
 */
import { correlation } from "../../numerics/rank-statistics.ts";
import { numberWithin, sameLength, wholeWithin } from "../allowed.ts";
import { type LeakFinding, type NamedColumn, SURE } from "./finding.ts";

export interface ForesightTerms {
  /** Bars to shift by in each direction, from 1 up. */
  readonly lags: number;
  /** Correlation with one future bar's return that no honest feature has; 0.1 is generous. From 0 to 1. */
  readonly limit: number;
}

/**
 * `returns` by bar, the return that ends there, of the instrument that the columns belong to. A column is found
 * when its largest correlation with one of the next bars is over the limit, over what chance does with so few bars,
 * and over its largest with this bar and those before. Throws InputError on differing lengths and bad terms.
 */
export function foresightOf(
  columns: readonly NamedColumn[],
  returns: Float64Array,
  { lags, limit }: ForesightTerms,
): LeakFinding[] {
  wholeWithin("lags", lags, { from: 1, to: 10_000 });
  numberWithin("limit", limit, { from: 0, to: 1 });
  return columns.flatMap(({ name, values }): LeakFinding[] => {
    sameLength(`column ${name}`, values.length, "returns", returns.length);
    let past = 0;
    let future = 0;
    for (let lag = 0; lag < lags; lag++) {
      past = Math.max(past, shifted(values, returns, -lag));
      future = Math.max(future, shifted(values, returns, lag + 1));
    }
    if (!(future > limit && future > past)) return [];
    return [{ column: name, statistic: "correlation with the future", value: future, limit }];
  });
}

/** Size of the correlation with the return `lag` bars later; 0 while it may be chance. */
function shifted(values: Float64Array, returns: Float64Array, lag: number): number {
  const here: number[] = [];
  const there: number[] = [];
  for (let bar = Math.max(0, -lag); bar < values.length - Math.max(0, lag); bar++) {
    if (Number.isNaN(values[bar]!) || Number.isNaN(returns[bar + lag]!)) continue;
    here.push(values[bar]!);
    there.push(returns[bar + lag]!);
  }
  const size = Math.abs(correlation(Float64Array.from(here), Float64Array.from(there)));
  return size > SURE / Math.sqrt(here.length - 1) ? size : 0;
}
