/**
 * Exponentially weighted deviation of log returns, the yardstick of the barriers (QUANT d8).
 *
 * Weights (1 - alpha)^age with alpha = 2 / (span + 1), normalised over what has come so far, and the variance
 * corrected for the bias of weighting: divided by 1 - sum of squared weights. This is what pandas calls
 * adjust=True, bias=False.
 */
import { wholeWithin } from "../allowed.ts";

export interface EwmaTerms {
  /** Span of the weights in bars, from 2 up; QUANT takes 50. */
  readonly span: number;
  /** Valid returns before the first answer, from 2 up. */
  readonly minReturns: number;
}

/**
 * One value per close, per bar and not annualised; NaN until `minReturns` returns have come. A close that is NaN
 * gives NaN and leaves the state as it was, the next return then spans the gap. Throws InputError on bad terms.
 */
export function ewmaVolatility(closes: Float64Array, { span, minReturns }: EwmaTerms): Float64Array {
  wholeWithin("span", span, { from: 2, to: 100_000 });
  wholeWithin("minReturns", minReturns, { from: 2, to: 100_000 });
  const keep = 1 - 2 / (span + 1);
  const out = new Float64Array(closes.length).fill(Number.NaN);
  let previous = Number.NaN;
  let count = 0;
  let weight = 0;
  let squaredWeight = 0;
  let centre = 0;
  /** Weighted sum of squared deviations from the centre. */
  let spread = 0;
  for (let bar = 0; bar < closes.length; bar++) {
    const close = closes[bar]!;
    if (Number.isNaN(close)) continue;
    const value = Math.log(close / previous);
    previous = close;
    if (Number.isNaN(value)) continue;

    const older = weight * keep;
    weight = older + 1;
    squaredWeight = squaredWeight * keep * keep + 1;
    const distance = value - centre;
    centre += distance / weight;
    spread = spread * keep + (older / weight) * distance * distance;
    count += 1;
    if (count >= minReturns) {
      out[bar] = Math.sqrt(spread / weight / (1 - squaredWeight / (weight * weight)));
    }
  }
  return out;
}
