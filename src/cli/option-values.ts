/** Option texts to values. Each refusal is one line with the key, what was given and what is allowed (CLI.md). */
import { InputError } from "../domain/assert.ts";
import { SYMBOL_FORM } from "../domain/instrument.ts";
import { type DayNumber, parseIsoDate } from "../domain/time.ts";

/** One of `allowed`. Throws InputError when absent or another. */
export function oneOf<Value extends string>(
  key: string,
  given: string | undefined,
  allowed: readonly Value[],
): Value {
  const found = allowed.find((value) => value === given);
  if (found !== undefined) return found;
  const was = given === undefined ? "is missing" : `"${given.slice(0, 40)}" is not known`;
  throw new InputError(`${key} ${was}; give ${allowed.join(", ")}`);
}

/** As `oneOf`, but may be absent. */
export function maybeOneOf<Value extends string>(
  key: string,
  given: string | undefined,
  allowed: readonly Value[],
): Value | undefined {
  return given === undefined ? undefined : oneOf(key, given, allowed);
}

/** A calendar date, `YYYY-MM-DD`; undefined when absent. */
export function maybeDate(key: string, given: string | undefined): DayNumber | undefined {
  if (given === undefined) return undefined;
  const day = parseIsoDate(given);
  if (day === undefined) throw new InputError(`${key} "${given.slice(0, 40)}" is no date; give YYYY-MM-DD`);
  return day;
}

/** `--from` and `--to`, both included, each may be absent. Throws InputError when they are swapped. */
export function dateRange(given: { readonly from?: string | undefined; readonly to?: string | undefined }): {
  readonly from: DayNumber | undefined;
  readonly to: DayNumber | undefined;
} {
  const from = maybeDate("--from", given.from);
  const to = maybeDate("--to", given.to);
  if (from !== undefined && to !== undefined && from > to) {
    throw new InputError(`--from ${given.from} is after --to ${given.to}; give the earlier date first`);
  }
  return { from, to };
}

/** `A,B` as a list, `all` as such; undefined when absent. Throws InputError on an empty list. */
export function maybeSymbols(key: string, given: string | undefined): readonly string[] | "all" | undefined {
  if (given === undefined) return undefined;
  if (given.trim().toLowerCase() === "all") return "all";
  const names = given
    .split(",")
    .map((name) => name.trim().toUpperCase())
    .filter((name) => name !== "");
  if (names.length === 0) throw new InputError(`${key} is empty; give symbols as A,B or all`);
  const universe = names.find((name) => name.startsWith("@"));
  if (universe !== undefined)
    throw new InputError(
      `${key} ${universe.toLowerCase().slice(0, 40)}: stands alone, as @core or @extended, and for a backtest; ` +
        "give symbols as A,B or all",
    );
  return [...new Set(names)];
}

/** `@core` or `@extended`, which stands alone; undefined for anything else. */
export function maybeTier(given: string | undefined): "core" | "extended" | undefined {
  const name = given?.trim().toLowerCase();
  return name === "@core" ? "core" : name === "@extended" ? "extended" : undefined;
}

export function needed<Value>(key: string, value: Value | undefined, example: string): Value {
  if (value === undefined) throw new InputError(`${key} is missing; give it as ${example}`);
  return value;
}

/** A whole number within bounds, both included. */
export function wholeNumber(
  key: string,
  given: string | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = given === undefined || given.trim() === "" ? Number.NaN : Number(given);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InputError(
    `${key} "${(given ?? "").slice(0, 40)}" is not allowed; give a whole number from ${least} to ${most}`,
  );
}

/** A finite number within bounds, both included. */
export function decimal(
  key: string,
  given: string | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = given === undefined || given.trim() === "" ? Number.NaN : Number(given);
  if (value >= least && value <= most) return value;
  throw new InputError(
    `${key} "${(given ?? "").slice(0, 40)}" is not allowed; give a number from ${least} to ${most}`,
  );
}

/** In capitals. Throws InputError where it is none. */
export function maybeSymbol(key: string, given: string | undefined): string | undefined {
  const symbol = given?.trim().toUpperCase();
  if (symbol === undefined || SYMBOL_FORM.test(symbol)) return symbol;
  throw new InputError(`${key} "${(given ?? "").slice(0, 40)}" is no symbol; give one as AAPL`);
}
