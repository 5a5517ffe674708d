/** Goal: dividends that nobody pays are said to be missing, and those that somebody pays are not. */
import { describe, expect, it } from "vitest";
import type { Adjustment } from "../domain/bars.ts";
import { dividendWarnings, priceBasis } from "./price-basis.ts";

const series = (...adjustments: Adjustment[]) =>
  adjustments.map((adjustment, n) => ({ symbol: `S${n}`, adjustment }));
const dividend = { symbol: "S0", kind: "dividend" } as const;
const split = { symbol: "S0", kind: "split" } as const;

describe("dividends", () => {
  it.each([
    ["prices adjusted for splits only lack them", series("split", "split"), "raw", [], 2, false],
    ["fully adjusted prices hold them", series("full", "full"), "raw", [], 0, false],
    [
      "raw prices with actions pay them, also beside a company that pays none",
      series("raw", "raw"),
      "raw",
      [dividend],
      0,
      true,
    ],
    ["raw prices without an action lack them", series("raw", "raw"), "raw", [], 2, false],
    ["splits alone pay nothing", series("raw"), "raw", [split], 1, false],
    ["raw prices brought to today's shares still pay them", series("raw"), "split", [dividend], 0, true],
    ["raw prices brought to one basis with dividends hold them", series("raw"), "full", [], 0, false],
    ["one of two sources lacks them", series("raw", "split"), "raw", [dividend], 1, true],
  ] as const)("%s", (_, stored, adjust, actions, lacking, arePaid) => {
    const basis = priceBasis(stored, adjust, actions);
    expect(basis).toMatchObject({ symbols: stored.length, symbolsWithoutDividends: lacking, arePaid });
    expect(dividendWarnings(basis, 250).length).toBe(lacking > 0 ? 1 : 0);
  });

  it("are a warning that names the cause and whose they are", () => {
    const [splitOnly] = dividendWarnings(priceBasis(series("split"), "raw", []), 250);
    expect(splitOnly).toMatch(/^Prices are adjusted for splits only, not for dividends\. .*from holding/);
    const [raw] = dividendWarnings(priceBasis(series("raw"), "raw", []), 250);
    expect(raw).toMatch(/^Prices are raw, and no dividend of theirs is known\./);
    const [mixed] = dividendWarnings(priceBasis(series("full", "split"), "raw", []), 250);
    expect(mixed).toMatch(/^Prices of 1 of 2 symbols are adjusted for splits only/);
  });

  it("are not missed within one session, nor in a market that has none", () => {
    expect(dividendWarnings(priceBasis(series("raw"), "raw", []), 1)).toEqual([]);
    expect(dividendWarnings(undefined, 250)).toEqual([]);
  });
});

it("the basis is that of the prices that were traded", () => {
  expect(priceBasis(series("raw", "full"), "raw", []).adjustments).toEqual(["full", "raw"]);
  expect(priceBasis(series("raw"), "split", []).adjustments).toEqual(["split"]);
});
