/**
 * Risk parity: weights whose contributions to the portfolio's variance are in given proportions, by default equal.
 * Cyclic coordinate descent on y' S y / 2 - sum b ln y, each step exact. Long only by construction.
 * Source: QUANT j; Maillard, Roncalli, Teiletche 2010; Griveau-Billion, Richard, Roncalli 2013.
 */
import { InputError } from "../../domain/assert.ts";
import { requireCovariance } from "./portfolio-problem.ts";

/** Largest difference of a contribution from its budget, a fraction of the variance. */
const TOLERANCE = 1e-12;
const SWEEPS_MAX = 10_000;

/** `budgets` are positive and sum to 1; default equal. Throws InputError for other budgets or no covariance. */
export function riskParity(covariance: Float64Array, budgets?: Float64Array): Float64Array {
  const n = Math.sqrt(covariance.length);
  requireCovariance(covariance, n);
  const budget = budgets ?? new Float64Array(n).fill(1 / n);
  const sum = budget.reduce((a, b) => a + b, 0);
  if (budget.length !== n || !budget.every((part) => part > 0) || !(Math.abs(sum - 1) < 1e-9))
    throw new InputError(`risk budgets: ${budget.join(", ")}; must be ${n} positive parts that sum to 1`);
  const y = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(covariance[i * n + i]!));
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    for (let i = 0; i < n; i++) {
      const own = covariance[i * n + i]!;
      let others = 0;
      for (let j = 0; j < n; j++) if (j !== i) others += covariance[i * n + j]! * y[j]!;
      y[i] = (-others + Math.sqrt(others * others + 4 * own * budget[i]!)) / (2 * own);
    }
    const parts = riskContributions(y, covariance);
    if (parts.every((part, i) => Math.abs(part - budget[i]!) < TOLERANCE)) break;
  }
  const total = y.reduce((a, b) => a + b, 0);
  return y.map((value) => value / total);
}

/** Share of each asset in the variance; sums to 1. */
export function riskContributions(weights: Float64Array, covariance: Float64Array): Float64Array {
  const n = weights.length;
  const parts = weights.map((weight, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += covariance[i * n + j]! * weights[j]!;
    return weight * sum;
  });
  const variance = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => part / variance);
}
