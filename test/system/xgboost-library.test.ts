/**
 * Goal    XGBoost's own library, called from here, trains models that our reader predicts as the library does, reads
 *         those that our writer wrote, explains them as our TreeSHAP does, and leaves none of its memory behind.
 * Method  the library of this machine (Debian: libxgboost0); without it skip by name, with REQUIRE_SYSTEM=1 fail.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { XgboostBooster, XgboostMatrix } from "../../src/adapters/native/xgboost-booster.ts";
import { findXgboost, type XgboostLibrary } from "../../src/adapters/native/xgboost-library.ts";
import { xgboostTrainer } from "../../src/adapters/native/xgboost-trainer.ts";
import type { TrainingTask } from "../../src/learn/boosting/trainer.ts";
import type { TrainingRows } from "../../src/learn/boosting/training-rows.ts";
import { readXgboostJson, writeXgboostJson } from "../../src/models/trees/xgboost-json.ts";
import { dailyCsv } from "../bars-csv.ts";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../golden-stock.ts";
import { MlflowDouble } from "../mlflow-double.ts";
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
import { plantedMarket } from "../planted-market.ts";
import { runLine } from "../run-line.ts";
import { scratchFolder } from "../scratch-folder.ts";

/** Of margins: both sum the same float32 leaves in the same order. */
const SAME = 0;
/** Of TreeSHAP values: the library sums in float32 and in another order. */
const SHAP = { rel: 1e-4, abs: 1e-5 };

const library = await findXgboost("", process.env).catch((error: Error) => {
  if (process.env.REQUIRE_SYSTEM === "1") throw new Error(`REQUIRE_SYSTEM=1, and ${error.message}`);
  return undefined;
});
const skipped = library === undefined ? " (skipped: no libxgboost on this machine)" : "";
const native = library as XgboostLibrary;

const task = (more: Partial<TrainingTask> = {}): TrainingTask => ({
  rows: drawnRows("training"),
  goal: { rounds: 20 },
  settings: { max_depth: 4, eta: 0.3 },
  ...more,
});
const train = (more?: Partial<TrainingTask>) => xgboostTrainer(native).train(task(more));

function ofLibrary(text: string, rows: TrainingRows, output: "margin" | "contributions"): Float32Array {
  const booster = XgboostBooster.read(native, text);
  const matrix = new XgboostMatrix(native, rows, rows.labels.length);
  const found = booster.predict(matrix, output);
  matrix.free();
  booster.free();
  return found;
}

afterEach(() => vi.restoreAllMocks());

describe.skipIf(library === undefined)(`a model of the library${skipped}`, () => {
  it("predicts here as there, missing values too, and has the names of its features", () => {
    const { model, rounds } = train();
    const rows = drawnRows("test");
    const here = marginsHere(model, rows);
    expect(furthest(here, ofLibrary(writeXgboostJson(model), rows, "margin"))).toBe(SAME);
    expect([model.featureNames, rounds]).toEqual([rows.featureNames, 20]);
    expect(new Set(here).size).toBeGreaterThan(100);
  });

  it.each<Record<string, string>>([
    { objective: "binary:logistic", base_score: "0.3" },
    { objective: "reg:squarederror", tree_method: "hist", grow_policy: "lossguide", max_leaves: "7" },
    { objective: "binary:logistic", booster: "dart", rate_drop: "0.4", seed: "3" },
    { objective: "binary:logistic", num_parallel_tree: "3", subsample: "0.6" },
    { objective: "binary:logistic", tree_method: "hist", max_cat_to_onehot: "1" },
  ])(
    "as the library itself writes it, with %s, predicts as it does there, and so it does when we wrote it",
    (set) => {
      const rows = drawnRows("training");
      const hasCategories = "max_cat_to_onehot" in set;
      const given = hasCategories ? withCategories(rows) : rows;
      const asked = hasCategories ? withCategories(drawnRows("test")) : drawnRows("test");
      const training = new XgboostMatrix(native, given, 400);
      training.floats("label", rows.labels);
      if (hasCategories) training.types(["c", "q", "q"]);
      const booster = XgboostBooster.over(native, [training]);
      for (const [name, value] of Object.entries({ nthread: "1", verbosity: "0", ...set }))
        booster.set(name, value);
      for (let round = 0; round < 10; round++) booster.update(round, training);
      const data = readXgboostJson(booster.text(rows.featureNames), "library");
      const matrix = new XgboostMatrix(native, asked, 400);
      if (hasCategories) matrix.types(["c", "q", "q"]);
      const there = booster.predict(matrix, "margin");
      for (const object of [booster, training, matrix]) object.free();
      const here = marginsHere(data, asked);
      expect(furthest(here, there)).toBe(SAME);
      expect(furthest(here, ofLibrary(writeXgboostJson(data), asked, "margin"))).toBe(SAME);
      expect(data.setStart.length > 1).toBe(hasCategories);
    },
  );

  it("takes a row of weight 2 as two rows", () => {
    const rows = drawnRows("training");
    const given = [...twice(rows), rows];
    const settings = { max_depth: 3, tree_method: "exact" };
    const [weighted, long, plain] = given.map((rowsOf) =>
      marginsHere(train({ rows: rowsOf, settings }).model, rows),
    );
    expect(furthest(weighted!, long!)).toBeLessThan(1e-5);
    expect(furthest(weighted!, plain!)).toBeGreaterThan(0.05);
  });

  it("stops early and keeps the rounds up to the best, by the loss that the model itself has", () => {
    const validation = drawnRows("validation");
    const trained = train({ validation, goal: { rounds: 200, patience: 7 } });
    expectStoppedEarly(trained, validation, 1e-6);
  });

  it("only rises with a feature that it may only rise with, and takes categories", () => {
    expectRisesWithTheFirst(train({ goal: { rounds: 30, monotone: [1, -1, 0] } }).model);
    const odd = withCategories(drawnRows("categories"));
    const settings = { tree_method: "hist", max_cat_to_onehot: 1 };
    const found = train({ rows: odd, goal: { rounds: 5, categorical: [0] }, settings });
    expect(found.model.setStart.length).toBeGreaterThan(1);
    const here = marginsHere(found.model, odd);
    expect(here.every((margin, row) => margin > 0 === (odd.labels[row] === 1))).toBe(true);
  });

  it.each<[string, Partial<TrainingTask>]>([
    ["settings.max_dept: not a parameter of XGBoost", { settings: { max_dept: 3 } }],
    ["settings.seed: the goal decides it", { settings: { seed: 3 } }],
    ["max_depth", { settings: { max_depth: "deep" } }],
    ["Invalid Input: 'histogram'", { settings: { tree_method: "histogram" } }],
    ["labels: 0.5 in row 0", { rows: { ...drawnRows("training"), labels: new Float64Array(400).fill(0.5) } }],
  ])("is not made where the request is wrong: %s", (message, wrong) => {
    const call = vi.spyOn(native, "call");
    expect(() => train(wrong)).toThrow(refusedRequest(message));
    expectAllFreed(call);
  });

  it("leaves no memory of the library's behind", () => {
    const call = vi.spyOn(native, "call");
    train({ validation: drawnRows("validation"), goal: { rounds: 3, monotone: [1, 0, 0] } });
    expect(expectAllFreed(call)).toBe(4);
  });
});

