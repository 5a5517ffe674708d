/**
 * Goal    the models that XGBoost and LightGBM wrote predict and explain here as they did there: margins,
 *         probabilities, leaves, TreeSHAP values and interactions, at the tolerances of the manifest.
 * Method  read the golden files; without them skip by name.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../../../test/golden-stock.ts";
import { readLightgbmText, writeLightgbmText } from "./lightgbm-text.ts";
import { TreeEnsemble } from "./tree-ensemble.ts";
import { treeCount } from "./tree-ensemble-data.ts";
import { TreeShap } from "./tree-shap.ts";
import { readXgboostJson, writeXgboostJson } from "./xgboost-json.ts";

interface Golden {
  readonly input: { readonly model_file: string; readonly X: readonly (readonly (number | null)[])[] };
  readonly expected: {
    readonly margin?: readonly number[];
    readonly raw?: readonly number[];
    readonly prob: readonly number[];
    readonly leaf: readonly (readonly number[])[];
    readonly contribs_last_is_bias: readonly (readonly number[])[];
    readonly interactions_first3?: readonly (readonly (readonly number[])[])[];
  };
}

const missing = goldenIsMissing ? ` (skipped: ${goldenFolder}/MANIFEST.json is missing)` : "";
const files = ["xgb_hist_logistic.json", "xgb_exact_monotone_l1.json", "lgb_binary.json"];

describe.skipIf(goldenIsMissing).each(files)(`%s${missing}`, (file) => {
  const golden = goldenIsMissing ? ({} as Golden) : readGolden<Golden>(file);
  const text = goldenIsMissing ? "" : readFileSync(join(goldenFolder, golden.input.model_file), "utf8");
  const isXgboost = file.startsWith("xgb");
  const read = isXgboost ? readXgboostJson : readLightgbmText;
  const write = isXgboost ? writeXgboostJson : writeLightgbmText;
  const model = goldenIsMissing ? undefined! : new TreeEnsemble(read(text, file));
  const rows = (golden.input?.X ?? []).map((row) => Float64Array.from(row, (x) => x ?? Number.NaN));

  it("margins and probabilities, one by one and all at once", () => {
    const { margin, raw, prob } = golden.expected;
    expectNear(
      rows.map((row) => model.margin(row)),
      margin ?? raw,
      file,
    );
    expectNear(
      rows.map((row) => model.probability(row)),
      prob,
      file,
    );
    const together = new Float64Array(rows.length);
    model.margins(Float64Array.from(rows.flatMap((row) => [...row])), together);
    expect([...together]).toEqual(rows.map((row) => model.margin(row)));
  });

  it("leaves", () => {
    const leaves = golden.expected.leaf.map((_, r) => {
      const out = new Int32Array(treeCount(model.data));
      model.leaves(rows[r]!, out);
      return [...out];
    });
    expect(leaves).toEqual(golden.expected.leaf);
    expect(leaves.length).toBe(20);
  });

  it("TreeSHAP values, which sum to the margin, and interactions, which sum to the values", () => {
    const shap = new TreeShap(model);
    const { contribs_last_is_bias: expected, interactions_first3: pairs = [] } = golden.expected;
    const size = model.data.featureNames.length + 1;
    const sumError = isXgboost ? 1e-6 : 1e-14;
    rows.forEach((row, r) => {
      const phi = new Float64Array(size);
      shap.contributions(row, phi);
      if (expected[r] !== undefined) expectNear([...phi], expected[r], file);
      const sum = phi.reduce((a, b) => a + b);
      expect(Math.abs(sum - model.margin(row))).toBeLessThan(sumError);
      if (r >= 3) return;
      const matrix = new Float64Array(size * size);
      shap.interactions(row, matrix);
      if (pairs[r] !== undefined) expectNear([...matrix], pairs[r].flat(), file);
      for (let i = 0; i < size; i++) {
        const total = matrix.slice(i * size, (i + 1) * size).reduce((a, b) => a + b);
        expect(Math.abs(total - phi[i]!)).toBeLessThan(1e-12);
        for (let j = 0; j < i; j++) {
          expect(Math.abs(matrix[i * size + j]! - matrix[j * size + i]!)).toBeLessThan(1e-12);
        }
      }
    });
    expect(expected.length).toBe(40);
  });

  it("written and read again, it is the same model", () => {
    expect(read(write(model.data), file)).toEqual(model.data);
  });
});

describe.skipIf(goldenIsMissing)(`lgb_binary.model.txt${missing}`, () => {
  it("is written as LightGBM wrote it, byte by byte up to the end of the trees", () => {
    const text = goldenIsMissing ? "" : readFileSync(join(goldenFolder, "lgb_binary.model.txt"), "utf8");
    const end = text.indexOf("end of trees\n") + "end of trees\n".length;
    expect(writeLightgbmText(readLightgbmText(text, "golden"))).toBe(text.slice(0, end));
  });
});

function expectNear(actual: readonly number[], expected: readonly number[] | undefined, file: string): void {
  const { rel, abs } = toleranceOf(file);
  expect(actual.length).toBeGreaterThanOrEqual(expected?.length ?? Number.POSITIVE_INFINITY);
  const off = (expected ?? []).flatMap((want, k) => {
    const got = actual[k]!;
    return Math.abs(got - want) <= Math.max(abs, rel * Math.abs(want)) ? [] : [`${k}: ${got}, not ${want}`];
  });
  expect(off).toEqual([]);
}
