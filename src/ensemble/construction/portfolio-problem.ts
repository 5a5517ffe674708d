/** What a portfolio is made from, and what it must keep. Vectors are by asset, matrices row-major. */
import { InputError } from "../../domain/assert.ts";
import { factorCholesky } from "../../numerics/cholesky.ts";
import type { LinearConstraint } from "../../numerics/quadratic-program.ts";

/** Fractions of the capital. Weights always sum to 1. */
export interface Bounds {
  /** Of each asset; default 0: long only. */
  readonly least?: number | Float64Array;
  /** Of each asset; default 1. */
  readonly most?: number | Float64Array;
  /** Assets of a sector together hold between `least` and `most`. */
  readonly sectors?: readonly {
    readonly name: string;
    readonly assets: readonly number[];
    readonly least?: number;
    readonly most?: number;
  }[];
}

export interface Box {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

const filled = (value: number | Float64Array | undefined, fallback: number, n: number): Float64Array =>
  typeof value === "object" ? value : new Float64Array(n).fill(value ?? fallback);

export const boxOf = ({ least, most }: Bounds, n: number): Box => ({
  least: filled(least, 0, n),
  most: filled(most, 1, n),
});

/** Throws InputError where a figure is none, or the matrix is no covariance. */
export function requireCovariance(covariance: Float64Array, n: number): void {
  if (n === 0 || covariance.length !== n * n)
    throw new InputError(`covariance: ${covariance.length} figures of ${n} assets; must be ${n * n}`);
  const bad = covariance.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`covariance: figure ${bad + 1} is ${covariance[bad]}; must be finite`);
  if (!factorCholesky(covariance.slice(), { at: 0, size: n, smallestPivot: 0 }))
    throw new InputError("covariance: is not positive definite; shrink it, or use more rows than assets");
}

/** sum w = 1, the box and the sectors, as the solver takes them. */
export function constraintsOf(bounds: Bounds, n: number): LinearConstraint[] {
  const { least, most } = boxOf(bounds, n);
  const unit = (i: number, sign: number) => Float64Array.from({ length: n }, (_, k) => (k === i ? sign : 0));
  const list: LinearConstraint[] = [{ normal: new Float64Array(n).fill(1), bound: 1, isEquality: true }];
  for (let i = 0; i < n; i++) {
    if (least[i]! > Number.NEGATIVE_INFINITY) list.push({ normal: unit(i, 1), bound: least[i]! });
    if (most[i]! < Number.POSITIVE_INFINITY) list.push({ normal: unit(i, -1), bound: -most[i]! });
  }
  for (const sector of bounds.sectors ?? []) {
    const normal = Float64Array.from({ length: n }, (_, i) => (sector.assets.includes(i) ? 1 : 0));
    if (sector.least !== undefined) list.push({ normal, bound: sector.least });
    if (sector.most !== undefined) list.push({ normal: normal.map((value) => -value), bound: -sector.most });
  }
  return list;
}

/** In one line: what cannot be kept together. */
export const infeasible = (): InputError =>
  new InputError("bounds: no weights that sum to 1 keep all of them; widen the box or the sectors", 1);

/** w' S w, in the unit of the covariance. */
export function varianceOf(weights: Float64Array, covariance: Float64Array): number {
  const n = weights.length;
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) sum += weights[i]! * weights[j]! * covariance[i * n + j]!;
  return sum;
}

/** Weights too small to trade are none; the others sum to 1 again. */
const DUST = 1e-5;
export function withoutDust(weights: Float64Array): Float64Array {
  const kept = weights.map((weight) => (Math.abs(weight) < DUST ? 0 : weight));
  const sum = kept.reduce((a, b) => a + b, 0);
  return kept.map((weight) => weight / sum);
}
