/**
 * How figures are written, in one place for every view. Money is dollars, shares of something are fractions; null is
 * "not known" and becomes "no data" where a figure should be: never 0, never a dash.
 *
 * DB-3  A use is never rounded across its limit: when both would read alike, both show more digits.
 */
import type { LimitUse } from "../../contract/picture.ts";

export const minus = "\u2212";
export const times = "\u00d7";
export const noData = "no data";

const makers = new Map<number, Intl.NumberFormat>();

function grouped(value: number, digits: number): string {
  let maker = makers.get(digits);
  if (maker === undefined) {
    maker = new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    makers.set(digits, maker);
  }
  return maker.format(value);
}

type Maybe = number | null | undefined;

const isKnown = (value: Maybe): value is number => typeof value === "number" && Number.isFinite(value);
const isZeroAt = (value: number, digits: number) => Math.abs(value) < 0.5 * 10 ** -digits;

/** A plain number: grouped, fixed digits, a true minus. */
export function number(value: Maybe, digits = 2): string {
  if (!isKnown(value)) return noData;
  const sign = value < 0 && !isZeroAt(value, digits) ? minus : "";
  return sign + grouped(Math.abs(value), digits);
}

/** A change: always a sign, except zero, which has none. */
export function signed(value: Maybe, digits = 2): string {
  if (!isKnown(value)) return noData;
  if (isZeroAt(value, digits)) return grouped(0, digits);
  return (value < 0 ? minus : "+") + grouped(Math.abs(value), digits);
}

export const money = (value: Maybe): string => number(value, 2);
/** In charts and of whole orders: without cents from 1,000 up. */
export const roundMoney = (value: Maybe): string =>
  number(value, isKnown(value) && Math.abs(value) >= 1000 ? 0 : 2);
export const count = (value: Maybe): string => number(value, 0);
/** Of a share; below a dollar with four digits. */
export const price = (value: Maybe): string =>
  number(value, isKnown(value) && Math.abs(value) < 1 && value !== 0 ? 4 : 2);
export const averagePrice = (value: Maybe): string =>
  number(value, isKnown(value) && Math.abs(value) < 1 && value !== 0 ? 4 : 3);
/** Of a fraction: 0.0123 is 1.23%. */
export const percent = (value: Maybe, digits = 2): string =>
  isKnown(value) ? `${number(value * 100, digits)}%` : noData;
export const signedPercent = (value: Maybe, digits = 2): string =>
  isKnown(value) ? `${signed(value * 100, digits)}%` : noData;
/** A difference of two fractions. */
export const points = (value: Maybe, digits = 0): string =>
  isKnown(value) ? `${signed(value * 100, digits)} pt` : noData;
export const bps = (value: Maybe): string => (isKnown(value) ? `${number(value, 1)} bps` : noData);
/** Against the reference price; + costs us. */
export const slippage = (value: Maybe): string => (isKnown(value) ? `${signed(value, 2)} bps` : noData);
export const ratio = (value: Maybe): string => number(value, 2);
/** ×0.70 */
export const scalar = (value: Maybe): string => (isKnown(value) ? times + number(value, 2) : noData);
/** 2.35× */
export const multiple = (value: Maybe): string => (isKnown(value) ? number(value, 2) + times : noData);

/** Never "1.000" and never "0.000" of what is neither certain nor impossible. */
export function probability(value: Maybe): string {
  if (!isKnown(value)) return noData;
  if (value > 0.999 && value < 1) return "> 0.999";
  if (value < 0.001 && value > 0) return "< 0.001";
  return number(value, 3);
}

export type Tone = "gain" | "loss" | "flat" | "none";

/** The colour of a change; the sign carries the meaning. */
export function tone(value: Maybe, digits = 2): Tone {
  if (!isKnown(value)) return "none";
  if (isZeroAt(value, digits)) return "flat";
  return value > 0 ? "gain" : "loss";
}

export interface UseText {
  readonly use: string;
  /** With "of" before it when it is shown. */
  readonly limit: string;
}

/** Use and limit with the same decimals; more of them where fewer would put the use on the wrong side. */
export function useOfLimit(of: Pick<LimitUse, "use" | "limit" | "unit" | "group">): UseText {
  const least = digitsOf(of);
  if (!isKnown(of.use)) return { use: noData, limit: inUnit(of.limit, of.unit, least) };
  for (let digits = least; digits < least + 3; digits++) {
    const use = inUnit(of.use, of.unit, digits);
    const limit = inUnit(of.limit, of.unit, digits);
    if (use !== limit || of.use === of.limit) return { use, limit };
  }
  return { use: inUnit(of.use, of.unit, least + 3), limit: inUnit(of.limit, of.unit, least + 3) };
}

function digitsOf({ limit, unit, group }: Pick<LimitUse, "limit" | "unit" | "group">): number {
  switch (unit) {
    case "fraction":
      return group === "exposure" && limit >= 0.1 ? 1 : 2;
    case "count":
    case "ms":
      return 0;
    case "usd":
      return limit >= 1000 ? 0 : 2;
    case "bps":
    case "seconds":
      return 1;
  }
}

function inUnit(value: number, unit: LimitUse["unit"], digits: number): string {
  switch (unit) {
    case "fraction":
      return percent(value, digits);
    case "ms":
      return `${number(value, digits)} ms`;
    case "seconds":
      return `${number(value, digits)} s`;
    case "bps":
      return `${number(value, digits)} bps`;
    case "usd":
    case "count":
      return number(value, digits);
  }
}

export type UseState = "none" | "calm" | "near" | "over";

/**
 * Amber from 80 % of the limit, over past the mark at which something acts: the limit, or where that binds what is new
 * alone, the bound of drift. A limit of zero is over with any use.
 */
export function useState(
  use: Maybe,
  {
    limit,
    bindsEntries,
    drift = Number.POSITIVE_INFINITY,
  }: Pick<LimitUse, "limit" | "bindsEntries" | "drift">,
): UseState {
  if (!isKnown(use)) return "none";
  if (use > (bindsEntries === true ? drift : limit)) return "over";
  return (limit > 0 && use >= 0.8 * limit) || use > limit ? "near" : "calm";
}
