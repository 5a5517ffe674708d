/**
 * Purged k-fold cross-validation with embargo (LEARN-3, QUANT d2): every row is tested once, in time order, never
 * shuffled.
 *
 * It trains on the future of most test blocks. Purging takes the overlap away, not the knowledge of the regime that
 * came later, so walk-forward figures belong beside it. Whatever is fitted (standardiser, selection of features,
 * calibration) is fitted inside the fold, on `train` alone.
 */
import type { LabelSpans } from "../labels/label-spans.ts";
import { foldBlocks, type PurgeTerms, purgedSplit, requirePurge, type Split } from "./purging.ts";

export interface KFoldTerms extends PurgeTerms {
  /** From 2 to the number of rows. */
  readonly folds: number;
}

/** One split per fold. Throws InputError on bad spans or terms, and when a fold is left with nothing to train on. */
export function purgedKFold(spans: LabelSpans, terms: KFoldTerms): Split[] {
  requirePurge(spans, terms);
  return foldBlocks(spans.start.length, terms.folds).map((block, k) =>
    purgedSplit(`fold ${k + 1} of ${terms.folds}`, spans, [block], terms),
  );
}
