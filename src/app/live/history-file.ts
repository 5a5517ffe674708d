/**
 * The bars that features warm up on, as one file beside the run: each stage reads the same bytes at its start and after
 * each restart, and the run's terms name their digest.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { replaceFile } from "../../adapters/durable-file.ts";
import { InputError } from "../../domain/assert.ts";
import { allocateColumns, type BarColumns, type Timeframe } from "../../domain/bars.ts";
import type { InstrumentTable } from "../../domain/instrument.ts";

const columns = ["instrument", "open", "high", "low", "close", "volume"] as const;

interface Written {
  readonly symbols: readonly string[];
  readonly closedAt: readonly number[];
  readonly offset: readonly number[];
  readonly rows: Readonly<Record<(typeof columns)[number], readonly number[]>>;
}

/** Returns the digest of what was written. */
export function writeHistory(path: string, bars: BarColumns): string {
  const rows = Object.fromEntries(columns.map((name) => [name, Array.from(bars[name])]));
  const text = JSON.stringify({
    symbols: bars.instruments.symbols,
    closedAt: Array.from(bars.closedAt),
    offset: Array.from(bars.offset),
    rows,
  });
  replaceFile(path, text);
  return digest(text);
}

/** Throws InputError (exit 1) when the file is not the one that the digest names. */
export function readHistory(
  { path, sha256 }: { readonly path: string; readonly sha256: string },
  instruments: InstrumentTable,
  timeframe: Timeframe,
): BarColumns {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(`${path}: the run's history cannot be read (${(error as Error).message})`, 1);
  }
  if (digest(text) !== sha256)
    throw new InputError(`${path}: is not the history that the run began with; start a new run`, 1);
  const written = JSON.parse(text) as Written;
  const bars = allocateColumns(timeframe, instruments, written.rows.open.length, written.closedAt.length);
  bars.closedAt.set(written.closedAt);
  bars.offset.set(written.offset);
  for (const name of columns) bars[name].set(written.rows[name]);
  return bars;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
