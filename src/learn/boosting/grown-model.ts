/** Grown trees as the model that predicts: LightGBM's numbering and rules, so that its files hold it exactly. */
import {
  allocateNodes,
  CATEGORICAL,
  DEFAULT_LEFT,
  MISSING_NAN,
  type NodeArrays,
  type TreeEnsembleData,
} from "../../models/trees/tree-ensemble-data.ts";
import { type FeatureBins, MISSING_CODE } from "./feature-bins.ts";
import type { GrownNode } from "./tree-grower.ts";

/** All known values are at most this: the cut between what is known and what is missing (LightGBM's for infinity). */
const ALL_KNOWN = 1e300;

/** A tree with its outputs: learning rate and start are in them. */
export interface FinishedTree {
  readonly nodes: readonly GrownNode[];
  /** By place in `nodes`; of inner nodes, what they would give as leaves. */
  readonly outputs: Float64Array;
  readonly shrinkage: number;
}

export interface ModelWords {
  readonly featureNames: readonly string[];
  readonly link: "logistic" | "identity";
  readonly objective: string;
  readonly averages: boolean;
}

export function modelOf(
  trees: readonly FinishedTree[],
  bins: readonly FeatureBins[],
  { featureNames, link, objective, averages }: ModelWords,
): TreeEnsembleData {
  const roots = new Int32Array(trees.length + 1);
  trees.forEach(({ nodes }, tree) => {
    roots[tree + 1] = roots[tree]! + nodes.length;
  });
  const nodes = allocateNodes(roots.at(-1)!);
  const sets = new CategorySets();
  trees.forEach((tree, at) => {
    addTree(tree, roots[at]!, { nodes, bins, sets });
  });
  return {
    comparison: "float64-at-most",
    featureNames,
    link,
    slope: 1,
    objective,
    baseMargin: 0,
    averages,
    roots,
    leafOffset: Int32Array.from(trees, (tree, at) => roots[at]! + (tree.nodes.length - 1) / 2),
    treeWeights: undefined,
    shrinkage: Float64Array.from(trees, ({ shrinkage }) => shrinkage),
    ...nodes,
    setStart: Int32Array.from(sets.start),
    setWords: Uint32Array.from(sets.words),
    featureInfos: bins.map(featureInfo),
  };
}

interface Place {
  readonly nodes: NodeArrays;
  readonly bins: readonly FeatureBins[];
  readonly sets: CategorySets;
}

/** Inner nodes first, in the order they split, then leaves. */
function addTree({ nodes: grown, outputs }: FinishedTree, root: number, { nodes, bins, sets }: Place): void {
  const numbers = new Int32Array(grown.length);
  let next = root;
  grown.forEach(({ split }, at) => {
    if (split !== undefined) numbers[at] = next++;
  });
  grown.forEach(({ split }, at) => {
    if (split === undefined) numbers[at] = next++;
  });
  grown.forEach((node, at) => {
    const into = numbers[at]!;
    nodes.value[into] = outputs[at]!;
    nodes.cover[into] = node.rows;
    nodes.hessian[into] = node.hessian;
    const { split } = node;
    if (split === undefined) return;
    const { feature, code, isLeft } = split;
    const { categories, cuts } = bins[feature]!;
    nodes.feature[into] = feature;
    nodes.gain[into] = split.gain;
    nodes.left[into] = numbers[node.left]!;
    nodes.right[into] = numbers[node.right]!;
    if (categories === undefined) {
      nodes.flags[into] = MISSING_NAN + (isLeft[MISSING_CODE] === 1 ? DEFAULT_LEFT : 0);
      nodes.threshold[into] = cuts[code] ?? ALL_KNOWN;
    } else {
      nodes.flags[into] = CATEGORICAL;
      nodes.threshold[into] = sets.add(categories.filter((_, category) => isLeft[category] === 1));
    }
  });
}

class CategorySets {
  readonly start: number[] = [0];
  readonly words: number[] = [];

  /** Returns the number of the set. */
  add(categories: Int32Array): number {
    const offset = this.words.length;
    for (const category of categories) {
      const word = offset + (category >>> 5);
      while (this.words.length <= word) this.words.push(0);
      this.words[word] = (this.words[word]! | (1 << (category & 31))) >>> 0;
    }
    this.start.push(this.words.length);
    return this.start.length - 2;
  }
}

function featureInfo({ categories, least, most }: FeatureBins): string {
  if (categories !== undefined) return categories.length === 0 ? "none" : categories.join(":");
  return least < most ? `[${least}:${most}]` : "none";
}
