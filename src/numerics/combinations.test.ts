/** Goal: every choice comes once, in lexicographic order, and as many as counted. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { combinationCount, combinations } from "./combinations.ts";

it("each choice of k from n comes once, in order, and the count is Pascal's", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), (n, k) => {
      const all = Array.from(combinations(n, k), (chosen) => chosen.join(""));
      expect(all).toEqual([...new Set(all)].toSorted());
      expect(all.length).toBe(combinationCount(n, k));
      if (k > 0 && n > 0) {
        expect(combinationCount(n, k)).toBe(combinationCount(n - 1, k - 1) + combinationCount(n - 1, k));
      }
    }),
  );
  expect(combinationCount(16, 8)).toBe(12_870);
});
