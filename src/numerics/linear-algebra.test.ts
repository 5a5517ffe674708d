/** Goal: a factor gives its matrix back, eigenvalues are the roots, a log-sum loses nothing; bad matrices are told. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factorCholesky, invertLowerTriangle } from "./cholesky.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { symmetricEigenvalues } from "./symmetric-eigenvalues.ts";

/** B B' + 0.1 I: symmetric positive definite. */
const definite = fc
  .integer({ min: 1, max: 5 })
  .chain((size) =>
    fc
      .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: size * size, maxLength: size * size })
      .map((b) => ({ size, matrix: product(b, size) })),
  );

function product(b: readonly number[], size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, cell) => {
    const row = Math.floor(cell / size);
    const column = cell % size;
    let total = row === column ? 0.1 : 0;
    for (let k = 0; k < size; k++) total += b[row * size + k]! * b[column * size + k]!;
    return total;
  });
}

describe("Cholesky", () => {
  it("L L' is the matrix, L^-1 L is one, and the upper triangle is left alone", () => {
    fc.assert(
      fc.property(definite, ({ size, matrix }) => {
        const block = Float64Array.of(7, ...matrix);
        expect(factorCholesky(block, { at: 1, size, smallestPivot: 0 })).toBe(true);
        const inverse = block.slice(1);
        invertLowerTriangle(inverse, 0, size);
        for (let row = 0; row < size; row++) {
          for (let column = 0; column < size; column++) {
            if (column > row) expect(block[1 + row * size + column]).toBe(matrix[row * size + column]);
            let whole = 0;
            let one = 0;
            for (let k = 0; k <= Math.min(row, column); k++) {
              whole += block[1 + row * size + k]! * block[1 + column * size + k]!;
            }
            for (let k = column; k <= row; k++) {
              one += inverse[row * size + k]! * block[1 + k * size + column]!;
            }
            expect(whole).toBeCloseTo(matrix[row * size + column]!, 10);
            if (column <= row) expect(one).toBeCloseTo(row === column ? 1 : 0, 8);
          }
        }
        expect(block[0]).toBe(7);
      }),
    );
  });

  it("refuses what is singular, indefinite or no number, and a pivot at the bound", () => {
    const refused: readonly (readonly number[])[] = [
      [1, 1, 1, 1],
      [1, 2, 2, 1],
      [Number.NaN, 0, 0, 1],
      [0, 0, 0, 1],
    ];
    for (const matrix of refused) {
      expect(factorCholesky(Float64Array.from(matrix), { at: 0, size: 2, smallestPivot: 0 })).toBe(false);
    }
    expect(factorCholesky(Float64Array.of(0.5), { at: 0, size: 1, smallestPivot: 0.5 })).toBe(false);
  });
});

describe("symmetric eigenvalues", () => {
  it("their sum is the trace, their product the determinant, ascending", () => {
    fc.assert(
      fc.property(definite, ({ size, matrix }) => {
        const roots = symmetricEigenvalues(matrix, size);
        const factor = matrix.slice();
        factorCholesky(factor, { at: 0, size, smallestPivot: 0 });
        let trace = 0;
        let logDeterminant = 0;
        for (let k = 0; k < size; k++) {
          trace += matrix[k * size + k]!;
          logDeterminant += 2 * Math.log(factor[k * size + k]!);
        }
        expect(roots.reduce((a, b) => a + b, 0)).toBeCloseTo(trace, 9);
        expect(roots.reduce((a, b) => a + Math.log(b), 0)).toBeCloseTo(logDeterminant, 8);
        expect([...roots]).toEqual([...roots].toSorted((a, b) => a - b));
      }),
    );
  });

  it("of known matrices, also an indefinite and a diagonal one", () => {
    expect([...symmetricEigenvalues(Float64Array.of(2, 1, 1, 2), 2)]).toEqual([
      expect.closeTo(1, 14),
      expect.closeTo(3, 14),
    ]);
    expect([...symmetricEigenvalues(Float64Array.of(0, 1, 1, 0), 2)]).toEqual([
      expect.closeTo(-1, 14),
      expect.closeTo(1, 14),
    ]);
    expect([...symmetricEigenvalues(Float64Array.of(3, 0, 0, 1e-12), 2)]).toEqual([1e-12, 3]);
  });
});

describe("log-sum-exp", () => {
  it("neither overflows nor loses what is impossible (QUANT c)", () => {
    const of = (...values: number[]) => logSumExp(Float64Array.from(values), 0, values.length);
    expect(of(-Infinity, -Infinity)).toBe(-Infinity);
    expect(of()).toBe(-Infinity);
    expect(of(-Infinity, 3)).toBe(3);
    expect(of(1000, 1000)).toBeCloseTo(1000 + Math.LN2, 12);
    expect(of(-1000, -1000)).toBeCloseTo(-1000 + Math.LN2, 12);
    expect(of(0, Math.log(2), Math.log(3))).toBeCloseTo(Math.log(6), 14);
    expect(of(Infinity, 0)).toBe(Infinity);
    expect(of(Number.NaN, 0)).toBeNaN();
    expect(logSumExp(Float64Array.of(9, 0, 0, 9), 1, 2)).toBeCloseTo(Math.LN2, 14);
  });
});
