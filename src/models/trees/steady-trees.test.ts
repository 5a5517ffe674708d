/**
 * Goal    show that rows which go through trees without branches, abreast or together, end where a plain walk ends.
 * Method  a law over random trees of both libraries' rules: cuts, values, missing values and zeros where equality,
 *         signs and the ends of the range decide.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { TreeEnsemble } from "./tree-ensemble.ts";
import {
  allocateNodes,
  checkTrees,
  DEFAULT_LEFT,
  MISSING_NAN,
  MISSING_ZERO,
  type TreeEnsembleData,
} from "./tree-ensemble-data.ts";

const FEATURES = 3;
const telling = [0, -0, 1, -1, Number.MIN_VALUE, -Number.MIN_VALUE, 1e-40, 0.1, -0.1, 3e38, 1e300, -1e300];
const ends = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const value = fc.constantFrom(...telling, ...ends, Number.NaN);
const flags = fc.constantFrom(0, MISSING_NAN, MISSING_NAN | DEFAULT_LEFT, MISSING_ZERO);
const question = fc.record({
  feature: fc.nat(FEATURES - 1),
  threshold: fc.constantFrom(...telling, ...ends),
  // Zeros that are missing, seldom: a tree with such a node is walked.
  flags: fc.oneof({ arbitrary: flags, weight: 1 }, { arbitrary: fc.constant(MISSING_NAN), weight: 5 }),
  splitsLeft: fc.boolean(),
});
const trees = fc.array(fc.array(question, { maxLength: 9 }), { minLength: 1, maxLength: 11 });

it.each(["float64-at-most", "float32-below"] as const)(
  "%s: margins are the sums of the leaves",
  (comparison) => {
    fc.assert(
      fc.property(
        trees,
        fc.array(value, { minLength: 3, maxLength: 90 }),
        fc.boolean(),
        (asked, values, averages) => {
          const data = ensembleOf(asked, comparison, averages);
          checkTrees(data, "random");
          const model = new TreeEnsemble(data);
          const count = Math.floor(values.length / FEATURES);
          const rows = Float64Array.from(values.slice(0, count * FEATURES));
          const round = comparison === "float32-below" ? Math.fround : (x: number) => x;
          const leaves = new Int32Array(asked.length);
          const expected = Array.from({ length: count }, (_, row) => {
            model.leaves(rows, leaves, row * FEATURES);
            const add = (sum: number, leaf: number) => round(sum + data.value[leaf]!);
            return leaves.reduce(add, round(data.baseMargin)) / (averages ? asked.length : 1);
          });
          expect(expected.map((_, row) => model.margin(rows, row * FEATURES))).toEqual(expected);
          const out = new Float64Array(count);
          model.margins(rows, out);
          expect([...out]).toEqual(expected);
          const columns = Array.from({ length: FEATURES }, (_, f) =>
            rows.filter((_, at) => at % FEATURES === f),
          );
          model.marginsOfColumns(columns, out);
          expect([...out]).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  },
);

it("more rows than go through a tree at once, all at once as one by one", () => {
  const asks = [0.3, -0.2, 0, 0.7].map((threshold, k) => ({
    ...{ feature: k % FEATURES, threshold, flags: MISSING_NAN, splitsLeft: k % 2 === 0 },
  }));
  const model = new TreeEnsemble(ensembleOf([asks, asks.toReversed()], "float64-at-most", false));
  const count = 1300;
  const rows = Float64Array.from({ length: count * FEATURES }, (_, k) => Math.sin(k));
  const out = new Float64Array(count);
  model.margins(rows, out);
  expect([...out]).toEqual(Array.from(out, (_, row) => model.margin(rows, row * FEATURES)));
  expect(new Set(out).size).toBeGreaterThan(4);
});

/** Each question splits the first leaf or the last. Values of leaves tell them apart in any sum. */
function ensembleOf(
  asked: readonly (readonly { feature: number; threshold: number; flags: number; splitsLeft: boolean }[])[],
  comparison: TreeEnsembleData["comparison"],
  averages: boolean,
): TreeEnsembleData {
  const roots = [0];
  for (const questions of asked) roots.push(roots.at(-1)! + 2 * questions.length + 1);
  const nodes = allocateNodes(roots.at(-1)!);
  asked.forEach((questions, tree) => {
    let next = roots[tree]! + 1;
    const leaves = [roots[tree]!];
    for (const { feature, threshold, flags: flag, splitsLeft } of questions) {
      const node = (splitsLeft ? leaves.shift() : leaves.pop())!;
      nodes.feature[node] = feature;
      nodes.threshold[node] = comparison === "float32-below" ? Math.fround(threshold) : threshold;
      nodes.flags[node] = flag;
      nodes.left[node] = next;
      nodes.right[node] = next + 1;
      leaves.push(next++, next++);
    }
  });
  nodes.value.forEach((_, node) => {
    nodes.value[node] = Math.fround(Math.sqrt(node + 2));
  });
  return {
    comparison,
    featureNames: ["a", "b", "c"],
    link: "identity",
    slope: 1,
    objective: "regression",
    baseMargin: 0.1,
    averages,
    roots: Int32Array.from(roots),
    // Leaves are told by their node's number.
    leafOffset: new Int32Array(asked.length),
    treeWeights: undefined,
    shrinkage: new Float64Array(asked.length).fill(1),
    ...nodes,
    setStart: new Int32Array(1),
    setWords: new Uint32Array(),
    featureInfos: undefined,
  };
}
