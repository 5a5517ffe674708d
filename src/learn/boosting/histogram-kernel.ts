/**
 * Sums gradients and hessians by bin, for a group of four features at once: where training spends its time.
 *
 * Rows are taken in their order, so a slot sees the same additions in the same order whichever thread sums the group.
 */
import { GROUP } from "./binned-rows.ts";
import { CODES } from "./feature-bins.ts";
import { BLOCK, FROM, type GrowingBoard, IS_ROOT, TO } from "./growing-board.ts";
import type { GroupHistogram } from "./split-finder.ts";

/** Fills the histogram of a group from rows [FROM, TO) of the command. */
export function sumGroup(board: GrowingBoard, group: number, into: GroupHistogram): void {
  const { command, binned, rows, isUsed, gradients, ordered } = board;
  const first = command[FROM]!;
  const last = command[TO]!;
  const pairs = command[IS_ROOT] === 1 ? gradients : ordered;
  into.sums.fill(0);
  into.counts?.fill(0);
  const words = binned.words.subarray(group * binned.rows, (group + 1) * binned.rows);
  const collected = board.collected.subarray(group * BLOCK, (group + 1) * BLOCK);
  const firstFeature = GROUP * group;
  let used = 0;
  for (let at = 0; at < GROUP; at++) used += isUsed[firstFeature + at]!;
  for (let from = first; from < last; from += BLOCK) {
    const count = Math.min(last - from, BLOCK);
    const pair = 2 * (from - first);
    const codes = command[IS_ROOT] === 1 ? words.subarray(from, from + count) : collected;
    if (codes === collected) collect(words, rows, from, count, codes);
    // Three at once cost less than one by one.
    if (used >= GROUP - 1) {
      addFourSums(codes, count, pairs, pair, into.sums);
      if (into.counts !== undefined) addFourCounts(codes, count, into.counts);
      continue;
    }
    for (let at = 0; at < GROUP; at++) {
      if (isUsed[firstFeature + at] === 0) continue;
      addSums(codes, count, pairs, pair, into.sums, at);
      if (into.counts !== undefined) addCounts(codes, count, into.counts, at);
    }
  }
}

/** Rows of a deep node lie far apart: a loop that only loads has many such loads under way at once. */
function collect(words: Int32Array, rows: Int32Array, from: number, count: number, into: Int32Array): void {
  for (let k = 0; k < count; k++) into[k] = words[rows[from + k]!]!;
}

function addFourSums(
  codes: Int32Array,
  count: number,
  gradients: Float64Array,
  firstPair: number,
  sums: Float64Array,
): void {
  let pair = firstPair;
  for (let k = 0; k < count; k++) {
    const four = codes[k]!;
    const gradient = gradients[pair]!;
    const hessian = gradients[pair + 1]!;
    pair += 2;
    // Twice each byte: gradient and hessian alternate.
    const first = (four << 1) & 510;
    const second = 2 * CODES + ((four >>> 7) & 510);
    const third = 4 * CODES + ((four >>> 15) & 510);
    const fourth = 6 * CODES + ((four >>> 23) & 510);
    sums[first] = sums[first]! + gradient;
    sums[first + 1] = sums[first + 1]! + hessian;
    sums[second] = sums[second]! + gradient;
    sums[second + 1] = sums[second + 1]! + hessian;
    sums[third] = sums[third]! + gradient;
    sums[third + 1] = sums[third + 1]! + hessian;
    sums[fourth] = sums[fourth]! + gradient;
    sums[fourth + 1] = sums[fourth + 1]! + hessian;
  }
}

function addFourCounts(codes: Int32Array, count: number, counts: Int32Array): void {
  for (let k = 0; k < count; k++) {
    const four = codes[k]!;
    const first = four & 255;
    const second = CODES + ((four >>> 8) & 255);
    const third = 2 * CODES + ((four >>> 16) & 255);
    const fourth = 3 * CODES + (four >>> 24);
    counts[first] = counts[first]! + 1;
    counts[second] = counts[second]! + 1;
    counts[third] = counts[third]! + 1;
    counts[fourth] = counts[fourth]! + 1;
  }
}

function addSums(
  codes: Int32Array,
  count: number,
  gradients: Float64Array,
  firstPair: number,
  sums: Float64Array,
  at: number,
): void {
  let pair = firstPair;
  for (let k = 0; k < count; k++) {
    const slot = 2 * (CODES * at + ((codes[k]! >>> (8 * at)) & 255));
    sums[slot] = sums[slot]! + gradients[pair]!;
    sums[slot + 1] = sums[slot + 1]! + gradients[pair + 1]!;
    pair += 2;
  }
}

function addCounts(codes: Int32Array, count: number, counts: Int32Array, at: number): void {
  for (let k = 0; k < count; k++) {
    const slot = CODES * at + ((codes[k]! >>> (8 * at)) & 255);
    counts[slot] = counts[slot]! + 1;
  }
}
