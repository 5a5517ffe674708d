/** Goal: trees trained on two threads and on three are those of one, to the bit, and the threads end when told. */
import { afterEach, expect, it } from "vitest";
import { trainBoosting } from "../../learn/boosting/boosting.ts";
import { defaultBoosting } from "../../learn/boosting/boosting-parameters.ts";
import { createRng } from "../../numerics/rng.ts";
import { HistogramThreads } from "./histogram-threads.ts";

const entry = new URL("./histogram-worker.ts", import.meta.url);
let threads: HistogramThreads | undefined;
afterEach(() => threads?.close());

it.each([2, 3])("on %i threads as on one", async (count) => {
  const rng = createRng(11, "rows");
  const columns = Array.from({ length: 13 }, () => Float64Array.from({ length: 12_000 }, () => rng.normal()));
  const labels = Float64Array.from(columns[0]!, (x, row) =>
    x + columns[5]![row]! + rng.normal() > 0 ? 1 : 0,
  );
  const rows = { featureNames: columns.map((_, f) => `f${f}`), columns, labels };
  const parameters = { ...defaultBoosting, rounds: 12, patience: 0 };
  const { model } = trainBoosting(rows, parameters);
  threads = new HistogramThreads(count, entry);
  expect(trainBoosting(rows, parameters, { workers: threads }).model).toEqual(model);
  expect(model.roots.length).toBe(13);
});
