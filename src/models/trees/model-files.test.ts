/**
 * Goal    what one file format can say is predicted as its library predicts it, survives writing and reading, and
 *         a bad file is refused in one line instead of walked.
 * Method  small hand-made models for each rule; a property over random models of both kinds; a table of bad files.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../domain/assert.ts";
import { readLightgbmText, writeLightgbmText } from "./lightgbm-text.ts";
import { TreeEnsemble } from "./tree-ensemble.ts";
import {
  allocateNodes,
  CATEGORICAL,
  DEFAULT_LEFT,
  MEMBERS_RIGHT,
  MISSING_NAN,
  MISSING_ZERO,
  type TreeEnsembleData,
} from "./tree-ensemble-data.ts";
import { readXgboostJson, writeXgboostJson } from "./xgboost-json.ts";

const stump = (decisionType: number, threshold: string) => `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=0
objective=binary sigmoid:2
feature_names=a
feature_infos=[-1:1]
tree_sizes=0

Tree=0
num_leaves=2
num_cat=${decisionType & 1}
split_feature=0
split_gain=1
threshold=${threshold}
decision_type=${decisionType}
left_child=-1
right_child=-2
leaf_value=1 2
leaf_weight=1 1
leaf_count=1 1
internal_value=0
internal_weight=2
internal_count=2
cat_boundaries=0 2
cat_threshold=2 2
is_linear=0
shrinkage=0.1


end of trees
`;
const left = 1;
const right = 2;
const ask = (decisionType: number, threshold: string, value: number) =>
  new TreeEnsemble(readLightgbmText(stump(decisionType, threshold), "stump")).margin(Float64Array.of(value));

describe("LightGBM's rules", () => {
  it("equal goes left, and NaN is 0 where nothing is missing", () => {
    expect(ask(0, "0.5", 0.5)).toBe(left);
    expect(ask(0, "0.5", 0.5000000000000001)).toBe(right);
    expect(ask(0, "0.5", Number.NaN)).toBe(left);
    expect(ask(2, "-0.5", Number.NaN)).toBe(right);
  });

  it("NaN follows the default where NaN is missing, and zeros follow it where zero is", () => {
    expect(ask(8, "0.5", Number.NaN)).toBe(right);
    expect(ask(10, "-0.5", Number.NaN)).toBe(left);
    expect([1e-35, -1e-36, 0, Number.NaN].map((x) => ask(4, "0.5", x))).toEqual([right, right, right, right]);
    expect([1e-35, -1e-36, 0, Number.NaN].map((x) => ask(6, "-0.5", x))).toEqual([left, left, left, left]);
    expect([1.1e-35, -0.6].map((x) => ask(4, "0.5", x))).toEqual([left, left]);
  });

  it("categories in the set go left; fractions are cut off; all others and NaN go right", () => {
    expect([1, 1.9, 33].map((x) => ask(1, "0", x))).toEqual([left, left, left]);
    expect([0, 2, 32, 65, -1, 1e12, Number.NaN].map((x) => ask(1, "0", x))).toEqual(Array(7).fill(right));
  });

  it("the logistic link takes the file's sigmoid", () => {
    const model = new TreeEnsemble(readLightgbmText(stump(0, "0.5"), "stump"));
    expect(model.probability(Float64Array.of(0))).toBe(1 / (1 + Math.exp(-2)));
  });
});

describe("XGBoost's rules", () => {
  it("below goes left after rounding to float32", () => {
    const model = new TreeEnsemble(readXgboostJson(xgboostStump("5E-1"), "stump"));
    const threshold = Math.fround(0.1);
    expect(model.margin(Float64Array.of(threshold))).toBe(2);
    expect(model.margin(Float64Array.of(0.1 - 1e-12))).toBe(2);
    expect(model.margin(Float64Array.of(0.1 - 1e-7))).toBe(1);
    expect(model.margin(Float64Array.of(Number.NaN))).toBe(1);
  });

  it("a node of categories has NaN for a threshold, as the library itself writes it; a name stays as it is", () => {
    const sets = {
      categories: [1, 3],
      categories_nodes: [0],
      categories_segments: [0],
      categories_sizes: [2],
    };
    const text = xgboostStump("5E-1")
      .replace("[0.1,", "[NaN,")
      .replace(
        '"left_children"',
        `${JSON.stringify({ ...sets, split_type: [1, 0, 0] }).slice(1, -1)},"left_children"`,
      )
      .replace('"learner":{', '"learner":{"feature_names":["NaN"],');
    const model = new TreeEnsemble(readXgboostJson(text, "stump"));
    expect([0, 1, 2, 3].map((category) => model.margin(Float64Array.of(category)))).toEqual([1, 2, 1, 2]);
    expect(model.data.featureNames).toEqual(["NaN"]);
  });

  it.each(["2.5E-1", "[2.5E-1]"])("base score %s is a probability", (text) => {
    const model = new TreeEnsemble(readXgboostJson(xgboostStump(text), "stump"));
    expect(model.margin(Float64Array.of(1))).toBe(Math.fround(2 + Math.fround(-Math.log(3))));
  });
});

describe("bad files", () => {
  const lightgbm = stump(8, "0.5");
  const xgboost = xgboostStump("5E-1");
  it.each<[string, (text: string, source: string) => unknown, string, RegExp]>([
    ["another file", readLightgbmText, "{}", /^f: begins with "{}"; a LightGBM model begins with "tree"$/],
    ["a cut file", readLightgbmText, lightgbm.slice(0, -20), /end of trees/],
    [
      "a child outside",
      readLightgbmText,
      lightgbm.replace("left_child=-1", "left_child=7"),
      /tree 0, node 0: child/,
    ],
    [
      "a circle",
      readLightgbmText,
      lightgbm.replace("left_child=-1", "left_child=0"),
      /tree 0, node 0: child 0/,
    ],
    ["two parents", readLightgbmText, lightgbm.replace("left_child=-1", "left_child=-2"), /two parents/],
    [
      "an unknown feature",
      readLightgbmText,
      lightgbm.replace("feature=0", "feature=3"),
      /feature 3; allowed are 0/,
    ],
    ["several classes", readLightgbmText, lightgbm.replace("num_class=1", "num_class=3"), /num_class is "3"/],
    [
      "another link",
      readLightgbmText,
      lightgbm.replace("binary sigmoid:2", "poisson"),
      /objective is "poisson"/,
    ],
    ["a linear tree", readLightgbmText, lightgbm.replace("is_linear=0", "is_linear=1"), /is_linear is "1"/],
    [
      "a lost value",
      readLightgbmText,
      lightgbm.replace("leaf_value=1 2", "leaf_value=1"),
      /leaf_value holds 1 val/,
    ],
    [
      "no number",
      readLightgbmText,
      lightgbm.replace("leaf_value=1 2", "leaf_value=1 x"),
      /leaf_value holds "x"/,
    ],
    ["no set", readLightgbmText, stump(1, "1"), /category set 1; allowed are 0 to 0/],
    ["no JSON", readXgboostJson, "tree", /^f: not JSON; an XGBoost JSON model is needed$/],
    ["other JSON", readXgboostJson, "{}", /learner/],
    ["a base of 1", readXgboostJson, xgboost.replace("5E-1", "1"), /base_score is "1"; a probability/],
    ["a leaf of NaN", readXgboostJson, xgboost.replace("1,2]", "NaN,2]"), /node 1: value NaN/],
    ["a threshold of NaN", readXgboostJson, xgboost.replace("[0.1,", "[NaN,"), /node 0: threshold NaN/],
    ["a linear booster", readXgboostJson, xgboost.replace('"gbtree"', '"gblinear"'), /name is "gblinear"/],
    ["a circle", readXgboostJson, xgboost.replace("[1,-1,-1]", "[0,-1,-1]"), /tree 0, node 0: child 0/],
    ["short lists", readXgboostJson, xgboost.replace("[1,-1,-1]", "[1,-1]"), /tree 0: lists of/],
    [
      "another link",
      readXgboostJson,
      xgboost.replace("binary:logistic", "count:poisson"),
      /objective.name is/,
    ],
  ])("%s", (_, read, text, message) => {
    expect(() => read(text, "f")).toThrow(InputError);
    expect(() => read(text, "f")).toThrow(message);
  });
});

describe("written and read again", () => {
  const values = fc.oneof(
    fc.constantFrom(0, Number.NaN, 1e-36, 0.5, -1, 3, 40, 70),
    fc.double({ min: -4, max: 4, noNaN: true }),
  );
  const row = fc.array(values, { minLength: 3, maxLength: 3 }).map((x) => Float64Array.from(x));
  const rows = fc.array(row, { minLength: 20, maxLength: 20 });

  it("a LightGBM model is equal, whatever is missing, in sets, averaged or without a split", () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        fc.boolean(),
        rows,
        (chance, averages, asked) => {
          const data = randomModel(() => chance.next().value, { isSingle: false, averages, isDart: false });
          const again = readLightgbmText(writeLightgbmText(data), "again");
          expectSame(data, again, asked);
        },
      ),
    );
  });

  it.each(["3E-1", "2.7182817E-1", "5E-1", "9.99999E-1"])(
    "a base score of %s has the digits that XGBoost reads",
    (text) => {
      expect(writeXgboostJson(readXgboostJson(xgboostStump(text), "stump"))).toContain(
        `"base_score":"${text}"`,
      );
    },
  );

  it("XGBoost's numbers are written with a fraction: it refuses whole ones", () => {
    const data = readXgboostJson(xgboostStump("5E-1"), "stump");
    expect(writeXgboostJson(data)).toContain('"split_conditions":[0.10000000149011612,1.0,2.0]');
    expect(writeXgboostJson(data)).toContain('"sum_hessian":[0.0,0.0,0.0]');
  });

  it("an XGBoost model is equal, dart or not", () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        fc.boolean(),
        rows,
        (chance, isDart, asked) => {
          const data = randomModel(() => chance.next().value, { isSingle: true, averages: false, isDart });
          const again = readXgboostJson(writeXgboostJson(data), "again");
          expectSame(data, again, asked);
        },
      ),
    );
  });
});

function expectSame(data: TreeEnsembleData, again: TreeEnsembleData, asked: readonly Float64Array[]): void {
  const before = new TreeEnsemble(data);
  const after = new TreeEnsemble(again);
  for (const row of asked) {
    expect(after.margin(row)).toBe(before.margin(row));
    expect(after.probability(row)).toBe(before.probability(row));
    const leaves = [before, after].map((model) => {
      const out = new Int32Array(3);
      model.leaves(row, out);
      return [...out];
    });
    expect(leaves[1]).toEqual(leaves[0]);
  }
}

/** Three trees over three features, the last of them categorical; the first tree is a single leaf. */
function randomModel(
  chance: () => number,
  { isSingle, averages, isDart }: Record<"isSingle" | "averages" | "isDart", boolean>,
): TreeEnsembleData {
  const float = isSingle ? Math.fround : (x: number) => x;
  const inner = [0, 3, 5];
  const roots = Int32Array.from([0, 1, 8, 19]);
  const nodes = allocateNodes(19);
  const sets: number[][] = [];
  for (let tree = 0; tree < 3; tree++) {
    const root = roots[tree]!;
    // LightGBM numbers its inner nodes first: node k of the tree splits while k is below their count.
    const children = Array.from({ length: 2 * inner[tree]! }, (_, k) => root + k + 1);
    for (let k = 0; k < inner[tree]!; k++) {
      const node = root + k;
      const feature = Math.floor(chance() * 3);
      nodes.feature[node] = feature;
      nodes.left[node] = children[2 * k]!;
      nodes.right[node] = children[2 * k + 1]!;
      nodes.threshold[node] = float(chance() < 0.2 ? 0.5 : chance() * 4 - 2);
      const missing = isSingle ? MISSING_NAN : [0, MISSING_ZERO, MISSING_NAN][Math.floor(chance() * 3)]!;
      nodes.flags[node] = missing + (chance() < 0.5 ? DEFAULT_LEFT : 0);
      if (feature !== 2) continue;
      nodes.flags[node]! |= CATEGORICAL + (isSingle ? MEMBERS_RIGHT : 0);
      nodes.threshold[node] = sets.length;
      sets.push([Math.floor(chance() * 2 ** 32), 0, Math.floor(chance() * 2 ** 32)]);
    }
  }
  nodes.value.forEach((_, node) => {
    nodes.value[node] = float(chance() * 2 - 1);
    nodes.cover[node] = nodes.hessian[node] = Math.floor(chance() * 100);
  });
  return {
    comparison: isSingle ? "float32-below" : "float64-at-most",
    featureNames: ["a", "b", "c"],
    link: "logistic",
    slope: 1,
    objective: isSingle ? "binary:logistic" : "binary sigmoid:1",
    baseMargin: isSingle
      ? Math.fround(-Math.log(Math.fround(1 / Math.fround(0.01 + 0.98 * chance()) - 1)))
      : 0,
    averages,
    roots,
    leafOffset: isSingle ? roots.slice(0, 3) : Int32Array.from([0, 1 + 3, 8 + 5]),
    treeWeights: isDart ? Float64Array.from([1, 0.5, 0.3], Math.fround) : undefined,
    shrinkage: Float64Array.of(1, 1, 1),
    ...nodes,
    setStart: Int32Array.from({ length: sets.length + 1 }, (_, k) => 3 * k),
    setWords: Uint32Array.from(sets.flat()),
    featureInfos: undefined,
  };
}

function xgboostStump(baseScore: string): string {
  return JSON.stringify({
    learner: {
      learner_model_param: { base_score: baseScore, num_class: "0", num_feature: "1" },
      objective: { name: "binary:logistic" },
      gradient_booster: {
        name: "gbtree",
        model: {
          tree_info: [0],
          trees: [
            {
              left_children: [1, -1, -1],
              right_children: [2, -1, -1],
              split_indices: [0, 0, 0],
              split_conditions: [0.1, 1, 2],
              default_left: [true, false, false],
            },
          ],
        },
      },
    },
  });
}
