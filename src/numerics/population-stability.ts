/**
 * The population stability index: how far the shares of a distribution have moved between bins that were cut
 * on a reference (Siddiqi 2006; QUANT b). 0 is no movement; the index has no unit.
 */
import { chiSquareQuantile } from "./gamma-distribution.ts";
import { quantileOfSorted } from "./moments.ts";

export interface Stability {
  readonly index: number;
  /**
   * The index that chance alone exceeds in 5 % of cases, (1/n + 1/m) times the 95 % quantile of chi-square
   * (Yurdakul 2018): with a hundred values on each side it is above the rule of thumb 0.25.
   */
  readonly critical: number;
  /** Inner edges of the bins, or the values of the categories. */
  readonly edges: Float64Array;
  /** Counts per bin; the last is the missing values. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/** A share never counts as less: an empty bin would make the index infinite. */
const FLOOR = 1e-4;

/** What one bin adds to the index, from its shares of the reference and of now. */
export function stabilityTerm(reference: number, current: number): number {
  const r = Math.max(reference, FLOOR);
  const c = Math.max(current, FLOOR);
  return (c - r) * Math.log(c / r);
}

/**
 * `bins` quantile bins of the reference, both ends open, inside [a, b); equal edges are merged, and a reference
 * with no more distinct values than bins is compared value by value. NaN counts as missing, in a bin of its
 * own. NaN index when a side has no value at all.
 */
export function populationStability(
  reference: Float64Array,
  current: Float64Array,
  { bins = 10 }: { readonly bins?: number } = {},
): Stability {
  const sorted = reference.filter((value) => !Number.isNaN(value)).sort();
  const edges = edgesOf(sorted, bins);
  const before = counts(reference, edges);
  const now = counts(current, edges);
  let index = sorted.length === 0 || current.length === 0 ? Number.NaN : 0;
  let used = 0;
  for (const [bin, count] of before.entries()) {
    if (count + now[bin]! > 0) used += 1;
    index += stabilityTerm(count / reference.length, now[bin]! / current.length);
  }
  const noise = 1 / reference.length + 1 / current.length;
  const critical = used > 1 ? noise * chiSquareQuantile(0.95, used - 1) : Number.NaN;
  return { index, critical, edges, reference: before, current: now };
}

function edgesOf(sorted: Float64Array, bins: number): Float64Array {
  if (sorted.length === 0) return new Float64Array(0);
  const distinct = firstDistinct(sorted, bins + 1);
  // Categories: each edge is a value, so that [a, b) holds exactly one of them.
  if (distinct.length <= bins) return Float64Array.from(distinct.slice(1));
  const cuts = Array.from({ length: bins - 1 }, (_, k) => quantileOfSorted(sorted, (k + 1) / bins));
  return Float64Array.from(new Set(cuts));
}

function firstDistinct(sorted: Float64Array, most: number): number[] {
  const found: number[] = [];
  for (const value of sorted) {
    if (value !== found.at(-1)) found.push(value);
    if (found.length === most) break;
  }
  return found;
}

function counts(values: Float64Array, edges: Float64Array): Float64Array {
  const found = new Float64Array(edges.length + 2);
  for (const value of values) {
    const bin = Number.isNaN(value) ? edges.length + 1 : edgesBelow(edges, value);
    found[bin] = found[bin]! + 1;
  }
  return found;
}

/** How many edges are at or below the value. */
function edgesBelow(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
