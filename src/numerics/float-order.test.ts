/** Goal: the order is that of a stable sort by comparison, signs of zero, denormals and infinities included. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { ascendingOrder } from "./float-order.ts";

const telling = [0, -0, 1, -1, Number.MIN_VALUE, -Number.MIN_VALUE, 1e-45, 3e38, -1e300];
const ends = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

it.each([Float32Array, Float64Array])("%o", (Kind) => {
  const value = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(...telling, ...ends));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 200 }), (list) => {
      // From inside a larger buffer, as the callers cut theirs.
      const values = Kind.from([7, ...list]).subarray(1);
      const order = Array.from(values.keys()).sort((a, b) => {
        const [x, y] = [values[a]!, values[b]!];
        return x === y ? Number(Object.is(y, -0)) - Number(Object.is(x, -0)) || a - b : x < y ? -1 : 1;
      });
      expect([...ascendingOrder(values)]).toEqual(order);
    }),
    { numRuns: 300 },
  );
});
