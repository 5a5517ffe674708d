/**
 * Rows of an import by symbol, until all files are read. When more rows wait than memory should hold, they
 * go to part files in the staging folder, so that the size of an import is bounded by the disk alone.
 */
import { join } from "node:path";
import type { Duck } from "./duck.ts";
import { concatenated, SeriesBuffer, type SeriesColumns } from "./series-columns.ts";

/** About 200 MB of columns. */
const defaultRowsInMemory = 4_000_000;

interface Part {
  readonly path: string;
  readonly rows: number;
}

export class SeriesCollector {
  readonly #duck: Duck;
  readonly #folder: string;
  readonly #rowsInMemory: number;
  #buffers = new Map<string, SeriesBuffer>();
  readonly #parts = new Map<string, Part[]>();
  #waiting = 0;
  #partNumber = 0;

  constructor(duck: Duck, folder: string, { rowsInMemory = defaultRowsInMemory } = {}) {
    this.#duck = duck;
    this.#folder = folder;
    this.#rowsInMemory = rowsInMemory;
  }

  add(
    symbol: string,
    ts: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
  ): void {
    let buffer = this.#buffers.get(symbol);
    if (buffer === undefined) {
      buffer = new SeriesBuffer();
      this.#buffers.set(symbol, buffer);
    }
    buffer.push(ts, open, high, low, close, volume);
    this.#waiting += 1;
  }

  /** To be called between chunks: `add` itself cannot wait for the disk. */
  async spillIfLarge(): Promise<void> {
    if (this.#waiting < this.#rowsInMemory) return;
    for (const [symbol, buffer] of this.#buffers) {
      const path = join(this.#folder, `part-${this.#partNumber++}.parquet`);
      await this.#duck.writeSeries(path, buffer.columns());
      const parts = this.#parts.get(symbol) ?? [];
      this.#parts.set(symbol, [...parts, { path, rows: buffer.length }]);
    }
    this.#buffers = new Map();
    this.#waiting = 0;
  }

  symbols(): string[] {
    return [...new Set([...this.#parts.keys(), ...this.#buffers.keys()])].sort();
  }

  /** All rows of a symbol in the order they came. */
  async rowsOf(symbol: string): Promise<SeriesColumns> {
    const parts = this.#parts.get(symbol) ?? [];
    const buffer = this.#buffers.get(symbol) ?? new SeriesBuffer();
    if (parts.length === 0) return buffer.columns();
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const spilled = await this.#duck.readSeries(
      parts.map(({ path }) => path),
      rows,
    );
    return concatenated([spilled, buffer.columns()]);
  }
}
