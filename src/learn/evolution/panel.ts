/**
 * Bars and features laid out for judging thousands of rules: instrument after instrument, each in one piece, so that a
 * formula is a few passes over long arrays.
 */
import { InputError } from "../../domain/assert.ts";
import { type BarColumns, barCount, batchCount } from "../../domain/bars.ts";
import { computeColumns } from "../../features/batch.ts";
import { leafFeature, PRICES, type PriceName } from "../../features/formula/expression.ts";

export interface Panel {
  readonly symbols: readonly string[];
  /** Instants of decision. */
  readonly periods: number;
  readonly rows: number;
  /** Rows of instrument i: from starts[i] to starts[i + 1]. */
  readonly starts: Uint32Array;
  /** Per row: number of its instant, ascending within an instrument. */
  readonly period: Uint32Array;
  readonly price: Readonly<Record<PriceName, Float64Array>>;
  /** Features as fractions, by name. */
  readonly leaves: ReadonlyMap<string, Float64Array>;
}

/** Of a column's rows, the share that must hold a number for rules to be made of it. */
const KNOWN = 0.5;

/**
 * `names`: features to lay out. With `drop`, those that these bars hardly tell (no quotes, no market series) are left
 * out; without it they stay, as a rule that reads them was found where they were known. Market-relative ones compare
 * with `market`.
 */
export function panelOf(
  columns: BarColumns,
  names: readonly string[],
  { market, drop }: { readonly market: string; readonly drop: boolean },
): Panel {
  const rows = barCount(columns);
  const periods = batchCount(columns);
  const { instrument } = columns;
  const starts = new Uint32Array(columns.instruments.symbols.length + 1);
  for (let row = 0; row < rows; row++) starts[instrument[row]! + 1]! += 1;
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  /** Where each row of the columns goes. */
  const place = new Uint32Array(rows);
  const period = new Uint32Array(rows);
  const next = starts.slice();
  for (let b = 0; b < periods; b++) {
    for (let row = columns.offset[b]!; row < columns.offset[b + 1]!; row++) {
      const at = next[instrument[row]!]!++;
      place[row] = at;
      period[at] = b;
    }
  }
  const laid = (column: Float64Array, scale = 1) => {
    const out = new Float64Array(rows);
    for (let row = 0; row < rows; row++) out[place[row]!] = column[row]! * scale;
    return out;
  };
  const leaves = new Map<string, Float64Array>();
  for (const name of names) {
    const leaf = leafFeature(name);
    if (leaf === undefined) throw new InputError(`feature ${name} is no fraction of the catalogue`);
    const column = computeColumns([leaf.ref.feature], columns, market).get(name) as Float64Array;
    if (!drop || isTold(column)) leaves.set(name, laid(column, leaf.scale));
  }
  const price = Object.fromEntries(PRICES.map((name) => [name, laid(columns[name])])) as Panel["price"];
  return { symbols: columns.instruments.symbols, periods, rows, starts, period, price, leaves };
}

/** Numbers in most rows, and not one and the same. */
function isTold(column: Float64Array): boolean {
  let known = 0;
  let differ = false;
  let first = Number.NaN;
  for (const value of column) {
    if (Number.isNaN(value)) continue;
    known += 1;
    if (Number.isNaN(first)) first = value;
    else if (value !== first) differ = true;
  }
  return differ && known > KNOWN * column.length;
}

/** The bars before batch `end`: what lies after it is not in them at all. */
export function columnsBefore(columns: BarColumns, end: number): BarColumns {
  const rows = columns.offset[end]!;
  return {
    ...columns,
    closedAt: columns.closedAt.subarray(0, end),
    offset: columns.offset.subarray(0, end + 1),
    instrument: columns.instrument.subarray(0, rows),
    open: columns.open.subarray(0, rows),
    high: columns.high.subarray(0, rows),
    low: columns.low.subarray(0, rows),
    close: columns.close.subarray(0, rows),
    volume: columns.volume.subarray(0, rows),
  };
}
