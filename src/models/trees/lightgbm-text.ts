/**
 * Reads and writes LightGBM's text models (version v4; v3 and v2 read alike). Source: QUANT k.
 *
 * One output and constant leaves only: models of several classes and linear trees are refused, as are objectives
 * whose link is neither the logistic nor the identity. Inner nodes keep LightGBM's numbers and leaves follow them,
 * so that a leaf's index is LightGBM's own.
 */
import { InputError } from "../../domain/assert.ts";
import { exactText, shortText, TextFields } from "./text-fields.ts";
import {
  allocateNodes,
  CATEGORICAL,
  checkTrees,
  MEMBERS_RIGHT,
  type NodeArrays,
  type TreeEnsembleData,
  treeCount,
} from "./tree-ensemble-data.ts";

const IDENTITY_OBJECTIVES = ["regression", "regression_l1", "huber", "fair", "quantile", "mape", "custom"];
const LOGISTIC_OBJECTIVES = ["binary", "cross_entropy", "xentropy"];
const NODES_MOST = 2 ** 20;

/** Reads the text of a model file; `source` names it in the InputError that a bad one gives. */
export function readLightgbmText(text: string, source: string): TreeEnsembleData {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== "tree") {
    throw new InputError(
      `${source}: begins with "${lines[0]?.slice(0, 40)}"; a LightGBM model begins with "tree"`,
    );
  }
  const firstTree = lines.findIndex((line) => line.startsWith("Tree="));
  const end = lines.findIndex((line) => line.startsWith("end of trees"));
  if (firstTree < 0) throw new InputError(`${source}: no trees; at least one is needed`);
  if (end < firstTree) throw new InputError(`${source}: "end of trees" is missing; the file is cut off`);
  const header = new TextFields(source, lines.slice(1, firstTree));
  const data = collect(header, blocksOf(lines.slice(firstTree, end), source), source);
  checkTrees(data, source);
  return data;
}

function blocksOf(lines: readonly string[], source: string): TextFields[] {
  const starts = lines.flatMap((line, at) => (line.startsWith("Tree=") ? [at] : []));
  return starts.map((start, tree) => {
    const block = lines.slice(start, starts[tree + 1]).filter((line) => line !== "");
    return new TextFields(`${source}: tree ${tree}`, block);
  });
}

function collect(header: TextFields, blocks: readonly TextFields[], source: string): TreeEnsembleData {
  header.integer("num_class", 1, 1);
  if (header.has("num_tree_per_iteration")) header.integer("num_tree_per_iteration", 1, 1);
  const features = header.integer("max_feature_idx", 0, 2 ** 24) + 1;
  const featureNames = header.words("feature_names");
  if (featureNames.length !== features) {
    throw new InputError(
      `${source}: feature_names holds ${featureNames.length} names; ${features} are needed`,
    );
  }
  const leaves = blocks.map((block) => block.integer("num_leaves", 1, NODES_MOST));
  const roots = new Int32Array(blocks.length + 1);
  leaves.forEach((count, tree) => {
    roots[tree + 1] = roots[tree]! + 2 * count - 1;
  });
  const nodes = allocateNodes(roots.at(-1)!);
  const setStart = [0];
  const setWords: number[] = [];
  blocks.forEach((block, tree) => {
    readTree(block, { nodes, root: roots[tree]!, leaves: leaves[tree]!, setStart, setWords });
  });
  return {
    comparison: "float64-at-most",
    featureNames,
    ...objectiveOf(header.has("objective") ? header.text("objective") : "custom", source),
    baseMargin: 0,
    averages: header.has("average_output"),
    roots,
    leafOffset: Int32Array.from(leaves, (count, tree) => roots[tree]! + count - 1),
    treeWeights: undefined,
    shrinkage: Float64Array.from(blocks, (block) =>
      block.has("shrinkage") ? block.numbers("shrinkage", 1)[0]! : 1,
    ),
    ...nodes,
    setStart: Int32Array.from(setStart),
    setWords: Uint32Array.from(setWords),
    featureInfos: header.has("feature_infos") ? header.words("feature_infos") : undefined,
  };
}

