/**
 * The hyper-parameters that a search may vary (LEARN-5), each mapped to a coordinate in [0, 1], so that methods
 * need not know what they search over.
 */
import { InputError } from "../../domain/assert.ts";
import { numberWithin, wholeWithin } from "../allowed.ts";

export type Choice = string | number | boolean;

/**
 * Bounds are included. `log-float` is for what spans orders of magnitude, as learning rates do; its bounds are
 * positive. With a `step` there are only the values `from`, `from + step` and so on, up to `to`.
 */
export type Dimension =
  | { readonly kind: "float"; readonly from: number; readonly to: number; readonly step?: number }
  | { readonly kind: "log-float"; readonly from: number; readonly to: number }
  | { readonly kind: "int"; readonly from: number; readonly to: number; readonly step?: number }
  | { readonly kind: "choice"; readonly values: readonly Choice[] };

/** By the name of the parameter. Plain data. */
export type Space = Readonly<Record<string, Dimension>>;

/** One value per parameter, typed by its dimension. */
export type PointOf<S extends Space> = {
  readonly [Name in keyof S]: S[Name] extends {
    readonly kind: "choice";
    readonly values: readonly (infer Value)[];
  }
    ? Value
    : number;
};

/** Names in one order, whatever order the space was written in: coordinates and chance follow it. */
export const namesOf = (space: Space): string[] => Object.keys(space).toSorted();

/** How many values a dimension has; 0 for a continuous one. */
export function cellsOf(dimension: Dimension): number {
  if (dimension.kind === "choice") return dimension.values.length;
  if (dimension.kind === "log-float") return 0;
  const { kind, from, to, step = kind === "int" ? 1 : 0 } = dimension;
  return step === 0 ? 0 : Math.floor((to - from) / step + DUST) + 1;
}

/** Room for the last bits of a quotient of decimal fractions. */
const DUST = 1e-9;

/** The coordinate that stands for its cell: the middle of it. Continuous dimensions keep what they are given. */
export function settled(dimension: Dimension, coordinate: number): number {
  const cells = cellsOf(dimension);
  return cells === 0 ? coordinate : (cellAt(coordinate, cells) + 0.5) / cells;
}

/** Parameters at `coordinates`, which stand in the order of names. */
export function pointAt<S extends Space>(space: S, coordinates: readonly number[]): PointOf<S> {
  const entries = namesOf(space).map((name, i) => [name, valueAt(space[name]!, coordinates[i]!)]);
  return Object.fromEntries(entries) as PointOf<S>;
}

function valueAt(dimension: Dimension, coordinate: number): Choice {
  if (dimension.kind === "choice") return dimension.values[cellAt(coordinate, dimension.values.length)]!;
  const { kind, from, to } = dimension;
  if (kind !== "log-float") {
    const cells = cellsOf(dimension);
    if (cells === 0) return Math.min(to, from + coordinate * (to - from));
    // Steps are decimal fractions: what their sum leaves in the last bits is no other value.
    return Number((from + cellAt(coordinate, cells) * (dimension.step ?? 1)).toPrecision(12));
  }
  // The exponential of a logarithm may miss the bounds by its rounding, on either side.
  if (coordinate === 1) return to;
  return Math.max(from, Math.min(to, from * Math.exp(coordinate * Math.log(to / from))));
}

/** The coordinates of a point, or of the nearest one that the space has; `pointAt` gives what is in the space back. */
export function coordinatesOf<S extends Space>(space: S, point: PointOf<S>): number[] {
  return namesOf(space).map((name) => coordinateOf(space[name]!, point[name] as Choice));
}

function coordinateOf(dimension: Dimension, value: Choice): number {
  const cells = cellsOf(dimension);
  if (dimension.kind === "choice") return (Math.max(0, dimension.values.indexOf(value)) + 0.5) / cells;
  const { kind, from, to } = dimension;
  const given = Math.max(from, Math.min(to, Number(value)));
  if (kind === "log-float") return to === from ? 0 : Math.log(given / from) / Math.log(to / from);
  if (cells === 0) return to === from ? 0 : (given - from) / (to - from);
  const cell = Math.round((given - from) / (dimension.step ?? 1));
  return (Math.min(cells - 1, cell) + 0.5) / cells;
}

/** Number of the cell that a coordinate falls into; 1 belongs to the last. */
export const cellAt = (coordinate: number, cells: number): number =>
  Math.min(cells - 1, Math.floor(coordinate * cells));

/** Throws InputError when there is nothing to vary, or a dimension is empty or upside down. */
export function requireSpace(space: Space): void {
  if (Object.keys(space).length === 0) throw new InputError("space names no parameter to search over");
  for (const [name, dimension] of Object.entries(space)) {
    if (dimension.kind === "choice") {
      if (new Set(dimension.values).size === dimension.values.length && dimension.values.length > 0) continue;
      throw new InputError(`space.${name}.values has doubles or none; it must list different values`);
    }
    const { kind, from, to } = dimension;
    const least = kind === "log-float" ? Number.MIN_VALUE : -Number.MAX_VALUE;
    const check = kind === "int" ? wholeWithin : numberWithin;
    check(`space.${name}.from`, from, { from: least, to: Number.MAX_VALUE });
    check(`space.${name}.to`, to, { from, to: Number.MAX_VALUE });
    if (dimension.kind === "log-float" || dimension.step === undefined) continue;
    check(`space.${name}.step`, dimension.step, {
      from: kind === "int" ? 1 : Number.MIN_VALUE,
      to: Number.MAX_VALUE,
    });
  }
}
