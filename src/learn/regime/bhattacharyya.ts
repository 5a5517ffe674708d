/**
 * How far two Gaussians are apart, from 0 for the same one, whatever the unit:
 *
 *   D = (m1 - m2)' S^-1 (m1 - m2) / 8 + ln(det S / sqrt(det S1 det S2)) / 2,   S = (S1 + S2) / 2
 *
 * Source: Bhattacharyya 1943; Kailath 1967.
 */
import { factorCholesky, invertLowerTriangle } from "../../numerics/cholesky.ts";

interface Gaussian {
  readonly mean: Float64Array;
  /** d x d, row-major. */
  readonly covariance: Float64Array;
}

/** Infinity where a covariance is none. */
export function bhattacharyyaDistance(one: Gaussian, other: Gaussian): number {
  const size = one.mean.length;
  const between = one.covariance.map((value, k) => (value + other.covariance[k]!) / 2);
  const logs = [one.covariance.slice(), other.covariance.slice(), between].map((matrix) =>
    halfLogDeterminant(matrix, size),
  );
  const [ofOne = Infinity, ofOther = Infinity, ofBetween = Infinity] = logs;
  if (!Number.isFinite(ofOne + ofOther + ofBetween)) return Infinity;
  invertLowerTriangle(between, 0, size);
  let square = 0;
  for (let row = 0; row < size; row++) {
    let z = 0;
    for (let k = 0; k <= row; k++) z += between[row * size + k]! * (one.mean[k]! - other.mean[k]!);
    square += z * z;
  }
  // Equal ones may come out a rounding below 0.
  return Math.max(0, square / 8 + ofBetween - (ofOne + ofOther) / 2);
}

/** Factors in place; NaN where it cannot. */
function halfLogDeterminant(matrix: Float64Array, size: number): number {
  if (!factorCholesky(matrix, { at: 0, size, smallestPivot: 0 })) return Number.NaN;
  let total = 0;
  for (let k = 0; k < size; k++) total += Math.log(matrix[k * size + k]!);
  return total;
}
