/**
 * How people are shown numbers, money and time (DESIGN 5). Plain text, no locale: the same figure is
 * the same bytes on every machine. A figure that does not exist is "no data", never 0, NaN or a dash.
 */
import { isoDate, parseIsoDate } from "../domain/time.ts";

export const NO_DATA = "no data";
/** U+2212, as wide as a digit; the hyphen of the keyboard is not a minus. */
const MINUS = "\u2212";
const TIMES = "\u00d7";

/** Grouped by thousands, `decimals` places, true minus. A figure that rounds to zero has no sign. */
export function number(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return NO_DATA;
  const digits = Math.abs(value).toFixed(decimals);
  const [whole = "", fraction] = digits.split(".");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  const sign = value < 0 && /[1-9]/.test(digits) ? MINUS : "";
  return `${sign}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A change: always a sign, except for zero. */
export function signed(value: number, decimals: number): string {
  const text = number(value, decimals);
  return Number.isFinite(value) && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

export const count = (value: number): string => number(value, 0);

/** Dollars to the cent; "USD" stands in the label. */
export const money = (dollars: number): string => number(dollars, 2);

/** Dollars in charts and headings: whole from 1,000 up. */
export const roughMoney = (dollars: number): string => number(dollars, Math.abs(dollars) >= 1000 ? 0 : 2);

/** A fraction as percent: 0.13 is `13.0%` with one decimal. */
export const percent = (fraction: number, decimals: number): string =>
  withUnit(number(fraction * 100, decimals), "%");

export const signedPercent = (fraction: number, decimals: number): string =>
  withUnit(signed(fraction * 100, decimals), "%");

/** Sharpe and its kin. */
export const ratio = (value: number): string => number(value, 2);

export const multiple = (value: number, decimals: number): string => withUnit(number(value, decimals), TIMES);

/** Dollars per share: averages show a third place, shares under a dollar four. */
export function price(dollars: number): string {
  if (Math.abs(dollars) < 1) return number(dollars, 4);
  const isWholeCents = Math.abs(dollars * 100 - Math.round(dollars * 100)) < 1e-6;
  return number(dollars, isWholeCents ? 2 : 3);
}

/** Three places, and never certainty: above 0.9995 it is `> 0.999`. */
export function probability(value: number): string {
  if (!Number.isFinite(value)) return NO_DATA;
  if (value >= 0.9995) return "> 0.999";
  return value < 0.0005 ? "< 0.001" : number(value, 3);
}

/**
 * A figure beside its limit with as many places as it takes for the two to compare as they do: 2.004
 * of 2.00 must not read 2.00 of 2.00. At most four places more.
 */
export function besideLimit(value: number, limit: number, decimals: number): string {
  const truth = Math.sign(value - limit);
  for (let places = decimals; places < decimals + 4; places += 1) {
    if (Math.sign(Number(value.toFixed(places)) - limit) === truth) return number(value, places);
  }
  return number(value, decimals + 4);
}

/** Probability beside its gate: 0.9497 of 0.950 reads 0.9497, not 0.950. */
export function probabilityOf(value: number, gate: number): string {
  const text = probability(value);
  return /^[\d.]+$/.test(text) ? besideLimit(value, gate, 3) : text;
}

/** The two largest units: `4 m 12 s`, `1 h 52 m`, `38 ms`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return NO_DATA;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const whole = Math.round(seconds);
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return pair(days, "d", hours, "h");
  if (hours > 0) return pair(hours, "h", minutes, "m");
  return minutes > 0 ? pair(minutes, "m", whole % 60, "s") : `${whole} s`;
}

/** `1 trade`, `1,486 trades`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `2024-03-04` to `2024-03`; text that is no date stays as it is. */
export function yearMonth(date: string): string {
  const day = parseIsoDate(date);
  return day === undefined ? date : isoDate(day).slice(0, 7);
}

const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0
    ? `${large} ${largeUnit}`
    : `${large} ${largeUnit} ${String(small).padStart(2, "0")} ${smallUnit}`;

const withUnit = (text: string, unit: string): string => (text === NO_DATA ? text : `${text}${unit}`);
