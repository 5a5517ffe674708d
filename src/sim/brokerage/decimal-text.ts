/** Whole small units as the decimal text that brokers write: no exponent, no trailing zeros. */

/** Nano-shares as shares: 1500000000 is `1.5`. */
export const sharesText = (nanos: number): string => decimalText(nanos, 9);

/** Micro-dollars as dollars: 10500000 is `10.5`. */
export const dollarsText = (micros: number): string => decimalText(micros, 6);

/** `value` is whole, in units of 10^-places. */
function decimalText(value: number, places: number): string {
  const digits = String(Math.abs(Math.round(value))).padStart(places + 1, "0");
  const whole = digits.slice(0, -places);
  const part = digits.slice(-places).replace(/0+$/, "");
  return `${value < 0 ? "-" : ""}${whole}${part === "" ? "" : `.${part}`}`;
}
