/**
 * The two-sample Kolmogorov-Smirnov test: are two samples from one distribution? Values of a time series are
 * correlated, so that the p-values of overlapping windows are far too small (QUANT b): thin first.
 */
import { logGamma } from "./gamma-distribution.ts";

export interface KolmogorovSmirnov {
  /** Largest distance between the two empirical distributions, in [0, 1]. */
  readonly distance: number;
  /** Probability of at least this distance by chance. */
  readonly p: number;
  readonly method: "exact" | "asymptotic";
}

/** Up to so many pairs the p-value is counted out; beyond it comes from the one-sample law at N = nm/(n+m). */
const MOST_PAIRS = 10_000;

/** NaN values are left out; NaN figures when a side has none left. */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): KolmogorovSmirnov {
  const x = a.filter((value) => !Number.isNaN(value)).sort();
  const y = b.filter((value) => !Number.isNaN(value)).sort();
  const [n, m] = [x.length, y.length];
  if (n === 0 || m === 0) return { distance: Number.NaN, p: Number.NaN, method: "exact" };
  const steps = largestDistance(x, y);
  const distance = steps / (n * m);
  if (n * m <= MOST_PAIRS) return { distance, p: exactP(n, m, steps), method: "exact" };
  return { distance, p: oneSampleP(Math.round((n * m) / (n + m)), distance), method: "asymptotic" };
}

/** The distance times n m: a whole number, so that the exact test compares without rounding. */
function largestDistance(x: Float64Array, y: Float64Array): number {
  const [n, m] = [x.length, y.length];
  let [i, j, most] = [0, 0, 0];
  while (i < n && j < m) {
    const value = Math.min(x[i]!, y[j]!);
    while (i < n && x[i] === value) i++;
    while (j < m && y[j] === value) j++;
    most = Math.max(most, Math.abs(i * m - j * n));
  }
  return most;
}

/** Share of lattice paths from (0, 0) to (n, m) that get as far from the diagonal as `steps` (Hodges 1957). */
function exactP(n: number, m: number, steps: number): number {
  if (steps === 0) return 1;
  // Probability, under a random order, of having stayed inside up to (i, j); one row at a time.
  const inside = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (Math.abs(i * m - j * n) >= steps) inside[j] = 0;
      else if (i + j === 0) inside[j] = 1;
      else inside[j] = ((i > 0 ? inside[j]! : 0) * i + (j > 0 ? inside[j - 1]! : 0) * j) / (i + j);
    }
  }
  return 1 - inside[m]!;
}

/** From here on the Smirnov sum is exact to all digits that matter (Simard, L'Ecuyer 2011). */
const TAIL = 2.2;
/** Up to so many observations the matrix is affordable; beyond it the expansion is good to about 1e-6. */
const SMALL = 140;

/** P(D_N >= d) of the two-sided one-sample statistic. */
export function oneSampleP(n: number, d: number): number {
  if (Number.isNaN(d)) return Number.NaN;
  if (d >= 1) return 0;
  if (d <= 0.5 / n) return 1;
  if (n * d * d >= TAIL) return Math.min(1, 2 * oneSidedP(n, d));
  if (n > SMALL) return 1 - pelzGoodCdf(n, Math.sqrt(n) * d);
  return 1 - marsagliaCdf(n, d);
}

/** Smirnov's exact one-sided tail, P(D+ >= d). */
function oneSidedP(n: number, d: number): number {
  let sum = 0;
  for (let j = 0; j <= Math.floor(n * (1 - d)); j++) {
    const t = d + j / n;
    if (t >= 1) continue;
    const choose = logGamma(n + 1) - logGamma(j + 1) - logGamma(n - j + 1);
    sum += Math.exp(choose + (n - j) * Math.log1p(-t) + (j - 1) * Math.log(t));
  }
  return Math.min(1, d * sum);
}

/** The limit of P(sqrt(N) D >= z) for large N (Kolmogorov 1933). */
export function kolmogorovSf(z: number): number {
  if (!(z > 0)) return 1;
  if (z < 1.18) {
    // The other expansion (Jacobi's identity) converges where the alternating sum does not.
    const y = Math.exp((-Math.PI * Math.PI) / (8 * z * z));
    return 1 - (Math.sqrt(2 * Math.PI) / z) * (y + y ** 9 + y ** 25 + y ** 49);
  }
  const x = Math.exp(-2 * z * z);
  return 2 * (x - x ** 4 + x ** 9 - x ** 16);
}

