/** Decimal text and whole units: the wire says "41.15", the brokerage counts 41,150,000 micro-dollars. */
import { MICROS, NANOS } from "../domain/money.ts";
import { Refused, unprocessable } from "./http-words.ts";

/** `41.15` from micro-dollars, or from millionths of a percent; no zeros at the end, no exponent. */
export const dollarText = (micros: number): string => unitText(micros, 6);
/** From nano-shares. */
export const shareText = (nanos: number): string => unitText(nanos, 9);

export const maybeDollars = (micros: number | undefined): string | null =>
  micros === undefined ? null : dollarText(micros);
export const maybeShares = (nanos: number | undefined): string | null =>
  nanos === undefined ? null : shareText(nanos);

/** A quotient as text; 0 where there is nothing to divide by. */
export function ratioText(part: number, whole: number): string {
  if (whole === 0) return "0";
  return Number((part / whole).toFixed(10))
    .toString()
    .replace(/^-0$/, "0");
}

function unitText(units: number, digits: number): string {
  const text = String(Math.abs(Math.round(units))).padStart(digits + 1, "0");
  const fraction = text.slice(-digits).replace(/0+$/, "");
  const whole = text.slice(0, -digits);
  return `${units < 0 ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

const DECIMAL = /^([+-]?)(\d{0,12})(?:\.(\d{0,30}))?$/;

/** Micro-dollars of a string or number; undefined when absent or null. Throws the 422 of anything else. */
export function dollarsOf(name: string, value: unknown): number | undefined {
  return unitsOf(name, value, MICROS, () => {
    throw new Refused(
      422,
      42_210_000,
      `invalid ${name}: sub-penny increment does not fulfill minimum pricing criteria`,
    );
  });
}

/** Nano-shares. */
export function sharesOf(name: string, value: unknown): number | undefined {
  return unitsOf(name, value, NANOS, () => {
    throw unprocessable(`${name} can have at most 9 decimals`);
  });
}

function unitsOf(name: string, value: unknown, scale: number, tooFine: () => never): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text =
    typeof value === "number" ? plainNumber(value) : typeof value === "string" ? value.trim() : "x";
  const match = DECIMAL.exec(text);
  if (match === null || !/\d/.test(text)) throw unprocessable(`${name} must be a number`);
  const digits = Math.round(Math.log10(scale));
  const fraction = match[3] ?? "";
  if (/[1-9]/.test(fraction.slice(digits))) tooFine();
  const units = Number((match[2] ?? "") + fraction.slice(0, digits).padEnd(digits, "0"));
  if (!Number.isSafeInteger(units)) throw unprocessable(`${name} is too large`);
  return match[1] === "-" ? -units : units;
}

/** Numbers of JSON that JavaScript would write with an exponent. */
const plainNumber = (value: number): string =>
  Math.abs(value) < 1e-6 && value !== 0 ? value.toFixed(20) : String(value);
