/**
 * Least squares of one series on one, two, three ... columns in a given order, all in one pass: each step makes the
 * columns to come orthogonal to those taken (modified Gram-Schmidt, which loses no figures to a squared matrix).
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., sections 5.2.8 and 5.3.
 */

export interface NestedRegression {
  /** Sum of squared residuals after each number of columns: `squares[k]` with the first k of them. */
  readonly squares: Float64Array;
  /** Student's t of the last column's coefficient; NaN without a degree of freedom. */
  readonly lastT: number;
}

/** What is left of a column, of its length, at which it is a sum of those before it. */
const COLLINEAR = 1e-10;

/**
 * `rows` holds `columns` vectors of `length` values one after the other, and after them the series to explain; it is
 * overwritten. Undefined when a column is a sum of those before it, or no number.
 */
export function nestedRegression(
  rows: Float64Array,
  { columns, length }: { readonly columns: number; readonly length: number },
): NestedRegression | undefined {
  const squares = new Float64Array(columns + 1);
  const target = columns * length;
  squares[0] = product(rows, target, target, length);
  const whole = Float64Array.from({ length: columns }, (_, k) =>
    product(rows, k * length, k * length, length),
  );
  let last = Number.NaN;
  for (let k = 0; k < columns; k++) {
    const at = k * length;
    const norm = Math.sqrt(product(rows, at, at, length));
    if (!(norm > COLLINEAR * Math.sqrt(whole[k]!))) return undefined;
    for (let i = 0; i < length; i++) rows[at + i]! /= norm;
    for (let other = k + 1; other <= columns; other++) {
      const to = other * length;
      last = product(rows, at, to, length);
      for (let i = 0; i < length; i++) rows[to + i]! -= last * rows[at + i]!;
    }
    squares[k + 1] = product(rows, target, target, length);
  }
  const free = length - columns;
  return { squares, lastT: free > 0 ? last / Math.sqrt(squares[columns]! / free) : Number.NaN };
}

function product(rows: Float64Array, a: number, b: number, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += rows[a + i]! * rows[b + i]!;
  return total;
}