function objectiveOf(
  objective: string,
  source: string,
): Pick<TreeEnsembleData, "objective" | "link" | "slope"> {
  const [name = "", ...options] = objective.split(" ");
  if (LOGISTIC_OBJECTIVES.includes(name)) {
    const slope = Number(options.find((option) => option.startsWith("sigmoid:"))?.slice(8) ?? 1);
    if (slope > 0) return { objective, link: "logistic", slope };
  } else if (IDENTITY_OBJECTIVES.includes(name) && !options.includes("sqrt")) {
    return { objective, link: "identity", slope: 1 };
  }
  const allowed = [...LOGISTIC_OBJECTIVES, ...IDENTITY_OBJECTIVES].join(", ");
  throw new InputError(`${source}: objective is "${objective}"; allowed are ${allowed}`);
}

interface Place {
  readonly nodes: NodeArrays;
  readonly root: number;
  readonly leaves: number;
  readonly setStart: number[];
  readonly setWords: number[];
}

function readTree(block: TextFields, { nodes, root, leaves, setStart, setWords }: Place): void {
  if (block.has("is_linear")) block.integer("is_linear", 0, 0);
  const inner = leaves - 1;
  const firstSet = setStart.length - 1;
  const sets = block.has("num_cat") ? block.integer("num_cat", 0, NODES_MOST) : 0;
  if (sets > 0) readSets(block, sets, setStart, setWords);
  const numbers = (key: string) => block.numbers(key, inner);
  const told = (key: string) => block.numbersOrZeros(key, inner);
  if (inner > 0) {
    const threshold = numbers("threshold");
    const flags = numbers("decision_type");
    nodes.feature.set(numbers("split_feature"), root);
    nodes.gain.set(told("split_gain"), root);
    nodes.flags.set(flags, root);
    const asNode = (child: number) => root + (child < 0 ? inner + ~child : child);
    nodes.left.set(numbers("left_child").map(asNode), root);
    nodes.right.set(numbers("right_child").map(asNode), root);
    nodes.value.set(told("internal_value"), root);
    nodes.hessian.set(told("internal_weight"), root);
    nodes.cover.set(told("internal_count"), root);
    for (let node = 0; node < inner; node++) {
      const isCategorical = (flags[node]! & CATEGORICAL) !== 0;
      nodes.threshold[root + node] = threshold[node]! + (isCategorical ? firstSet : 0);
    }
  }
  nodes.value.set(block.numbers("leaf_value", leaves), root + inner);
  if (inner === 0) return;
  nodes.hessian.set(block.numbersOrZeros("leaf_weight", leaves), root + inner);
  nodes.cover.set(block.numbersOrZeros("leaf_count", leaves), root + inner);
}

function readSets(block: TextFields, sets: number, setStart: number[], setWords: number[]): void {
  const bounds = block.numbers("cat_boundaries", sets + 1);
  const words = block.numbers("cat_threshold", bounds[sets]!);
  const offset = setWords.length;
  for (let set = 1; set <= sets; set++) setStart.push(offset + bounds[set]!);
  for (const word of words) setWords.push(word);
}

/**
 * The text of a model that LightGBM reads. Takes float64 models whose base is 0, which is what the reader and our
 * trainer give; any other is refused with an InputError.
 */
