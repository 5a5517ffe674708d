/** Goal: floats come out in the order of a sort by comparison, to the bit, signs of zero and infinities included. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { sortedFloats } from "./float-order.ts";

it("is the order of a sort by comparison", () => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, maxLength: 200 }), (values) => {
      const given = values.slice();
      const bits = new Uint32Array(values.toSorted().buffer);
      expect(new Uint32Array(sortedFloats(values).buffer)).toEqual(bits);
      expect(values).toEqual(given);
    }),
  );
  const plain = Float32Array.of(0, -0, 3.5, -1e30, Number.POSITIVE_INFINITY, -1e-45, 3.5, -0);
  expect([...sortedFloats(plain.subarray(1))]).toEqual([...plain.subarray(1).toSorted()]);
});
