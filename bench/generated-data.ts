/** Reads the deterministic bench data (one little-endian f64 file per column, symbol-major) and lays it out for the engine. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { allocateColumns, type BarColumns } from "../src/domain/bars.ts";
import { instrumentTable } from "../src/domain/instrument.ts";
import type { SessionTable } from "../src/domain/session.ts";
import { MICROS_PER_DAY, MICROS_PER_MINUTE } from "../src/domain/time.ts";

export interface SymbolMajorBars {
  readonly symbols: number;
  readonly bars: number;
  /** Bar start, epoch milliseconds. */
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export function readSet(directory: string, set: string): SymbolMajorBars {
  const read = (column: string): Float64Array => {
    const path = join(directory, `${set}.${column}.f64`);
    if (!existsSync(path))
      throw new Error(`--data: ${path} not found; make it with the generator: gen.mjs DIR ${set}`);
    const bytes = readFileSync(path);
    return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  };
  const time = read("t");
  const close = read("c");
  return {
    symbols: close.length / time.length,
    bars: time.length,
    time,
    open: read("o"),
    high: read("h"),
    low: read("l"),
    close,
    volume: read("v"),
  };
}

/** Time-major columns: what the lake hands to the engine. Not part of any timing. */
export function toColumns(data: SymbolMajorBars): BarColumns {
  const { symbols, bars } = data;
  const names = Array.from({ length: symbols }, (_, s) => `S${String(s).padStart(3, "0")}`);
  const columns = allocateColumns("1m", instrumentTable(names), symbols * bars, bars);
  for (let bar = 0; bar < bars; bar++) {
    columns.closedAt[bar] = data.time[bar]! * 1000 + MICROS_PER_MINUTE;
    columns.offset[bar] = bar * symbols;
    for (let s = 0; s < symbols; s++) {
      const to = bar * symbols + s;
      const from = s * bars + bar;
      columns.instrument[to] = s;
      columns.open[to] = data.open[from]!;
      columns.high[to] = data.high[from]!;
      columns.low[to] = data.low[from]!;
      columns.close[to] = data.close[from]!;
      columns.volume[to] = data.volume[from]!;
    }
  }
  columns.offset[bars] = symbols * bars;
  return columns;
}

/** One session per day of the data: the generator trades every weekday, holidays included. */
export function sessionsOf({ time, bars }: SymbolMajorBars): SessionTable {
  const date: number[] = [];
  const open: number[] = [];
  const close: number[] = [];
  for (let bar = 0; bar < bars; bar++) {
    const start = time[bar]! * 1000;
    const day = Math.floor(start / MICROS_PER_DAY);
    if (date.at(-1) !== day) {
      date.push(day);
      open.push(start);
      close.push(start);
    }
    close[close.length - 1] = start + MICROS_PER_MINUTE;
  }
  return { date: Int32Array.from(date), open: Float64Array.from(open), close: Float64Array.from(close) };
}