interface Golden {
  readonly input: { readonly model_file: string; readonly X: readonly (readonly (number | null)[])[] };
  readonly expected: { readonly margin: readonly number[] };
}
const isMissing = library === undefined || goldenIsMissing;
const without = goldenIsMissing ? ` (skipped: ${goldenFolder}/MANIFEST.json is missing)` : skipped;

describe.skipIf(isMissing).each(["xgb_hist_logistic.json", "xgb_exact_monotone_l1.json"])(
  `the golden model %s${without}, written by us`,
  (file) => {
    const golden = isMissing ? undefined! : readGolden<Golden>(file);
    const data = isMissing
      ? undefined!
      : readXgboostJson(readFileSync(join(goldenFolder, golden.input.model_file), "utf8"), file);

    it("predicts and explains in the library as here", () => {
      const rows = goldenRows(data, golden.input.X);
      const text = writeXgboostJson(data);
      const there = ofLibrary(text, rows, "margin");
      expect(furthest(marginsHere(data, rows), there)).toBe(SAME);
      expect(furthest(golden.expected.margin, there)).toBeLessThan(toleranceOf(file).abs);
      const values = ofLibrary(text, rows, "contributions");
      contributionsHere(data, rows).forEach((value, k) => {
        const wanted = values[k]!;
        expect(Math.abs(value - wanted)).toBeLessThanOrEqual(Math.max(SHAP.abs, SHAP.rel * Math.abs(wanted)));
      });
    });
  },
);

describe.skipIf(library === undefined)(`plimsoll train${skipped}`, () => {
  it("takes a model from the lake to the registry by the library, on two threads, and tells MLflow", async () => {
    const root = scratchFolder("plimsoll-xgboost-");
    const server = await MlflowDouble.start();
    const file = join(root, "train.yaml");
    writeFileSync(
      join(root, "bars.csv"),
      dailyCsv(plantedMarket({ seed: 7, sessions: 520, symbols: 30, edge: 0.003 })),
    );
    writeFileSync(file, trainingByXgboost);
    const line = (...words: string[]) =>
      runLine(["--root", root, "--json", ...words], { MLFLOW_TRACKING_URI: server.url });
    await line("data", "import", join(root, "bars.csv"), "--timeframe", "1d", "--adjustment", "split");
    const { code, err } = await line("--config", file, "train", "--workers", "2", "--out", join(root, "out"));
    expect([code, err]).toEqual([3, ""]);
    const { format, params } = JSON.parse((await line("models", "show", "reference_ema_cross.meta@1")).out);
    expect([format, params.trainer]).toEqual(["xgboost-json", ["xgboost", native.version]]);
    expect(server.runs[0]?.params.get("training.trainer.name")).toBe("xgboost");
    expect(server.versions.map(({ tags }) => tags.get("plimsoll.stage"))).toEqual(["candidate"]);
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  });
});

const trainingByXgboost = `training:
  strategy: reference_ema_cross
  bars: { timeframe: 1d }
  features: [realized_vol_20, rsi_14, natr_14]
  label: { horizon: 6, kind: forward, costBps: 5 }
  windows: { train: 252, test: 126, step: 126 }
  trainer: { name: xgboost, rounds: 20, patience: 5 }
  search: { method: random, trials: 2, keep: 2 }
strategies: { reference_ema_cross: { params: { fast: 3, slow: 8 } } }
`;

it("says where the library was looked for, and how to get it", async () => {
  const refusal = (message: RegExp) =>
    expect.objectContaining({ exitCode: 1, message: expect.stringMatching(message) });
  await expect(findXgboost("/nowhere/libxgboost.so", {})).rejects.toThrow(
    refusal(/^xgboost: \/nowhere\/libxgboost\.so is of no use \(.*\); install it .*PLIMSOLL_XGBOOST[^\n]*$/),
  );
  await expect(findXgboost("", { PLIMSOLL_XGBOOST: "/else/where.so" })).rejects.toThrow(
    refusal(/\/else\/where\.so/),
  );
  await expect(findXgboost(process.platform === "linux" ? "libc.so.6" : "/", {})).rejects.toThrow(
    refusal(/^xgboost: [^\n]*install it/),
  );
});
