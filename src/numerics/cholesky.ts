/**
 * Cholesky factors of small dense matrices, in place: A = L L' for a symmetric positive definite A.
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., algorithm 4.2.1.
 */

/**
 * Overwrites the lower triangle of the `size` x `size` matrix at `at` (row-major) with L; the upper triangle is
 * neither read nor written. False as soon as a pivot is not above `smallestPivot` (>= 0, in the unit of the matrix),
 * also for NaN: the triangle is then half done and of no use.
 */
export function factorCholesky(
  matrix: Float64Array,
  { at, size, smallestPivot }: { readonly at: number; readonly size: number; readonly smallestPivot: number },
): boolean {
  for (let column = 0; column < size; column++) {
    const row = at + column * size;
    let pivot = matrix[row + column]!;
    for (let k = 0; k < column; k++) pivot -= matrix[row + k]! * matrix[row + k]!;
    if (!(pivot > smallestPivot)) return false;
    const root = Math.sqrt(pivot);
    matrix[row + column] = root;
    for (let below = column + 1; below < size; below++) {
      const other = at + below * size;
      let rest = matrix[other + column]!;
      for (let k = 0; k < column; k++) rest -= matrix[other + k]! * matrix[row + k]!;
      matrix[other + column] = rest / root;
    }
  }
  return true;
}

/** Overwrites the lower triangle, a factor L with a positive diagonal, with its inverse, which is lower too. */
export function invertLowerTriangle(matrix: Float64Array, at: number, size: number): void {
  for (let column = 0; column < size; column++) {
    matrix[at + column * size + column] = 1 / matrix[at + column * size + column]!;
    for (let row = column + 1; row < size; row++) {
      const first = at + row * size;
      let rest = 0;
      for (let k = column; k < row; k++) rest -= matrix[first + k]! * matrix[at + k * size + column]!;
      matrix[first + column] = rest / matrix[first + row]!;
    }
  }
}
