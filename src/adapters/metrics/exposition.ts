/**
 * Figures as Prometheus reads them. They were counted elsewhere, histograms too: the client's own metrics count
 * themselves, so that only its registry is used, which knows the format and how labels are escaped.
 */
import { type Metric, Registry } from "prom-client";
import { InvariantError } from "../../domain/assert.ts";
import type { HistogramCounts } from "../../domain/process-vitals.ts";

export interface ShownFamily {
  readonly name: string;
  readonly kind: "gauge" | "counter" | "histogram" | "summary";
  readonly help: string;
  readonly labels: readonly string[];
  readonly bounds?: readonly number[];
}

export type ShownSample = {
  readonly labels: Readonly<Record<string, string>>;
} & ({ readonly value: number; readonly suffix?: string } | { readonly histogram: HistogramCounts });

interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName: string;
}

export const expositionType = Registry.PROMETHEUS_CONTENT_TYPE;

/** All families, those without a sample too. Throws InvariantError for a sample under labels of another family. */
export async function exposition(
  families: readonly ShownFamily[],
  samples: ReadonlyMap<string, readonly ShownSample[]>,
): Promise<string> {
  const registry = new Registry();
  for (const family of families) {
    const { name, help, kind: type } = family;
    const values = (samples.get(name) ?? []).flatMap((sample) => valuesOf(family, sample));
    const metric = { name, help, type, aggregator: "sum", get: async () => ({ name, help, type, values }) };
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry.metrics();
}

function valuesOf(family: ShownFamily, sample: ShownSample): Value[] {
  const { name, labels: allowed, kind } = family;
  const given = Object.keys(sample.labels).filter((label) => kind !== "summary" || label !== "quantile");
  if (given.length !== allowed.length || given.some((label) => !allowed.includes(label)))
    throw new InvariantError(`MX-1: ${name} under ${given.join(", ")}; it has ${allowed.join(", ")}`);
  const { labels } = sample;
  if ("value" in sample) {
    const { value, suffix = "" } = sample;
    // A counter that is not known is not there: a scraper would take NaN for a reset.
    return kind === "counter" && Number.isNaN(value) ? [] : [{ labels, value, metricName: name + suffix }];
  }
  const { counts, sum } = sample.histogram;
  let below = 0;
  const buckets = counts.map((count, n) => {
    below += count;
    return {
      labels: { ...labels, le: family.bounds?.[n] ?? "+Inf" },
      value: below,
      metricName: `${name}_bucket`,
    };
  });
  return [
    ...buckets,
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: below, metricName: `${name}_count` },
  ];
}
