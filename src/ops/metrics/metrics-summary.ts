/** The figures in short, as a person asks for them: how fast, how well filled, how many. */
import type { HistogramCounts } from "../../domain/process-vitals.ts";
import { type EngineMetrics, fillBounds, ratioBounds } from "./engine-metrics.ts";
import { countOf, latencyBounds, quantileOf } from "./latency-histogram.ts";

export interface LatencyLine {
  readonly step: string;
  readonly label: string;
  readonly count: number;
  /** Milliseconds; null of none. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  /** What is wanted of the median (SYSTEM 16), or where entries are barred, milliseconds. */
  readonly goalMs: number;
}

export interface QualityLine {
  readonly id: string;
  readonly label: string;
  readonly count: number;
  /** Basis points of the price; null of none. */
  readonly meanBps: number | null;
  readonly p50Bps: number | null;
  readonly p95Bps: number | null;
}

export interface MetricsSummary {
  readonly run: string;
  readonly mode: string;
  readonly at: string;
  readonly level: string;
  readonly latency: readonly LatencyLine[];
  readonly quality: readonly QualityLine[];
  readonly fillRatio: number | null;
  readonly orders: readonly { readonly kind: string; readonly outcome: string; readonly count: number }[];
  readonly denied: readonly { readonly control: string; readonly outcome: string; readonly count: number }[];
  readonly rejects: readonly { readonly class: string; readonly count: number }[];
  readonly mismatches: readonly { readonly kind: string; readonly count: number }[];
  readonly unknownOrders: number;
  readonly tombstones: number;
}

/** What is timed, in the order of an order's way, each with its goal. */
export const timedSteps = [
  ["feedToEngine", "market data to engine", 100],
  ["signal", "minute to decision, one symbol", 50],
  ["decisionToOrder", "decision to order", 500],
  ["commit", "journal commit", 250],
  ["submitToAck", "order to broker's answer", 200],
  ["brokerRequest", "any request to the broker", 1000],
  ["fill", "decision to fill, exchange's clock", 60_000],
] as const;

const qualities = [
  ["slippage", "worse than the decision's close"],
  ["priceImprovement", "better than the limit"],
  ["adverseSelection", "against us a minute later"],
] as const;

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function latencyLine(
  [step, label, goalMs]: (typeof timedSteps)[number],
  histogram: HistogramCounts,
): LatencyLine {
  const bounds = step === "fill" ? fillBounds : latencyBounds;
  const ms = (share: number) => orNull(quantileOf(histogram, share, bounds) * 1000);
  return {
    ...{ step, label, goalMs, count: countOf(histogram) },
    ...{ p50Ms: ms(0.5), p95Ms: ms(0.95), p99Ms: ms(0.99) },
  };
}

/** Histograms of what is timed, of execute and of compute; those that are not known are left out. */
export function timedHistograms(
  engine: EngineMetrics,
  signal: HistogramCounts | undefined,
): readonly (readonly [(typeof timedSteps)[number], HistogramCounts])[] {
  return timedSteps.flatMap((step) => {
    const [name] = step;
    const histogram = name === "signal" ? signal : engine.histograms[name];
    return histogram === undefined ? [] : [[step, histogram] as const];
  });
}

export function metricsSummary(engine: EngineMetrics, signal?: HistogramCounts): MetricsSummary {
  const { run, mode, at, level, fillRatio, unknownOrders, tombstones } = engine;
  const some = <Row extends { readonly count: number }>(rows: readonly Row[]) =>
    rows.filter(({ count }) => count > 0);
  return {
    ...{ run, mode, at, level, fillRatio, unknownOrders, tombstones },
    latency: timedHistograms(engine, signal).map(([step, histogram]) => latencyLine(step, histogram)),
    quality: qualities.map(([id, label]) => {
      const histogram = engine.histograms[id];
      const bps = (share: number) => orNull(quantileOf(histogram, share, ratioBounds) * 10_000);
      const count = countOf(histogram);
      const meanBps = orNull((histogram.sum / count) * 10_000);
      return { id, label, count, meanBps, p50Bps: bps(0.5), p95Bps: bps(0.95) };
    }),
    orders: some(engine.orders),
    denied: some(engine.decisions),
    rejects: some(engine.rejects),
    mismatches: some(engine.mismatches),
  };
}
