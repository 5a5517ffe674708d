/**
 * Gradient boosting of binned trees: LightGBM's algorithm (Ke et al. 2017) behind LEARN-1's built-in trainer.
 *
 * Same rows, same parameters, same seed: the same model, bit by bit, however many threads sum the histograms. The
 * start, the best constant, stands in the first tree's leaves, as in LightGBM's files.
 */

import type { TreeEnsembleData } from "../../models/trees/tree-ensemble-data.ts";
import { createRng, type Rng } from "../../numerics/rng.ts";
import { type BoostingParameters, checkBoosting } from "./boosting-parameters.ts";
import { drawRows } from "./drawing.ts";
import { type BinnedRows, binRows, findBins } from "./feature-bins.ts";
import { addToMargins, type FinishedTree, modelOf } from "./grown-model.ts";
import { type Objective, objectiveOf } from "./objectives.ts";
import { checkRows, type TrainingRows } from "./training-rows.ts";
import { type GrownNode, type HistogramWorkers, oneThread, TreeGrower } from "./tree-grower.ts";

export interface BoostingResult {
  /** bestRound + 1 trees. */
  readonly model: TreeEnsembleData;
  /** From 0: where the validation loss was least; the last round without validation. */
  readonly bestRound: number;
  /** The objective's own loss over the validation rows after each round; empty without validation. */
  readonly validationLoss: readonly number[];
}

export interface BoostingHelp {
  /** Watched for early stopping: later in time than training, purged, and never the test. */
  readonly validation?: TrainingRows;
  /** Default: this thread alone. */
  readonly workers?: HistogramWorkers;
}

/** Trains. Throws InputError on parameters, rows or labels that are not allowed. */
export function trainBoosting(
  rows: TrainingRows,
  parameters: BoostingParameters,
  { validation, workers = oneThread }: BoostingHelp = {},
): BoostingResult {
  checkBoosting(parameters, rows.columns.length);
  checkRows(rows, parameters.objective === "logistic");
  if (validation !== undefined) checkRows(validation, parameters.objective === "logistic");
  const bins = findBins(rows, parameters);
  const binned = binRows(rows.columns, bins, workers.allocate);
  const watched =
    validation === undefined
      ? undefined
      : new Watched(validation, binRows(validation.columns, bins, workers.allocate));
  const objective = objectiveOf(parameters);
  const rounds = new Rounds(
    parameters,
    objective,
    rows,
    new TreeGrower(parameters, bins, binned, workers),
    binned,
  );
  let bestRound = 0;
  for (let round = 0; round < parameters.rounds; round++) {
    const tree = rounds.next(round);
    // A whole tree without a split: with all rows and columns the next would be the same.
    if (tree.nodes.length === 1 && round > 0 && rounds.isFixed) break;
    rounds.keep(tree);
    watched?.add(tree, objective);
    if (watched === undefined || watched.losses[round]! < watched.losses[bestRound]!) bestRound = round;
    if (parameters.patience > 0 && round - bestRound >= parameters.patience) break;
  }
  const { link, name } = objective;
  const words = { featureNames: rows.featureNames, link, objective: name, averages: false };
  return {
    model: modelOf(rounds.trees.slice(0, bestRound + 1), bins, words),
    bestRound,
    validationLoss: watched?.losses ?? [],
  };
}

/** Rows whose margins and loss are followed round by round. */
class Watched {
  readonly rows: TrainingRows;
  readonly binned: BinnedRows;
  readonly margins: Float64Array;
  readonly losses: number[] = [];

  constructor(rows: TrainingRows, binned: BinnedRows) {
    this.rows = rows;
    this.binned = binned;
    this.margins = new Float64Array(rows.labels.length);
  }

  add(tree: FinishedTree, objective: Objective): void {
    addToMargins(tree, this.binned, this.margins);
    this.losses.push(objective.loss(this.rows, this.margins));
  }
}

class Rounds {
  readonly trees: FinishedTree[] = [];
  /** Neither rows nor columns are drawn. */
  readonly isFixed: boolean;
  readonly #parameters: BoostingParameters;
  readonly #objective: Objective;
  readonly #rows: TrainingRows;
  readonly #binned: BinnedRows;
  readonly #grower: TreeGrower;
  /** The model's sum so far, by row. */
  readonly #margins: Float64Array;
  readonly #gradients: Float64Array;
  readonly #start: number;
  readonly #rng: Rng;

  constructor(
    parameters: BoostingParameters,
    objective: Objective,
    rows: TrainingRows,
    grower: TreeGrower,
    binned: BinnedRows,
  ) {
    this.#parameters = parameters;
    this.#objective = objective;
    this.#rows = rows;
    this.#binned = binned;
    this.#grower = grower;
    this.#margins = new Float64Array(rows.labels.length);
    this.#gradients = new Float64Array(2 * rows.labels.length);
    this.#start = parameters.boostFromAverage ? objective.start(rows) : 0;
    this.#rng = createRng(parameters.seed, "boosting");
    const { rowsPerTree, columnsPerTree, columnsPerNode } = parameters;
    this.isFixed = rowsPerTree === 1 && columnsPerTree === 1 && columnsPerNode === 1;
  }

  /** The tree of this round, not yet part of the model. */
  next(round: number): FinishedTree {
    // The first tree carries the start in its leaves, but is grown as if it stood in the margins.
    if (round === 0) this.#margins.fill(this.#start);
    this.#objective.differentiate(this.#rows, this.#margins, this.#gradients);
    const rng = this.#rng.fork(`tree ${round}`);
    const count = drawRows(this.#grower.rows, this.#parameters.rowsPerTree, rng.fork("rows"));
    const nodes = this.#grower.grow(this.#gradients, count, rng);
    const { learningRate } = this.#parameters;
    const base = round === 0 ? this.#start : 0;
    const outputs = Float64Array.from(nodes, (node) => base + learningRate * this.#outputOf(node));
    return { nodes, outputs, shrinkage: round === 0 ? 1 : learningRate };
  }

  /** Takes the tree that was grown last into the model. */
  keep(tree: FinishedTree): void {
    if (this.trees.length === 0) this.#margins.fill(0);
    this.trees.push(tree);
    // Where every row was learned from, the leaves hold them all, and no row needs to walk.
    if (this.#parameters.rowsPerTree === 1) addLeaves(tree, this.#grower.rows, this.#margins);
    else addToMargins(tree, this.#binned, this.#margins);
  }

  #outputOf(node: GrownNode): number {
    const { renew } = this.#objective;
    if (renew === undefined || node.split !== undefined) return node.output;
    const { labels, weights } = this.#rows;
    const rows = this.#grower.rows.subarray(node.from, node.to);
    const residuals = Float64Array.from(rows, (row) => labels[row]! - this.#margins[row]!);
    return renew(
      residuals,
      weights === undefined ? undefined : Float64Array.from(rows, (row) => weights[row]!),
    );
  }
}

function addLeaves({ nodes, outputs }: FinishedTree, rows: Int32Array, margins: Float64Array): void {
  nodes.forEach(({ split, from, to }, at) => {
    if (split !== undefined) return;
    const output = outputs[at]!;
    for (let k = from; k < to; k++) {
      const row = rows[k]!;
      margins[row] = margins[row]! + output;
    }
  });
}
