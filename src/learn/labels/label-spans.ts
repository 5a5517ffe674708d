/**
 * What time each sample's label needs: from the bar of the decision to the bar at which the label is known.
 *
 * Two samples whose spans meet share future returns. Purging, uniqueness and the leak detectors all start here
 * (López de Prado, "Advances in financial machine learning", 2018, chapters 4 and 7; QUANT d2, d7).
 */
import { InputError } from "../../domain/assert.ts";
import { sameLength } from "../allowed.ts";

/**
 * One row per sample, in order of decision. Bars are numbered on one clock that all samples share, so that the
 * samples of many instruments stand in one table: several rows may start at the same bar.
 */
export interface LabelSpans {
  /** Bar of the decision, never descending from row to row. */
  readonly start: Int32Array;
  /** Last bar the label has seen, at or after `start`, in any order from row to row. */
  readonly end: Int32Array;
}

/** Throws InputError when lengths differ, a label ends before it starts, or decisions are not in order of time. */
export function requireSpans({ start, end }: LabelSpans): void {
  sameLength("spans.end", end.length, "spans.start", start.length);
  for (let i = 0; i < start.length; i++) {
    if (end[i]! < start[i]!) {
      throw new InputError(`spans.end ${end[i]} of row ${i} is before its start ${start[i]}`);
    }
    if (i > 0 && start[i]! < start[i - 1]!) {
      throw new InputError(
        `spans.start ${start[i]} of row ${i} is before the row above; sort rows by decision`,
      );
    }
  }
}

/** Bars of the longest label, at least 0. */
export function longestSpan({ start, end }: LabelSpans): number {
  let longest = 0;
  for (let i = 0; i < start.length; i++) longest = Math.max(longest, end[i]! - start[i]!);
  return longest;
}
