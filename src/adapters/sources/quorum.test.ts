/** Goal: no bar on which two sources differ passes, and each that does not has both numbers. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { EpochMicros } from "../../domain/time.ts";
import type { SourceBar } from "./bar-source.ts";
import { compareBars } from "./quorum.ts";

const bar = (ts: number, close: number, volume = 1000): SourceBar => ({
  ts: ts as EpochMicros,
  open: close,
  high: close,
  low: close,
  close,
  volume,
});
const whole = { volume: "consolidated" } as const;
const one = { volume: "one exchange" } as const;
const agreement = { price: 0.005, volume: 0.25 };

it("compares closes and volumes, and names a bar that only one has", () => {
  const first = { source: whole, bars: [bar(1, 100), bar(2, 100), bar(3, 100), bar(4, 100)] };
  const second = { source: whole, bars: [bar(1, 100.4), bar(2, 101), bar(3, 100, 2000), bar(5, 7)] };
  const { agreed, disagreements } = compareBars(first, second, agreement);
  expect(agreed).toEqual([bar(1, 100)]);
  expect(disagreements).toEqual([
    { ts: 2, field: "close", first: 100, second: 101 },
    { ts: 3, field: "volume", first: 1000, second: 2000 },
    { ts: 4, field: "bar", first: 100, second: Number.NaN },
    { ts: 5, field: "bar", first: Number.NaN, second: 7 },
  ]);
});

it("does not hold the volume of one exchange against that of the market", () => {
  const thin = { source: one, bars: [bar(1, 100, 20)] };
  expect(compareBars({ source: whole, bars: [bar(1, 100)] }, thin, agreement).agreed).toHaveLength(1);
});

it("a number that is none agrees with nothing, itself included", () => {
  const bad = { source: whole, bars: [bar(1, Number.NaN)] };
  expect(compareBars(bad, bad, agreement).agreed).toEqual([]);
});

it("every bar of the two ends in one of the lists, once", () => {
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 30 }));
  fc.assert(
    fc.property(times, times, fc.constantFrom(100, 100.2, 103), (a, b, price) => {
      const first = { source: whole, bars: a.map((ts) => bar(ts, 100)) };
      const second = { source: whole, bars: b.map((ts) => bar(ts, price)) };
      const { agreed, disagreements } = compareBars(first, second, agreement);
      const all = [...agreed, ...disagreements].map(({ ts }) => ts as number).toSorted((x, y) => x - y);
      expect(all).toEqual([...new Set([...a, ...b])].toSorted((x, y) => x - y));
    }),
  );
});
