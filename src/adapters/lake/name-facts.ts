/**
 * What lists say of names beside their bars: sectors, what can be borrowed, days of earnings reports. Small files of
 * text in `data/reference`, replaced as a whole; the same lists are the same bytes.
 */
import { join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, isoDate, parseIsoDate } from "../../domain/time.ts";
import { gicsSector } from "../../market/gics.ts";
import { replaceFile, textIfThere } from "../durable-file.ts";
import { compareText, type LakePaths } from "./paths.ts";

export const factKinds = ["sectors", "shortable", "earnings"] as const;
export type FactKind = (typeof factKinds)[number];

/** One line: what it says from `known` on. */
interface Fact {
  readonly symbol: string;
  /** Sector, 10 to 60; 1; day number of a report. */
  readonly value: number;
  readonly known: DayNumber;
}

/** The day before all days: a list of sectors has no date. */
const ALWAYS = 0 as DayNumber;

interface FactForm {
  /** Columns that hold the value, the first that there is; none: being listed says it. */
  readonly columns: readonly string[];
  /** Columns of the day from which on it was known; without one, `otherwise`. */
  readonly known: readonly string[];
  value(text: string): number | undefined;
  otherwise(value: number, today: DayNumber): DayNumber;
  /** What a later line of the same takes the place of. */
  key(fact: Fact): string;
  readonly wanted: string;
}

const forms: Readonly<Record<FactKind, FactForm>> = {
  sectors: {
    columns: ["gics_sector", "sector"],
    known: [],
    value: gicsSector,
    otherwise: () => ALWAYS,
    key: ({ symbol }) => symbol,
    wanted: "a GICS sector by name or two digits",
  },
  shortable: {
    columns: [],
    known: ["as_of", "date"],
    value: () => 1,
    otherwise: (_, today) => today,
    key: ({ symbol, known }) => `${symbol} ${known}`,
    wanted: "",
  },
  earnings: {
    columns: ["date", "report_date"],
    known: ["known_on"],
    value: parseIsoDate,
    // Who does not say when it was announced knows it when it has come.
    otherwise: (value) => value as DayNumber,
    key: ({ symbol, value }) => `${symbol} ${value}`,
    wanted: "a date, YYYY-MM-DD",
  },
};

const pathOf = ({ data }: Pick<LakePaths, "data">, kind: FactKind): string =>
  join(data, "reference", `${kind}.csv`);
const HEADER = "symbol,value,known";
const SYMBOL = /^[A-Z0-9][A-Z0-9.^/=_-]{0,23}$/;

/** Lines as `csvRows` gives them. Throws InputError naming the first that is wrong; nothing is kept then. */
export function importFacts(
  paths: Pick<LakePaths, "data">,
  kind: FactKind,
  file: string,
  [header = [], ...rows]: readonly (readonly string[])[],
  today: DayNumber,
): { readonly imported: number; readonly known: number } {
  const form = forms[kind];
  const names = header.map((name) => name.trim().toLowerCase());
  const place = (wanted: readonly string[]) => names.findIndex((name) => wanted.includes(name));
  const [symbolAt, valueAt, knownAt] = [place(["symbol", "ticker"]), place(form.columns), place(form.known)];
  if (symbolAt < 0 || (form.columns.length > 0 && valueAt < 0))
    throw new InputError(
      `${file}: a list of ${kind} needs columns ${["symbol", ...form.columns.slice(0, 1)].join(", ")}; ` +
        `it has ${names.slice(0, 20).join(", ").slice(0, 200)}`,
    );
  const read = rows.map((row, n): Fact => {
    const wrong = (what: string) =>
      new InputError(`${file}: line ${n + 2}: ${what}; nothing was imported`, 1);
    const symbol = (row[symbolAt] ?? "").trim().toUpperCase();
    if (!SYMBOL.test(symbol)) throw wrong(`"${symbol.slice(0, 24)}" is no symbol`);
    const value = form.value((row[valueAt] ?? "").trim());
    if (value === undefined) throw wrong(`"${(row[valueAt] ?? "").slice(0, 40)}" is not ${form.wanted}`);
    const text = (row[knownAt] ?? "").trim();
    const known = text === "" ? form.otherwise(value, today) : parseIsoDate(text);
    if (known === undefined) throw wrong(`"${text.slice(0, 40)}" is not a date, YYYY-MM-DD`);
    return { symbol, value, known };
  });
  if (read.length === 0) throw new InputError(`${file}: no line under the header; nothing was imported`, 1);
  const all = new Map([...readFacts(paths, kind), ...read].map((fact) => [form.key(fact), fact]));
  const lines = [...all.values()]
    .toSorted((a, b) => compareText(a.symbol, b.symbol) || a.known - b.known || a.value - b.value)
    .map(({ symbol, value, known }) => `${symbol},${value},${isoDate(known)}`);
  replaceFile(pathOf(paths, kind), `${[HEADER, ...lines].join("\n")}\n`);
  return { imported: read.length, known: lines.length };
}

/** In order of the symbol; none without a list. Throws InputError where it is damaged. */
export function readFacts(paths: Pick<LakePaths, "data">, kind: FactKind): readonly Fact[] {
  const path = pathOf(paths, kind);
  const text = textIfThere(path);
  if (text === undefined) return [];
  return text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [symbol = "", value = "", date = ""] = line.split(",");
      const known = parseIsoDate(date);
      if (known === undefined || value === "")
        throw new InputError(`${path} is damaged; move it away and import the list again`, 1);
      return { symbol, value: Number(value), known };
    });
}
