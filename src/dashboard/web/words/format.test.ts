/** DESIGN 5: how figures are written. Covers DB-3. */
import { expect, test } from "vitest";
import * as format from "./format.ts";

const use = (
  value: number | null,
  limit: number,
  unit: "fraction" | "count" | "ms" | "seconds" | "bps" | "usd",
) => {
  const text = format.useOfLimit({ use: value, limit, unit, group: "drawdown" });
  return `${text.use} of ${text.limit}`;
};

test("money is grouped with two decimals; a change has a true minus or a plus, zero has none", () => {
  expect(format.money(412380.55)).toBe("412,380.55");
  expect(format.money(-63.72)).toBe("\u221263.72");
  expect(format.signed(2468.45)).toBe("+2,468.45");
  expect(format.signed(-63.72)).toBe("\u221263.72");
  expect(format.signed(0)).toBe("0.00");
  expect(format.signed(-0.001)).toBe("0.00");
  expect(format.number(-0.001)).toBe("0.00");
  expect(format.roundMoney(12032.4)).toBe("12,032");
  expect(format.roundMoney(999.5)).toBe("999.50");
});

test("prices: two decimals, averages three, below a dollar four", () => {
  expect(format.price(388.14)).toBe("388.14");
  expect(format.averagePrice(388.127)).toBe("388.127");
  expect(format.price(0.4213)).toBe("0.4213");
});

test("percents, points, basis points, ratios, multiples", () => {
  expect(format.percent(0.004)).toBe("0.40%");
  expect(format.percent(0.294, 1)).toBe("29.4%");
  expect(format.points(-0.17)).toBe("\u221217 pt");
  expect(format.bps(1.8)).toBe("1.8 bps");
  expect(format.slippage(0.95)).toBe("+0.95 bps");
  expect(format.ratio(1.466)).toBe("1.47");
  expect(format.scalar(0.7)).toBe("\u00d70.70");
  expect(format.multiple(2.35)).toBe("2.35\u00d7");
});

test("a probability is never certain", () => {
  expect(format.probability(0.924)).toBe("0.924");
  expect(format.probability(0.99996)).toBe("> 0.999");
  expect(format.probability(0.00001)).toBe("< 0.001");
  expect(format.probability(1)).toBe("1.000");
});

test("what is not known is never 0, NaN or a dash", () => {
  for (const write of [
    format.money,
    format.signed,
    format.percent,
    format.bps,
    format.probability,
    format.scalar,
  ]) {
    expect(write(null)).toBe("no data");
    expect(write(Number.NaN)).toBe("no data");
  }
  expect(format.tone(null)).toBe("none");
});

test("DB-3 a use is not rounded across its limit", () => {
  expect(use(0.004, 0.02, "fraction")).toBe("0.40% of 2.00%");
  expect(use(0.02004, 0.02, "fraction")).toBe("2.004% of 2.000%");
  expect(use(0.0199996, 0.02, "fraction")).toBe("1.99996% of 2.00000%");
  expect(use(0.02, 0.02, "fraction")).toBe("2.00% of 2.00%");
  expect(use(9, 10, "count")).toBe("9 of 10");
  expect(use(41, 2000, "ms")).toBe("41 ms of 2,000 ms");
  expect(use(7.1, 5, "bps")).toBe("7.1 bps of 5.0 bps");
  expect(use(null, 0.02, "fraction")).toBe("no data of 2.00%");
});

test("exposure has one decimal where its limit is ten percent or more", () => {
  const exposure = (value: number, limit: number) =>
    format.useOfLimit({ use: value, limit, unit: "fraction", group: "exposure" }).use;
  expect(exposure(0.294, 0.5)).toBe("29.4%");
  expect(exposure(0.0062, 0.02)).toBe("0.62%");
});

test("a bar is amber from 80 % and over past its limit, not at it", () => {
  expect(format.useState(0.79, { limit: 1 })).toBe("calm");
  expect(format.useState(0.8, { limit: 1 })).toBe("near");
  expect(format.useState(1, { limit: 1 })).toBe("near");
  expect(format.useState(1.0001, { limit: 1 })).toBe("over");
  expect(format.useState(0, { limit: 0 })).toBe("calm");
  expect(format.useState(1, { limit: 0 })).toBe("over");
  expect(format.useState(null, { limit: 1 })).toBe("none");
  // C-13: 5 % binds entries; what is held may drift to 7.5 %, and somebody is told past that.
  const position = { limit: 0.05, bindsEntries: true, drift: 0.075 } as const;
  expect(format.useState(0.0505, position)).toBe("near");
  expect(format.useState(0.075, position)).toBe("near");
  expect(format.useState(0.0751, position)).toBe("over");
  expect(format.useState(9, { limit: 1, bindsEntries: true })).toBe("near");
});
