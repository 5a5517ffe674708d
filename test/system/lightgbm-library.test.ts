/**
 * Goal    LightGBM's own library, called from here, trains models that our reader predicts as the library does, reads
 *         those that our writer and our trainer wrote, explains them as our TreeSHAP does, and leaves none of its
 *         memory behind.
 * Method  the library that PLIMSOLL_LIGHTGBM names, or that the system has; no package of Debian's brings it, so
 *         without it all is skipped by name, whatever REQUIRE_SYSTEM says.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findLightgbm, type LightgbmLibrary } from "../../src/adapters/native/lightgbm-library.ts";
import { lightgbmTrainer } from "../../src/adapters/native/lightgbm-trainer.ts";
import { gbdtTrainer } from "../../src/learn/boosting/built-in-trainers.ts";
import type { TrainingTask } from "../../src/learn/boosting/trainer.ts";
import type { TrainingRows } from "../../src/learn/boosting/training-rows.ts";
import { readLightgbmText, writeLightgbmText } from "../../src/models/trees/lightgbm-text.ts";
import type { TreeEnsembleData } from "../../src/models/trees/tree-ensemble-data.ts";
import { goldenFolder, goldenIsMissing, readGolden } from "../golden-stock.ts";
import {
  contributionsHere,
  drawnRows,
  expectAllFreed,
  expectRisesWithTheFirst,
  expectStoppedEarly,
  furthest,
  goldenRows,
  marginsHere,
  refusedRequest,
  twice,
  withCategories,
} from "../native-trainers.ts";

/** Of margins, and of TreeSHAP values, both float64. */
const NEAR = 1e-12;
const RAW = 1;
const CONTRIBUTIONS = 3;

const library = await findLightgbm("", process.env).catch(() => undefined);
const skipped = library === undefined ? " (skipped: PLIMSOLL_LIGHTGBM names no library)" : "";
const native = library as LightgbmLibrary;

const task = (more: Partial<TrainingTask> = {}): TrainingTask => ({
  rows: drawnRows("training"),
  goal: { rounds: 20 },
  settings: { num_leaves: 8, min_data_in_leaf: 5 },
  ...more,
});
const train = (more?: Partial<TrainingTask>) => lightgbmTrainer(native).train(task(more));

function ofLibrary(data: TreeEnsembleData, { columns, labels }: TrainingRows, what: number): Float64Array {
  const width = what === CONTRIBUTIONS ? columns.length + 1 : 1;
  const out = new Float64Array(labels.length * width);
  const booster = native.made("LGBM_BoosterLoadModelFromString", writeLightgbmText(data), [0]);
  const values = Float64Array.from(columns.flatMap((column) => [...column]));
  const shape = [1, labels.length, columns.length, 0];
  const range = [what, 0, -1, "num_threads=1"];
  native.call("LGBM_BoosterPredictForMat", booster, values, ...shape, ...range, [0], out);
  native.call("LGBM_BoosterFree", booster);
  return out;
}

afterEach(() => vi.restoreAllMocks());

