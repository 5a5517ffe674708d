/**
 * The Beta distribution: what a win rate may be, given the wins and losses that were counted. The distribution
 * function is the regularised incomplete beta function, by its continued fraction; the quantile inverts it.
 */
import { logGamma } from "./gamma-distribution.ts";

/** Relative size of a factor's distance from 1 that changes nothing any more. */
const ENOUGH = 1e-16;
/** The fraction settles within about sqrt(max(a, b)) steps; a million trades need a thousand. */
const MOST_STEPS = 100_000;
/** Keeps a denominator of the fraction from being zero. */
const TINY = 1e-300;
/** Newton's steps and halvings together; halving alone reaches neighbouring doubles within 1,100. */
const MOST_GUESSES = 1200;

/**
 * P(X <= x) for X ~ Beta(a, b), a and b above 0. NaN for NaN; 0 and 1 outside [0, 1].
 * Source: Abramowitz, Stegun 26.5.8, evaluated by Lentz's method.
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0) || Number.isNaN(x)) return Number.NaN;
  return below(x, a, b, logBeta(a, b));
}

/** x with P(X <= x) = p for X ~ Beta(a, b); NaN outside 0 <= p <= 1. Absolute error below 1e-12. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1 && a > 0 && b > 0)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  const scale = logBeta(a, b);
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let n = 0; n < MOST_GUESSES; n++) {
    const miss = below(x, a, b, scale) - p;
    if (miss < 0) low = x;
    else high = x;
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - scale);
    const newton = x - miss / density;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= ENOUGH * x || next === low || next === high) return next;
    x = next;
  }
  return x;
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

function below(x: number, a: number, b: number, scale: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; above it the mirrored one does.
  const mirrored = x > (a + 1) / (a + b + 2);
  const tail = mirrored ? tailOf(1 - x, b, a, scale) : tailOf(x, a, b, scale);
  return mirrored ? 1 - tail : tail;
}

const tailOf = (x: number, a: number, b: number, scale: number): number =>
  (Math.exp(a * Math.log(x) + b * Math.log1p(-x) - scale) / a) * fraction(x, a, b);

/** 1/(1 + d1/(1 + d2/(1 + ...))) with the coefficients of the incomplete beta function. */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= MOST_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < ENOUGH) break;
  }
  return value;
}

const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
