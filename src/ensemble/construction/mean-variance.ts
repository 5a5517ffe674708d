/**
 * Exact mean-variance portfolios: least variance, most utility and most Sharpe ratio under a box and sectors.
 * Source: QUANT j; Markowitz 1952; for the Sharpe ratio the substitution y = k w (Cornuejols, Tutuncu 2007, 8.2).
 */
import { InputError } from "../../domain/assert.ts";
import { type LinearConstraint, quadraticProgram } from "../../numerics/quadratic-program.ts";
import { type Bounds, constraintsOf, infeasible, requireCovariance } from "./portfolio-problem.ts";

/** Weights by asset, sum 1. Throws InputError where the bounds cannot be kept or the matrix is no covariance. */
export function minimumVariance(covariance: Float64Array, bounds: Bounds = {}): Float64Array {
  const n = Math.sqrt(covariance.length);
  requireCovariance(covariance, n);
  const weights = quadraticProgram(covariance, new Float64Array(n), constraintsOf(bounds, n));
  if (weights === undefined) throw infeasible();
  return weights;
}

/** Most of mu' w - aversion / 2 w' S w. `expected` in the unit of the covariance's root per its period. */
export function maximumUtility(
  expected: Float64Array,
  covariance: Float64Array,
  aversion: number,
  bounds: Bounds = {},
): Float64Array {
  requireCovariance(covariance, expected.length);
  requireExpected(expected);
  const hessian = covariance.map((value) => aversion * value);
  const weights = quadraticProgram(hessian, expected, constraintsOf(bounds, expected.length));
  if (weights === undefined) throw infeasible();
  return weights;
}

export interface SharpePortfolio {
  readonly weights: Float64Array;
  /** No asset is expected to earn more than the riskless rate: these weights are those of least variance. */
  readonly isFallback: boolean;
}

export function maximumSharpe(
  expected: Float64Array,
  covariance: Float64Array,
  riskless = 0,
  bounds: Bounds = {},
): SharpePortfolio {
  const n = expected.length;
  requireCovariance(covariance, n);
  requireExpected(expected);
  const excess = expected.map((value) => value - riskless);
  const fallback = () => ({ weights: minimumVariance(covariance, bounds), isFallback: true });
  // Nothing above the riskless rate: no portfolio of longs has a positive ratio, and the substitution has no answer.
  if (!excess.some((value) => value > 0)) return fallback();
  const y = quadraticProgram(covariance, new Float64Array(n), scaled(excess, constraintsOf(bounds, n)));
  const total = y?.reduce((a, b) => a + b, 0) ?? 0;
  return y !== undefined && total > 0
    ? { weights: y.map((value) => value / total), isFallback: false }
    : fallback();
}

/** The constraints of w = y / sum y, written for y: each bound becomes a multiple of the sum. */
function scaled(excess: Float64Array, constraints: readonly LinearConstraint[]): LinearConstraint[] {
  const bounded = constraints.filter(({ isEquality }) => isEquality !== true);
  return [
    { normal: excess, bound: 1, isEquality: true },
    { normal: new Float64Array(excess.length).fill(1), bound: 0 },
    ...bounded.map(({ normal, bound }) => ({ normal: normal.map((value) => value - bound), bound: 0 })),
  ];
}

function requireExpected(expected: Float64Array): void {
  const bad = expected.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError(`expected returns: number ${bad + 1} is ${expected[bad]}; must be finite`);
}
