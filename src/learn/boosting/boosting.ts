/**
 * Gradient boosting of binned trees: LightGBM's algorithm (Ke et al. 2017) behind LEARN-1's built-in trainer.
 *
 * Same rows, same parameters, same seed: the same model, bit by bit, however many threads train it. The start, the
 * best constant, stands in the first tree's leaves, as in LightGBM's files.
 */

import type { TreeEnsembleData } from "../../models/trees/tree-ensemble-data.ts";
import { createRng, type Rng } from "../../numerics/rng.ts";
import { binRows } from "./binned-rows.ts";
import { type BoostingParameters, checkBoosting } from "./boosting-parameters.ts";
import { drawRows } from "./drawing.ts";
import { type FeatureBins, findBins } from "./feature-bins.ts";
import { growingBoard } from "./growing-board.ts";
import { type FinishedTree, modelOf } from "./grown-model.ts";
import { type Objective, objectiveOf } from "./objectives.ts";
import { checkRows, sharedRows, type TrainingRows } from "./training-rows.ts";
import { oneThread, type TrainingWorkers } from "./training-workers.ts";
import { type GrownNode, TreeGrower } from "./tree-grower.ts";
import { fillTree, type WalkBoard, type WalkedTree, walkAll, walkedTree } from "./tree-walk.ts";

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
  readonly workers?: TrainingWorkers;
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
  try {
    return train(rows, parameters, validation, workers);
  } finally {
    workers.clear();
  }
}

function train(
  given: TrainingRows,
  parameters: BoostingParameters,
  validation: TrainingRows | undefined,
  workers: TrainingWorkers,
): BoostingResult {
  const rows = sharedRows(given, workers);
  const bins = findBins(rows, parameters, workers);
  const board = growingBoard(rows, parameters, bins, binRows(rows.columns, bins, workers), workers);
  const objective = objectiveOf(parameters);
  const tree = walkedTree(parameters.leavesMost, workers);
  const watched =
    validation === undefined ? undefined : new Watched(validation, parameters, bins, tree, workers);
  const rounds = new Rounds(parameters, rows, new TreeGrower(board, workers), tree, workers);
  let bestRound = 0;
  for (let round = 0; round < parameters.rounds; round++) {
    const grown = rounds.next(round);
    // A whole tree without a split: with all rows and columns the next would be the same.
    if (grown.nodes.length === 1 && round > 0 && rounds.isFixed) break;
    fillTree(tree, grown);
    rounds.keep(grown);
    watched?.add(objective);
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
  readonly losses: number[] = [];
  readonly #rows: TrainingRows;
  readonly #board: WalkBoard;
  readonly #workers: TrainingWorkers;
  /** By row, after the last round. */
  readonly #rowLosses: Float64Array;

  constructor(
    given: TrainingRows,
    parameters: BoostingParameters,
    bins: readonly FeatureBins[],
    tree: WalkedTree,
    workers: TrainingWorkers,
  ) {
    const rows = sharedRows(given, workers);
    const bytes = 8 * rows.labels.length;
    this.#rows = rows;
    this.#workers = workers;
    this.#rowLosses = new Float64Array(workers.allocate(bytes));
    this.#board = {
      parameters,
      binned: binRows(rows.columns, bins, workers),
      tree,
      labels: rows.labels,
      margins: new Float64Array(workers.allocate(bytes)),
      losses: this.#rowLosses,
    };
  }

  add(objective: Objective): void {
    walkAll(this.#board, this.#workers);
    this.losses.push(objective.meanLoss(this.#rows, this.#rowLosses));
  }
}

class Rounds {
  readonly trees: FinishedTree[] = [];
  /** Neither rows nor columns are drawn. */
  readonly isFixed: boolean;
  readonly #parameters: BoostingParameters;
  readonly #objective: Objective;
  readonly #rows: TrainingRows;
  readonly #grower: TreeGrower;
  readonly #walk: WalkBoard;
  readonly #workers: TrainingWorkers;
  /** The model's sum so far, by row. */
  readonly #margins: Float64Array;
  readonly #start: number;
  readonly #rng: Rng;

  constructor(
    parameters: BoostingParameters,
    rows: TrainingRows,
    grower: TreeGrower,
    tree: WalkedTree,
    workers: TrainingWorkers,
  ) {
    const { binned, labels, margins } = grower.board;
    this.#parameters = parameters;
    this.#objective = objectiveOf(parameters);
    this.#rows = rows;
    this.#grower = grower;
    this.#walk = { parameters, binned, tree, labels, margins, losses: undefined };
    this.#workers = workers;
    this.#margins = margins;
    this.#start = parameters.boostFromAverage ? this.#objective.start(rows) : 0;
    this.#rng = createRng(parameters.seed, "boosting");
    const { rowsPerTree, columnsPerTree, columnsPerNode } = parameters;
    this.isFixed = rowsPerTree === 1 && columnsPerTree === 1 && columnsPerNode === 1;
  }

  /** The tree of this round, not yet part of the model. */
  next(round: number): FinishedTree {
    // The first tree carries the start in its leaves, but is grown as if it stood in the margins.
    if (round === 0) this.#margins.fill(this.#start);
    const { board } = this.#grower;
    this.#grower.differentiate();
    const rng = this.#rng.fork(`tree ${round}`);
    const count = drawRows(board.rows, this.#parameters.rowsPerTree, rng.fork("rows"));
    const nodes = this.#grower.grow(count, rng);
    const { learningRate } = this.#parameters;
    const base = round === 0 ? this.#start : 0;
    const outputs = Float64Array.from(nodes, (node) => base + learningRate * this.#outputOf(node));
    return { nodes, outputs, shrinkage: round === 0 ? 1 : learningRate };
  }

  /** Takes the tree that was grown last into the model. */
  keep(tree: FinishedTree): void {
    if (this.trees.length === 0) this.#margins.fill(0);
    this.trees.push(tree);
    if (this.#parameters.rowsPerTree === 1) this.#grower.addLeaves(tree.outputs);
    else walkAll(this.#walk, this.#workers);
  }

  #outputOf(node: GrownNode): number {
    const { renew } = this.#objective;
    if (renew === undefined || node.split !== undefined) return node.output;
    const { labels, weights } = this.#rows;
    const rows = this.#grower.board.rows.subarray(node.from, node.to);
    const residuals = Float64Array.from(rows, (row) => labels[row]! - this.#margins[row]!);
    return renew(
      residuals,
      weights === undefined ? undefined : Float64Array.from(rows, (row) => weights[row]!),
    );
  }
}
