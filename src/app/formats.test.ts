/** Goal: figures read as DESIGN 5 says, on every machine, and never as NaN, a dash or a false round. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  besideLimit,
  count,
  duration,
  money,
  multiple,
  NO_DATA,
  number,
  percent,
  plural,
  price,
  probability,
  probabilityOf,
  roughMoney,
  signed,
  signedPercent,
  yearMonth,
} from "./formats.ts";

describe("the table of DESIGN 5", () => {
  it.each([
    ["money is grouped with cents", money(412_380.55), "412,380.55"],
    ["money groups by thousands only", money(1_234_567.891), "1,234,567.89"],
    ["three digits need no comma", money(999.999), "1,000.00"],
    ["chart money is whole from 1,000 up", roughMoney(12_031.6), "12,032"],
    ["chart money keeps cents below", roughMoney(-999.5), "\u2212999.50"],
    ["a gain has its sign", signed(2468.45, 2), "+2,468.45"],
    ["a loss has a true minus", signed(-63.72, 2), "\u221263.72"],
    ["zero has no sign", signed(0, 2), "0.00"],
    ["what rounds to zero has no sign", signed(-0.004, 2), "0.00"],
    ["nor from above", signed(0.004, 2), "0.00"],
    ["nor negative zero", number(-0, 2), "0.00"],
    ["percent takes the fraction", percent(0.294, 1), "29.4%"],
    ["percent change", signedPercent(-0.1438, 2), "\u221214.38%"],
    ["price of whole cents", price(388.14), "388.14"],
    ["price of an average", price(388.127), "388.127"],
    ["price under a dollar", price(0.5), "0.5000"],
    ["float noise is no third place", price(0.1 + 114.2), "114.30"],
    ["multiple", multiple(2.346, 2), "2.35\u00d7"],
    ["probability", probability(0.924), "0.924"],
    ["certainty is not claimed", probability(1), "> 0.999"],
    ["nor by rounding", probability(0.9996), "> 0.999"],
    ["nor its opposite", probability(0.0002), "< 0.001"],
    ["half a minute", duration(30), "30 s"],
    ["minutes", duration(252), "4 m 12 s"],
    ["hours", duration(6720), "1 h 52 m"],
    ["whole hours", duration(14_400), "4 h"],
    ["days", duration(95_000), "1 d 02 h"],
    ["under a second", duration(0.038), "38 ms"],
    ["one", plural(1, "trade"), "1 trade"],
    ["many", plural(1486, "trade"), "1,486 trades"],
    ["month of a date", yearMonth("2024-03-04"), "2024-03"],
    ["text that is no date stays", yearMonth("2024-13-99"), "2024-13-99"],
  ])("%s", (_, text, expected) => {
    expect(text).toBe(expected);
  });
});

describe("a figure beside its limit", () => {
  it.each([
    [2.004, 2, 2, "2.004"],
    [1.8, 5, 1, "1.8"],
    [1.9999, 2, 2, "1.9999"],
    [2, 2, 2, "2.00"],
  ])("%d of %d with %d places reads %s", (value, limit, places, text) => {
    expect(besideLimit(value, limit, places)).toBe(text);
  });

  it("a probability just short of its gate does not read as the gate", () => {
    expect(probabilityOf(0.9497, 0.95)).toBe("0.9497");
    expect(probabilityOf(0.9999, 0.95)).toBe("> 0.999");
    expect(probabilityOf(Number.NaN, 0.95)).toBe(NO_DATA);
  });

  it("compares as the figures do, down to four places more", () => {
    const near = fc.integer({ min: -5000, max: 5000 }).filter((step) => step !== 0);
    fc.assert(
      fc.property(near, (step) => {
        const value = 2 + step / 1_000_000;
        const shown = Number(besideLimit(value, 2, 2));
        expect(Math.sign(shown - 2)).toBe(Math.sign(step));
      }),
    );
  });
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "%d is no data everywhere",
  (value) => {
    const texts = [
      money(value),
      roughMoney(value),
      count(value),
      signed(value, 1),
      percent(value, 1),
      price(value),
    ];
    const others = [signedPercent(value, 1), probability(value), multiple(value, 1), duration(value)];
    expect(new Set([...texts, ...others])).toEqual(new Set([NO_DATA]));
  },
);

it("a number keeps its value through grouping and sign", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), (cents) => {
      const text = number(cents / 100, 2);
      expect(Math.round(Number(text.replaceAll(",", "").replace("\u2212", "-")) * 100)).toBe(cents);
      expect(text).toMatch(/^\u2212?\d{1,3}(?:,\d{3})*\.\d{2}$/);
    }),
  );
});
