/**
 * Reads and writes XGBoost's JSON models (gbtree and dart, versions 1.x to 3.x). Source: QUANT k.
 *
 * One output only. All numbers of the file are float32, and so are all comparisons and sums. The base score of a
 * logistic model is a probability; from version 3.1 on it may stand in brackets.
 */
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import {
  allocateNodes,
  CATEGORICAL,
  checkTrees,
  DEFAULT_LEFT,
  MEMBERS_RIGHT,
  MISSING_MASK,
  MISSING_NAN,
  type NodeArrays,
  type TreeEnsembleData,
  treeCount,
} from "./tree-ensemble-data.ts";

const LOGISTIC_OBJECTIVES = ["binary:logistic", "reg:logistic"];
/** Its margin is the prediction, but its base score is a probability all the same. */
const LOGIT_RAW = "binary:logitraw";
const IDENTITY_OBJECTIVES = [
  LOGIT_RAW,
  "reg:squarederror",
  "reg:linear",
  "reg:absoluteerror",
  "reg:pseudohubererror",
  "reg:quantileerror",
];
/** The feature of a node that pruning took out, and the parent of a root. */
const DELETED = 2 ** 31 - 1;
const NODE_FIELDS = [
  "left_children",
  "right_children",
  "split_indices",
  "split_conditions",
  "default_left",
] as const;

const numbers = z.array(z.number());
const treeSchema = z.object({
  left_children: numbers,
  right_children: numbers,
  split_indices: numbers,
  split_conditions: z.array(z.number().nullable()),
  default_left: z.array(z.union([z.number(), z.boolean()])),
  sum_hessian: numbers.optional(),
  loss_changes: numbers.optional(),
  base_weights: numbers.optional(),
  split_type: numbers.optional(),
  categories: numbers.optional(),
  categories_nodes: numbers.optional(),
  categories_segments: numbers.optional(),
  categories_sizes: numbers.optional(),
});
const forestSchema = z.object({
  trees: z.array(treeSchema).min(1),
  tree_info: numbers.optional(),
});
const boosterSchema = z.object({
  name: z.string(),
  model: forestSchema.optional(),
  gbtree: z.object({ model: forestSchema }).optional(),
  weight_drop: numbers.optional(),
});
const textOrNumber = z.union([z.string(), z.number()]);
const modelSchema = z.object({
  learner: z.object({
    feature_names: z.array(z.string()).optional(),
    learner_model_param: z.object({
      base_score: textOrNumber,
      num_class: textOrNumber.optional(),
      num_feature: textOrNumber,
      num_target: textOrNumber.optional(),
    }),
    objective: z.object({ name: z.string() }),
    gradient_booster: boosterSchema,
  }),
});
type Tree = z.infer<typeof treeSchema>;
type Learner = z.infer<typeof modelSchema>["learner"];

/** Reads the text of a model file; `source` names it in the InputError that a bad one gives. */
export function readXgboostJson(text: string, source: string): TreeEnsembleData {
  const parsed = modelSchema.safeParse(parse(text, source));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError(
      `${source}: ${issue?.path.join(".")}: ${issue?.message}; an XGBoost JSON model is needed`,
    );
  }
  const { learner } = parsed.data;
  const booster = learner.gradient_booster;
  const model = booster.gbtree?.model ?? booster.model;
  if (model === undefined || !["gbtree", "dart"].includes(booster.name)) {
    throw new InputError(`${source}: gradient_booster.name is "${booster.name}"; allowed are gbtree, dart`);
  }
  refuseSeveralOutputs(learner, model.tree_info ?? [], source);
  const data = collect(learner, model.trees, source);
  checkTrees(data, source);
  return data;
}

function parse(text: string, source: string): unknown {
  try {
    return JSON.parse(text.includes("NaN") ? nullForNaN(text) : text);
  } catch {
    throw new InputError(`${source}: not JSON; an XGBoost JSON model is needed`);
  }
}

/** XGBoost writes NaN, which JSON does not have, where a node asks for categories and so has no threshold. */
function nullForNaN(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|NaN/g, (word) => (word === "NaN" ? "null" : word));
}

