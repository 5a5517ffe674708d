/** Reads and writes the `key=value` lines of LightGBM's text models, one clear refusal per bad line. */
import { InputError } from "../../domain/assert.ts";

/** The fields of one block of lines. */
export class TextFields {
  readonly #where: string;
  readonly #values = new Map<string, string>();

  /** `where` names the file and the block in refusals. Lines without `=` are keys without a value. */
  constructor(where: string, lines: readonly string[]) {
    this.#where = where;
    for (const line of lines) {
      const at = line.indexOf("=");
      if (at < 0) this.#values.set(line.trim(), "");
      else this.#values.set(line.slice(0, at), line.slice(at + 1).trim());
    }
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  text(key: string): string {
    const value = this.#values.get(key);
    if (value === undefined) throw new InputError(`${this.#where}: ${key} is missing`);
    return value;
  }

  words(key: string): readonly string[] {
    const text = this.text(key);
    return text === "" ? [] : text.split(" ");
  }

  integer(key: string, least: number, most: number): number {
    const value = Number(this.text(key));
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InputError(
      `${this.#where}: ${key} is "${this.text(key)}"; a whole number ${least} to ${most} is allowed`,
    );
  }

  /** Exactly `count` numbers. */
  numbers(key: string, count: number): Float64Array {
    const words = this.words(key);
    if (words.length !== count) {
      throw new InputError(`${this.#where}: ${key} holds ${words.length} values; ${count} are needed`);
    }
    return Float64Array.from(words, (word) => {
      const value =
        word === "inf" ? Number.POSITIVE_INFINITY : word === "-inf" ? Number.NEGATIVE_INFINITY : Number(word);
      if (Number.isNaN(value))
        throw new InputError(`${this.#where}: ${key} holds "${word}"; numbers are allowed`);
      return value;
    });
  }

  /** As numbers, or zeros where older files leave the field out. */
  numbersOrZeros(key: string, count: number): Float64Array {
    return this.has(key) ? this.numbers(key, count) : new Float64Array(count);
  }
}

/** As C's %.17g writes it: the shortest form is not promised, the same double on reading is. */
export function exactText(value: number): string {
  return generalText(value, 17);
}

/** As C's %g: six digits. */
export function shortText(value: number): string {
  return generalText(value, 6);
}

function generalText(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const [mantissa = "", exponentText = "0"] = value.toExponential(digits - 1).split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= digits) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${withoutEndingZeros(mantissa)}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  return withoutEndingZeros(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

function withoutEndingZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
