/** Reads the rows that a model is asked about: a CSV whose header names the features; an empty cell is missing. */
import { InputError } from "../domain/assert.ts";
import { inputText } from "./input-text.ts";

export interface FeatureRows {
  readonly rows: number;
  /** In the model's order, one row after another; NaN is missing. */
  readonly values: Float64Array;
}

/** Other columns are left aside. Refuses a feature that has no column, and a cell that is no number. */
export function readFeatureRows(path: string, features: readonly string[]): FeatureRows {
  const text = inputText("--input", path);
  const [head = "", ...body] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const names = head.split(",").map((name) => name.trim());
  const places = features.map((feature) => {
    const place = names.indexOf(feature);
    if (place >= 0) return place;
    const has = names.slice(0, 8).join(", ");
    throw new InputError(`--input ${path}: has no column ${feature}, which the model reads; it has ${has}`);
  });
  if (body.length === 0) throw new InputError(`--input ${path}: no rows under the header`, 1);
  const values = new Float64Array(body.length * features.length);
  for (const [row, line] of body.entries()) {
    const cells = line.split(",");
    if (cells.length !== names.length)
      throw new InputError(
        `--input ${path}: line ${row + 2} has ${cells.length} cells, the header has ${names.length}`,
      );
    for (const [k, place] of places.entries())
      values[row * features.length + k] = numberOf(
        cells[place]!,
        `line ${row + 2}, column ${features[k]}`,
        path,
      );
  }
  return { rows: body.length, values };
}

function numberOf(cell: string, where: string, path: string): number {
  const text = cell.trim();
  if (text === "" || /^nan$/i.test(text)) return Number.NaN;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new InputError(
    `--input ${path}: ${where}: "${text.slice(0, 20)}" is not a number; leave it empty if missing`,
  );
}
