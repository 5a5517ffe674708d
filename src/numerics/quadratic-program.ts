/**
 * Small strictly convex quadratic programs, solved exactly by the dual active-set method of Goldfarb and Idnani
 * (1983): from the unconstrained minimum the most violated constraint is added, and those whose multiplier would turn
 * negative are dropped, until none is violated. No starting point, no step length, no tolerance on the objective.
 */
import { factorCholesky, invertLowerTriangle } from "./cholesky.ts";

/** normal . x >= bound, or = bound. */
export interface LinearConstraint {
  readonly normal: Float64Array;
  readonly bound: number;
  readonly isEquality?: boolean;
}

/** Violations below this, in the unit of the bound times the size of the normal, are none. */
const TOLERANCE = 1e-12;
const STEPS_PER_CONSTRAINT = 50;

/**
 * Minimises x' G x / 2 - linear . x. `hessian` is G, row-major, symmetric and positive definite. Undefined where no x
 * keeps all constraints, or G is not positive definite.
 */
export function quadraticProgram(
  hessian: Float64Array,
  linear: Float64Array,
  constraints: readonly LinearConstraint[],
): Float64Array | undefined {
  const n = linear.length;
  const start = startOf(hessian, linear);
  if (start === undefined) return undefined;
  const { x, basis } = start;
  const work = new ActiveSet(basis, n, constraints);
  for (let step = 0; step < STEPS_PER_CONSTRAINT * (constraints.length + n); step++) {
    const violated = mostViolated(x, constraints, work);
    if (violated === undefined) return x;
    if (!work.enter(violated, x)) return undefined;
  }
  return undefined;
}

interface Violation {
  readonly row: number;
  /** 1, or -1 where an equality is violated from above. */
  readonly sign: number;
}

function mostViolated(
  x: Float64Array,
  constraints: readonly LinearConstraint[],
  work: ActiveSet,
): Violation | undefined {
  let worst = 0;
  let found: Violation | undefined;
  for (const [row, constraint] of constraints.entries()) {
    if (work.holds(row)) continue;
    const { normal, bound, isEquality } = constraint;
    const size = Math.sqrt(dot(normal, normal));
    const slack = (dot(normal, x) - bound) / size;
    const off = isEquality === true ? -Math.abs(slack) : slack;
    if (off >= -TOLERANCE * Math.max(1, Math.abs(bound) / size)) continue;
    // Equalities come first: nothing holds without them.
    const rank = isEquality === true ? off - 1e6 : off;
    if (rank < worst) {
      worst = rank;
      found = { row, sign: slack < 0 ? 1 : -1 };
    }
  }
  return found;
}

/** The factors Q = J and R of the active normals, in the metric of the hessian, and their multipliers. */
class ActiveSet {
  readonly #n: number;
  readonly #constraints: readonly LinearConstraint[];
  /** n x n, columns: first those that span the active normals. */
  readonly #j: Float64Array;
  /** Upper triangle, column by column, n x n. */
  readonly #r: Float64Array;
  readonly #rows: number[] = [];
  readonly #signs: number[] = [];
  readonly #multipliers: number[] = [];

  constructor(basis: Float64Array, n: number, constraints: readonly LinearConstraint[]) {
    this.#n = n;
    this.#constraints = constraints;
    this.#j = basis;
    this.#r = new Float64Array(n * n);
  }

  holds(row: number): boolean {
    return this.#rows.includes(row);
  }

  /** Moves x until the constraint holds, dropping others on the way. False where it cannot hold with the equalities. */
  enter({ row, sign }: Violation, x: Float64Array): boolean {
    const { normal, bound } = this.#constraints[row] as LinearConstraint;
    const wanted = normal.map((value) => sign * value);
    let multiplier = 0;
    for (;;) {
      const d = this.#project(wanted);
      const q = this.#rows.length;
      const z = this.#direction(d, q);
      const r = this.#solve(d, q);
      const { at, step: drop } = this.#firstToDrop(r);
      const along = dot(z, wanted);
      const lacking = sign * bound - dot(wanted, x);
      // In the span of what is active the constraint cannot be reached by moving, only by giving one up.
      const isSpanned = Math.sqrt(dot(z, z)) <= 1e-10 * Math.sqrt(dot(wanted, wanted)) || along <= 0;
      const full = isSpanned ? Number.POSITIVE_INFINITY : lacking / along;
      const step = Math.min(drop, full);
      if (step === Number.POSITIVE_INFINITY) return false;
      for (let k = 0; k < q; k++) this.#multipliers[k]! -= step * r[k]!;
      multiplier += step;
      if (!isSpanned) for (let k = 0; k < x.length; k++) x[k]! += step * z[k]!;
      if (full <= drop) {
        this.#add(row, sign, d, multiplier);
        return true;
      }
      this.#drop(at);
    }
  }

