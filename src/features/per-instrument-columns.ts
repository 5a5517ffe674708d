/** The state of a feature as named columns by instrument, so that saving and loading need no code per feature. */
import type { FeatureSnapshot } from "./feature.ts";

/**
 * `width` zeros per instrument for each name; a ring buffer of n bars is a column of width n, laid out
 * instrument after instrument. Whole numbers (slots, counts) live in doubles too: exact to 2^53, and
 * one kind of column keeps snapshots simple.
 */
export function stateColumns<Name extends string>(
  instruments: number,
  widths: Readonly<Record<Name, number>>,
): { readonly [Key in Name]: Float64Array } {
  const entries = Object.entries<number>(widths);
  return Object.fromEntries(
    entries.map(([name, width]) => [name, new Float64Array(instruments * width)]),
  ) as { [Key in Name]: Float64Array };
}

export function saveColumns(columns: Readonly<Record<string, Float64Array>>): FeatureSnapshot {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, Array.from(column)]));
}

/**
 * Halts with a RangeError when the snapshot has other columns or lengths: it belongs to another
 * feature. Nothing is loaded then.
 */
export function loadColumns(
  columns: Readonly<Record<string, Float64Array>>,
  snapshot: FeatureSnapshot,
): void {
  for (const name of Object.keys(snapshot)) {
    if (!Object.hasOwn(columns, name)) throw new RangeError(`snapshot column ${name} is not of this feature`);
  }
  for (const [name, column] of Object.entries(columns)) {
    const saved = snapshot[name]?.length ?? 0;
    if (saved !== column.length) {
      throw new RangeError(
        `snapshot column ${name} has ${saved} numbers, this feature needs ${column.length}`,
      );
    }
  }
  for (const [name, column] of Object.entries(columns)) column.set(snapshot[name] ?? []);
}
