/**
 * Johansen's trace test: how many ways there are in which several series wander together. With a constant (they may
 * drift) and one lagged difference. Source: Johansen 1991; critical values of MacKinnon, Haug and Michelis 1999;
 * QUANT h.
 */
import { factorCholesky, invertLowerTriangle } from "./cholesky.ts";
import { mean } from "./moments.ts";
import { symmetricEigenvalues } from "./symmetric-eigenvalues.ts";

export interface JohansenTrace {
  /** Descending, in [0, 1). */
  readonly eigenvalues: readonly number[];
  /** `trace[r]`: against at most r ways; above `critical95[r]` there are more, 19 times of 20. */
  readonly trace: readonly number[];
  readonly critical95: readonly number[];
}

/** By the number of ways that are still open, from 1 up. */
const TRACE_95 = [3.8415, 15.4943, 29.7961] as const;

/** Two or three series of one length. Undefined where they are too short, or one is a sum of the others. */
export function johansenTrace(series: readonly Float64Array[]): JohansenTrace | undefined {
  const size = series.length;
  const rows = (series[0]?.length ?? 0) - 2;
  if (size > TRACE_95.length || rows <= 3 * size) return undefined;
  const centred = (values: Float64Array) => {
    const centre = mean(values);
    return values.map((value) => value - centre);
  };
  const changes = series.map((values) => values.subarray(1).map((value, i) => value - values[i]!));
  const lagged = changes.map((change) => centred(change.subarray(0, -1)));
  const now = changes.map((change) => centred(change.subarray(1)));
  const level = series.map((values) => centred(values.subarray(1, -1)));
  const inverse = inverseFactor(products(lagged, lagged), size);
  if (inverse === undefined) return undefined;
  const left = now.map((values) => without(values, lagged, inverse));
  const right = level.map((values) => without(values, lagged, inverse));
  const s00 = inverseFactor(products(left, left), size);
  const skk = inverseFactor(products(right, right), size);
  if (s00 === undefined || skk === undefined) return undefined;
  // (L_k^-1 S_k0 L_0^-T)(...)': symmetric, with the roots of S_kk^-1 S_k0 S_00^-1 S_0k.
  const half = timesTransposed(times(skk, products(right, left), size), s00, size);
  const roots = symmetricEigenvalues(timesTransposed(half, half, size), size);
  const eigenvalues = Array.from(roots).toReversed();
  const trace = eigenvalues.map(
    (_, r) => -rows * eigenvalues.slice(r).reduce((total, root) => total + Math.log1p(-root), 0),
  );
  return { eigenvalues, trace, critical95: eigenvalues.map((_, r) => TRACE_95[size - r - 1]!) };
}

/** Every product of one of `a` with one of `b`, row-major. */
function products(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array {
  return Float64Array.from(a.flatMap((x) => b.map((y) => x.reduce((total, v, i) => total + v * y[i]!, 0))));
}

/** L^-1 of a = L L', its upper triangle zero. */
function inverseFactor(a: Float64Array, size: number): Float64Array | undefined {
  if (!factorCholesky(a, { at: 0, size, smallestPivot: 0 })) return undefined;
  invertLowerTriangle(a, 0, size);
  for (let row = 0; row < size; row++) a.fill(0, row * size + row + 1, (row + 1) * size);
  return a;
}

/** What a regression on `others` leaves of `values`; `inverse` is L^-1 of the others' products. */
function without(values: Float64Array, others: readonly Float64Array[], inverse: Float64Array): Float64Array {
  const size = others.length;
  const onto = times(inverse, products(others, [values]), size, 1);
  const weights = new Float64Array(size);
  for (let k = 0; k < size; k++)
    for (let row = k; row < size; row++) weights[k]! += inverse[row * size + k]! * onto[row]!;
  return values.map((value, i) => others.reduce((rest, other, k) => rest - weights[k]! * other[i]!, value));
}

/** a b, where b has `width` columns. */
function times(a: Float64Array, b: Float64Array, size: number, width = size): Float64Array {
  return Float64Array.from({ length: size * width }, (_, cell) => {
    const [row, column] = [Math.floor(cell / width), cell % width];
    let total = 0;
    for (let k = 0; k < size; k++) total += a[row * size + k]! * b[k * width + column]!;
    return total;
  });
}

/** a b'. */
function timesTransposed(a: Float64Array, b: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, cell) => {
    const [row, column] = [Math.floor(cell / size), cell % size];
    let total = 0;
    for (let k = 0; k < size; k++) total += a[row * size + k]! * b[column * size + k]!;
    return total;
  });
}
