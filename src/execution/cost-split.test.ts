/**
 * Goal    the parts of a shared fill's costs add up to the micro-dollar, cause by cause, and no cause is lost.
 * Method  properties over costs of either sign and weights of any size.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { FillCosts } from "../domain/events.ts";
import type { Money } from "../domain/money.ts";
import { splitCosts } from "./cost-split.ts";

const money = (least = -1e9) => fc.integer({ min: least, max: 1e9 }).map((micros) => micros as Money);
const costs = fc
  .record({ commission: money(0), regulatory: money(0), spread: money(), drift: money(), impact: money() })
  .map(
    ({ commission, regulatory, ...parts }): FillCosts => ({
      commission,
      regulatory,
      slippage: (parts.spread + parts.drift + parts.impact) as Money,
      parts,
    }),
  );
const weights = fc.array(fc.integer({ min: 1, max: 1e12 }), { minLength: 1, maxLength: 6 });
const total = (parts: readonly FillCosts[], figure: (cost: FillCosts) => number) =>
  parts.reduce((sum, part) => sum + figure(part), 0);

it("every figure adds up, and each member's causes are its slippage", () => {
  fc.assert(
    fc.property(weights, costs, (shares, whole) => {
      const split = splitCosts(shares, whole);
      for (const figure of [
        (cost: FillCosts) => cost.commission,
        (cost: FillCosts) => cost.regulatory,
        (cost: FillCosts) => cost.slippage,
        (cost: FillCosts) => cost.parts?.spread ?? Number.NaN,
        (cost: FillCosts) => cost.parts?.drift ?? Number.NaN,
        (cost: FillCosts) => cost.parts?.impact ?? Number.NaN,
      ]) {
        expect(total(split, figure)).toBe(figure(whole));
      }
      for (const { slippage, parts } of split) {
        expect(slippage).toBe((parts?.spread ?? 0) + (parts?.drift ?? 0) + (parts?.impact ?? 0));
      }
    }),
  );
});

it("a broker that tells no causes has them told by nobody", () => {
  const split = splitCosts([2, 1], { commission: 0 as Money, regulatory: 3 as Money, slippage: 9 as Money });
  expect(split.map(({ slippage, regulatory }) => [slippage, regulatory])).toEqual([
    [6, 2],
    [3, 1],
  ]);
  expect(split.every(({ parts }) => parts === undefined)).toBe(true);
});
