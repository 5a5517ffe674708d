/** Kernels that go row by row: gradients, the parting of a node's rows, and what the leaves add. */
import { GROUP } from "./binned-rows.ts";
import {
  CHUNK,
  FEATURE,
  FROM,
  type GrowingBoard,
  IS_GATHERED,
  LEAF_RANGE,
  MIDDLE,
  TO,
} from "./growing-board.ts";
import { objectiveOf } from "./objectives.ts";

/** Part = chunk of all rows. Writes their gradients, and their numbers in order. */
export function differentiateRows(board: GrowingBoard, chunk: number): void {
  const from = chunk * CHUNK;
  const to = Math.min(board.binned.rows, from + CHUNK);
  objectiveOf(board.parameters).differentiate(board, board.margins, board.gradients, from, to);
  for (let row = from; row < to; row++) board.rows[row] = row;
}

/** Part = chunk of the node's rows. Parts it in place of its own, and counts its left rows. */
export function partRows(board: GrowingBoard, chunk: number): void {
  const { command, rows, parted, isLeft, binned, lefts } = board;
  const from = command[FROM]! + chunk * CHUNK;
  const to = Math.min(command[TO]!, from + CHUNK);
  const feature = command[FEATURE]!;
  const { words } = binned;
  const base = Math.floor(feature / GROUP) * binned.rows;
  const shift = 8 * (feature % GROUP);
  let left = from;
  let right = to - 1;
  for (let k = from; k < to; k++) {
    const row = rows[k]!;
    const goesLeft = isLeft[(words[base + row]! >>> shift) & 255]!;
    // Both places are written and one is kept: no branch to guess wrong.
    parted[right] = row;
    parted[left] = row;
    left += goesLeft;
    right -= 1 - goesLeft;
  }
  lefts[chunk] = left - from;
}

/** Part = the same chunk, once all are parted and `lefts` says how many left rows stand before each. */
export function placeRows(board: GrowingBoard, chunk: number): void {
  const { command, rows, parted, lefts } = board;
  const first = command[FROM]!;
  const last = command[TO]!;
  const middle = command[MIDDLE]!;
  const from = first + chunk * CHUNK;
  const to = Math.min(last, from + CHUNK);
  const leftBefore = lefts[chunk]!;
  const leftAfter = to === last ? middle - first : lefts[chunk + 1]!;
  const left = first + leftBefore;
  const right = middle + (from - first) - leftBefore;
  const leftCount = leftAfter - leftBefore;
  const rightCount = to - from - leftCount;
  for (let k = 0; k < leftCount; k++) rows[left + k] = parted[from + k]!;
  for (let k = 0; k < rightCount; k++) rows[right + k] = parted[to - 1 - k]!;
  if (command[IS_GATHERED] === 0) return;
  if (middle - first <= last - middle) gather(board, left, leftCount, first);
  else gather(board, right, rightCount, middle);
}

/** Gradients of rows[from..from + count) of a node that begins at `first`. */
function gather(
  { gradients, ordered, rows }: GrowingBoard,
  from: number,
  count: number,
  first: number,
): void {
  for (let k = from; k < from + count; k++) {
    const row = rows[k]!;
    const pair = 2 * (k - first);
    ordered[pair] = gradients[2 * row]!;
    ordered[pair + 1] = gradients[2 * row + 1]!;
  }
}

/**
 * Part = range of row numbers. Where every row was learned from, the leaves hold them all, and no row needs to walk.
 * Rows of a leaf ascend, so each part writes margins that stand together, and no two threads the same cache line.
 */
export function addLeaves(
  { leafCount, leafRows, leafOutputs, rows, margins }: GrowingBoard,
  range: number,
): void {
  const from = range * LEAF_RANGE;
  const to = Math.min(rows.length, from + LEAF_RANGE);
  for (let leaf = 0; leaf < leafCount[0]!; leaf++) {
    const last = leafRows[2 * leaf + 1]!;
    const output = leafOutputs[leaf]!;
    for (let k = firstFrom(rows, from, leafRows[2 * leaf]!, last); k < last; k++) {
      const row = rows[k]!;
      if (row >= to) break;
      margins[row] = margins[row]! + output;
    }
  }
}

/** The first place in rows[low..high), which ascend, of a row that is at least `row`. */
function firstFrom(rows: Int32Array, row: number, low: number, high: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rows[middle]! < row) from = middle + 1;
    else to = middle;
  }
  return from;
}
