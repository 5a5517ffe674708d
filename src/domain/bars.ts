/**
 * Bars as columns. Rows that share an instant stand together as one batch, the unit of decision, and
 * a batch is read through a cursor: nothing is allocated per bar (ARCHITECTURE 4).
 *
 *   batch b covers rows offset[b] .. offset[b + 1]; within a batch rows ascend by instrument.
 */
import type { InstrumentId, InstrumentTable } from "./instrument.ts";
import type { EpochMicros } from "./time.ts";

export const timeframes = ["1d", "5m", "1m", "1s"] as const;
export type Timeframe = (typeof timeframes)[number];

/** Bar length in seconds. A daily bar lasts one session, whatever its length. */
export const timeframeSeconds: Readonly<Record<Timeframe, number>> = {
  "1d": 86_400,
  "5m": 300,
  "1m": 60,
  "1s": 1,
};

export const adjustments = ["raw", "split", "full"] as const;
export type Adjustment = (typeof adjustments)[number];

export interface BarColumns {
  readonly timeframe: Timeframe;
  readonly instruments: InstrumentTable;
  /** Per batch: the instant the bars closed, epoch micros, strictly ascending. */
  readonly closedAt: Float64Array;
  /** Per batch plus one: first row of each batch. */
  readonly offset: Uint32Array;
  /** Per row: dense instrument index, ascending within a batch. */
  readonly instrument: Uint32Array;
  /** Per row: dollars per share, finite and positive. */
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Per row: shares, never negative. */
  readonly volume: Float64Array;
}

export const batchCount = (columns: BarColumns): number => columns.closedAt.length;
export const barCount = (columns: BarColumns): number => columns.instrument.length;

/**
 * The bars of one instant. One object per run, moved from batch to batch: whoever wants to keep a
 * number copies it, whoever keeps the cursor reads the future of the run it came from. Strategies
 * therefore never see it, only a view of the current rows.
 */
export interface BarBatch {
  /** When these bars closed. */
  at: EpochMicros;
  /** First row, and one past the last. */
  from: number;
  to: number;
  columns: BarColumns;
}

/** One bar as a value, for building columns, feeds and tests; never on the backtest's hot path. */
export interface Bar {
  readonly instrument: InstrumentId;
  readonly closedAt: EpochMicros;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/**
 * Columns from bars in any order. Rows of one instant become one batch. `shared` puts the columns in
 * shared memory, so that workers read them without a copy.
 */
export function columnsFromBars(
  timeframe: Timeframe,
  instruments: InstrumentTable,
  bars: readonly Bar[],
  { shared = false }: { readonly shared?: boolean } = {},
): BarColumns {
  const sorted = bars.toSorted((a, b) => a.closedAt - b.closedAt || a.instrument - b.instrument);
  const instants: number[] = [];
  const starts: number[] = [];
  for (const [row, bar] of sorted.entries()) {
    if (instants.at(-1) === bar.closedAt) continue;
    instants.push(bar.closedAt);
    starts.push(row);
  }
  const columns = allocateColumns(timeframe, instruments, sorted.length, instants.length, { shared });
  columns.closedAt.set(instants);
  columns.offset.set([...starts, sorted.length]);
  for (const [row, bar] of sorted.entries()) {
    columns.instrument[row] = bar.instrument;
    columns.open[row] = bar.open;
    columns.high[row] = bar.high;
    columns.low[row] = bar.low;
    columns.close[row] = bar.close;
    columns.volume[row] = bar.volume;
  }
  return columns;
}

/** Empty columns for `rows` bars in `batches` instants, in shared memory when asked. */
export function allocateColumns(
  timeframe: Timeframe,
  instruments: InstrumentTable,
  rows: number,
  batches: number,
  { shared = false }: { readonly shared?: boolean } = {},
): BarColumns {
  const bytes = (length: number) => (shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
  const floats = (length: number) => new Float64Array(bytes(length * 8));
  const ints = (length: number) => new Uint32Array(bytes(length * 4));
  return {
    timeframe,
    instruments,
    closedAt: floats(batches),
    offset: ints(batches + 1),
    instrument: ints(rows),
    open: floats(rows),
    high: floats(rows),
    low: floats(rows),
    close: floats(rows),
    volume: floats(rows),
  };
}

/** Row of an instrument among the ascending rows of a batch; -1 when it has no bar. */
export function rowOf(instruments: Uint32Array, instrument: number, from: number, to: number): number {
  // Where no instrument is missing it stands at its own place.
  const dense = from + instrument;
  if (dense < to && instruments[dense] === instrument) return dense;
  let low = from;
  let high = Math.min(to, dense);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instruments[middle]! < instrument) low = middle + 1;
    else high = middle;
  }
  return low < to && instruments[low] === instrument ? low : -1;
}
