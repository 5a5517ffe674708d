/**
 * Black-Litterman: what the market's own weights say of expected returns, moved by views as far as they are trusted.
 * Source: QUANT j; He and Litterman 1999; Idzorek 2005 for confidences.
 */
import { InputError } from "../../domain/assert.ts";
import { factorCholesky } from "../../numerics/cholesky.ts";

export interface View {
  /** By asset: one 1 for an absolute view, parts that sum to 0 for a relative one. */
  readonly portfolio: Float64Array;
  /** Expected return of that portfolio, in the unit of the covariance's root per its period. */
  readonly expected: number;
  /** In [0, 1]: how sure; 0 drops the view, 1 makes it certain. Absent: as uncertain as the prior (He, Litterman). */
  readonly confidence?: number;
}

export interface Posterior {
  readonly expected: Float64Array;
  /** Of returns: the prior covariance and the uncertainty of the mean that is left. */
  readonly covariance: Float64Array;
  /** Variances of the views, of those that were kept. */
  readonly omega: Float64Array;
}

/** Returns that make the market's weights the best ones: aversion S w. */
export const impliedReturns = (
  covariance: Float64Array,
  market: Float64Array,
  aversion: number,
): Float64Array => times(covariance, market).map((value) => aversion * value);

/** `tau` scales the uncertainty of the prior mean, above 0. Throws InputError for a wrong view. */
export function blackLitterman(
  prior: Float64Array,
  covariance: Float64Array,
  given: readonly View[],
  tau = 0.05,
): Posterior {
  const n = prior.length;
  const views = given.filter(({ confidence }) => confidence !== 0);
  for (const [k, view] of given.entries()) requireView(view, n, k);
  const k = views.length;
  // tau S P', a column per view.
  const spread = views.map(({ portfolio }) => times(covariance, portfolio).map((value) => tau * value));
  const own = (v: number) => dot(views[v]!.portfolio, spread[v]!);
  const omega = Float64Array.from(views, ({ confidence }, v) =>
    confidence === undefined ? own(v) : ((1 - confidence) / confidence) * own(v),
  );
  const inner = new Float64Array(k * k);
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++)
      inner[a * k + b] = dot(views[a]!.portfolio, spread[b]!) + (a === b ? omega[a]! : 0);
  const missed = Float64Array.from(views, ({ portfolio, expected }) => expected - dot(portfolio, prior));
  const pull = solve(inner, missed);
  const expected = prior.map((value, i) => value + spread.reduce((sum, s, v) => sum + s[i]! * pull[v]!, 0));
  const posterior = covariance.map((value) => value * (1 + tau));
  for (let j = 0; j < n; j++) {
    const taken = solve(
      inner,
      Float64Array.from(spread, (s) => s[j]!),
    );
    for (let i = 0; i < n; i++)
      posterior[i * n + j]! -= spread.reduce((sum, s, v) => sum + s[i]! * taken[v]!, 0);
  }
  return { expected, covariance: posterior, omega };
}

/** Weights for the posterior without bounds: in proportion to (aversion S)^-1 mu, sum 1. */
export function posteriorWeights(
  expected: Float64Array,
  covariance: Float64Array,
  aversion: number,
): Float64Array {
  const raw = solve(
    covariance.map((value) => aversion * value),
    expected,
  );
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => value / sum);
}

function requireView({ portfolio, expected, confidence }: View, n: number, k: number): void {
  const isSound =
    portfolio.length === n && portfolio.every(Number.isFinite) && portfolio.some((part) => part !== 0);
  if (!isSound) throw new InputError(`view ${k + 1}: needs ${n} finite parts, not all of them 0`);
  if (!Number.isFinite(expected)) throw new InputError(`view ${k + 1}: expects ${expected}; must be finite`);
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1))
    throw new InputError(`view ${k + 1}: confidence ${confidence}; must be from 0 to 1`);
}

/** A x = b for a symmetric positive definite A. */
function solve(matrix: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const factor = matrix.slice();
  if (!factorCholesky(factor, { at: 0, size: n, smallestPivot: 0 }))
    throw new InputError("views: two of them say the same with certainty, or the covariance is none");
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  return x;
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * vector[j]!;
    return sum;
  });
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
