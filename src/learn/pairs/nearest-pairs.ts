/**
 * Candidates: pairs whose prices, each begun at one, have stayed close together (Gatev, Goetzmann, Rouwenhorst 2006).
 */

export interface NearPair {
  /** Rows of the panel, the first below the second. */
  readonly first: number;
  readonly second: number;
  /** Sum of squared differences of the two normalised prices. */
  readonly distance: number;
}

/** A price per session for each row of a panel; NaN where there is none. All of one length. */
export type Closes = readonly Float64Array[];

/** Prices begun at one, from `from` up to `to`; undefined where a session has no price above zero. */
export function normalised(closes: Float64Array, from: number, to: number): Float64Array | undefined {
  const start = closes[from]!;
  const path = closes.subarray(from, to).map((close) => close / start);
  return path.every((value) => value > 0 && value < Infinity) ? path : undefined;
}

/**
 * The `count` nearest of all pairs of `rows`, nearest first, of two alike the one that stands first. Rows without a
 * path are in none.
 */
export function nearestPairs(
  paths: readonly (Float64Array | undefined)[],
  rows: readonly number[],
  count: number,
): readonly NearPair[] {
  const able = rows.filter((row) => paths[row] !== undefined);
  const pairs: NearPair[] = [];
  for (const [n, first] of able.entries())
    for (let m = n + 1; m < able.length; m++) {
      const second = able[m]!;
      pairs.push({ first, second, distance: distanceOf(paths[first]!, paths[second]!) });
    }
  return pairs
    .sort((a, b) => a.distance - b.distance || a.first - b.first || a.second - b.second)
    .slice(0, count);
}

function distanceOf(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) {
    const off = a[i]! - b[i]!;
    total += off * off;
  }
  return total;
}
