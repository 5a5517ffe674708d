/**
 * Eigenvalues of small symmetric matrices by cyclic Jacobi rotations, which keep the relative precision of the small
 * ones of a positive definite matrix. Source: Golub and Van Loan, Matrix Computations, 4th ed., section 8.5.
 */

/** Sweeps over all pairs; convergence is quadratic and takes six to ten. */
const SWEEPS_MAX = 50;

/** Of a `size` x `size` symmetric matrix, row-major, ascending; the matrix is left as it is. NaN if it holds one. */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  const a = matrix.slice(0, size * size);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let rotations = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) if (rotate(a, size, p, q)) rotations++;
    }
    if (rotations === 0) break;
  }
  return Float64Array.from({ length: size }, (_, k) => a[k * size + k]!).sort();
}

/** Makes element (p, q) zero; false when it is none to speak of beside its diagonal. */
function rotate(a: Float64Array, size: number, p: number, q: number): boolean {
  const app = a[p * size + p]!;
  const aqq = a[q * size + q]!;
  const apq = a[p * size + q]!;
  if (!(Math.abs(apq) > Number.EPSILON * Math.sqrt(Math.abs(app * aqq)))) return false;
  const theta = (aqq - app) / (2 * apq);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) {
    if (k === p || k === q) continue;
    const akp = a[k * size + p]!;
    const akq = a[k * size + q]!;
    a[k * size + p] = a[p * size + k] = cosine * akp - sine * akq;
    a[k * size + q] = a[q * size + k] = sine * akp + cosine * akq;
  }
  a[p * size + p] = app - tangent * apq;
  a[q * size + q] = aqq + tangent * apq;
  a[p * size + q] = a[q * size + p] = 0;
  return true;
}
