/** Goal: ordering is what a Map by instant would do, for any order and any repetition. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { concatenated, ordered, rowsBetween, SeriesBuffer, sameColumns } from "./series-columns.ts";

const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 1000 })), {
  minLength: 1,
  maxLength: 400,
});

function bufferOf(pairs: readonly (readonly [number, number])[]) {
  const buffer = new SeriesBuffer();
  for (const [ts, price] of pairs) buffer.push(ts, price, price + 1, price - 1, price, price * 10);
  return buffer.columns();
}

it("the last row of an instant stays, in order of time, and the rest are counted", () => {
  let repeated = 0;
  fc.assert(
    fc.property(rows, (pairs) => {
      const expected = [...new Map(pairs)].sort((a, b) => a[0] - b[0]);
      const { columns, dropped } = ordered(bufferOf(pairs));
      expect([...columns.ts].map((ts, row) => [ts, columns.open[row]])).toEqual(expected);
      expect([...columns.volume]).toEqual(expected.map(([, price]) => price * 10));
      expect(dropped).toBe(pairs.length - expected.length);
      repeated += dropped;
    }),
  );
  expect(repeated).toBeGreaterThan(0);
});

it("pieces put together again are the whole", () => {
  fc.assert(
    fc.property(rows, fc.nat(), (pairs, at) => {
      const whole = bufferOf(pairs);
      const middle = at % (pairs.length + 1);
      const pieces = [rowsBetween(whole, 0, middle), rowsBetween(whole, middle, pairs.length)];
      expect(sameColumns(concatenated(pieces), whole)).toBe(true);
    }),
  );
});

it("one differing cell makes columns different", () => {
  const one = bufferOf([[1, 5]]);
  expect(sameColumns(one, { ...one, low: Float64Array.of(3) })).toBe(false);
  expect(
    sameColumns(
      one,
      bufferOf([
        [1, 5],
        [2, 5],
      ]),
    ),
  ).toBe(false);
});
