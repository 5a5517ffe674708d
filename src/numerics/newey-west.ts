/**
 * The error of a mean whose values are not independent (Newey and West 1987): neighbours that share data move
 * together, and counting them as independent makes any mean look surer than it is. QUANT d4 asks for it across
 * walk-forward windows whose tests overlap, with a lag of at least how many windows share a bar, less one.
 *
 *   variance of the mean = (g0 + 2 sum over l of (1 - l / (lag + 1)) g_l) / n,  l = 1..lag, g_l autocovariances
 * over n
 */
import { invariant } from "../domain/assert.ts";
import { mean } from "./moments.ts";

export interface MeanWithError {
  readonly mean: number;
  /** Of the mean, in the unit of the values, never negative; NaN under two values. */
  readonly standardError: number;
}

/**
 * `lag` whole and from 0 up, 0 for independent values; lags that reach the sample's length add nothing. Halts else
 * (NU-5).
 */
export function neweyWest(values: Float64Array, lag: number): MeanWithError {
  invariant(Number.isInteger(lag) && lag >= 0, "NU-5", `lag ${lag} of a Newey-West error`);
  const n = values.length;
  const centre = mean(values);
  if (n < 2) return { mean: centre, standardError: Number.NaN };
  let total = 0;
  for (let l = 0; l <= Math.min(lag, n - 1); l++) {
    let products = 0;
    for (let i = l; i < n; i++) products += (values[i]! - centre) * (values[i - l]! - centre);
    total += (l === 0 ? 1 : 2 * (1 - l / (lag + 1))) * products;
  }
  // The falling weights keep the sum from going negative; rounding may not.
  return { mean: centre, standardError: Math.sqrt(Math.max(0, total)) / n };
}