function refuseSeveralOutputs(learner: Learner, treeInfo: readonly number[], source: string): void {
  const { num_class: classes = 0, num_target: targets = 1 } = learner.learner_model_param;
  if (Number(classes) <= 1 && Number(targets) <= 1 && treeInfo.every((output) => output === 0)) return;
  throw new InputError(`${source}: num_class is ${classes} and num_target ${targets}; one output is allowed`);
}

function collect(learner: Learner, trees: readonly Tree[], source: string): TreeEnsembleData {
  const { name: objective } = learner.objective;
  const isLogistic = LOGISTIC_OBJECTIVES.includes(objective);
  if (!isLogistic && !IDENTITY_OBJECTIVES.includes(objective)) {
    const allowed = [...LOGISTIC_OBJECTIVES, ...IDENTITY_OBJECTIVES].join(", ");
    throw new InputError(`${source}: objective.name is "${objective}"; allowed are ${allowed}`);
  }
  const features = Number(learner.learner_model_param.num_feature);
  const given = learner.feature_names ?? [];
  const featureNames = given.length === 0 ? Array.from({ length: features }, (_, f) => `f${f}`) : given;
  if (featureNames.length !== features) {
    throw new InputError(
      `${source}: feature_names holds ${featureNames.length} names; num_feature is ${features}`,
    );
  }
  const roots = new Int32Array(trees.length + 1);
  trees.forEach((tree, at) => {
    roots[at + 1] = roots[at]! + tree.left_children.length;
  });
  const nodes = allocateNodes(roots.at(-1)!);
  const setStart = [0];
  const setWords: number[] = [];
  trees.forEach((tree, at) => {
    readTree(tree, { nodes, root: roots[at]!, setStart, setWords, where: `${source}: tree ${at}` });
  });
  const dropped = learner.gradient_booster.weight_drop;
  if (dropped !== undefined && dropped.length !== trees.length) {
    throw new InputError(
      `${source}: weight_drop holds ${dropped.length} weights; ${trees.length} are needed`,
    );
  }
  return {
    comparison: "float32-below",
    featureNames,
    link: isLogistic ? "logistic" : "identity",
    slope: 1,
    objective,
    baseMargin: baseMarginOf(learner.learner_model_param.base_score, objective, source),
    averages: false,
    roots,
    leafOffset: roots.slice(0, -1),
    treeWeights: dropped === undefined ? undefined : Float64Array.from(dropped, Math.fround),
    shrinkage: new Float64Array(trees.length).fill(1),
    ...nodes,
    setStart: Int32Array.from(setStart),
    setWords: Uint32Array.from(setWords),
    featureInfos: undefined,
  };
}

/** `5E-1`, `[5E-1]` or a number; a probability where the objective is logistic. */
function baseMarginOf(given: string | number, objective: string, source: string): number {
  const text = String(given)
    .trim()
    .replace(/^\[(.*)\]$/, "$1");
  const score = Math.fround(Number(text));
  const isProbability = hasProbabilityBase(objective);
  if (text === "" || !Number.isFinite(score) || (isProbability && !(score > 0 && score < 1))) {
    const allowed = isProbability ? "a probability above 0 and below 1" : "one number";
    throw new InputError(`${source}: base_score is "${given}"; ${allowed} is allowed`);
  }
  return isProbability ? Math.fround(-Math.log(Math.fround(1 / score - 1))) + 0 : score;
}

function hasProbabilityBase(objective: string): boolean {
  return LOGISTIC_OBJECTIVES.includes(objective) || objective === LOGIT_RAW;
}

interface Place {
  readonly nodes: NodeArrays;
  readonly root: number;
  readonly setStart: number[];
  readonly setWords: number[];
  readonly where: string;
}