  /** J' normal. */
  #project(normal: Float64Array): Float64Array {
    const [n, j] = [this.#n, this.#j];
    const d = new Float64Array(n);
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += j[k * n + column]! * normal[k]!;
      d[column] = sum;
    }
    return d;
  }

  /** Primal step: the part of the normal that no active one spans. */
  #direction(d: Float64Array, q: number): Float64Array {
    const [n, j] = [this.#n, this.#j];
    const z = new Float64Array(n);
    for (let k = 0; k < n; k++)
      for (let column = q; column < n; column++) z[k]! += j[k * n + column]! * d[column]!;
    return z;
  }

  /** Dual step: R r = d. */
  #solve(d: Float64Array, q: number): Float64Array {
    const [n, table] = [this.#n, this.#r];
    const r = new Float64Array(q);
    for (let k = q - 1; k >= 0; k--) {
      let rest = d[k]!;
      for (let column = k + 1; column < q; column++) rest -= table[k * n + column]! * r[column]!;
      r[k] = rest / table[k * n + k]!;
    }
    return r;
  }

  /** The active inequality whose multiplier reaches zero first. */
  #firstToDrop(r: Float64Array): { readonly at: number; readonly step: number } {
    let [at, step] = [-1, Number.POSITIVE_INFINITY];
    for (let k = 0; k < r.length; k++) {
      const isFree = this.#constraints[this.#rows[k]!]?.isEquality !== true;
      if (!isFree || !(r[k]! > 0) || this.#multipliers[k]! / r[k]! >= step) continue;
      at = k;
      step = this.#multipliers[k]! / r[k]!;
    }
    return { at, step };
  }

  #add(row: number, sign: number, d: Float64Array, multiplier: number): void {
    const n = this.#n;
    const q = this.#rows.length;
    for (let k = n - 1; k > q; k--) {
      if (d[k] === 0) continue;
      const size = Math.hypot(d[k - 1]!, d[k]!);
      this.#rotateColumns(k - 1, d[k - 1]! / size, d[k]! / size);
      d[k - 1] = size;
      d[k] = 0;
    }
    for (let k = 0; k <= q; k++) this.#r[k * n + q] = d[k]!;
    this.#rows.push(row);
    this.#signs.push(sign);
    this.#multipliers.push(multiplier);
  }

  #drop(at: number): void {
    const [n, table] = [this.#n, this.#r];
    for (const list of [this.#rows, this.#signs, this.#multipliers]) list.splice(at, 1);
    const q = this.#rows.length;
    for (let column = at; column < q; column++)
      for (let k = 0; k <= column + 1; k++) table[k * n + column] = table[k * n + column + 1]!;
    for (let k = at; k < q; k++) {
      const [top, below] = [table[k * n + k]!, table[(k + 1) * n + k]!];
      const size = Math.hypot(top, below);
      if (size === 0) continue;
      const [cosine, sine] = [top / size, below / size];
      for (let column = k; column < q; column++) {
        const [a, b] = [table[k * n + column]!, table[(k + 1) * n + column]!];
        table[k * n + column] = cosine * a + sine * b;
        table[(k + 1) * n + column] = cosine * b - sine * a;
      }
      this.#rotateColumns(k, cosine, sine);
    }
  }

  /** Columns k and k + 1 of J. */
  #rotateColumns(k: number, cosine: number, sine: number): void {
    const [n, j] = [this.#n, this.#j];
    for (let row = 0; row < n; row++) {
      const [a, b] = [j[row * n + k]!, j[row * n + k + 1]!];
      j[row * n + k] = cosine * a + sine * b;
      j[row * n + k + 1] = cosine * b - sine * a;
    }
  }
}

/** The unconstrained minimum, and J = L^-T with G = L L'. */
function startOf(hessian: Float64Array, linear: Float64Array) {
  const n = linear.length;
  const inverse = hessian.slice(0, n * n);
  if (!factorCholesky(inverse, { at: 0, size: n, smallestPivot: 0 })) return undefined;
  invertLowerTriangle(inverse, 0, n);
  const basis = new Float64Array(n * n);
  for (let row = 0; row < n; row++)
    for (let column = 0; column <= row; column++) basis[column * n + row] = inverse[row * n + column]!;
  const half = new Float64Array(n);
  for (let row = 0; row < n; row++)
    for (let column = 0; column <= row; column++) half[row]! += inverse[row * n + column]! * linear[column]!;
  const x = new Float64Array(n);
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) x[row]! += basis[row * n + column]! * half[column]!;
  return { x, basis };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