export function writeLightgbmText(data: TreeEnsembleData): string {
  if (data.comparison !== "float64-at-most" || data.baseMargin !== 0 || data.treeWeights !== undefined) {
    throw new InputError(
      "LightGBM text: a float32 or dart model, or one with a base margin, cannot be written as one",
    );
  }
  const blocks = Array.from(
    { length: treeCount(data) },
    (_, tree) => `Tree=${tree}\n${treeText(data, tree)}\n\n`,
  );
  const header = [
    "tree",
    "version=v4",
    "num_class=1",
    "num_tree_per_iteration=1",
    "label_index=0",
    `max_feature_idx=${data.featureNames.length - 1}`,
    ...(data.objective === "custom" ? [] : [`objective=${data.objective}`]),
    ...(data.averages ? ["average_output"] : []),
    `feature_names=${data.featureNames.join(" ")}`,
    `feature_infos=${(data.featureInfos ?? data.featureNames.map(() => "none")).join(" ")}`,
    `tree_sizes=${blocks.map((block) => block.length).join(" ")}`,
  ];
  return `${header.join("\n")}\n\n${blocks.join("")}end of trees\n`;
}

function treeText(data: TreeEnsembleData, tree: number): string {
  const from = data.roots[tree]!;
  const to = data.roots[tree + 1]!;
  const order = fileOrder(data, from, to);
  const { inner, leaves, number } = order;
  const list = (nodes: readonly number[], text: (node: number) => string | number) =>
    nodes.map(text).join(" ");
  const categorical = inner.filter((node) => (data.flags[node]! & CATEGORICAL) !== 0);
  const setNumber = new Map(categorical.map((node, k) => [node, k]));
  const lines = [
    `num_leaves=${leaves.length}`,
    `num_cat=${categorical.length}`,
    `split_feature=${list(inner, (node) => data.feature[node]!)}`,
    `split_gain=${list(inner, (node) => shortText(data.gain[node]!))}`,
    `threshold=${list(inner, (node) => setNumber.get(node) ?? exactText(data.threshold[node]!))}`,
    `decision_type=${list(inner, (node) => plainFlags(data.flags[node]!))}`,
    `left_child=${list(inner, (node) => number.get(data.left[node]!)!)}`,
    `right_child=${list(inner, (node) => number.get(data.right[node]!)!)}`,
    `leaf_value=${list(leaves, (node) => exactText(data.value[node]!))}`,
    `leaf_weight=${inner.length === 0 ? "" : list(leaves, (node) => exactText(data.hessian[node]!))}`,
    `leaf_count=${inner.length === 0 ? "" : list(leaves, (node) => Math.round(data.cover[node]!))}`,
    `internal_value=${list(inner, (node) => shortText(data.value[node]!))}`,
    `internal_weight=${list(inner, (node) => shortText(data.hessian[node]!))}`,
    `internal_count=${list(inner, (node) => Math.round(data.cover[node]!))}`,
    ...setsText(data, categorical),
    "is_linear=0",
    `shrinkage=${shortText(data.shrinkage[tree] ?? 1)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Inner nodes count up from 0 with the root first, leaves from ~0. */
function fileOrder({ feature }: TreeEnsembleData, from: number, to: number) {
  const nodes = Array.from({ length: to - from }, (_, at) => from + at);
  const inner = nodes.filter((node) => feature[node]! >= 0);
  const leaves = nodes.filter((node) => feature[node]! < 0);
  const number = new Map<number, number>();
  inner.forEach((node, at) => {
    number.set(node, at);
  });
  leaves.forEach((node, at) => {
    number.set(node, ~at);
  });
  return { inner, leaves, number };
}

function plainFlags(flags: number): number {
  if ((flags & MEMBERS_RIGHT) === 0) return flags;
  throw new InputError("LightGBM text: a category set whose members go right cannot be written");
}

function setsText(
  { threshold, setStart, setWords }: TreeEnsembleData,
  categorical: readonly number[],
): string[] {
  if (categorical.length === 0) return [];
  const bounds = [0];
  const words: number[] = [];
  for (const node of categorical) {
    const set = threshold[node]!;
    words.push(...setWords.subarray(setStart[set]!, setStart[set + 1]!));
    bounds.push(words.length);
  }
  return [`cat_boundaries=${bounds.join(" ")}`, `cat_threshold=${words.join(" ")}`];
}
