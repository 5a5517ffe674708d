/** Rows to learn from, column by column. */
import { InputError } from "../../domain/assert.ts";
import type { TrainingWorkers } from "./training-workers.ts";

export interface TrainingRows {
  readonly featureNames: readonly string[];
  /** One array per feature, as long as there are rows; NaN is missing, infinities are refused. */
  readonly columns: readonly (Float64Array | Float32Array)[];
  /** 0 or 1 for the logistic objective, any finite number otherwise. */
  readonly labels: Float64Array;
  /** Positive, one per row; undefined = all 1. */
  readonly weights?: Float64Array;
}

/** Throws InputError naming what does not fit. */
export function checkRows({ featureNames, columns, labels, weights }: TrainingRows, isBinary: boolean): void {
  const rows = labels.length;
  if (rows < 2) throw new InputError(`labels: ${rows} rows; at least 2 are needed`);
  if (columns.length === 0 || columns.length !== featureNames.length) {
    throw new InputError(
      `columns: ${columns.length} for ${featureNames.length} feature names; one each is needed`,
    );
  }
  const badName = featureNames.find((name) => !/^[^\s,[\]{}":]+$/.test(name));
  if (badName !== undefined) {
    throw new InputError(`featureNames: "${badName}"; neither space nor any of ,[]{}": may stand in a name`);
  }
  columns.forEach((column, feature) => {
    if (column.length === rows) return;
    throw new InputError(`column ${featureNames[feature]}: ${column.length} values; ${rows} are needed`);
  });
  const isBad = isBinary ? (y: number) => y !== 0 && y !== 1 : (y: number) => !Number.isFinite(y);
  const badLabel = labels.findIndex(isBad);
  if (badLabel >= 0) {
    const allowed = isBinary ? "0 or 1" : "a finite number";
    throw new InputError(`labels: ${labels[badLabel]} in row ${badLabel}; allowed is ${allowed}`);
  }
  if (weights === undefined) return;
  if (weights.length !== rows) throw new InputError(`weights: ${weights.length}; ${rows} are needed`);
  const badWeight = weights.findIndex((weight) => !(weight > 0 && weight < Number.POSITIVE_INFINITY));
  if (badWeight >= 0)
    throw new InputError(`weights: ${weights[badWeight]} in row ${badWeight}; allowed is above 0`);
}

/** The same rows in memory that the workers share. */
export function sharedRows(rows: TrainingRows, workers: TrainingWorkers): TrainingRows {
  const columns = rows.columns.map((column) => workers.share(column));
  const shared = { ...rows, columns, labels: workers.share(rows.labels) };
  return rows.weights === undefined ? shared : { ...shared, weights: workers.share(rows.weights) };
}