/** Terms of either sum; the summands fall as exp(-k^2). */
const TERMS = 20;

/**
 * The limit law and its corrections to order n^(-3/2) at z = sqrt(n) d (Pelz, Good 1976; Simard, L'Ecuyer 2011,
 * section 3).
 */
function pelzGoodCdf(n: number, z: number): number {
  const z2 = z * z;
  const [z4, z6] = [z2 * z2, z2 * z2 * z2];
  let [k0, k1, k2, k3] = [0, 0, 0, 0];
  for (let k = 0; k < TERMS; k++) {
    // Each half-integer stands for itself and its negative.
    const h = (Math.PI * (k + 0.5)) ** 2;
    const e = 2 * Math.exp(-h / (2 * z2));
    k0 += e;
    k1 += (h - z2) * e;
    k2 += (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * h + (1 - 2 * z2) * h * h) * e;
    const third = (5 - 30 * z2) * h ** 3 + (212 * z4 - 60 * z2) * h * h + (135 * z4 - 96 * z6) * h;
    k3 += (third - 30 * z6 - 90 * z6 * z2) * e;
  }
  let [second, third] = [0, 0];
  for (let k = 1; k < TERMS; k++) {
    const w = (Math.PI * k) ** 2;
    const e = 2 * Math.exp(-w / (2 * z2));
    second += w * e;
    third += (3 * w * z2 - w * w) * e;
  }
  const root = Math.sqrt(Math.PI / 2);
  const first = (root / z) * k0 + ((root / (6 * z4)) * k1) / Math.sqrt(n);
  const order2 = (root / (72 * z6 * z)) * k2 - (root / (36 * z2 * z)) * second;
  const order3 = (root / (6480 * z6 * z4)) * k3 + (root / (216 * z6)) * third;
  return first + order2 / n + order3 / n ** 1.5;
}

/** P(D_N < d), by the n-th power of a matrix (Durbin 1973; Marsaglia, Tsang, Wang 2003). */
function marsagliaCdf(n: number, d: number): number {
  const k = Math.floor(n * d) + 1;
  const size = 2 * k - 1;
  const h = k - n * d;
  const { matrix, exponent } = power(transition(size, h), size, n);
  let value = matrix[(k - 1) * size + k - 1]!;
  let scale = exponent;
  for (let i = 1; i <= n; i++) {
    value = (value * i) / n;
    if (value < 1e-140) {
      value *= 1e140;
      scale -= 140;
    }
  }
  return value * 10 ** scale;
}

function transition(size: number, h: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) matrix[i * size + j] = i - j + 1 < 0 ? 0 : 1;
  }
  for (let i = 0; i < size; i++) {
    matrix[i * size] = matrix[i * size]! - h ** (i + 1);
    const last = (size - 1) * size + i;
    matrix[last] = matrix[last]! - h ** (size - i);
  }
  const corner = (size - 1) * size;
  matrix[corner] = matrix[corner]! + (2 * h - 1 > 0 ? (2 * h - 1) ** size : 0);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= Math.min(i, size - 1); j++) {
      for (let g = 1; g <= i - j + 1; g++) matrix[i * size + j] = matrix[i * size + j]! / g;
    }
  }
  return matrix;
}

interface Scaled {
  readonly matrix: Float64Array;
  /** The true matrix is this one times ten to the exponent. */
  readonly exponent: number;
}

function power(base: Float64Array, size: number, n: number): Scaled {
  if (n === 1) return { matrix: base, exponent: 0 };
  const half = power(base, size, Math.floor(n / 2));
  let matrix = product(half.matrix, half.matrix, size);
  if (n % 2 === 1) matrix = product(base, matrix, size);
  const exponent = 2 * half.exponent;
  const middle = (size - 1) / 2;
  if (matrix[middle * size + middle]! <= 1e140) return { matrix, exponent };
  return { matrix: matrix.map((value) => value * 1e-140), exponent: exponent + 140 };
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const c = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const left = a[i * size + k]!;
      if (left === 0) continue;
      for (let j = 0; j < size; j++) c[i * size + j] = c[i * size + j]! + left * b[k * size + j]!;
    }
  }
  return c;
}
