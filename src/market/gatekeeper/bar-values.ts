/**
 * Rules on the numbers inside one bar: finite, positive, in order (QUANT b, C-09).
 *
 * Comparisons are written so that NaN breaks the rule it meets, should the order of rules ever change.
 */
import type { BarRow, Rule } from "./rule.ts";

/** Adjusted prices are products of rounded factors; a high may fall short of a close by this share of it. */
export const OHLC_RELATIVE_TOLERANCE = 1e-6;

/** The ledger counts micro-dollars: a smaller price would be nothing in it, and nothing is no price. */
export const LEAST_PRICE = 1e-6;

export const barFinite: Rule<BarRow> = {
  id: "bar-finite",
  outcome: "reject",
  breaks: (row) => !Number.isFinite(row.open + row.high + row.low + row.close + row.volume),
  explain: (row) =>
    `every number must be finite, was open ${row.open} high ${row.high} low ${row.low} ` +
    `close ${row.close} volume ${row.volume}`,
};

export const barPositive: Rule<BarRow> = {
  id: "bar-positive",
  outcome: "reject",
  breaks: ({ open, high, low, close }) =>
    !(open >= LEAST_PRICE && high >= LEAST_PRICE && low >= LEAST_PRICE && close >= LEAST_PRICE),
  explain: (row) =>
    `every price must be a millionth of a dollar or more, was open ${row.open} high ${row.high} ` +
    `low ${row.low} close ${row.close}`,
};

export const ohlcOrder: Rule<BarRow> = {
  id: "ohlc-order",
  outcome: "reject",
  breaks: (row) => !isOhlcOrdered(row.open, row.high, row.low, row.close),
  explain: ({ open, high, low, close }) => {
    const top = Math.max(open, close);
    return high < top * (1 - OHLC_RELATIVE_TOLERANCE)
      ? `high ${high} is below ${top}, the higher of open and close`
      : `low ${low} is above ${Math.min(open, close)}, the lower of open and close`;
  },
};

export const volumeNotNegative: Rule<BarRow> = {
  id: "volume-not-negative",
  outcome: "reject",
  breaks: (row) => !(row.volume >= 0),
  explain: (row) => `volume ${row.volume} is below 0`,
};

/** Thin lines do not trade every day: worth counting, no ground for refusal. */
export const zeroVolume: Rule<BarRow> = {
  id: "zero-volume",
  outcome: "remark",
  breaks: (row) => row.volume === 0,
  explain: (row) => `volume ${row.volume}, nothing traded at close ${row.close}`,
};

/** low <= min(open, close) and max(open, close) <= high, within the tolerance. */
export function isOhlcOrdered(open: number, high: number, low: number, close: number): boolean {
  const top = open > close ? open : close;
  const bottom = open > close ? close : open;
  return high >= top * (1 - OHLC_RELATIVE_TOLERANCE) && low <= bottom * (1 + OHLC_RELATIVE_TOLERANCE);
}