function readTree(tree: Tree, { nodes, root, setStart, setWords, where }: Place): void {
  const count = tree.left_children.length;
  const told = [tree.split_type, tree.sum_hessian, tree.loss_changes, tree.base_weights];
  const lengths = [
    ...NODE_FIELDS.map((key) => tree[key].length),
    ...told.map((list) => list?.length ?? count),
  ];
  if (count === 0 || lengths.some((length) => length !== count)) {
    throw new InputError(
      `${where}: lists of ${lengths.join(", ")} nodes; all must be as long, and not empty`,
    );
  }
  const setOfNode = readSets(tree, setStart, setWords, where);
  for (let at = 0; at < count; at++) {
    const node = root + at;
    const condition = singleOf(tree.split_conditions[at] ?? Number.NaN);
    nodes.cover[node] = nodes.hessian[node] = singleOf(tree.sum_hessian?.[at]);
    nodes.gain[node] = singleOf(tree.loss_changes?.[at]);
    const isLeaf = tree.left_children[at] === -1;
    nodes.value[node] = isLeaf ? condition : singleOf(tree.base_weights?.[at]);
    nodes.flags[node] = Number(tree.default_left[at]) === 0 ? 0 : DEFAULT_LEFT;
    if (isLeaf) continue;
    nodes.feature[node] = tree.split_indices[at]!;
    nodes.left[node] = root + tree.left_children[at]!;
    nodes.right[node] = root + tree.right_children[at]!;
    nodes.flags[node]! |= MISSING_NAN;
    nodes.threshold[node] = condition;
    if (tree.split_type?.[at] !== 1) continue;
    const set = setOfNode.get(at);
    if (set === undefined)
      throw new InputError(`${where}: node ${at} asks for categories; categories_nodes lacks it`);
    nodes.flags[node]! |= CATEGORICAL | MEMBERS_RIGHT;
    nodes.threshold[node] = set;
  }
}

/** Rounded to float32; JSON's -0, which our own writer does not give, becomes 0. */
function singleOf(value = 0): number {
  return Math.fround(value) + 0;
}

function readSets(tree: Tree, setStart: number[], setWords: number[], where: string): Map<number, number> {
  const { categories = [], categories_nodes: owners = [] } = tree;
  const { categories_segments: segments = [], categories_sizes: sizes = [] } = tree;
  const setOfNode = new Map<number, number>();
  owners.forEach((node, at) => {
    const from = segments[at] ?? Number.NaN;
    const members = categories.slice(from, from + (sizes[at] ?? Number.NaN));
    if (members.length !== sizes[at] || members.some((category) => !(category >= 0 && category < 2 ** 24))) {
      throw new InputError(`${where}: categories of node ${node} are cut off or not 0 to ${2 ** 24 - 1}`);
    }
    const offset = setWords.length;
    for (const category of members) {
      while (setWords.length <= offset + (category >>> 5)) setWords.push(0);
      setWords[offset + (category >>> 5)]! |= 1 << (category & 31);
    }
    setOfNode.set(node, setStart.length - 1);
    setStart.push(setWords.length);
  });
  return setOfNode;
}

/** The text of a model that XGBoost reads. Takes float32 models; any other is refused with an InputError. */
export function writeXgboostJson(data: TreeEnsembleData): string {
  if (data.comparison !== "float32-below" || data.averages || data.slope !== 1) {
    throw new InputError("XGBoost JSON: a float64 model or a forest cannot be written as one");
  }
  const count = treeCount(data);
  const model = {
    gbtree_model_param: { num_parallel_tree: "1", num_trees: String(count), size_leaf_vector: "0" },
    tree_info: Array.from({ length: count }, () => 0),
    trees: Array.from({ length: count }, (_, tree) => treeObject(data, tree)),
  };
  const base = hasProbabilityBase(data.objective)
    ? Math.fround(1 / (1 + Math.exp(-data.baseMargin)))
    : data.baseMargin;
  const booster =
    data.treeWeights === undefined
      ? { model, name: "gbtree" }
      : { gbtree: { model, name: "gbtree" }, name: "dart", weight_drop: data.treeWeights };
  return jsonText({
    learner: {
      attributes: {},
      feature_names: data.featureNames,
      feature_types: [],
      gradient_booster: booster,
      learner_model_param: {
        base_score: shortestSingle(base),
        boost_from_average: "0",
        num_class: "0",
        num_feature: String(data.featureNames.length),
        num_target: "1",
      },
      objective: objectiveObject(data.objective),
    },
    version: [1, 7, 4],
  });
}

