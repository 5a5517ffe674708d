/**
 * What the regime model sees of a day: the log return of the index, its volatility over twenty returns, and the VIX
 * (QUANT c). The same function makes the days that a model is fitted on and those that it judges.
 */
import { InputError } from "../../domain/assert.ts";
import { ANNUAL_SESSIONS } from "../../features/realized-volatility.ts";
import { logRatio } from "../../features/returns.ts";
import { momentsSize, slideMoments, windowSampleVariance } from "../../numerics/rolling.ts";

/** Where each input stands in a row. */
export const RETURN_INPUT = 0;
export const VOLATILITY_INPUT = 1;
export const REGIME_INPUTS = 3;
/** Returns in the volatility. */
const WINDOW = 20;

/**
 * T x 3, row-major: log return, sample deviation of the last 20 returns per year, VIX / 100. A row is NaN until 21
 * closes have come, and where the close or the VIX is no positive number: such a day is left out of the window, and
 * the next return spans it. `closes` in dollars or points, `vix` in percent, one of each a day.
 */
export function regimeInputs(closes: Float64Array, vix: Float64Array): Float64Array {
  if (closes.length !== vix.length) {
    throw new InputError(`vix: ${vix.length} days; allowed are as many as closes, ${closes.length}`);
  }
  const rows = new Float64Array(closes.length * REGIME_INPUTS).fill(Number.NaN);
  const moments = new Float64Array(momentsSize(WINDOW));
  let previous = Number.NaN;
  for (let t = 0; t < closes.length; t++) {
    const close = closes[t]!;
    if (!(close > 0 && close < Infinity)) continue;
    const change = logRatio(close, previous);
    previous = close;
    slideMoments(moments, 0, WINDOW, change);
    const volatility = Math.sqrt(windowSampleVariance(moments, 0, WINDOW) * ANNUAL_SESSIONS);
    const fear = vix[t]! / 100;
    if (!(volatility >= 0) || !(fear > 0 && fear < Infinity)) continue;
    rows.set([change, volatility, fear], t * REGIME_INPUTS);
  }
  return rows;
}
