/**
 * How surely a Dickey-Fuller or Engle-Granger statistic speaks against a unit root. Its distribution is no Student's t:
 * it hangs on what the regression holds beside the level, and on how many series were put together.
 *
 * Source: p by the response surface of J. G. MacKinnon, "Approximate asymptotic distribution functions for unit-root
 * and cointegration tests", J. Business & Econ. Statistics 12 (1994); critical values by his "Critical values for
 * cointegration tests", Queen's University working paper 1227 (2010). QUANT h.
 */
import { normalCdf } from "./normal-distribution.ts";

/** What the regression holds beside the level: nothing, a constant, a constant and a trend in time. */
export type Deterministic = "none" | "constant" | "trend";

/** Series that were put together: 1 for a Dickey-Fuller test, 2 for the residual of one series on another. */
export type SeriesCount = 1 | 2 | 3;

interface Surface {
  /** At and below it the small-p polynomial holds. */
  readonly star: number;
  /** Below the least p is 0, above the most it is 1. */
  readonly least: number;
  readonly most: number;
  /** Coefficients from the constant up. */
  readonly small: readonly [number, number, number];
  readonly large: readonly [number, number, number, number];
}

const surface = (
  [least, star, most]: readonly [number, number, number],
  small: Surface["small"],
  large: Surface["large"],
): Surface => ({ least, star, most, small, large });

/** By what the regression holds, then by the number of series less one. */
const surfaces: Readonly<Record<Deterministic, readonly [Surface, Surface, Surface]>> = {
  none: [
    surface([-19.04, -1.04, Infinity], [0.6344, 1.2378, 0.032496], [0.4797, 0.93557, -0.06999, 0.033066]),
    surface([-19.62, -1.53, 1.51], [1.9129, 1.3857, 0.035322], [1.5578, 0.8558, -0.2083, -0.033549]),
    surface([-21.21, -2.68, 0.86], [2.7648, 1.4502, 0.034186], [2.2268, 0.68093, -0.32362, -0.054448]),
  ],
  constant: [
    surface([-18.83, -1.61, 2.74], [2.1659, 1.4412, 0.038269], [1.7339, 0.93202, -0.12745, -0.010368]),
    surface([-18.86, -2.62, 0.92], [2.92, 1.5012, 0.039796], [2.1945, 0.64695, -0.29198, -0.042377]),
    surface([-23.48, -3.13, 0.55], [3.4699, 1.4856, 0.03164], [2.5893, 0.45168, -0.36529, -0.050074]),
  ],
  trend: [
    surface([-16.18, -2.89, 0.7], [3.2512, 1.6047, 0.049588], [2.5261, 0.61654, -0.37956, -0.060285]),
    surface([-21.15, -3.19, 0.63], [3.6646, 1.5419, 0.036448], [2.85, 0.5272, -0.36622, -0.051695]),
    surface([-25.37, -3.5, 0.71], [4.0983, 1.5173, 0.029898], [3.221, 0.5255, -0.32685, -0.041501]),
  ],
};

/** P(a statistic at or below `statistic`) when there is a unit root, in [0, 1]; NaN for NaN. */
export function mackinnonP(statistic: number, holds: Deterministic, series: SeriesCount): number {
  const { least, star, most, small, large } = surfaces[holds][series - 1]!;
  if (statistic > most) return 1;
  if (statistic < least) return 0;
  const [a, b, c, d = 0]: readonly number[] = statistic <= star ? small : large;
  return normalCdf(a! + statistic * (b! + statistic * (c! + statistic * d)));
}

/** At and below these a unit root is refused at 1, 5 and 10 percent. */
export interface CriticalValues {
  readonly one: number;
  readonly five: number;
  readonly ten: number;
}

type Row = readonly [number, number, number, number];

/** 1, 5 and 10 percent: coefficients of 1, 1/T, 1/T^2, 1/T^3. Two series are tested with a constant (QUANT h). */
const criticalRows: Readonly<Record<Deterministic, readonly [Row, Row, Row]>> & {
  readonly pair: readonly [Row, Row, Row];
} = {
  none: [
    [-2.56574, -2.2358, -3.627, 0],
    [-1.941, -0.2686, -3.365, 31.223],
    [-1.61682, 0.2656, -2.714, 25.364],
  ],
  constant: [
    [-3.43035, -6.5393, -16.786, -79.433],
    [-2.86154, -2.8903, -4.234, -40.04],
    [-2.56677, -1.5384, -2.809, 0],
  ],
  trend: [
    [-3.95877, -9.0531, -28.428, -134.155],
    [-3.41049, -4.3904, -9.036, -45.374],
    [-3.12705, -2.5856, -3.925, -22.38],
  ],
  pair: [
    [-3.89644, -10.9519, -33.527, 0],
    [-3.33613, -6.1101, -6.823, 0],
    [-3.04445, -4.2412, -2.72, 0],
  ],
};

/**
 * For a sample of `observations` (above 0). `pair`: the residual of one series on another and a constant, which is
 * no series of its own: -3.0 refuses at 4 % there if it is taken for one, and at 11 % as what it is.
 */
export function criticalValues(holds: Deterministic | "pair", observations: number): CriticalValues {
  const per = 1 / observations;
  const [one, five, ten] = criticalRows[holds].map(([a, b, c, d]) => a + per * (b + per * (c + per * d)));
  return { one: one!, five: five!, ten: ten! };
}
