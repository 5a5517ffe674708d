/**
 * Slope of a straight line through the closes of a window, over their mean, and how far it stands out from the
 * scatter about the line. Source: ordinary least squares; QUANT f.
 */

export interface WindowSlope {
  /** Per bar, as a fraction of the mean close. */
  readonly slope: number;
  /** Slope over its standard error with n - 2 degrees of freedom; 0 for a flat window, infinite for a perfect line. */
  readonly tStat: number;
}

/** Of three or more positive closes, oldest first. */
export function windowSlope(closes: ArrayLike<number>): WindowSlope {
  const n = closes.length;
  const middle = (n - 1) / 2;
  const scatter = (n * (n * n - 1)) / 12;
  // About the first close: what is summed is the size of the moves and not of the price (QUANT a6).
  const first = closes[0]!;
  let total = 0;
  let moment = 0;
  for (let k = 0; k < n; k++) {
    const move = closes[k]! - first;
    total += move;
    moment += (k - middle) * move;
  }
  const slope = moment / scatter;
  let squares = 0;
  for (let k = 0; k < n; k++) {
    const rest = closes[k]! - first - total / n - slope * (k - middle);
    squares += rest * rest;
  }
  const error = Math.sqrt(squares / (n - 2) / scatter);
  return { slope: slope / (first + total / n), tStat: slope === 0 ? 0 : slope / error };
}