/** `3E-1`. XGBoost's own reader of this field takes a longer text for the same float32 to be 0.5, without a word. */
function shortestSingle(value: number): string {
  const digits = Array.from({ length: 9 }, (_, k) => value.toExponential(k));
  const text = digits.find((given) => Math.fround(Number(given)) === Math.fround(value)) ?? digits.at(-1)!;
  return text.toUpperCase().replace("E+", "E");
}

/** JSON in which a typed array is a list of numbers with a fraction: XGBoost refuses `1` where it wants `1.0`. */
function jsonText(value: unknown): string {
  if (value instanceof Float64Array) return `[${Array.from(value, fractionText).join(",")}]`;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}:${jsonText(entry)}`);
  return `{${entries.join(",")}}`;
}

function fractionText(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** XGBoost asks for the parameters of an objective by a name that depends on the objective. */
function objectiveObject(name: string): object {
  if (name === "reg:pseudohubererror") return { name, pseudo_huber_param: { huber_slope: "1" } };
  if (name === "reg:absoluteerror" || name === "reg:quantileerror") return { name };
  return { name, reg_loss_param: { scale_pos_weight: "1" } };
}

function treeObject(data: TreeEnsembleData, tree: number): object {
  const from = data.roots[tree]!;
  const to = data.roots[tree + 1]!;
  const nodes = Array.from({ length: to - from }, (_, at) => from + at);
  const parents = parentsOf(data, from, to);
  const isDeleted = (node: number) => node > from && parents[node - from] === DELETED;
  const isInner = (node: number) => data.feature[node]! >= 0;
  const isCategorical = (node: number) => isInner(node) && (data.flags[node]! & CATEGORICAL) !== 0;
  const local = (child: number) => (child < 0 ? -1 : child - from);
  const sets = nodes.filter(isCategorical).map((node) => membersOf(data, node));
  let segment = 0;
  return {
    base_weights: data.value.slice(from, to),
    categories: sets.flat(),
    categories_nodes: nodes.filter(isCategorical).map(local),
    categories_segments: sets.map((set) => {
      segment += set.length;
      return segment - set.length;
    }),
    categories_sizes: sets.map((set) => set.length),
    default_left: nodes.map((node) => defaultLeftOf(data, node)),
    id: tree,
    left_children: nodes.map((node) => local(data.left[node]!)),
    loss_changes: data.gain.slice(from, to),
    parents,
    right_children: nodes.map((node) => local(data.right[node]!)),
    split_conditions: Float64Array.from(nodes, (node) =>
      isInner(node) ? (isCategorical(node) ? 0 : data.threshold[node]!) : data.value[node]!,
    ),
    split_indices: nodes.map((node) => (isDeleted(node) ? DELETED : Math.max(0, data.feature[node]!))),
    split_type: nodes.map((node) => (isCategorical(node) ? 1 : 0)),
    sum_hessian: data.hessian.slice(from, to),
    tree_param: {
      num_deleted: String(nodes.filter(isDeleted).length),
      num_feature: String(data.featureNames.length),
      num_nodes: String(nodes.length),
      size_leaf_vector: "0",
    },
  };
}

function defaultLeftOf({ flags, feature }: TreeEnsembleData, node: number): 0 | 1 {
  if (feature[node]! >= 0 && (flags[node]! & MISSING_MASK) !== MISSING_NAN) {
    throw new InputError("XGBoost JSON: a node where zero or nothing is missing cannot be written");
  }
  return (flags[node]! & DEFAULT_LEFT) === 0 ? 0 : 1;
}

function parentsOf({ left, right }: TreeEnsembleData, from: number, to: number): number[] {
  const parents = Array.from({ length: to - from }, () => DELETED);
  for (let node = from; node < to; node++) {
    for (const child of [left[node]!, right[node]!]) if (child >= 0) parents[child - from] = node - from;
  }
  return parents;
}

function membersOf({ threshold, setStart, setWords }: TreeEnsembleData, node: number): number[] {
  const from = setStart[threshold[node]!]!;
  const members: number[] = [];
  for (let word = from; word < setStart[threshold[node]! + 1]!; word++) {
    for (let bit = 0; bit < 32; bit++) {
      if (((setWords[word]! >>> bit) & 1) === 1) members.push(32 * (word - from) + bit);
    }
  }
  return members;
}
