/** What the tests of trainers that are libraries of others share: rows, predictions here, and a count of their memory. */
import { expect, type MockInstance } from "vitest";
import type { TrainingRows } from "../src/learn/boosting/training-rows.ts";
import { TreeEnsemble } from "../src/models/trees/tree-ensemble.ts";
import type { TreeEnsembleData } from "../src/models/trees/tree-ensemble-data.ts";
import { createRng } from "../src/numerics/rng.ts";

/** A label of 0 or 1 that two of three features decide in part; a tenth of the values is missing. */
export function drawnRows(word: string, count = 400): TrainingRows {
  const rng = createRng(11, word);
  const columns = [0, 1, 2].map(() => Float64Array.from({ length: count }, () => rng.normal()));
  const labels = columns[0]!.map((x, row) => (x - columns[1]![row]! + rng.normal() > 0 ? 1 : 0));
  for (const column of columns)
    for (let row = 0; row < count; row++) if (rng.uniform() < 0.1) column[row] = Number.NaN;
  return { featureNames: ["trend", "width", "noise"], columns, labels };
}

/** The first feature as one of 14 categories, whose parity the label decides. */
export const withCategories = (rows: TrainingRows): TrainingRows => ({
  ...rows,
  columns: [rows.labels.map((label, row) => (2 * row + label) % 14), ...rows.columns.slice(1)],
});

/** Every third row twice: as a weight of 2, and as two rows. */
export function twice(rows: TrainingRows): readonly [weighted: TrainingRows, repeated: TrainingRows] {
  const again = Array.from(rows.labels.keys()).flatMap((row) => (row % 3 === 0 ? [row, row] : [row]));
  const repeated = {
    ...rows,
    columns: rows.columns.map((column) => Float64Array.from(again, (row) => column[row]!)),
    labels: Float64Array.from(again, (row) => rows.labels[row]!),
  };
  return [{ ...rows, weights: rows.labels.map((_, row) => (row % 3 === 0 ? 2 : 1)) }, repeated];
}

export function marginsHere(
  data: TreeEnsembleData,
  { columns, labels }: Pick<TrainingRows, "columns" | "labels">,
): Float64Array {
  const out = new Float64Array(labels.length);
  new TreeEnsemble(data).marginsOfColumns(columns, out);
  return out;
}

/** Mean log-loss in nats of labels 0 and 1. */
export function logLoss(margins: Float64Array, labels: Float64Array): number {
  const losses = margins.map((m, row) => Math.log1p(Math.exp(labels[row] === 1 ? -m : m)));
  return losses.reduce((a, b) => a + b) / losses.length;
}

/** Largest distance of two lists of the same length. */
export function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, x, k) => Math.max(most, Math.abs(x - b[k]!)), 0);
}

/** Returns how many objects of the library were made, each of which must have been freed. */
export function expectAllFreed(
  call: MockInstance<(name: never, ...given: readonly unknown[]) => void>,
): number {
  const made: unknown[] = [];
  const freed: unknown[] = [];
  call.mock.calls.forEach(([name, ...given], at) => {
    if (/Free$/.test(name)) freed.push(given[0]);
    else if (/Create|Slice|LoadModelFromString/.test(name) && call.mock.results[at]!.type === "return")
      made.push((given.at(-1) as unknown[])[0]);
  });
  expect(freed.toSorted()).toEqual(made.toSorted());
  return made.length;
}
