/**
 * Many series to one time-major table: which instants there are, how many rows each has, then every row to
 * its place. Three linear passes instead of a sort (ARCHITECTURE 4).
 */
import { allocateColumns, type BarColumns, type Timeframe } from "../../domain/bars.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import type { SeriesColumns } from "./series-columns.ts";

/** `series[i]` belongs to `symbols[i]`, its `ts` = when the bars closed, strictly ascending. */
export function assembleColumns(
  timeframe: Timeframe,
  symbols: readonly string[],
  series: readonly SeriesColumns[],
  shared: boolean,
): BarColumns {
  const instants = series.reduce<Float64Array>((all, { ts }) => united(all, ts), new Float64Array(0));
  const rows = series.reduce((sum, { ts }) => sum + ts.length, 0);
  const columns = allocateColumns(timeframe, instrumentTable(symbols), rows, instants.length, { shared });
  columns.closedAt.set(instants);

  const next = new Uint32Array(instants.length);
  for (const { ts } of series) countRows(instants, ts, next);
  let offset = 0;
  for (let batch = 0; batch < next.length; batch++) {
    columns.offset[batch] = offset;
    offset += next[batch]!;
    next[batch] = columns.offset[batch]!;
  }
  columns.offset[instants.length] = offset;

  // Series come in order of the instrument, so rows of one instant ascend by instrument.
  for (const [instrument, bars] of series.entries()) scatter(columns, instants, next, instrument, bars);
  return columns;
}

function countRows(instants: Float64Array, ts: Float64Array, count: Uint32Array): void {
  let batch = 0;
  for (let row = 0; row < ts.length; row++) {
    while (instants[batch]! < ts[row]!) batch += 1;
    count[batch]! += 1;
  }
}

/** `next` = per batch the first place still free. */
function scatter(
  { instrument: id, open, high, low, close, volume }: BarColumns,
  instants: Float64Array,
  next: Uint32Array,
  instrument: number,
  bars: SeriesColumns,
): void {
  const { ts, open: o, high: h, low: l, close: c, volume: v } = bars;
  let batch = 0;
  for (let row = 0; row < ts.length; row++) {
    while (instants[batch]! < ts[row]!) batch += 1;
    const place = next[batch]!++;
    id[place] = instrument;
    open[place] = o[row]!;
    high[place] = h[row]!;
    low[place] = l[row]!;
    close[place] = c[row]!;
    volume[place] = v[row]!;
  }
}

/** Union of two strictly ascending lists; the first itself when it already holds the second. */
function united(a: Float64Array, b: Float64Array): Float64Array {
  const joined = new Float64Array(a.length + b.length);
  let length = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = i < a.length ? a[i]! : Number.POSITIVE_INFINITY;
    const right = j < b.length ? b[j]! : Number.POSITIVE_INFINITY;
    joined[length++] = left < right ? left : right;
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return length === a.length ? a : joined.slice(0, length);
}
