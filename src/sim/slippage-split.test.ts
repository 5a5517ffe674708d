/**
 * Goal    the parts of a fill's slippage are exact money and add up to it, whatever the figures.
 * Method  a table by hand, then properties over sizes, proportions and signs.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../test/between.ts";
import { cellNumber } from "../../test/cell-number.ts";
import { table } from "../../test/table.ts";
import { type Money, usd } from "../domain/money.ts";
import { divideSlippage, measuredSlippage } from "./slippage-split.ts";

const awayOf = (text: string | undefined) => {
  const [spread = 0, drift = 0, impact = 0] = (text ?? "").split("/").map(Number);
  return { spread, drift, impact };
};
const shown = ({ spread, drift, impact }: { spread: Money; drift: Money; impact: Money }) =>
  [spread, drift, impact].join("/");

describe("divideSlippage", () => {
  it.each(
    table(`
      total  away            parts       why
      10     1/1/1           3/4/3       each boundary is rounded once
      7      0.02/0.02/0.14  1/1/5       in proportion, also when a limit cut most of it off
      100    0.05/0/0        100/0/0     a single cause takes all
      0      1/1/1           0/0/0       nothing to divide
      5      0/0/0           5/0/0       no cause known: the spread's
    `),
  )("$total over $away: $why", (row) =>
    expect(shown(divideSlippage(cellNumber(row.total) as Money, awayOf(row.away)))).toBe(row.parts),
  );

  it("sums exactly and never turns a cost into a gain", () => {
    const away = fc.record({ spread: between(0, 1), drift: between(0, 1), impact: between(0, 1) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), away, (total, causes) => {
        const { spread, drift, impact } = divideSlippage(total as Money, causes);
        expect(spread + drift + impact).toBe(total);
        expect(Math.min(spread, drift, impact)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("measuredSlippage", () => {
  it("keeps signs: a spread earned while the price ran away", () => {
    const { total, parts } = measuredSlippage(100, { spread: -0.01, drift: 0.03, impact: 0 });
    expect(total).toBe(usd(2));
    expect(shown(parts)).toBe("-1000000/3000000/0");
  });

  it("sums exactly", () => {
    const away = fc.record({ spread: between(-1, 1), drift: between(-1, 1), impact: between(-1, 1) });
    fc.assert(
      fc.property(between(0.001, 9_000), away, (shares, causes) => {
        const { total, parts } = measuredSlippage(shares, causes);
        expect(parts.spread + parts.drift + parts.impact).toBe(total);
      }),
    );
  });
});
