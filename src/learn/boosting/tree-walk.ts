/**
 * Sends binned rows through the tree that was grown last: rows that it did not learn from, and those of validation.
 *
 * A kernel over shared arrays, a chunk of rows a part.
 */
import { type BinnedRows, GROUP, GROUP_BITS } from "./binned-rows.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import { CODES } from "./feature-bins.ts";
import { CHUNK } from "./growing-board.ts";
import type { FinishedTree } from "./grown-model.ts";
import { objectiveOf } from "./objectives.ts";
import type { TrainingWorkers } from "./training-workers.ts";

/** A tree in arrays that are written anew for each tree. */
export interface WalkedTree {
  /** -1 in a leaf. */
  readonly feature: Int32Array;
  /** Right child, left child: by what isLeft says. */
  readonly child: Int32Array;
  /** 256 to a node: 1 for each code that goes left. */
  readonly isLeft: Uint8Array;
  readonly output: Float64Array;
}

export interface WalkBoard {
  readonly parameters: BoostingParameters;
  readonly binned: BinnedRows;
  readonly tree: WalkedTree;
  readonly labels: Float64Array;
  /** Added to, by row. */
  readonly margins: Float64Array;
  /** Out: each row's loss after the tree; undefined when nobody asks. */
  readonly losses: Float64Array | undefined;
}

/** A step down the tree against an addition to a histogram. */
const STEPS_PER_ROW = 40;

export function walkedTree(leavesMost: number, workers: TrainingWorkers): WalkedTree {
  const nodes = 2 * leavesMost - 1;
  return {
    feature: new Int32Array(workers.allocate(4 * nodes)),
    child: new Int32Array(workers.allocate(8 * nodes)),
    isLeft: new Uint8Array(workers.allocate(CODES * nodes)),
    output: new Float64Array(workers.allocate(8 * nodes)),
  };
}

export function fillTree(into: WalkedTree, { nodes, outputs }: FinishedTree): void {
  into.output.set(outputs);
  nodes.forEach(({ split, left, right }, at) => {
    into.feature[at] = split?.feature ?? -1;
    if (split === undefined) return;
    into.child[2 * at] = right;
    into.child[2 * at + 1] = left;
    into.isLeft.set(split.isLeft, CODES * at);
  });
}

/** Sends all rows of the board through its tree. */
export function walkAll(board: WalkBoard, workers: TrainingWorkers): void {
  const { rows } = board.binned;
  workers.run("walkRows", board, Math.ceil(rows / CHUNK), STEPS_PER_ROW * rows);
}

/** The kernel: part = chunk of rows. */
export function walkRows(board: WalkBoard, chunk: number): void {
  const { parameters, binned, tree, labels, margins, losses } = board;
  const { feature, child, isLeft, output } = tree;
  const { words, rows } = binned;
  const from = chunk * CHUNK;
  const to = Math.min(rows, from + CHUNK);
  for (let row = from; row < to; row++) {
    let node = 0;
    for (let asked = feature[0]!; asked >= 0; asked = feature[node]!) {
      const code = (words[(asked >> GROUP_BITS) * rows + row]! >>> (8 * (asked & (GROUP - 1)))) & 255;
      node = child[2 * node + isLeft[CODES * node + code]!]!;
    }
    margins[row] = margins[row]! + output[node]!;
  }
  if (losses !== undefined) objectiveOf(parameters).lose(labels, margins, losses, from, to);
}
