/**
 * Goal    delays spread as documented, belong to their order, and can be turned off.
 * Method  counts over ten thousand orders against the 5 % and 95 % points.
 */
import { expect, it } from "vitest";
import { Latency, latencyParams } from "./latency.ts";

const params = latencyParams.parse({ enabled: true, lowMs: 50, highMs: 250, seed: 3 });

it("one delay in twenty is shorter than lowMs, one in twenty longer than highMs", () => {
  const latency = new Latency(params);
  const delays = Array.from({ length: 10_000 }, (_, order) => latency.orderMs(order));
  expect(delays.filter((ms) => ms < 50).length / 10_000).toBeCloseTo(0.05, 2);
  expect(delays.filter((ms) => ms > 250).length / 10_000).toBeCloseTo(0.05, 2);
  expect(Math.min(...delays)).toBeGreaterThan(0);
});

it("a delay belongs to seed, order and way, not to what was asked before", () => {
  const a = new Latency(params);
  a.totalMs(1);
  expect(a.orderMs(7)).toBe(new Latency(params).orderMs(7));
  expect(a.orderMs(7)).not.toBe(a.feedMs(7));
  expect(a.orderMs(7)).not.toBe(a.orderMs(7, "cancel"));
  expect(a.orderMs(7)).not.toBe(new Latency({ ...params, seed: 4 }).orderMs(7));
});

it("turned off it is nothing", () => {
  expect(new Latency({ ...params, enabled: false }).totalMs(7)).toBe(0);
});

it("names a range that is upside down", () => {
  expect(() => latencyParams.parse({ ...params, lowMs: 300 })).toThrow(/lowMs must be below highMs/);
});
