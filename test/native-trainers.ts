/** What the tests of trainers that are libraries of others share: rows, predictions here, and a count of their memory. */
import { expect, type MockInstance } from "vitest";
import type { TrainedModel } from "../src/learn/boosting/trainer.ts";
import type { TrainingRows } from "../src/learn/boosting/training-rows.ts";
import { TreeEnsemble } from "../src/models/trees/tree-ensemble.ts";
import type { TreeEnsembleData } from "../src/models/trees/tree-ensemble-data.ts";
import { TreeShap } from "../src/models/trees/tree-shap.ts";
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

/** What a wrong request is answered with: exit 2, one line that has these words. */
export const refusedRequest = (words: string): unknown =>
  expect.objectContaining({
    name: "InputError",
    exitCode: 2,
    message: expect.stringMatching(new RegExp(`^[^\\n]*${words}[^\\n]*$`)),
  });

/** Of a training with a patience of 7: it ended there, and the loss is the one that the model has here. */
export function expectStoppedEarly(
  { model, rounds, validationLoss }: TrainedModel,
  validation: TrainingRows,
  near: number,
): void {
  const least = validationLoss.indexOf(Math.min(...validationLoss));
  const found = [rounds, model.roots.length - 1, validationLoss.length];
  expect(found).toEqual([least + 1, least + 1, least + 8]);
  const loss = logLoss(marginsHere(model, validation), validation.labels);
  expect(Math.abs(loss - validationLoss[least]!)).toBeLessThan(near);
}

/** Of a model of the three features of `drawnRows`. */
export function expectRisesWithTheFirst(model: TreeEnsembleData): void {
  const line = Float64Array.from({ length: 60 }, (_, k) => (k - 30) / 10);
  const columns = [line, line.map(() => 0.2), line.map(() => -0.1)];
  const margins = marginsHere(model, { columns, labels: line });
  expect(margins.every((margin, k) => k === 0 || margin >= margins[k - 1]!)).toBe(true);
}

/** Rows of a golden file, in which null is a missing value; without labels. */
export const goldenRows = (
  { featureNames }: TreeEnsembleData,
  rows: readonly (readonly (number | null)[])[],
): TrainingRows => ({
  featureNames,
  columns: featureNames.map((_, f) => Float64Array.from(rows, (row) => row[f] ?? Number.NaN)),
  labels: new Float64Array(rows.length),
});

/** TreeSHAP values of our own, row after row, the bias last. */
export function contributionsHere(data: TreeEnsembleData, { columns, labels }: TrainingRows): Float64Array {
  const size = columns.length + 1;
  const shap = new TreeShap(new TreeEnsemble(data));
  const out = new Float64Array(size * labels.length);
  for (let row = 0; row < labels.length; row++) {
    const values = Float64Array.from(columns, (column) => column[row]!);
    shap.contributions(values, out.subarray(row * size, (row + 1) * size));
  }
  return out;
}
