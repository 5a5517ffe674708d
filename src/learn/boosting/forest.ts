/**
 * A random forest on the same core: deep trees without shrinkage on drawn rows and columns, whose mean is the answer.
 * The baseline that boosting has to beat (LEARN-1). Source: Breiman 2001; rows are drawn without replacement
 * (Buhlmann and Yu 2002), which at 0.632 of the rows holds as many distinct ones as a bootstrap.
 *
 * Trees fit squared error from nothing, so a leaf is the weighted mean of its labels: of labels 0 and 1 the forest's
 * answer is a probability as it stands.
 */

import type { TreeEnsembleData } from "../../models/trees/tree-ensemble-data.ts";
import { createRng } from "../../numerics/rng.ts";
import { binRows } from "./binned-rows.ts";
import { type BoostingParameters, checkBoosting, defaultBoosting } from "./boosting-parameters.ts";
import { drawRows } from "./drawing.ts";
import { findBins } from "./feature-bins.ts";
import { growingBoard } from "./growing-board.ts";
import { modelOf } from "./grown-model.ts";
import { objectiveOf } from "./objectives.ts";
import { checkRows, sharedRows, type TrainingRows } from "./training-rows.ts";
import { oneThread, type TrainingWorkers } from "./training-workers.ts";
import { TreeGrower } from "./tree-grower.ts";

export interface ForestParameters {
  /** 1 or more. */
  readonly trees: number;
  readonly leavesMost: number;
  readonly minDataInLeaf: number;
  /** Shares drawn, in (0, 1]. */
  readonly rowsPerTree: number;
  readonly columnsPerNode: number;
  readonly categorical: readonly number[];
  readonly seed: number;
}

export const defaultForest: ForestParameters = {
  trees: 200,
  leavesMost: 1024,
  minDataInLeaf: 10,
  rowsPerTree: 0.632,
  columnsPerNode: 0.33,
  categorical: [],
  seed: 0,
};

/** Trains. Throws InputError on parameters, rows or labels that are not allowed. */
export function trainForest(
  rows: TrainingRows,
  forest: ForestParameters,
  workers: TrainingWorkers = oneThread,
): TreeEnsembleData {
  const { trees: rounds, ...shared } = forest;
  const parameters: BoostingParameters = {
    ...defaultBoosting,
    ...shared,
    objective: "squared",
    rounds,
    lambda2: 0,
  };
  checkBoosting(parameters, rows.columns.length);
  checkRows(rows, false);
  try {
    return grow(sharedRows(rows, workers), parameters, workers);
  } finally {
    workers.clear();
  }
}

function grow(
  rows: TrainingRows,
  parameters: BoostingParameters,
  workers: TrainingWorkers,
): TreeEnsembleData {
  const bins = findBins(rows, parameters, workers);
  const board = growingBoard(rows, parameters, bins, binRows(rows.columns, bins, workers), workers);
  const grower = new TreeGrower(board, workers);
  const objective = objectiveOf(parameters);
  const rng = createRng(parameters.seed, "forest");
  const trees = Array.from({ length: parameters.rounds }, (_, tree) => {
    const drawn = rng.fork(`tree ${tree}`);
    grower.differentiate();
    const count = drawRows(board.rows, parameters.rowsPerTree, drawn.fork("rows"));
    const nodes = grower.grow(count, drawn);
    return { nodes, outputs: Float64Array.from(nodes, ({ output }) => output), shrinkage: 1 };
  });
  const { link, name } = objective;
  return modelOf(trees, bins, { featureNames: rows.featureNames, link, objective: name, averages: true });
}