describe.skipIf(library === undefined)(`a model of the library${skipped}`, () => {
  it("predicts here as there, missing values too, and has the names of its features", () => {
    const { model, rounds } = train();
    const rows = drawnRows("test");
    const here = marginsHere(model, rows);
    expect(furthest(here, ofLibrary(model, rows, RAW))).toBeLessThan(NEAR);
    expect([model.featureNames, rounds, model.roots.length - 1]).toEqual([rows.featureNames, 20, 20]);
    expect(new Set(here).size).toBeGreaterThan(100);
  });

  it("weighs its rows: where nothing may be split, it is the weighted share's log-odds", () => {
    const [weighted, repeated] = twice(drawnRows("training"));
    const settings = { min_data_in_leaf: 400 };
    const { model, rounds } = train({ rows: weighted, settings });
    const share = repeated.labels.reduce((a, b) => a + b) / repeated.labels.length;
    expect(rounds).toBe(1);
    expect(Math.abs(marginsHere(model, weighted)[0]! - Math.log(share / (1 - share)))).toBeLessThan(1e-6);
    const plain = marginsHere(train({ settings }).model, weighted)[0]!;
    expect(Math.abs(plain - Math.log(share / (1 - share)))).toBeGreaterThan(1e-3);
  });

  it("stops early and keeps the rounds up to the best, by the loss that the model itself has", () => {
    const validation = drawnRows("validation");
    const trained = train({ validation, goal: { rounds: 200, patience: 7 } });
    expectStoppedEarly(trained, validation, 1e-9);
  });

  it("only rises with a feature that it may only rise with, and takes categories", () => {
    expectRisesWithTheFirst(train({ goal: { rounds: 30, monotone: [1, -1, 0] } }).model);
    const odd = withCategories(drawnRows("categories"));
    const settings = { min_data_per_group: 1, cat_smooth: 1, max_cat_to_onehot: 1, min_data_in_leaf: 5 };
    const found = train({ rows: odd, goal: { rounds: 5, categorical: [0] }, settings });
    expect(found.model.setStart.length).toBeGreaterThan(1);
    const here = marginsHere(found.model, odd);
    const of = (label: number) => here.filter((_, row) => odd.labels[row] === label);
    expect(Math.min(...of(1))).toBeGreaterThan(Math.max(...of(0)));
    expect(furthest(here, ofLibrary(found.model, odd, RAW))).toBeLessThan(NEAR);
  });

  it.each<[string, Partial<TrainingTask>]>([
    ["settings.num_leafs: not a parameter of LightGBM", { settings: { num_leafs: 3 } }],
    ["settings.random_state: the goal decides it", { settings: { random_state: 3 } }],
    ['settings.boosting: "gbdt task=train"; no space', { settings: { boosting: "gbdt task=train" } }],
    ["num_leaves", { settings: { num_leaves: -1 } }],
    ["labels: 0.5 in row 0", { rows: { ...drawnRows("training"), labels: new Float64Array(400).fill(0.5) } }],
  ])("is not made where the request is wrong: %s", (message, wrong) => {
    const call = vi.spyOn(native, "call");
    expect(() => train(wrong)).toThrow(refusedRequest(message));
    expectAllFreed(call);
  });

  it("leaves no memory of the library's behind", () => {
    const call = vi.spyOn(native, "call");
    train({ validation: drawnRows("validation"), goal: { rounds: 3 } });
    expect(expectAllFreed(call)).toBe(3);
  });
});

describe.skipIf(library === undefined)(`a model of our trainer${skipped}`, () => {
  it("predicts and explains in the library as here", () => {
    const rows = withCategories(drawnRows("training"));
    const goal = { rounds: 15, categorical: [0] };
    const settings = { minDataPerGroup: 5, minDataInLeaf: 5 };
    expectSameThere(gbdtTrainer().train({ rows, goal, settings }).model, withCategories(drawnRows("test")));
  });
});

const isMissing = library === undefined || goldenIsMissing;
const without = goldenIsMissing ? ` (skipped: ${goldenFolder}/MANIFEST.json is missing)` : skipped;

describe.skipIf(isMissing)(`the golden model lgb_binary${without}, written by us`, () => {
  it("predicts and explains in the library as here", () => {
    const { X } = readGolden<{ input: { X: readonly (readonly (number | null)[])[] } }>(
      "lgb_binary.json",
    ).input;
    const text = readFileSync(join(goldenFolder, "lgb_binary.model.txt"), "utf8");
    const data = readLightgbmText(text, "golden");
    expectSameThere(data, goldenRows(data, X));
  });
});

function expectSameThere(data: TreeEnsembleData, rows: TrainingRows): void {
  expect(furthest(marginsHere(data, rows), ofLibrary(data, rows, RAW))).toBeLessThan(NEAR);
  const there = ofLibrary(data, rows, CONTRIBUTIONS);
  expect(furthest(contributionsHere(data, rows), there)).toBeLessThan(NEAR);
}

it("says where the library was looked for, and how to get it", async () => {
  await expect(findLightgbm("/nowhere/lib_lightgbm.so", {})).rejects.toThrow(
    expect.objectContaining({
      exitCode: 1,
      message: expect.stringMatching(
        /^lightgbm: \/nowhere\/lib_lightgbm\.so is of no use [^\n]*PLIMSOLL_LIGHTGBM[^\n]*gbdt/,
      ),
    }),
  );
});
