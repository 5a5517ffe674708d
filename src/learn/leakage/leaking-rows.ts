/**
 * Training rows whose labels overlap those they are tested on (LEARN-3), in splits from anywhere: ours, or a
 * library's.
 */
import { wholeWithin } from "../allowed.ts";
import { type LabelSpans, requireSpans } from "../labels/label-spans.ts";
import type { Split } from "../validation/purging.ts";

/**
 * The rows of `train` whose span shares a bar with the span of a row in `test`, and those that stand in both; empty
 * for a split that may be trusted. Throws InputError on bad spans and on rows that are not there.
 */
export function leakingRows({ train, test }: Split, spans: LabelSpans): Int32Array {
  requireSpans(spans);
  const { start, end } = spans;
  const known = { from: 0, to: start.length - 1 };
  for (const row of test) wholeWithin("test row", row, known);
  const byStart = test.toSorted();
  // Of the test rows that have started by a bar, how late the last one ends.
  const latestEnd = new Int32Array(byStart.length);
  byStart.forEach((row, k) => {
    latestEnd[k] = Math.max(k === 0 ? end[row]! : latestEnd[k - 1]!, end[row]!);
  });
  return train.filter((row) => {
    wholeWithin("train row", row, known);
    let low = 0;
    let high = byStart.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (start[byStart[middle]!]! <= end[row]!) low = middle + 1;
      else high = middle;
    }
    return low > 0 && latestEnd[low - 1]! >= start[row]!;
  });
}
