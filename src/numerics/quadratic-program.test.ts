/**
 * Goal    the solution is the minimum: it keeps every constraint, and nothing that keeps them is better.
 * Method  random strictly convex programs with boxes, sums and inequalities; a feasible point never does better.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LinearConstraint, quadraticProgram } from "./quadratic-program.ts";
import { createRng } from "./rng.ts";

interface Program {
  readonly hessian: Float64Array;
  readonly linear: Float64Array;
  readonly constraints: readonly LinearConstraint[];
  readonly feasible: Float64Array;
}

/** A point is chosen first, and constraints around it: something always keeps them all. */
function programOf(seed: number, n: number): Program {
  const rng = createRng(seed, "program");
  const root = Float64Array.from({ length: n * n }, () => rng.normal());
  const hessian = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) hessian[i * n + j]! += root[i * n + k]! * root[j * n + k]!;
      if (i === j) hessian[i * n + j]! += 0.01;
    }
  const raw = Array.from({ length: n }, () => rng.uniform());
  const sum = raw.reduce((a, b) => a + b, 0);
  const feasible = Float64Array.from(raw, (value) => value / sum);
  const constraints: LinearConstraint[] = [
    { normal: new Float64Array(n).fill(1), bound: 1, isEquality: true },
  ];
  for (let i = 0; i < n; i++)
    constraints.push({ normal: Float64Array.from({ length: n }, (_, k) => (k === i ? 1 : 0)), bound: 0 });
  for (let c = 0; c < n; c++) {
    const normal = Float64Array.from({ length: n }, () => rng.normal());
    constraints.push({ normal, bound: dot(normal, feasible) - 0.3 * rng.uniform() ** 3 });
  }
  return { hessian, linear: Float64Array.from({ length: n }, () => 2 * rng.normal()), constraints, feasible };
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function objective({ hessian, linear }: Program, x: Float64Array): number {
  const n = x.length;
  let sum = -dot(linear, x);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += 0.5 * x[i]! * x[j]! * hessian[i * n + j]!;
  return sum;
}

describe("quadratic programs", () => {
  it("keep every constraint, and no feasible point near or far is better", () => {
    let binding = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 9 }), (seed, n) => {
        const program = programOf(seed, n);
        const x = quadraticProgram(program.hessian, program.linear, program.constraints) as Float64Array;
        expect(x).toBeDefined();
        const keeps = (point: Float64Array, room: number) =>
          program.constraints.every(({ normal, bound, isEquality }) => {
            const slack = dot(normal, point) - bound;
            return isEquality === true ? Math.abs(slack) < room : slack > -room;
          });
        expect(keeps(x, 1e-9)).toBe(true);
        for (const { normal, bound } of program.constraints)
          if (Math.abs(dot(normal, x) - bound) < 1e-9) binding += 1;
        // On every line from the solution to a feasible point the objective rises from the first step on.
        const best = objective(program, x);
        const rng = createRng(seed, "elsewhere");
        const ends = [program.feasible, ...Array.from({ length: 20 }, () => wander(program.feasible, rng))];
        for (const end of ends.filter((point) => keeps(point, 0)))
          for (const share of [1e-4, 0.1, 1]) {
            const point = x.map((value, i) => value + share * (end[i]! - value));
            expect(objective(program, point)).toBeGreaterThanOrEqual(
              best - 1e-9 * Math.max(1, Math.abs(best)),
            );
          }
      }),
      { numRuns: 300 },
    );
    // Or nothing but the sum was ever tight.
    expect(binding).toBeGreaterThan(600);
  });

  it("say so where nothing keeps all constraints, and where the matrix is not positive definite", () => {
    const one = Float64Array.of(1, 1);
    const sum = { normal: one, bound: 1, isEquality: true };
    const small = [0, 1].map((i) => ({
      normal: Float64Array.from([0, 1], (k) => (k === i ? -1 : 0)),
      bound: -0.4,
    }));
    expect(
      quadraticProgram(Float64Array.of(1, 0, 0, 1), new Float64Array(2), [sum, ...small]),
    ).toBeUndefined();
    expect(quadraticProgram(Float64Array.of(1, 1, 1, 1), new Float64Array(2), [sum])).toBeUndefined();
  });

  it("take two constraints that say the same", () => {
    const twice = { normal: Float64Array.of(1, 1), bound: 1, isEquality: true };
    const x = quadraticProgram(Float64Array.of(1, 0, 0, 3), new Float64Array(2), [
      twice,
      { ...twice, bound: 1 },
    ]);
    expect([...(x ?? [])].map((value) => value.toFixed(12))).toEqual(["0.750000000000", "0.250000000000"]);
  });
});

/** A step that keeps the sum. */
function wander(from: Float64Array, rng: { normal(): number }): Float64Array {
  const step = from.map(() => 0.1 * rng.normal());
  const mean = step.reduce((a, b) => a + b, 0) / step.length;
  return from.map((value, i) => value + step[i]! - mean);
}
