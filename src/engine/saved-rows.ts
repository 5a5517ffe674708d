/**
 * The form in which columns of numbers are saved: rows that begin with their place and leave out what is empty, so
 * that a saved state of thousands of instruments is as long as what happened, and a wrong place is named.
 */
import { z } from "zod";

type Row = readonly (number | null)[];

/**
 * Rows of so many indices, each below its bound, and then the values. No place stands twice: the later row would
 * silently win.
 */
export function indexedRows<Value extends number | null>(
  bounds: readonly number[],
  values: readonly z.ZodType<Value>[],
) {
  const index = (below: number) =>
    z
      .int()
      .min(0)
      .max(below - 1);
  const [first, ...rest] = [...bounds.map(index), ...values] as readonly z.ZodType<number | Value>[];
  const row = z.tuple([first as z.ZodType<number | Value>, ...rest]);
  return z
    .array(row as unknown as z.ZodType<readonly (number | Value)[]>)
    .refine((rows) => new Set(rows.map((given) => placeOf(given, bounds.length))).size === rows.length, {
      error: "a place stands twice",
    });
}

const placeOf = (row: Row, indices: number): string => row.slice(0, indices).join(" ");
