/**
 * What two children of a split need before they can be split: the smaller one's histograms are summed, the larger one
 * keeps what is left of the parent's, and both are searched. A group of four features a part, so that all of it
 * happens while the group's histograms are in the nearest cache.
 */
import { GROUP } from "./binned-rows.ts";
import { findCategorySplit } from "./category-splits.ts";
import { CODES } from "./feature-bins.ts";
import { type GrowingBoard, LESSENED, SOUGHT, SUMMED, SUMS_STRIDE } from "./growing-board.ts";
import { sumGroup } from "./histogram-kernel.ts";
import {
  FOUND_CODE,
  FOUND_STRIDE,
  findNumberSplits,
  type GroupHistogram,
  NONE,
  type NodeSums,
  writeFound,
} from "./split-finder.ts";

/** The kernel: part = group of features. */
export function splitGroup(board: GrowingBoard, group: number): void {
  const { command, histograms } = board;
  const summed = histograms[command[SUMMED]!]![group]!;
  sumGroup(board, group, summed);
  const lessened = command[LESSENED]!;
  if (lessened >= 0) subtract(histograms[lessened]![group]!, summed);
  for (let slot = 0; slot < 2; slot++) {
    const sought = command[SOUGHT + slot]!;
    if (sought >= 0) findSplits(board, slot, group, histograms[sought]![group]!);
  }
}

function findSplits(board: GrowingBoard, slot: number, group: number, histogram: GroupHistogram): void {
  const { parameters, bins, binned, found, foundSets, isTried } = board;
  const node = sumsOf(board, slot);
  const first = GROUP * group;
  const padded = GROUP * binned.groups;
  const tried = isTried.subarray(slot * padded, (slot + 1) * padded);
  const records = found.subarray(slot * padded * FOUND_STRIDE, (slot + 1) * padded * FOUND_STRIDE);
  for (let feature = first; feature < first + GROUP; feature++) {
    records[feature * FOUND_STRIDE + FOUND_CODE] = NONE;
  }
  findNumberSplits({ parameters, bins, node, histogram, isTried: tried, found: records }, first);
  for (const feature of parameters.categorical) {
    if (feature < first || feature >= first + GROUP || tried[feature] === 0) continue;
    const split = findCategorySplit(parameters, bins[feature]!.bins, feature - first, node, histogram);
    if (split === undefined) continue;
    const { gain, leftGradient, leftHessian } = split;
    writeFound(records, feature, gain, 0, 0, leftGradient, leftHessian);
    foundSets.set(split.isLeft, (slot * padded + feature) * CODES);
  }
}

/** Of the node in a slot. */
function sumsOf({ sums }: GrowingBoard, slot: number): NodeSums {
  const at = slot * SUMS_STRIDE;
  return {
    gradient: sums[at]!,
    hessian: sums[at + 1]!,
    rows: sums[at + 2]!,
    lower: sums[at + 3]!,
    upper: sums[at + 4]!,
  };
}

/** What the larger child keeps of its parent's histogram. */
function subtract(from: GroupHistogram, part: GroupHistogram): void {
  const { sums } = from;
  const taken = part.sums;
  for (let slot = 0; slot < sums.length; slot++) sums[slot] = sums[slot]! - taken[slot]!;
  const { counts } = from;
  if (counts === undefined || part.counts === undefined) return;
  for (let slot = 0; slot < counts.length; slot++) counts[slot] = counts[slot]! - part.counts[slot]!;
}
