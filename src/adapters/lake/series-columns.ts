/**
 * Rows of one series as columns, and the two things an import does to them: bring them into order of
 * time, and let a later row replace an earlier one of the same instant.
 */

export const seriesColumnNames = ["ts", "open", "high", "low", "close", "volume"] as const;
type SeriesColumnName = (typeof seriesColumnNames)[number];

/** Equally long columns. `ts` = epoch micros of the bar's start; prices in dollars, volume in shares. */
export type SeriesColumns = Readonly<Record<SeriesColumnName, Float64Array>>;

const firstCapacity = 256;

/** Rows of one series while they are being collected: columns that double when full. */
export class SeriesBuffer {
  #columns = mapColumns(() => new Float64Array(firstCapacity));
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(at: number, o: number, h: number, l: number, c: number, v: number): void {
    if (this.#length === this.#columns.ts.length) this.#grow();
    const { ts, open, high, low, close, volume } = this.#columns;
    const row = this.#length++;
    ts[row] = at;
    open[row] = o;
    high[row] = h;
    low[row] = l;
    close[row] = c;
    volume[row] = v;
  }

  /** A view of live memory: valid until the next push. */
  columns(): SeriesColumns {
    return rowsBetween(this.#columns, 0, this.#length);
  }

  #grow(): void {
    const full = this.#columns;
    this.#columns = mapColumns((name) => {
      const larger = new Float64Array(full[name].length * 2);
      larger.set(full[name]);
      return larger;
    });
  }
}

export function concatenated(parts: readonly SeriesColumns[]): SeriesColumns {
  const only = parts[0];
  if (only !== undefined && parts.length === 1) return only;
  const rows = parts.reduce((sum, part) => sum + part.ts.length, 0);
  return mapColumns((name) => {
    const joined = new Float64Array(rows);
    let at = 0;
    for (const part of parts) {
      joined.set(part[name], at);
      at += part[name].length;
    }
    return joined;
  });
}

/**
 * Rows in strictly ascending order of time. Of rows with one instant the last in the input stays.
 * `dropped` = how many rows were replaced.
 */
export function ordered(columns: SeriesColumns): {
  readonly columns: SeriesColumns;
  readonly dropped: number;
} {
  const { ts } = columns;
  if (isStrictlyAscending(ts)) return { columns, dropped: 0 };
  // Stable by construction: equal instants keep the order of the input.
  const order = new Uint32Array(ts.length).map((_, row) => row).sort((a, b) => ts[a]! - ts[b]! || a - b);
  let kept = 0;
  for (let i = 0; i < order.length; i++) {
    const replaced = i + 1 < order.length && ts[order[i + 1]!] === ts[order[i]!];
    if (!replaced) order[kept++] = order[i]!;
  }
  return { columns: picked(columns, order.subarray(0, kept)), dropped: ts.length - kept };
}

function picked(columns: SeriesColumns, rows: Uint32Array): SeriesColumns {
  return mapColumns((name) => {
    const from = columns[name];
    const chosen = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) chosen[i] = from[rows[i]!]!;
    return chosen;
  });
}

/** Rows `from` up to, not including, `to`. A view, not a copy. */
export function rowsBetween(columns: SeriesColumns, from: number, to: number): SeriesColumns {
  return mapColumns((name) => columns[name].subarray(from, to));
}

export function sameColumns(a: SeriesColumns, b: SeriesColumns): boolean {
  if (a.ts.length !== b.ts.length) return false;
  return seriesColumnNames.every((name) => a[name].every((value, row) => value === b[name][row]));
}

function mapColumns(column: (name: SeriesColumnName) => Float64Array): SeriesColumns {
  return {
    ts: column("ts"),
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    volume: column("volume"),
  };
}

function isStrictlyAscending(ts: Float64Array): boolean {
  for (let row = 1; row < ts.length; row++) if (ts[row]! <= ts[row - 1]!) return false;
  return true;
}

/** Rows of `after` whose instant `before` has with other values. Both ascend by instant. */
export function changedRows(before: SeriesColumns, after: SeriesColumns): number {
  let changed = 0;
  let old = 0;
  for (let row = 0; row < after.ts.length; row++) {
    while (old < before.ts.length && before.ts[old]! < after.ts[row]!) old += 1;
    if (before.ts[old] !== after.ts[row]) continue;
    const differs = (["open", "high", "low", "close", "volume"] as const).some(
      (name) => before[name][old] !== after[name][row],
    );
    if (differs) changed += 1;
  }
  return changed;
}
