/**
 * Drawdowns of an equity curve built from simple per-period returns, starting at E_0 = 1 so that a loss on
 * the first day counts (QUANT g).
 *
 * Equity at or under zero ends the curve: what a return on nothing, or on a debt, would be is undefined,
 * and two losses beyond -100 % must not multiply into a gain.
 */

export interface Drawdowns {
  /** E_0 = 1 to E_n: one longer than the returns. Constant from the first value at or under zero. */
  readonly equity: Float64Array;
  /** Per return: E_t / highest E so far - 1, at most 0. */
  readonly depth: Float64Array;
  /** Deepest of `depth`, 0 when equity never fell. Under -1 when a debt was left. */
  readonly maxDrawdown: number;
  /** Indices into `equity` of the deepest drawdown: its peak, its bottom, and the first return to the peak. */
  readonly peakIndex: number;
  readonly troughIndex: number;
  /** Undefined when equity had not recovered by the end. */
  readonly recoveryIndex: number | undefined;
  /**
   * Most periods in a row that ended under the running peak. Recovery is reaching the peak again, and that
   * period is not counted. This reading gives the 497 days of E. Chan, Quantitative Trading, ch. 3.
   */
  readonly longestPeriods: number;
  /** Equity reached zero or less. */
  readonly isRuined: boolean;
}

export function drawdowns(returns: Float64Array): Drawdowns {
  const equity = equityCurve(returns);
  const depth = new Float64Array(returns.length);
  const deepest = { depth: 0, peak: 0, trough: 0 };
  let peak = 0;
  let longestPeriods = 0;
  for (let t = 1; t < equity.length; t++) {
    if (equity[t]! >= equity[peak]!) peak = t;
    const fall = equity[t]! / equity[peak]! - 1;
    depth[t - 1] = fall;
    if (fall < deepest.depth) Object.assign(deepest, { depth: fall, peak, trough: t });
    longestPeriods = Math.max(longestPeriods, t - peak);
  }
  const recovered = equity.findIndex((value, t) => t > deepest.trough && value >= equity[deepest.peak]!);
  return {
    equity,
    depth,
    maxDrawdown: deepest.depth,
    peakIndex: deepest.peak,
    troughIndex: deepest.trough,
    recoveryIndex: deepest.depth === 0 ? deepest.trough : recovered < 0 ? undefined : recovered,
    longestPeriods,
    isRuined: equity[returns.length]! <= 0,
  };
}

/** Growth of 1, with the 1 in front. */
export function equityCurve(returns: Float64Array): Float64Array {
  const equity = new Float64Array(returns.length + 1);
  equity[0] = 1;
  for (let t = 0; t < returns.length; t++) {
    const before = equity[t]!;
    equity[t + 1] = before > 0 ? before * (1 + returns[t]!) : before;
  }
  return equity;
}
