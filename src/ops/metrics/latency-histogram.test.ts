/** Goal: quantiles of the buckets are where those of the values are, within a bucket; nothing is lost at either end. */
import { expect, it } from "vitest";
import { countOf, LatencyHistogram, latencyBounds, quantileOf } from "./latency-histogram.ts";

it("counts a value into the first bucket that holds it, and above the last bound too", () => {
  const histogram = new LatencyHistogram([1, 2, 4]);
  for (const value of [0.5, 1, 1.5, 4, 9, Number.NaN]) histogram.observe(value);
  expect(histogram.read()).toEqual({ counts: [2, 1, 1, 1], sum: 16 });
});

it("knows no quantile of nothing", () => {
  expect(quantileOf(new LatencyHistogram().read(), 0.5)).toBeNaN();
});

it("finds each quantile within a factor of 2.5 of the true one", () => {
  const histogram = new LatencyHistogram();
  const values = Array.from({ length: 1000 }, (_, n) => 0.0002 * 1.008 ** n);
  for (const value of values) histogram.observe(value);
  expect(countOf(histogram.read())).toBe(1000);
  for (const share of [0.01, 0.5, 0.9, 0.99]) {
    const found = quantileOf(histogram.read(), share) / (values[Math.ceil(share * 1000) - 1] ?? 0);
    expect(found).toBeGreaterThan(1 / 2.5);
    expect(found).toBeLessThan(2.5);
  }
});

it("says the last bound for what is above it", () => {
  const histogram = new LatencyHistogram();
  histogram.observe(3600);
  expect(quantileOf(histogram.read(), 0.5)).toBe(latencyBounds.at(-1));
});
