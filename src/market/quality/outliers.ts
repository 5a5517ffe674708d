/**
 * Returns that do not belong to their series (QUANT b): robust z of each log return against the trailing 252
 * returns before it. Flagged, never clipped: the report lists them and whoever trains or trades decides.
 */
import { SortedWindow } from "./sorted-window.ts";

export const OUTLIER_WINDOW = 252;
/** A quarter of a year: fewer returns say too little about what is usual, and no decision is made. */
export const OUTLIER_RETURNS_MIN = 63;
export const OUTLIER_FLAG_Z = 8;
export const OUTLIER_SERIOUS_Z = 20;
/** Scales a median deviation, and an interquartile range, to the standard deviation of normal data. */
const MAD_TO_SIGMA = 0.6745;
const IQR_TO_SIGMA = 1.349;

export interface Outlier {
  readonly key: number;
  readonly logReturn: number;
  readonly z: number;
  /** Beyond 20 rather than 8: to be quarantined. */
  readonly isSerious: boolean;
}

/** Outliers in row order. A close that is no positive number makes no return and enters no window. */
export function outliers(keys: ArrayLike<number>, close: ArrayLike<number>): Outlier[] {
  const window = new SortedWindow(OUTLIER_WINDOW);
  const found: Outlier[] = [];
  for (let row = 1; row < close.length; row += 1) {
    const logReturn = Math.log(close[row]! / close[row - 1]!);
    if (!Number.isFinite(logReturn)) continue;
    const z = robustZ(logReturn, window);
    if (z !== undefined && Math.abs(z) > OUTLIER_FLAG_Z) {
      found.push({ key: keys[row]!, logReturn, z, isSerious: Math.abs(z) > OUTLIER_SERIOUS_Z });
    }
    window.push(logReturn);
  }
  return found;
}

/**
 * 0.6745 (x - median) / MAD. Where more than half the window is one value MAD is zero and the interquartile range
 * stands in; where that is zero too, or the window is short, there is no decision.
 */
export function robustZ(value: number, window: SortedWindow): number | undefined {
  if (window.size < OUTLIER_RETURNS_MIN) return undefined;
  const center = window.median();
  const deviation = window.deviation(center);
  if (deviation > 0) return (MAD_TO_SIGMA * (value - center)) / deviation;
  const sigma = (window.quantile(0.75) - window.quantile(0.25)) / IQR_TO_SIGMA;
  return sigma > 0 ? (value - center) / sigma : undefined;
}
