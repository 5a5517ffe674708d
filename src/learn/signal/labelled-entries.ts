/** Entries that a strategy's rules asked for, what the market looked like, and what came of each (QUANT d8, d9). */
import type { TrainingRows } from "../boosting/training-rows.ts";
import type { LabelSpans } from "../labels/label-spans.ts";

/** One row per entry, in order of decision. */
export interface LabelledEntries {
  readonly featureNames: readonly string[];
  /** One array per feature; NaN is missing. */
  readonly columns: readonly Float64Array[];
  /** On the clock of the run's batches, which all instruments share. */
  readonly spans: LabelSpans;
  /** Simple return of the entry's side, net of costs. */
  readonly netReturn: Float64Array;
  /** 1 where it paid, else 0. */
  readonly label: Uint8Array;
}

/** Those rows, in the order given. */
export function chosenEntries(all: LabelledEntries, rows: Int32Array): LabelledEntries {
  return {
    featureNames: all.featureNames,
    columns: all.columns.map((column) => Float64Array.from(rows, (row) => column[row]!)),
    spans: {
      start: Int32Array.from(rows, (row) => all.spans.start[row]!),
      end: Int32Array.from(rows, (row) => all.spans.end[row]!),
    },
    netReturn: Float64Array.from(rows, (row) => all.netReturn[row]!),
    label: Uint8Array.from(rows, (row) => all.label[row]!),
  };
}

/** As a trainer of trees reads them. */
export const trainingRowsOf = (
  { featureNames, columns, label }: LabelledEntries,
  weights: Float64Array,
): TrainingRows => ({ featureNames, columns, labels: Float64Array.from(label), weights });
