/** XGBoost's two kinds of object. Both are memory of the library's until `free`, whatever happened in between. */
import { InputError } from "../../domain/assert.ts";
import type { TrainingRows } from "../../learn/boosting/training-rows.ts";
import type { Address } from "./shared-library.ts";
import type { XgboostLibrary } from "./xgboost-library.ts";

/** What a prediction tells: as the link says, the margin, or the library's own TreeSHAP values with the bias last. */
const outputs = { prediction: 0, margin: 1, contributions: 2 } as const;

export class XgboostMatrix {
  readonly address: Address;
  readonly rows: number;
  readonly #library: XgboostLibrary;

  /** Values and labels are rounded to float32, as the library holds them; NaN is missing. */
  constructor(library: XgboostLibrary, rows: Omit<TrainingRows, "labels">, length: number) {
    const { columns } = rows;
    const values = new Float32Array(length * columns.length);
    columns.forEach((column, feature) => {
      for (let row = 0; row < length; row++) values[row * columns.length + feature] = column[row]!;
    });
    this.#library = library;
    this.rows = length;
    const shape = [length, columns.length, Number.NaN];
    this.address = library.made("XGDMatrixCreateFromMat", values, ...shape);
  }

  floats(field: "label" | "weight", values: Float64Array): void {
    const rounded = Float32Array.from(values);
    this.#library.call("XGDMatrixSetFloatInfo", this.address, field, rounded, rounded.length);
  }

  /** One per feature: `q` for a number, `c` for a category. */
  types(values: readonly ("q" | "c")[]): void {
    this.#library.call(
      "XGDMatrixSetStrFeatureInfo",
      this.address,
      ...["feature_type", values, values.length],
    );
  }

  free(): void {
    this.#library.call("XGDMatrixFree", this.address);
  }
}

export class XgboostBooster {
  readonly #library: XgboostLibrary;
  readonly #address: Address;

  private constructor(library: XgboostLibrary, address: Address) {
    this.#library = library;
    this.#address = address;
  }

  /** A new one. `known`: the matrices that it will train on and be judged by, whose margins it keeps up to date. */
  static over(library: XgboostLibrary, known: readonly XgboostMatrix[]): XgboostBooster {
    const addresses = known.map(({ address }) => address);
    return new XgboostBooster(library, library.made("XGBoosterCreate", addresses, addresses.length));
  }

  /** One of a model's JSON text, in one thread. */
  static read(library: XgboostLibrary, text: string): XgboostBooster {
    const booster = XgboostBooster.over(library, []);
    try {
      booster.set("nthread", "1");
      const bytes = Buffer.from(text);
      library.call("XGBoosterLoadModelFromBuffer", booster.#address, bytes, bytes.length);
      return booster;
    } catch (error) {
      booster.free();
      throw error;
    }
  }

  set(name: string, value: string): void {
    this.#library.call("XGBoosterSetParam", this.#address, name, value);
  }

  /** One round more, counted from 0. */
  update(round: number, matrix: XgboostMatrix): void {
    this.#library.call("XGBoosterUpdateOneIter", this.#address, round, matrix.address);
  }

  /** The last of the metrics that were set, after `round`. */
  loss(round: number, matrix: XgboostMatrix): number {
    const out: [string] = [""];
    const judged = [[matrix.address], ["validation"], 1];
    this.#library.call("XGBoosterEvalOneIter", this.#address, round, ...judged, out);
    const loss = Number(out[0].slice(out[0].lastIndexOf(":") + 1));
    if (Number.isNaN(loss)) throw new InputError(`xgboost: validation loss in "${out[0]}" is not a number`);
    return loss;
  }

  /** Names of all parameters that take part in what is trained: known once a round is done. */
  parameterNames(): ReadonlySet<string> {
    const out: [string] = [""];
    this.#library.call("XGBoosterSaveJsonConfig", this.#address, [0], out);
    const names = new Set<string>();
    JSON.parse(out[0], (name, value) => {
      names.add(name);
      return value;
    });
    return names;
  }

  /** The first `rounds` rounds alone. */
  first(rounds: number): XgboostBooster {
    return new XgboostBooster(
      this.#library,
      this.#library.made("XGBoosterSlice", this.#address, 0, rounds, 1),
    );
  }

  /** The model's JSON text with these names of features. */
  text(featureNames: readonly string[]): string {
    const names = ["feature_name", featureNames, featureNames.length];
    this.#library.call("XGBoosterSetStrFeatureInfo", this.#address, ...names);
    const length: [number] = [0];
    const at = this.#library.made(
      "XGBoosterSaveModelToBuffer",
      this.#address,
      JSON.stringify({ format: "json" }),
      length,
    );
    return Buffer.from(this.#library.bytes(at, length[0])).toString();
  }

  /** Row after row; of contributions, features + 1 each. A matrix of its own gives margins that were not kept. */
  predict(matrix: XgboostMatrix, output: keyof typeof outputs): Float32Array {
    const range = { iteration_begin: 0, iteration_end: 0, training: false, strict_shape: true };
    const config = JSON.stringify({ type: outputs[output], ...range });
    const [shape, dimensions]: [[Address], [number]] = [[0n], [0]];
    const given = [this.#address, matrix.address, config, shape, dimensions];
    const at = this.#library.made("XGBoosterPredictFromDMatrix", ...given);
    const sizes = new BigUint64Array(this.#library.bytes(shape[0], 8 * dimensions[0]));
    const count = sizes.reduce((product, size) => product * Number(size), 1);
    return new Float32Array(this.#library.bytes(at, 4 * count));
  }

  free(): void {
    this.#library.call("XGBoosterFree", this.#address);
  }
}
