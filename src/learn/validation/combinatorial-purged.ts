/**
 * Combinatorial purged cross-validation (LEARN-3, QUANT d3; López de Prado 2018, chapter 12): all ways to test k of N
 * groups, which stitch together into several whole out-of-sample histories instead of one.
 */
import { InputError } from "../../domain/assert.ts";
import { combinationCount, combinations } from "../../numerics/combinations.ts";
import { wholeWithin } from "../allowed.ts";
import type { LabelSpans } from "../labels/label-spans.ts";
import { foldBlocks, type PurgeTerms, purgedSplit, requirePurge, type Split } from "./purging.ts";

export interface CombinatorialTerms extends PurgeTerms {
  /** Parts of time, N; 10 is usual. From 2 up. */
  readonly groups: number;
  /** Of them tested at once, k; 2 is usual. From 1 to N - 1. */
  readonly testGroups: number;
}

export interface GroupSplit extends Split {
  /** Numbers of the groups under test, ascending. */
  readonly groups: readonly number[];
}

/** One group of a path: the predictions that split `split` made for its rows. */
export interface PathPart {
  readonly split: number;
  readonly rows: Int32Array;
}

export interface CombinatorialSplits {
  /** C(N, k), in lexicographic order of their groups. */
  readonly splits: readonly GroupSplit[];
  /** k / N * C(N, k) paths of N parts: in path p each group comes from the p-th split that tests it. */
  readonly paths: readonly (readonly PathPart[])[];
}

/** More splits than this are a slip of the keys, not a validation. */
const SPLITS_MAX = 20_000;

/** Throws InputError on bad spans or terms, and when a split is left with nothing to train on. */
export function combinatorialPurged(spans: LabelSpans, terms: CombinatorialTerms): CombinatorialSplits {
  requirePurge(spans, terms);
  const { groups, testGroups } = terms;
  const blocks = foldBlocks(spans.start.length, groups);
  wholeWithin("testGroups", testGroups, { from: 1, to: groups - 1 });
  const count = combinationCount(groups, testGroups);
  if (count > SPLITS_MAX) {
    throw new InputError(
      `groups ${groups} taken ${testGroups} at a time are ${count} splits; ${SPLITS_MAX} at most`,
    );
  }
  const splits: GroupSplit[] = [];
  const parts: PathPart[][] = blocks.map(() => []);
  for (const chosen of combinations(groups, testGroups)) {
    const tested = chosen.map((group) => blocks[group]!);
    for (const group of chosen) {
      const { from, to } = blocks[group]!;
      parts[group]!.push({
        split: splits.length,
        rows: Int32Array.from({ length: to - from }, (_, i) => from + i),
      });
    }
    splits.push({ ...purgedSplit(`groups ${chosen.join(", ")}`, spans, tested, terms), groups: chosen });
  }
  const pathCount = (testGroups * count) / groups;
  const paths = Array.from({ length: pathCount }, (_, p) => parts.map((ofGroup) => ofGroup[p]!));
  return { splits, paths };
}
