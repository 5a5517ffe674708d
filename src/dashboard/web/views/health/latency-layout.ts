/**
 * A latency histogram on a logarithmic axis of milliseconds: bars, the goal as the mark, p50 and p99. Everything is a
 * share of the box, so that the picture is drawn once for any width.
 */
import type { LatencyHistogram } from "../../../contract/running-answers.ts";
import { number } from "../../words/format.ts";

export interface LatencyPicture {
  readonly count: number;
  /** Left edge and width as shares of the box, height as a share of the tallest. */
  readonly bars: readonly { readonly x: number; readonly width: number; readonly height: number }[];
  readonly goalX: number;
  readonly p50X: number | null;
  readonly p99X: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Whole powers of ten inside the axis. */
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
  /** Of the observations, the share that missed the goal at least; null where none was made. */
  readonly late: number | null;
}

interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export function latencyPicture(histogram: LatencyHistogram): LatencyPicture {
  const bins = binsOf(histogram);
  const full = bins.filter(({ count }) => count > 0);
  const count = full.reduce((sum, bin) => sum + bin.count, 0);
  const low = Math.min(histogram.goalMs / 100, full[0]?.from ?? histogram.goalMs / 100);
  const high = Math.max(histogram.goalMs * 2, full.at(-1)?.to ?? 0);
  const toX = (ms: number) => clamp(Math.log(ms / low) / Math.log(high / low));
  // Buckets are of unequal width: what is compared by eye is the count for a step of the axis, not for a bucket.
  const density = (bin: Bin) => bin.count / Math.log(bin.to / bin.from);
  const tallest = Math.max(...full.map(density), 0);
  const p50Ms = histogram.p50Ms ?? quantileOf(bins, 0.5);
  const p99Ms = histogram.p99Ms ?? quantileOf(bins, 0.99);
  return {
    count,
    bars: full.map((bin) => ({
      x: toX(bin.from),
      width: toX(bin.to) - toX(bin.from),
      height: tallest === 0 ? 0 : density(bin) / tallest,
    })),
    goalX: toX(histogram.goalMs),
    p50Ms,
    p99Ms,
    p50X: p50Ms === null || p50Ms <= 0 ? null : toX(p50Ms),
    p99X: p99Ms === null || p99Ms <= 0 ? null : toX(p99Ms),
    ticks: powersOfTen(low, high).map((ms) => ({ x: toX(ms), text: msText(ms) })),
    late:
      count === 0
        ? null
        : full.reduce((sum, bin) => sum + (bin.from >= histogram.goalMs ? bin.count : 0), 0) / count,
  };
}

/**
 * Buckets as spans. The first begins a factor of its neighbour's width below its bound, the one without a bound ends as
 * far above the last: on a logarithmic axis neither has an end of its own.
 */
function binsOf({ buckets, goalMs }: LatencyHistogram): Bin[] {
  const bounds = buckets.map(({ leMs }) => leMs).filter((ms): ms is number => ms !== null && ms > 0);
  const first = bounds[0] ?? goalMs;
  const step = bounds.length > 1 ? (bounds[1] ?? first) / first : 2;
  let from = first / step;
  return buckets.flatMap(({ leMs, count }) => {
    const to = leMs === null ? from * step : leMs;
    if (!(to > from)) return [];
    const bin = { from, to, count: Math.max(0, count) };
    from = to;
    return [bin];
  });
}

/** Interpolated on the logarithmic axis inside the bucket that holds it; null without observations. */
export function quantileOf(bins: readonly Bin[], share: number): number | null {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  let before = 0;
  for (const { from, to, count } of bins) {
    if (count > 0 && before + count >= share * total) {
      const inside = (share * total - before) / count;
      return from * (to / from) ** inside;
    }
    before += count;
  }
  return bins.at(-1)?.to ?? null;
}

function powersOfTen(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / 5));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k)
    .filter((power) => (power - first) % every === 0)
    .map((power) => 10 ** power);
}

const clamp = (share: number): number => Math.max(0, Math.min(1, share));

/** Three significant digits at most: 0.021 ms, 3.1 ms, 121 ms, 1.20 s. */
export function msText(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "no data";
  if (ms >= 1000) return `${number(ms / 1000, ms >= 100_000 ? 0 : ms % 1000 === 0 ? 0 : 2)} s`;
  if (ms >= 1 && Number.isInteger(ms)) return `${number(ms, 0)} ms`;
  const digits = ms >= 20 ? 0 : ms >= 1 ? 1 : ms >= 0.1 ? 2 : 3;
  return `${Number(ms.toFixed(digits))} ms`;
}
