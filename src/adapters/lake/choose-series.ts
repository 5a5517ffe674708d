/**
 * Which series a request means. A symbol that exists once needs no further word; one that exists in several
 * sources or adjustments is never guessed at, because volumes and prices of the two differ (DATA-2).
 */
import { InputError } from "../../domain/assert.ts";
import type { Adjustment, Timeframe } from "../../domain/bars.ts";
import type { Catalog, LakeSeries } from "./catalog.ts";
import { compareText } from "./paths.ts";

export interface SeriesRequest {
  readonly symbols: readonly string[] | "all";
  readonly timeframe: Timeframe;
  readonly source?: string;
  readonly adjustment?: Adjustment;
}

/** Most names that an error line repeats. */
const shownNames = 8;

/** One series per symbol, in order of the symbol. Throws InputError (exit 2) with what there is instead. */
export function chooseSeries(catalog: Catalog, request: SeriesRequest): LakeSeries[] {
  const { timeframe, source, adjustment } = request;
  if (catalog.length === 0) throw emptyLake();
  const matching = catalog.filter(
    (series) =>
      series.timeframe === timeframe &&
      (source === undefined || series.source === source) &&
      (adjustment === undefined || series.adjustment === adjustment),
  );
  if (matching.length === 0) throw nothingMatches(catalog, request);
  const bySymbol = Map.groupBy(matching, ({ symbol }) => symbol);
  const wanted =
    request.symbols === "all" ? [...bySymbol.keys()] : request.symbols.map((name) => name.toUpperCase());
  if (wanted.length === 0) throw new InputError("--symbols: name at least one symbol, or all");
  return [...new Set(wanted)].sort(compareText).map((symbol) => only(symbol, bySymbol, catalog, timeframe));
}

function only(
  symbol: string,
  bySymbol: ReadonlyMap<string, readonly LakeSeries[]>,
  catalog: Catalog,
  timeframe: Timeframe,
): LakeSeries {
  const found = bySymbol.get(symbol) ?? [];
  const [series] = found;
  if (series === undefined) throw unknownSymbol(symbol, [...bySymbol.keys()], catalog, timeframe);
  if (found.length === 1) return series;
  const sources = distinct(found.map((entry) => entry.source));
  const kinds = distinct(found.map((entry) => entry.adjustment));
  const cures = [
    ...(sources.length > 1 ? [`--source ${sources.join("|")}`] : []),
    ...(kinds.length > 1 ? [`--adjustment ${kinds.join("|")}`] : []),
  ];
  const each = found.map((entry) => `${entry.source}/${entry.adjustment}`).join(", ");
  throw new InputError(`${symbol} ${timeframe} exists as ${each}; choose with ${cures.join(" and ")}`);
}

function nothingMatches(catalog: Catalog, { timeframe, source, adjustment }: SeriesRequest): InputError {
  const asked = [
    timeframe,
    ...(adjustment === undefined ? [] : [adjustment]),
    "bars",
    ...(source === undefined ? [] : [`from ${source.slice(0, 40)}`]),
  ];
  const has = distinct(catalog.map((entry) => `${entry.timeframe} ${entry.adjustment} from ${entry.source}`));
  return new InputError(`the lake has no ${asked.join(" ")}; it has ${shortened(has)}`);
}

function unknownSymbol(
  symbol: string,
  known: readonly string[],
  catalog: Catalog,
  timeframe: Timeframe,
): InputError {
  const elsewhere = distinct(
    catalog.filter((entry) => entry.symbol === symbol).map((entry) => entry.timeframe),
  );
  if (elsewhere.length === 0) return noSuchSymbol(symbol, `${timeframe} bars`, known);
  return new InputError(`the lake has no ${timeframe} bars of ${symbol}; it has ${elsewhere.join(", ")}`);
}

function noSuchSymbol(symbol: string, what: string, known: readonly string[]): InputError {
  const best = nearest(symbol, known).join(", ");
  return new InputError(
    `the lake has no ${what} of ${symbol.slice(0, 40)}; nearest of ${known.length}: ${best}`,
  );
}

/** Every timeframe, source and adjustment of the symbols. Throws InputError on one that is in none. */
export function everySeriesOf(catalog: Catalog, symbols: readonly string[]): LakeSeries[] {
  if (catalog.length === 0) throw emptyLake();
  const wanted = new Set(symbols.map((symbol) => symbol.toUpperCase()));
  const known = distinct(catalog.map(({ symbol }) => symbol));
  for (const symbol of wanted) if (!known.includes(symbol)) throw noSuchSymbol(symbol, "bars", known);
  return catalog.filter(({ symbol }) => wanted.has(symbol));
}

/** The one timeframe in which the symbols exist. Throws InputError when there are several. */
export function onlyTimeframe(catalog: Catalog, symbols: SeriesRequest["symbols"]): Timeframe {
  const found = symbols === "all" ? catalog : everySeriesOf(catalog, symbols);
  const [first, ...more] = distinct(found.map(({ timeframe }) => timeframe)) as Timeframe[];
  if (first === undefined) throw emptyLake();
  if (more.length === 0) return first;
  throw new InputError(
    `bars exist as ${[first, ...more].join(", ")}; choose with --timeframe ${[first, ...more].join("|")}`,
  );
}

function emptyLake(): InputError {
  return new InputError(
    "the lake is empty; fill it with `data import FILE... --timeframe 1d --adjustment split`",
  );
}

/** The names most like `name`, best first. */
export function nearest(name: string, known: readonly string[]): string[] {
  return known
    .map((candidate) => ({ candidate, distance: editDistance(name.slice(0, 40), candidate) }))
    .sort((a, b) => a.distance - b.distance || compareText(a.candidate, b.candidate))
    .slice(0, 5)
    .map(({ candidate }) => candidate);
}

/** Insertions, deletions and replacements between two texts (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)].sort(compareText);

function shortened(names: readonly string[]): string {
  if (names.length <= shownNames) return names.join(", ");
  return `${names.slice(0, shownNames).join(", ")}, ... (${names.length} in all)`;
}
