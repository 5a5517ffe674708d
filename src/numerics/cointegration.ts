/**
 * Whether two series that wander each on its own wander together: the residual of one on the other comes back.
 * Work in log adjusted prices. Source: Engle and Granger 1987; Vidyamurthy 2004; QUANT h.
 */
import { dickeyFuller } from "./dickey-fuller.ts";
import { type CriticalValues, criticalValues, mackinnonP } from "./mackinnon.ts";
import { mean, sampleVariance } from "./moments.ts";

/** y = intercept + slope x + residual. */
export interface Line {
  readonly intercept: number;
  readonly slope: number;
}

/** Ordinary least squares; NaN where x does not move. Its slope is too near 0 where x is noisy itself. */
export function regressionLine(y: Float64Array, x: Float64Array): Line {
  const [meanY, meanX] = [mean(y), mean(x)];
  let [products, squares] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    const off = x[i]! - meanX;
    products += off * (y[i]! - meanY);
    squares += off * off;
  }
  const slope = squares > 0 ? products / squares : Number.NaN;
  return { intercept: meanY - slope * meanX, slope };
}

/**
 * Slope of the line with the least squared distances across it (total least squares): the same line whichever series
 * is called y. NaN where the two do not move together at all.
 */
export function orthogonalSlope(y: Float64Array, x: Float64Array): number {
  const [meanY, meanX] = [mean(y), mean(x)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [offX, offY] = [x[i]! - meanX, y[i]! - meanY];
    xx += offX * offX;
    yy += offY * offY;
    xy += offX * offY;
  }
  return xy === 0 ? Number.NaN : (yy - xx + Math.hypot(yy - xx, 2 * xy)) / (2 * xy);
}

export function residualOf(y: Float64Array, x: Float64Array, { intercept, slope }: Line): Float64Array {
  return y.map((value, i) => value - intercept - slope * x[i]!);
}

export interface Reversion {
  /** b of d e_t = c + b e_(t-1). */
  readonly slope: number;
  /** Steps in which half of a deviation is gone, -ln 2 / ln(1 + b); NaN where it does not come back or overshoots. */
  readonly halfLife: number;
}

export function reversionOf(residual: Float64Array): Reversion {
  const before = residual.subarray(0, -1);
  const change = before.map((value, i) => residual[i + 1]! - value);
  const { slope } = regressionLine(change, before);
  const halfLife = slope < 0 && slope > -1 ? -Math.LN2 / Math.log1p(slope) : Number.NaN;
  return { slope, halfLife };
}

export interface EngleGranger extends Line {
  /** Dickey-Fuller of the residual, without constant. NaN where one series does not move or is the other one. */
  readonly statistic: number;
  /** Of a statistic as low when the two do not wander together; by the surface of two series, never of one. */
  readonly p: number;
  readonly lag: number;
  readonly critical: CriticalValues;
}

/** Part of its variance that is left of a series beside itself. */
const SAME = 1e-14;

/** y on x, both of one length. `lag` absent: by AIC. */
export function engleGranger(y: Float64Array, x: Float64Array, lag?: number): EngleGranger {
  const line = regressionLine(y, x);
  const residual = residualOf(y, x, line);
  const found = dickeyFuller(residual, { holds: "none", ...(lag === undefined ? {} : { lag }) });
  // What is left of a series on itself is rounding, and rounding always comes back.
  const isSame = !(sampleVariance(residual) > SAME * sampleVariance(y));
  const statistic = isSame ? Number.NaN : found.statistic;
  return {
    ...line,
    statistic,
    p: mackinnonP(statistic, "constant", 2),
    lag: found.lag,
    critical: criticalValues("pair", y.length - 1),
  };
}
