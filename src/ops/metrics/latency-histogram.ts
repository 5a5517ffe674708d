/**
 * Durations counted into fixed buckets: one array, nothing allocated per value, so that hot processes can afford it.
 * The buckets are the same everywhere, from ten microseconds to a minute.
 */
import type { HistogramCounts } from "../../domain/process-vitals.ts";

/** Upper bounds, seconds, each within the one before times 2.5. */
export const latencyBounds: readonly number[] = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
  0.5, 1, 2.5, 5, 10, 30, 60,
];

export class LatencyHistogram {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  /** Other bounds for what is no duration of a program: fills, ratios. */
  constructor(bounds: readonly number[] = latencyBounds) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** What is no number is not counted; below the first bound counts there. */
  observe(value: number): void {
    if (Number.isNaN(value)) return;
    const bounds = this.#bounds;
    let n = 0;
    while (n < bounds.length && value > bounds[n]!) n += 1;
    this.#counts[n] = this.#counts[n]! + 1;
    this.#sum += value;
  }

  read(): HistogramCounts {
    return { counts: [...this.#counts], sum: this.#sum };
  }
}

export const countOf = ({ counts }: HistogramCounts): number => counts.reduce((sum, each) => sum + each, 0);

/**
 * The value below which that share of all values lies, linear within its bucket; NaN of none, the last bound for what
 * is above it.
 */
export function quantileOf(histogram: HistogramCounts, share: number, bounds = latencyBounds): number {
  const rank = share * countOf(histogram);
  if (rank === 0) return Number.NaN;
  let below = 0;
  for (const [n, count] of histogram.counts.entries()) {
    if (below + count < rank) {
      below += count;
      continue;
    }
    const [from, to] = [n === 0 ? Math.min(0, bounds[0] ?? 0) : (bounds[n - 1] ?? 0), bounds[n]];
    return to === undefined ? from : from + ((to - from) * (rank - below)) / count;
  }
  return bounds.at(-1) ?? Number.NaN;
}
