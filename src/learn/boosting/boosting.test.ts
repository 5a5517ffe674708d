/**
 * Goal    show that training finds the splits that the formulas say, that its model predicts raw rows as training saw
 *         them, and that neither threads nor chance nor files change it.
 * Method  the golden tree of XGBoost's exact method; laws over random data with missing values and categories.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../../../test/golden-stock.ts";
import { InputError } from "../../domain/assert.ts";
import { readLightgbmText, writeLightgbmText } from "../../models/trees/lightgbm-text.ts";
import { TreeEnsemble } from "../../models/trees/tree-ensemble.ts";
import { checkTrees, type TreeEnsembleData } from "../../models/trees/tree-ensemble-data.ts";
import { createRng } from "../../numerics/rng.ts";
import { trainBoosting } from "./boosting.ts";
import { type BoostingParameters, defaultBoosting } from "./boosting-parameters.ts";
import { defaultForest, trainForest } from "./forest.ts";
import { trainingKernels } from "./training-kernels.ts";
import type { TrainingRows } from "./training-rows.ts";
import { oneThread, type TrainingWorkers } from "./training-workers.ts";

const missing = goldenIsMissing ? ` (skipped: ${goldenFolder}/MANIFEST.json is missing)` : "";
const small: BoostingParameters = { ...defaultBoosting, rounds: 12, leavesMost: 8, minDataInLeaf: 5 };

describe.skipIf(goldenIsMissing)(`split_gain_tiny${missing}`, () => {
  it("gains, covers, leaves, cuts and the side of missing values are XGBoost's", () => {
    const file = "split_gain_tiny.json";
    const golden = readGolden<Tiny>(file);
    const { X, y } = golden.input;
    const columns = [0, 1].map((f) => Float64Array.from(X, (row) => row[f] ?? Number.NaN));
    const rows = { featureNames: ["f0", "f1"], columns, labels: Float64Array.from(y) };
    const { model } = trainBoosting(rows, {
      ...defaultBoosting,
      rounds: 1,
      learningRate: 1,
      growth: "depth-wise",
      depthMost: 2,
      leavesMost: 4,
      minChildWeight: 1,
      minDataInLeaf: 1,
      boostFromAverage: false,
    });
    const { rel, abs } = toleranceOf(file);
    const near = (got: number, want: number) => Math.abs(got - want) <= Math.max(abs, rel * Math.abs(want));
    // Both number a tree of depth 2 level by level.
    golden.expected.tree.forEach((node, at) => {
      const isLeaf = node.Feature === "Leaf";
      expect(model.feature[at]).toBe(isLeaf ? -1 : Number(node.Feature.slice(1)));
      expect(near(isLeaf ? model.value[at]! : model.gain[at]!, node.Gain)).toBe(true);
      expect(near(model.hessian[at]!, node.Cover)).toBe(true);
      if (isLeaf) return;
      expect(Math.abs(model.threshold[at]! - node.Split!)).toBeLessThan(1e-8);
      expect((model.flags[at]! & 2) !== 0).toBe(node.Missing === node.Yes);
    });
    expect(model.feature.length).toBe(golden.expected.tree.length);
  });
});

interface Tiny {
  readonly input: { readonly X: readonly (readonly (number | null)[])[]; readonly y: readonly number[] };
  readonly expected: {
    readonly tree: readonly {
      readonly Feature: string;
      readonly Split: number | null;
      readonly Yes: string | null;
      readonly Missing: string | null;
      readonly Gain: number;
      readonly Cover: number;
    }[];
  };
}

describe("the model", () => {
  it("predicts raw rows as training saw their bins, with missing values, categories, weights and drawn rows", () => {
    fc.assert(
      fc.property(settings(), fc.nat(), (given, seed) => {
        const rows = randomRows(300, seed, given.objective);
        // Half a step aside stand the cuts themselves.
        const columns = rows.columns.map((column, f) => (f === 2 ? column.map((x) => x + 0.5) : column));
        const validation = { ...rows, columns };
        const { model, validationLoss, bestRound } = trainBoosting(rows, given, { validation });
        checkTrees(model, "trained");
        const margins = new Float64Array(300);
        new TreeEnsemble(model).marginsOfColumns(columns, margins);
        expect([...margins]).toEqual(marginsOf(model, validation));
        expect(lossOf(validation, model, given)).toBeCloseTo(validationLoss[bestRound]!, 12);
        expect(Math.min(...validationLoss)).toBe(validationLoss[bestRound]);
      }),
      { numRuns: 40 },
    );
  });

  it("is the same after LightGBM's file, and the same again from the same seed", () => {
    fc.assert(
      fc.property(settings(), fc.nat(), (given, seed) => {
        const rows = randomRows(200, seed, given.objective);
        const { model } = trainBoosting(rows, given);
        expect(trainBoosting(rows, given).model).toEqual(model);
        const again = readLightgbmText(writeLightgbmText(model), "again");
        expect(marginsOf(again, rows)).toEqual(marginsOf(model, rows));
        expect(writeLightgbmText(again)).toBe(writeLightgbmText(model));
      }),
      { numRuns: 20 },
    );
  });

  it("does not depend on the order in which the parts of its kernels run, nor on where the memory is", () => {
    const rows = randomRows(3000, 5, "logistic");
    const { model } = trainBoosting(rows, small);
    const backwards: TrainingWorkers = {
      ...oneThread,
      allocate: (bytes) => new SharedArrayBuffer(bytes),
      run(kernel, board, parts) {
        const runPart = trainingKernels[kernel] as (board: object, part: number) => void;
        for (let part = parts - 1; part >= 0; part--) runPart(board, part);
      },
    };
    expect(trainBoosting(rows, small, { workers: backwards }).model).toEqual(model);
  });

  it("keeps the least rows and hessians of every leaf, the most leaves and the most depth", () => {
    fc.assert(
      fc.property(settings(), fc.nat(), (given, seed) => {
        const rows = randomRows(300, seed, given.objective);
        const { model } = trainBoosting(rows, given);
        const leaves = model.feature.reduce((count, feature) => count + (feature < 0 ? 1 : 0), 0);
        expect(leaves).toBeLessThanOrEqual(given.leavesMost * (model.roots.length - 1));
        for (let node = 0; node < model.feature.length; node++) {
          if (model.feature[node]! < 0 && !model.roots.includes(node)) {
            expect(model.cover[node]).toBeGreaterThanOrEqual(given.minDataInLeaf);
            expect(model.hessian[node]).toBeGreaterThanOrEqual(given.minChildWeight);
          } else if (model.feature[node]! >= 0) {
            const both = model.cover[model.left[node]!]! + model.cover[model.right[node]!]!;
            expect(both).toBe(model.cover[node]);
            expect(model.gain[node]).toBeGreaterThan(given.gamma);
          }
        }
        for (let tree = 0; tree + 1 < model.roots.length; tree++) {
          expect(depthOf(model, model.roots[tree]!)).toBeLessThanOrEqual(given.depthMost);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("a row of weight 2 is two rows", () => {
    const rows = randomRows(120, 8, "logistic");
    const weights = Float64Array.from(rows.labels, (_, row) => 1 + (row % 2));
    const twice = Array.from(rows.labels, (_, row) => (row % 2 === 1 ? [row, row] : [row])).flat();
    const given = { ...small, categorical: [], minDataInLeaf: 1, minChildWeight: 2, rounds: 3 };
    const heavy = trainBoosting({ ...rows, weights }, given).model;
    const { weights: _, ...plain } = rows;
    const copied = trainBoosting(
      {
        ...plain,
        columns: rows.columns.map((column) => Float64Array.from(twice, (row) => column[row]!)),
        labels: Float64Array.from(twice, (row) => rows.labels[row]!),
      },
      given,
    ).model;
    expect(heavy.feature).toEqual(copied.feature);
    heavy.value.forEach((value, node) => {
      expect(value).toBeCloseTo(copied.value[node]!, 12);
    });
  });

  it("rises with a feature that it may only rise with, and falls with the other", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom("leaf-wise", "depth-wise"), (seed, growth) => {
        const rows = randomRows(300, seed, "logistic");
        const given: BoostingParameters = {
          ...small,
          growth,
          monotone: [1, -1, 0, 0],
          leavesMost: 16,
          minDataInLeaf: 2,
        };
        const model = new TreeEnsemble(trainBoosting(rows, given).model);
        const row = new Float64Array(4);
        for (let r = 0; r < 20; r++) {
          for (const [feature, sign] of [
            [0, 1],
            [1, -1],
          ] as const) {
            rows.columns.forEach((column, f) => {
              row[f] = column[r]!;
            });
            let before = Number.NEGATIVE_INFINITY;
            for (let x = -3; x <= 3; x += 0.25) {
              row[feature] = sign * x;
              const margin = model.margin(row);
              expect(margin).toBeGreaterThanOrEqual(before - 1e-12);
              before = margin;
            }
          }
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe("objectives", () => {
  it("squared error finds the mean, pinball loss the quantile", () => {
    const rows = randomRows(2000, 3, "squared");
    for (const quantile of [0.1, 0.5, 0.9]) {
      const { model } = trainBoosting(rows, { ...small, objective: "quantile", quantile, rounds: 60 });
      const below = marginsOf(model, rows).filter((margin, row) => rows.labels[row]! <= margin).length;
      expect(Math.abs(below / 2000 - quantile)).toBeLessThan(0.03);
    }
    const { model } = trainBoosting(rows, { ...small, objective: "squared", lambda2: 0, rounds: 1 });
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b) / values.length;
    expect(mean(marginsOf(model, rows))).toBeCloseTo(mean(rows.labels), 10);
  });

  it("stops when validation has not improved for `patience` rounds and keeps the best", () => {
    const rows = randomRows(300, 1, "logistic");
    const validation = randomRows(300, 2, "logistic");
    const given = { ...small, rounds: 500, patience: 7, learningRate: 0.3 };
    const { bestRound, validationLoss, model } = trainBoosting(rows, given, { validation });
    expect(validationLoss.length).toBe(bestRound + 1 + 7);
    expect(model.roots.length - 1).toBe(bestRound + 1);
  });

  it("finds what the categories hide: odd against even among twenty", () => {
    const rng = createRng(1, "categories");
    const category = Float64Array.from({ length: 2000 }, () => rng.integer(20));
    const labels = category.map((x) => x % 2);
    const rows = { featureNames: ["c"], columns: [category], labels };
    const given = {
      ...small,
      rounds: 1,
      categorical: [0],
      learningRate: 1,
      leavesMost: 2,
      minDataPerGroup: 10,
    };
    const { model } = trainBoosting(rows, given);
    expect(model.feature.length).toBe(3);
    const ensemble = new TreeEnsemble(model);
    for (let x = 0; x < 20; x++) expect(ensemble.probability(Float64Array.of(x)) > 0.5).toBe(x % 2 === 1);
  });
});

describe("the forest", () => {
  it("answers with a mean of labels: between 0 and 1, near the truth, the same from the same seed", () => {
    const rows = randomRows(1000, 4, "logistic");
    const given = { ...defaultForest, trees: 30, categorical: [3] };
    const model = trainForest(rows, given);
    expect(trainForest(rows, given)).toEqual(model);
    const means = marginsOf(model, rows);
    expect(Math.min(...means)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...means)).toBeLessThanOrEqual(1);
    const right = means.filter((mean, row) => mean > 0.5 === (rows.labels[row] === 1)).length;
    expect(right / means.length).toBeGreaterThan(0.75);
  });
});

describe("refusals", () => {
  const rows = randomRows(50, 1, "logistic");
  it.each<[string, Partial<BoostingParameters>, Partial<TrainingRows>, RegExp]>([
    ["a bad parameter", { binsMost: 256 }, {}, /^binsMost: 256; allowed is a whole number 2 to 255$/],
    ["a monotone list that is too short", { monotone: [1] }, {}, /^monotone: \[1\]; allowed is none/],
    ["a monotone quantile", { objective: "quantile", monotone: [1, 0, 0, 0] }, {}, /^monotone: not with/],
    ["an unknown category feature", { categorical: [9] }, {}, /^categorical: \[9\]; allowed are 0 to 3/],
    ["a label", {}, { labels: new Float64Array(50).fill(2) }, /^labels: 2 in row 0; allowed is 0 or 1$/],
    ["a weight", {}, { weights: new Float64Array(50) }, /^weights: 0 in row 0; allowed is above 0$/],
    ["an infinity", {}, { columns: rows.columns.map(() => new Float64Array(50).fill(Infinity)) }, /infinity/],
    [
      "a short column",
      {},
      { columns: rows.columns.map(() => new Float64Array(9)) },
      /^column f0: 9 values; 50/,
    ],
    [
      "a fraction for a category",
      { categorical: [0] },
      {},
      /^column f0: category .* in row 0; allowed is 0 to/,
    ],
    ["a name with a space", {}, { featureNames: ["a b", "b", "c", "d"] }, /^featureNames: "a b"/],
  ])("%s", (_, parameters, change, message) => {
    const train = () => trainBoosting({ ...rows, ...change }, { ...small, ...parameters });
    expect(train).toThrow(InputError);
    expect(train).toThrow(message);
  });
});

function settings(): fc.Arbitrary<BoostingParameters> {
  return fc.record({
    ...Object.fromEntries(Object.entries(small).map(([key, value]) => [key, fc.constant(value)])),
    objective: fc.constantFrom("logistic", "squared", "quantile"),
    quantile: fc.constantFrom(0.1, 0.5),
    growth: fc.constantFrom("leaf-wise", "depth-wise"),
    depthMost: fc.constantFrom(2, 4, 64),
    binsMost: fc.constantFrom(7, 255),
    minDataInLeaf: fc.constantFrom(1, 5, 20),
    minChildWeight: fc.constantFrom(1e-3, 3),
    lambda1: fc.constantFrom(0, 0.5),
    gamma: fc.constantFrom(0, 0.2),
    maxDeltaStep: fc.constantFrom(0, 0.7),
    rowsPerTree: fc.constantFrom(1, 0.7),
    columnsPerTree: fc.constantFrom(1, 0.6),
    columnsPerNode: fc.constantFrom(1, 0.6),
    categorical: fc.constantFrom([], [3]),
    oneHotCategoriesMost: fc.constantFrom(4, 20),
    minDataPerGroup: fc.constant(5),
    categorySmoothing: fc.constant(1),
  }) as unknown as fc.Arbitrary<BoostingParameters>;
}

/** Two informative numbers, one noise with few values, one category; a tenth missing. */
function randomRows(count: number, seed: number, objective: BoostingParameters["objective"]): TrainingRows {
  const rng = createRng(seed, "rows");
  const columns = Array.from({ length: 4 }, () => new Float64Array(count));
  const labels = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const [a, b, c, d] = [rng.normal(), rng.normal(), rng.integer(5), rng.integer(9)];
    const truth = a - b + (d % 3 === 0 ? 1 : -0.5) + 0.7 * rng.normal();
    labels[row] = objective === "logistic" ? (truth > 0 ? 1 : 0) : truth;
    [a, b, c, d].forEach((value, f) => {
      columns[f]![row] = rng.uniform() < 0.1 ? Number.NaN : value;
    });
  }
  const weights = Float64Array.from({ length: count }, () => 0.5 + rng.uniform());
  return { featureNames: ["f0", "f1", "f2", "f3"], columns, labels, ...(seed % 2 === 0 ? { weights } : {}) };
}

function marginsOf(model: TreeEnsembleData, { columns, labels }: TrainingRows): number[] {
  const ensemble = new TreeEnsemble(model);
  return Array.from(labels, (_, row) =>
    ensemble.margin(Float64Array.from(columns, (column) => column[row]!)),
  );
}

function lossOf(
  rows: TrainingRows,
  model: TreeEnsembleData,
  { objective, quantile }: BoostingParameters,
): number {
  let sum = 0;
  let mass = 0;
  marginsOf(model, rows).forEach((margin, row) => {
    const label = rows.labels[row]!;
    const weight = rows.weights?.[row] ?? 1;
    const residual = label - margin;
    const loss = {
      logistic: Math.log1p(Math.exp(label === 1 ? -margin : margin)),
      squared: residual ** 2,
      quantile: Math.max(quantile * residual, (quantile - 1) * residual),
    }[objective];
    sum += weight * loss;
    mass += weight;
  });
  return objective === "squared" ? Math.sqrt(sum / mass) : sum / mass;
}

function depthOf(model: TreeEnsembleData, node: number): number {
  if (model.feature[node]! < 0) return 0;
  return 1 + Math.max(depthOf(model, model.left[node]!), depthOf(model, model.right[node]!));
}
