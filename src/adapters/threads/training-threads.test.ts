/**
 * Goal    trees trained on two threads and on three are those of one, to the bit, whatever they learn from; a part that
 *         fails fails the call, and the threads end when told.
 * Method  every job is handed over, however short, so that the threads meet in each of them.
 */
import { afterAll, describe, expect, it } from "vitest";
import { trainBoosting } from "../../learn/boosting/boosting.ts";
import { type BoostingParameters, defaultBoosting } from "../../learn/boosting/boosting-parameters.ts";
import { defaultForest, trainForest } from "../../learn/boosting/forest.ts";
import type { TrainingRows } from "../../learn/boosting/training-rows.ts";
import { createRng } from "../../numerics/rng.ts";
import { TrainingThreads } from "./training-threads.ts";

const entry = new URL("./training-worker.ts", import.meta.url);
const two = new TrainingThreads(2, entry, 0);
const three = new TrainingThreads(3, entry, 0);
const usual = new TrainingThreads(2, entry);
afterAll(() => Promise.all([two.close(), three.close(), usual.close()]));

const small: BoostingParameters = { ...defaultBoosting, rounds: 6, leavesMost: 12, patience: 0 };

describe("the model of one thread, to the bit", () => {
  it.each<[string, Partial<BoostingParameters>]>([
    ["leaf-wise", {}],
    ["depth-wise", { growth: "depth-wise", depthMost: 4 }],
    ["without rows to count", { minDataInLeaf: 1 }],
    ["categories", { categorical: [3, 7], minDataPerGroup: 5 }],
    ["monotone, L1 and steps", { monotone: [1, -1, ...Array(7).fill(0)], lambda1: 0.1, maxDeltaStep: 0.8 }],
    ["drawn rows and columns", { rowsPerTree: 0.6, columnsPerTree: 0.5, columnsPerNode: 0.7 }],
    ["squared error", { objective: "squared" }],
    ["quantiles", { objective: "quantile", quantile: 0.3, rounds: 3 }],
    ["few bins, found in few rows", { binsMost: 7, binRowsMost: 500 }],
    ["more leaves than histograms to begin with", { leavesMost: 90, minDataInLeaf: 2, rounds: 2 }],
  ])("%s", (_, change) => {
    const parameters = { ...small, ...change };
    const rows = someRows(5000, 11);
    const validation = someRows(3000, 12);
    const one = trainBoosting(rows, parameters, { validation });
    for (const workers of [two, three, usual]) {
      expect(trainBoosting(rows, parameters, { validation, workers })).toEqual(one);
    }
    expect(one.model.roots.length).toBeGreaterThan(1);
  });

  it("of few rows, of the least rows there can be, and of one feature", () => {
    for (const [count, features] of [
      [40, 9],
      [2, 9],
      [2049, 1],
    ] as const) {
      const { columns, featureNames, labels } = someRows(count, 5);
      const rows = {
        columns: columns.slice(0, features),
        featureNames: featureNames.slice(0, features),
        labels,
      };
      const { model } = trainBoosting(rows, { ...small, minDataInLeaf: 1 });
      for (const workers of [two, three]) {
        expect(trainBoosting(rows, { ...small, minDataInLeaf: 1 }, { workers }).model).toEqual(model);
      }
    }
  });

  it("of a forest, and of rows that stand in shared memory already", () => {
    const rows = someRows(3000, 13);
    const forest = { ...defaultForest, trees: 4, leavesMost: 40 };
    expect(trainForest(rows, forest, three)).toEqual(trainForest(rows, forest));
    const shared = { ...rows, columns: rows.columns.map((column) => two.share(column)) };
    expect(shared.columns.map((column) => two.share(column))).toEqual(shared.columns);
    expect(two.share(shared.columns[0]!)).toBe(shared.columns[0]);
    expect(trainBoosting(shared, small, { workers: two }).model).toEqual(trainBoosting(rows, small).model);
  });
});

it("every part of every job runs once, however short the jobs are and however the threads meet", () => {
  const parts = 40;
  const jobs = 3000;
  const each = 50;
  // The first rows of each part's range, all in one leaf: a job takes a few microseconds.
  const rows = Array.from({ length: parts * each }, (_, k) => 8192 * Math.floor(k / each) + (k % each));
  const integers = (list: readonly number[]) => {
    const shared = new Int32Array(three.allocate(4 * list.length));
    shared.set(list);
    return shared;
  };
  const board = {
    leafCount: integers([1]),
    leafRows: integers([0, rows.length]),
    leafOutputs: three.share(Float64Array.of(1)),
    // As many as there are row numbers; those behind belong to no leaf.
    rows: integers([...rows, ...Array(8192 * parts - rows.length).fill(0)]),
    margins: new Float64Array(three.allocate(8 * 8192 * parts)),
  };
  for (let job = 0; job < jobs; job++) three.run("addLeaves", board as never, parts, 1);
  expect(new Set(rows.map((row) => board.margins[row]))).toEqual(new Set([jobs]));
  three.clear();
});

it("what fails in any thread fails the call, and the next call works", () => {
  const rows = someRows(5000, 17);
  const columns = rows.columns.with(2, rows.columns[2]!.with(7, Number.POSITIVE_INFINITY));
  expect(() => trainBoosting({ ...rows, columns }, small, { workers: three })).toThrow(
    /^column f2: holds an/,
  );
  // No board that a kernel can work on: each part throws, in whichever thread it is.
  const board = { columns: [], weights: undefined, parameters: small, table: new Float64Array() };
  expect(() => three.run("findBins", board, 50, 1e9)).toThrow(/length/);
  const { model } = trainBoosting(rows, small);
  expect(trainBoosting(rows, small, { workers: three }).model).toEqual(model);
});

/** Nine features: numbers, a tenth of them missing, some float32, two of few whole values; and weights. */
function someRows(count: number, seed: number): TrainingRows {
  const rng = createRng(seed, "rows");
  const columns = Array.from({ length: 9 }, (_, feature) => {
    const values = Array.from({ length: count }, () =>
      rng.uniform() < 0.1 ? Number.NaN : feature % 4 === 3 ? rng.integer(12) : rng.normal(),
    );
    return feature % 2 === 0 ? Float64Array.from(values) : Float32Array.from(values);
  });
  const known = (feature: number, row: number) => columns[feature]![row]! || 0;
  const labels = Float64Array.from({ length: count }, (_, row) =>
    known(0, row) - known(1, row) + (known(3, row) % 3) + rng.normal() > 0.7 ? 1 : 0,
  );
  const weights = Float64Array.from(labels, () => 0.5 + rng.uniform());
  return { featureNames: columns.map((_, feature) => `f${feature}`), columns, labels, weights };
}
